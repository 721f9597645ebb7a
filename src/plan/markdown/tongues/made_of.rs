//! Which phrases a text is made of.

use super::phrases::{self, Topic};
use crate::plan::letters::is_dense;

/// Whether each word of `text`, folded, is a part of a phrase of `topics`.
pub(in crate::plan::markdown) fn only(text: &str, topics: &[&[Topic]]) -> bool {
    let mut rest = text;
    if rest.trim().is_empty() {
        return false;
    }
    while let Some(end) = rest.find(' ') {
        let word = &rest[..=end];
        if word.starts_with(is_dense) {
            if !is_made_of(word, topics) {
                return false;
            }
            rest = &rest[end + 1..];
            continue;
        }
        let Some(longest) = longest(rest, topics) else {
            return false;
        };
        // What goes on behind an open phrase is the rest of its word.
        let open = rest[longest..].find(' ');
        rest = open.map_or("", |open| &rest[longest + open + 1..]);
    }
    true
}

/// The length of the longest phrase of `topics` that `text` begins with.
pub(in crate::plan::markdown) fn longest(text: &str, topics: &[&[Topic]]) -> Option<usize> {
    let mut longest = None;
    phrases::at(text, |topic, length| {
        if topics.iter().any(|topics| topics.contains(&topic)) {
            longest = longest.max(Some(length));
        }
    });
    longest
}

/// Whether nothing is left of `word`, whose script has no spaces, without phrases of `topics`.
fn is_made_of(word: &str, topics: &[&[Topic]]) -> bool {
    let mut rest = word.trim_end();
    while let Some(longest) = longest(rest, topics).filter(|_| !rest.is_empty()) {
        rest = &rest[longest..];
    }
    rest.is_empty()
}
