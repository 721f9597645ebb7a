//! What the tests of the output share.

use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::stream::{LogStream, Piece};

/// The pieces of a whole file.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut stream = LogStream::new(0, 0);
    stream.feed(bytes, &mut pieces);
    stream.finish(&mut pieces);
    pieces
}

/// A text with so many lines: `line 0`, `line 1` and so on.
pub(super) fn numbered(lines: Range<usize>) -> String {
    let mut text = String::new();
    for n in lines {
        text.push_str("line ");
        text.push_str(&n.to_string());
        text.push('\n');
    }
    text
}

/// A line with its colours in words: `plain [red bold|error]`.
pub(super) fn sketch(line: &Line<'_>) -> String {
    let span = |span: &ratatui::text::Span<'_>| match words(span.style) {
        words if words.is_empty() => span.content.to_string(),
        words => format!("[{}|{}]", words.join(" "), span.content),
    };
    line.spans.iter().map(span).collect()
}

fn words(style: Style) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(style.fg.map(|color| color.to_string().to_lowercase()));
    words.extend(style.bg.map(|color| format!("on {color}").to_lowercase()));
    let modifiers = style.add_modifier.iter_names();
    words.extend(
        modifiers
            .filter(|(_, modifier)| *modifier != Modifier::empty())
            .map(|(name, _)| name.to_lowercase()),
    );
    words
}
