//! Text that is kept as it is written.

use super::book::Book;
use crate::plan::markdown::elements::blocks::Quote;
use crate::plan::source::Span;

/// The text of `spans`, pieces that stood together still together.
pub(super) fn text(spans: &[Span], book: &Book<'_>) -> String {
    let mut text = String::new();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last)
                if last.end <= span.start
                    && book
                        .slice(Span::new(last.end, span.start))
                        .trim()
                        .is_empty() =>
            {
                last.end = span.end;
            }
            _ => merged.push(*span),
        }
    }
    for span in merged {
        let piece = dedent(book.slice(span));
        if !text.is_empty() && !piece.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&piece);
    }
    text
}

/// What an alert says, as a person would say it: `WARNING: …`.
pub(super) fn alert(quote: &Quote, span: Span, book: &Book<'_>) -> Option<String> {
    let word = quote.alert?;
    let source = dedent(book.slice(span));
    let mut lines = source.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix('>').unwrap_or(line).trim_end()
    });
    lines.next();
    let text: Vec<&str> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    Some(format!("{word}: {}", text.join("\n").trim()))
}

/// `text` without the indentation that all its lines but the first share: the first one's was cut
/// off with the list mark before it.
pub(super) fn dedent(text: &str) -> String {
    let text = text.trim_end();
    let indent = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    for (ix, line) in text.lines().enumerate() {
        if ix > 0 {
            out.push('\n');
        }
        out.push_str(if ix == 0 {
            line
        } else {
            line.get(indent..).unwrap_or("")
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indentation_of_a_list_is_taken_off() {
        assert_eq!(
            dedent("```sh\n  a\n    b\n\n  ```\n"),
            "```sh\na\n  b\n\n```"
        );
        assert_eq!(dedent("one"), "one");
        assert_eq!(dedent(""), "");
    }
}
