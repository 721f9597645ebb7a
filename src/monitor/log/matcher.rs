//! From bytes to lines, and from lines to those that match.

use crate::plan::Pattern;

/// How much of a line is looked at.
const LONGEST: usize = 64 * 1024;

/// Counts the lines that match, whatever pieces they come in.
pub(super) struct Matcher {
    pattern: Pattern,
    /// The line that is not over yet.
    line: Vec<u8>,
    matches: u64,
}

impl Matcher {
    pub(super) fn new(pattern: Pattern) -> Self {
        Matcher {
            pattern,
            line: Vec::new(),
            matches: 0,
        }
    }

    /// How many lines have matched so far.
    pub(super) fn matches(&self) -> u64 {
        self.matches
    }

    /// Takes in what comes next.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// What has come so far is a line, even if nothing ended it.
    pub(super) fn end_line(&mut self) {
        let text = String::from_utf8_lossy(&self.line);
        let text = text.trim_end_matches(['\n', '\r']);
        if !text.is_empty() && self.pattern.is_match(text) {
            self.matches += 1;
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_counts_once_it_is_whole() {
        let mut matcher = Matcher::new(Pattern::new("ERROR$").unwrap());
        matcher.take(b"one ERR");
        matcher.take(b"OR\r\nfine\nERROR");
        assert_eq!(matcher.matches(), 1);
        matcher.end_line();
        matcher.take(b"\n\nERROR and more\n");
        assert_eq!(matcher.matches(), 2);
    }

    #[test]
    fn endless_lines_take_no_more_than_their_room() {
        let mut matcher = Matcher::new(Pattern::new("^aaa").unwrap());
        for _ in 0..100 {
            matcher.take(&[b'a'; 10_000]);
        }
        assert_eq!(matcher.line.len(), LONGEST);
        matcher.take(b"\n");
        assert_eq!(matcher.matches(), 1);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[aE\n]{0,60}", cuts in proptest::collection::vec(0usize..60, 0..5)) {
            let count = |pieces: Vec<&[u8]>| {
                let mut matcher = Matcher::new(Pattern::new("E").unwrap());
                for piece in pieces {
                    matcher.take(piece);
                }
                matcher.matches()
            };
            let whole = count(vec![text.as_bytes()]);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&text.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.push(&text.as_bytes()[from..]);
            prop_assert_eq!(count(pieces), whole);
        }
    }
}
