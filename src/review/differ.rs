//! What has changed between two texts, as a unified difference.

use std::borrow::Cow;

use similar::{ChangeTag, TextDiff};

/// How many lines around a change are shown.
const AROUND: usize = 3;

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// Where the lines that follow stand: the first line in the old text and in the new one.
    Place {
        /// In the old text, counted from 1.
        old: usize,
        /// In the new text, counted from 1.
        new: usize,
    },
    /// What became of a file, of which the lines that follow are.
    File(String),
    /// A line that is in both.
    Same(String),
    /// A line that is gone.
    Gone(String),
    /// A line that is new.
    New(String),
}

/// What has to change in `old` to have `new`; nothing if they are the same, or only their lines end otherwise.
pub fn difference(old: &str, new: &str) -> Vec<DiffLine> {
    let (old, new) = (plain(old), plain(new));
    let diff = TextDiff::from_lines(old.as_ref(), new.as_ref());
    let mut lines = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if let Some(first) = group.first() {
            lines.push(DiffLine::Place {
                old: first.old_range().start + 1,
                new: first.new_range().start + 1,
            });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Same(text),
                ChangeTag::Delete => DiffLine::Gone(text),
                ChangeTag::Insert => DiffLine::New(text),
            });
        }
    }
    lines
}

/// `text` with lines that end as they mostly do.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_is_gone_what_is_new_and_where() {
        let old = "a\nb\nc\nd\ne\nf\n";
        let new = "a\nb\nc\nd\nE\nf\n";
        let text = |s: &str| s.to_owned();
        assert_eq!(
            difference(old, new),
            [
                DiffLine::Place { old: 2, new: 2 },
                DiffLine::Same(text("b")),
                DiffLine::Same(text("c")),
                DiffLine::Same(text("d")),
                DiffLine::Gone(text("e")),
                DiffLine::New(text("E")),
                DiffLine::Same(text("f")),
            ]
        );
        assert!(difference(old, old).is_empty());
        assert!(difference(old, &old.replace('\n', "\r\n")).is_empty());
    }
}
