//! Headings and lines that say what stands below is not for now: "Not in this release: drop the table",
//! "Contract (next release)", "Obsolete: deploy by hand", "Previous deployment (2025-11)".

use super::phrases::Topic;
use super::words::Words;

/// Where brackets begin and end.
const BRACKETS: [char; 6] = ['(', '（', ')', '）', '[', ']'];

/// Where a part of what stands outside of brackets ends.
const ENDS: [char; 4] = [':', '：', '—', '–'];

/// What a part says that speaks of another time, and of nothing else.
const PAST: [Topic; 3] = [Topic::Past, Topic::Outdated, Topic::Small];
const LATER: [Topic; 2] = [Topic::Later, Topic::Small];

/// What tells of a thing where it stands behind one: "Data migration (legacy)" moves it.
const OF_A_THING: [&str; 3] = ["legacy ", "historical ", "archived "];

/// Whether `words` touch anything that would say so.
pub(super) fn may_be(words: &Words) -> bool {
    let topics = [Topic::Later, Topic::Past, Topic::Outdated];
    topics.into_iter().any(|topic| words.has(topic))
}

/// Whether `heading` says so: all of it, what stands before its first colon or dash or behind its last, or all
/// that stands in brackets. "Deploy (not needed on replicas)" only tells more of it.
pub(super) fn is(heading: &str) -> bool {
    parts(heading).any(|(part, first)| says(part, first))
}

/// Whether a part of `heading` begins as if it said so, and goes on: "Deploy (on hold until 10:00)" is done,
/// but somebody should look.
pub(super) fn is_unclear(heading: &str) -> bool {
    let begins = |(part, _)| {
        let words = Words::whole(part);
        words.begins(&[Topic::Later]) || is_gone(&words)
    };
    !is(heading) && parts(heading).any(begins)
}

/// The parts of `heading` that may say so, and whether each is what it begins with.
fn parts(heading: &str) -> impl Iterator<Item = (&str, bool)> {
    heading.split(BRACKETS).enumerate().flat_map(|(ix, text)| {
        // Within brackets, "next release: 2.5" is one remark.
        if ix % 2 == 1 {
            return vec![(text, false)];
        }
        let pieces: Vec<&str> = text
            .split(ENDS)
            .flat_map(|text| text.split(" - "))
            .collect();
        let mut parts: Vec<(&str, bool)> = Vec::with_capacity(2);
        parts.extend(pieces.first().map(|piece| (*piece, ix == 0)));
        parts.extend(
            pieces
                .iter()
                .skip(1)
                .next_back()
                .map(|piece| (*piece, false)),
        );
        parts
    })
}

fn says(part: &str, first: bool) -> bool {
    let words = Words::whole(part);
    let text = words.uncounted();
    if first && text == "deferred " {
        // "Deferred: validate constraints" names those of a kind.
        return false;
    }
    let later = words.begins(&[Topic::Later]) && words.speaks_only_of(&[&LATER]);
    later || (is_gone(&words) && (first || !OF_A_THING.contains(&text)))
}

fn is_gone(words: &Words) -> bool {
    let gone = words.has(Topic::Past) || words.has(Topic::Outdated);
    gone && words.speaks_only_of(&[&PAST])
}
