//! Headings and lines that say what stands below is not for now: "Not in this release: drop the table",
//! "Contract (next release)", "Obsolete: deploy by hand", "Previous deployment (2025-11)".

use super::phrases::Topic;
use super::words::Words;

/// Where a part of a heading ends that may say so.
const ENDS: [char; 10] = [':', '：', '(', '（', ')', '）', '[', ']', '—', '–'];

/// What a part says that speaks of another time, and of nothing else.
const PAST: [Topic; 3] = [Topic::Past, Topic::Outdated, Topic::Small];

/// Whether `words` touch anything that would say so.
pub(super) fn may_be(words: &Words) -> bool {
    let topics = [Topic::Later, Topic::Past, Topic::Outdated];
    topics.into_iter().any(|topic| words.has(topic))
}

/// Whether `heading` says so: all of it, what stands before a colon or a dash, or what stands in brackets.
pub(super) fn is(heading: &str) -> bool {
    let parts = heading.split(ENDS).flat_map(|part| part.split(" - "));
    parts.into_iter().any(is_part)
}

fn is_part(part: &str) -> bool {
    let words = Words::whole(part);
    let gone = || words.has(Topic::Past) || words.has(Topic::Outdated);
    words.begins(&[Topic::Later]) || (gone() && words.speaks_only_of(&[&PAST]))
}
