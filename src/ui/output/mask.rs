//! Secrets are looked for in what would be shown, not in the bytes: colours and moves inside of
//! them hide nothing.

use std::ops::Range;

use super::stream::Edges;
use super::styled::StyledText;
use crate::ui::widgets::chars;

/// Stands for a secret, whatever its length.
const MASK: &str = "••••••";
/// Parts of secrets that have several lines are masked by themselves if they are at least so long.
const LEAST_LINE: usize = 4;
/// As much of a secret as may be seen where a line is cut or not yet written to its end, in bytes.
const LEAST_PART: usize = 4;
/// No pattern is longer, in characters, so that one always lies within two pieces of a line.
const LONGEST: usize = 1024;

/// The values that must not be seen.
#[derive(Clone, Default)]
pub struct Mask {
    patterns: Vec<String>,
}

impl Mask {
    /// A mask over these values. Of a value with several lines, each line counts for itself.
    pub fn new<V: AsRef<str>>(values: impl IntoIterator<Item = V>) -> Self {
        let mut patterns = Vec::new();
        for value in values {
            let lines: Vec<String> = value
                .as_ref()
                .split(char::is_control)
                .map(|line| {
                    line.chars()
                        .filter(|c| chars::width(*c).is_some())
                        .collect()
                })
                .map(|line: String| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect();
            let single = lines.len() == 1;
            for line in lines {
                if single || line.chars().count() >= LEAST_LINE {
                    patterns.extend(chunks(&line));
                }
            }
        }
        patterns.sort();
        patterns.dedup();
        Mask { patterns }
    }

    /// `text` without secrets. At an edge where its line goes on elsewhere, what looks like a part
    /// of a secret is masked too.
    pub(super) fn cover(&self, text: StyledText, edges: Edges) -> StyledText {
        let found = self.find(text.text(), edges);
        if found.is_empty() {
            return text;
        }
        text.changed(&found, |new, range| {
            let style = text.parts(range).next().map(|(_, style)| style);
            new.push_str(MASK, style.unwrap_or_default());
        })
    }

    /// Where secrets stand in `text`: in order, apart from each other.
    fn find(&self, text: &str, edges: Edges) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for pattern in &self.patterns {
            let mut from = 0;
            while let Some(at) = text[from..].find(pattern.as_str()).map(|at| from + at) {
                found.push(at..at + pattern.len());
                // The next one may begin inside of this one.
                from = at + text[at..].chars().next().map_or(1, char::len_utf8);
            }
            if edges.continues {
                let part = suffixes(pattern).find(|part| text.starts_with(part));
                found.extend(part.map(|part| 0..part.len()));
            }
            if edges.cut || edges.unfinished {
                let part = prefixes(pattern).find(|part| text.ends_with(part));
                found.extend(part.map(|part| text.len() - part.len()..text.len()));
            }
        }
        joined(found)
    }
}

/// A long pattern in several, each of which shows if the whole does.
fn chunks(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    let last = &chars[chars.len().saturating_sub(LONGEST)..];
    chars
        .chunks_exact(LONGEST)
        .chain([last])
        .map(|chunk| chunk.iter().collect())
        .collect()
}

/// The beginnings of a pattern that say too much of it, longest first.
fn prefixes(pattern: &str) -> impl Iterator<Item = &str> {
    let cuts = pattern.char_indices().rev().map(|(at, _)| &pattern[..at]);
    cuts.take_while(|part| part.len() >= least(pattern))
}

/// The ends of a pattern that say too much of it, longest first.
fn suffixes(pattern: &str) -> impl Iterator<Item = &str> {
    let cuts = pattern.char_indices().skip(1).map(|(at, _)| &pattern[at..]);
    cuts.take_while(|part| part.len() >= least(pattern))
}

fn least(pattern: &str) -> usize {
    LEAST_PART.min(pattern.len().div_ceil(2))
}

/// The ranges in order, with those that touch made one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::ui::output::testing::{pieces, sketch};

    /// What the lines of `output` show behind a mask.
    fn shown(values: &[&str], output: &str) -> Vec<String> {
        let mask = Mask::new(values);
        pieces(output.as_bytes())
            .into_iter()
            .map(|piece| mask.cover(piece.text, piece.edges))
            .map(|text| sketch(&text.line(0..text.text().len())))
            .collect()
    }

    fn covered(values: &[&str], text: &str, edges: Edges) -> String {
        let mut styled = StyledText::default();
        styled.push_str(text, Style::new());
        Mask::new(values).cover(styled, edges).text().to_owned()
    }

    #[test]
    fn a_secret_is_masked_wherever_it_shows() {
        assert_eq!(
            shown(&["s3cret"], "a s3cret, s3crets\n"),
            ["a ••••••, ••••••s"]
        );
        assert_eq!(shown(&["s3cret", "other"], "s3cretother\n"), ["••••••"]);
        assert_eq!(shown(&["aba"], "xababax\n"), ["x••••••x"]);
        assert_eq!(shown(&["", "  "], "nothing to hide\n"), ["nothing to hide"]);
    }

    #[test]
    fn colours_and_moves_inside_of_it_hide_nothing() {
        assert_eq!(shown(&["s3cret"], "a s3\x1b[31mcr\x1b[met\n"), ["a ••••••"]);
        assert_eq!(shown(&["s3cret"], "xxxret\rs3c\n"), ["••••••"]);
        assert_eq!(
            shown(&["s3cret"], "s3\u{200b}cr\x1b]0;\x07et\n"),
            ["••••••"]
        );
        assert_eq!(shown(&["s3cret"], "\x1b[31m[s3cret]\n"), ["[red|[••••••]]"]);
    }

    #[test]
    fn a_secret_with_several_lines_is_masked_line_by_line() {
        let key = "-----BEGIN KEY-----\r\nMIIEvQIBADAN\n}\n";
        assert_eq!(shown(&[key], "k: MIIEvQIBADAN }\n"), ["k: •••••• }"]);
    }

    #[test]
    fn a_secret_that_is_not_yet_written_whole_is_masked() {
        assert_eq!(shown(&["s3cret"], "a s3cr"), ["a ••••••"]);
        assert_eq!(shown(&["s3cret"], "a s3cr\n"), ["a s3cr"]);
        assert_eq!(shown(&["pw"], "a p"), ["a ••••••"]);
    }

    #[test]
    fn a_secret_across_a_cut_is_masked_on_both_sides() {
        let cut = Edges {
            cut: true,
            ..Edges::default()
        };
        let continues = Edges {
            continues: true,
            ..Edges::default()
        };
        assert_eq!(covered(&["s3cret"], "xs3cr", cut), "x••••••");
        assert_eq!(covered(&["s3cret"], "cret", continues), "••••••");
        assert_eq!(covered(&["s3cret"], "xs3", cut), "xs3");
        assert_eq!(covered(&["s3cret"], "etx", continues), "etx");
        assert_eq!(
            covered(&["s3cret"], "s3crxcret", Edges::default()),
            "s3crxcret"
        );
    }

    #[test]
    fn very_long_secrets_are_masked_whole() {
        let secret: String = (0..3000)
            .map(|n| char::from(b'a' + (n % 23) as u8))
            .collect();
        assert_eq!(
            covered(&[&secret], &format!("x{secret}x"), Edges::default()),
            "x••••••x"
        );
    }
}
