//! Names that say what stands below them is not to be done, or not now: of a heading, a label, a summary, an
//! item or a comment. "Not in this release: drop the table", "Contract (next release)", "Wrong:", "Skip:
//! reindex", "Deployment (old, superseded by the above)".

use super::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

/// Where brackets begin and end.
const BRACKETS: [char; 8] = ['(', '（', ')', '）', '[', ']', '【', '】'];

/// Where a part of what stands outside of brackets ends.
const ENDS: [char; 4] = [':', '：', '—', '–'];

/// Where a remark ends that stands in brackets.
const REMARKS: [char; 6] = [',', ';', '—', '–', '，', '；'];

/// What a part says that speaks of another time, and of nothing else.
const PAST: [Topic; 3] = [Topic::Past, Topic::Outdated, Topic::Small];
const LATER: [Topic; 2] = [Topic::Later, Topic::Small];
/// What a part begins with that says so, and may say why behind it.
const ASIDE: [Topic; 4] = [Topic::Aside, Topic::Past, Topic::Outdated, Topic::Never];
const FLAW: [Topic; 1] = [Topic::Flaw];
const CLOSED: [Topic; 1] = [Topic::Closed];
/// What the deployment itself is called by, or how it is done.
const DEPLOYMENT: [Topic; 4] = [Topic::Steps, Topic::Deploy, Topic::Staged, Topic::Small];

/// How the reason begins that may stand behind: "superseded by the above", "skipped this time".
const REASONS: [&str; 26] = [
    "by ",
    "since ",
    "because ",
    "due to ",
    "see ",
    "in favour of ",
    "in favor of ",
    "as of ",
    "of this ",
    "this ",
    "these ",
    "it ",
    "that ",
    "for now ",
    "here ",
    "yesterday ",
    "today ",
    "last ",
    "earlier ",
    "already ",
    "only ",
    "any more ",
    "in prod",
    "on prod",
    "in live ",
    "on live ",
];

/// Where in a name a part of it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// It is all of it, brackets aside.
    Alone,
    First,
    Last,
    Brackets,
}

/// Whether `words` touch anything that would say so.
pub(super) fn may_be(words: &Words) -> bool {
    let topics = [
        Topic::Later,
        Topic::Past,
        Topic::Outdated,
        Topic::Aside,
        Topic::Flaw,
        Topic::Closed,
        Topic::Told,
        Topic::Never,
    ];
    topics.into_iter().any(|topic| words.has(topic))
}

/// Whether `name` says so: all of it, what stands before its first colon or dash or behind its last, or all
/// that stands in brackets. "Deploy (not needed on replicas)" only tells more of it.
pub(in crate::plan::markdown) fn is(name: &str) -> bool {
    is_of(&Words::whole(name), name)
}

/// The same of `name`, all of whose words are `words`.
pub(in crate::plan::markdown) fn is_of(words: &Words, name: &str) -> bool {
    is_struck(name) || (may_be(words) && parts(name).any(|(part, at)| says(part, at, name)))
}

/// Whether a part of `name` begins as if it said so, and goes on, or may be said of a thing: "Deploy (on hold
/// until 10:00)" and "Stop the servers (old)" are done, but somebody should look.
pub(in crate::plan::markdown) fn is_unclear(name: &str) -> bool {
    let words = Words::whole(name);
    let begins = |(part, at): (&str, At)| {
        let words = Words::whole(part);
        let flaw = matches!(at, At::Brackets | At::Last) && is_aside(&words, &FLAW);
        flaw || words.begins(&[Topic::Later]) || is_gone(&words)
    };
    let open = may_be(&words) && parts(name).any(begins) && !is_of(&words, name);
    open && !words.denies_elsewhere()
}

/// Whether `heading` tells of something, and is no name for what is done: "Known issues during deployment",
/// "Deployment: how it works".
pub(super) fn tells(heading: &str) -> bool {
    let begins = |(part, at)| at != At::Brackets && Words::whole(part).begins(&[Topic::Told]);
    parts(heading).any(begins)
}

/// Whether all of `name` is struck out.
pub(in crate::plan::markdown) fn is_struck(name: &str) -> bool {
    let name = name.trim();
    if !name.starts_with("~~") {
        return false;
    }
    let name = name.trim_end_matches([':', '.', '：']).trim_end();
    let inside = name
        .strip_prefix("~~")
        .and_then(|name| name.strip_suffix("~~"));
    inside.is_some_and(|inside| !inside.is_empty() && !inside.contains("~~"))
}

/// Whether what `name` begins with is struck out, and more stands behind that: "~~Drop it~~ moved to the next
/// release", "~~Stop~~ Drain the workers".
pub(super) fn is_partly_struck(name: &str) -> bool {
    name.starts_with("~~") && !is_struck(name)
}

/// The parts of `name` that may say so, and where each stands.
fn parts(name: &str) -> impl Iterator<Item = (&str, At)> {
    let bare = !name.contains(BRACKETS);
    name.split(BRACKETS)
        .enumerate()
        .flat_map(move |(ix, text)| {
            if ix % 2 == 1 {
                // Within brackets, "next release: 2.5" is one remark.
                let last = text.rsplit_once(REMARKS).map(|(_, last)| last);
                // "(phases: Switching, Completed)" lists names.
                let last = last.filter(|_| !text.contains([':', '：']));
                let remarks = std::iter::once(text).chain(last);
                return remarks.map(|remark| (remark, At::Brackets)).collect();
            }
            let mut pieces = text.split(ENDS).flat_map(|text| text.split(" - "));
            let first = pieces.next().unwrap_or(text);
            let rest: Vec<&str> = pieces.collect();
            let ends = rest.iter().all(|piece| piece.trim().is_empty());
            let at = match ix {
                0 if bare && ends => At::Alone,
                0 => At::First,
                _ => At::Last,
            };
            let mut parts: Vec<(&str, At)> = vec![(first, at)];
            parts.extend(rest.last().map(|piece| (*piece, At::Last)));
            parts
        })
}

fn says(part: &str, at: At, name: &str) -> bool {
    let words = Words::whole(part);
    let done = words.is_limited() || words.has(Topic::Urges) || words.instead().is_some();
    if !may_be(&words) || done {
        return false;
    }
    let first = matches!(at, At::Alone | At::First);
    if first && ["deferred ", "archive "].contains(&words.uncounted()) {
        // "Deferred: validate constraints" names those of a kind, "Archive: old rows" what is done.
        return false;
    }
    let later = words.begins(&[Topic::Later]) && words.speaks_only_of(&[&LATER]);
    later
        || is_gone(&words)
        || is_aside(&words, &ASIDE)
        || (!first && is_aside(&words, &CLOSED) && !words.uncounted().contains(" by "))
        || ((first || names_deployment(name)) && is_aside(&words, &FLAW))
        || is_former(&words)
}

/// Whether `name`, brackets aside, only calls the deployment by its name: then "(legacy)" is said of that.
fn names_deployment(name: &str) -> bool {
    let head = name.split(BRACKETS).next().unwrap_or(name);
    Words::whole(head).speaks_only_of(&[&DEPLOYMENT])
}

/// Whether `words` say no more than one of `topics`, and why.
fn is_aside(words: &Words, topics: &[Topic]) -> bool {
    let Some(rest) = words.behind(topics) else {
        return false;
    };
    // "N/A Reindex"
    if words.uncounted().starts_with("n a ") {
        return true;
    }
    let day = |c: char| c.is_ascii_digit() || c == ' ';
    rest.chars().all(day) || REASONS.iter().any(|word| rest.starts_with(word))
}

fn is_gone(words: &Words) -> bool {
    let gone = words.has(Topic::Past) || words.has(Topic::Outdated);
    gone && words.speaks_only_of(&[&PAST])
}

/// "Old deployment procedure"
fn is_former(words: &Words) -> bool {
    let how = words.has(Topic::Steps) && words.begins(&[Topic::Flaw]);
    how && words.speaks_only_of(&[&FLAW, &DEPLOYMENT])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_that_something_is_not_to_be_done() {
        for name in [
            "Wrong:",
            "❌ Bad",
            "Not like this",
            "Instead of",
            "Avoid:",
            "Old",
            "Sample",
            "NEVER",
            "Skip: warm the caches (done yesterday)",
            "N/A: warm the caches",
            "N/A Warm the caches",
            "Warm the caches (N/A)",
            "Warm the caches (skipped this time)",
            "Warm the caches (already done)",
            "Warm the caches (done 2026-10-01)",
            "Warm the caches - done",
            "Warm the caches (separate ticket)",
            "Warm the caches (not needed)",
            "Cutover (old, superseded by the above)",
            "Cutover (release N+1 — not part of this change)",
            "Cutover - DO NOT USE",
            "Release (draft)",
            "Release (archive)",
            "Migration (legacy)",
            "Old release procedure",
            "Old procedure (before 2024)",
            "Rollback (not possible)",
            "DON'T run this on production",
            "Do not run: deletes everything",
            "~~Drop it~~",
            "~~Drop it~~:",
            "Deprecated: the shell script",
            "Falsch",
            "Неправильно",
            "悪い例",
            "错误示例",
        ] {
            assert!(is(name), "{name}");
        }
    }

    #[test]
    fn what_is_said_of_a_thing_is_done() {
        for name in [
            "Avoid downtime: run this first",
            "Old pods are deleted",
            "Previously created index",
            "Skipped migrations",
            "Skip to the next release",
            "Wrong rows are removed",
            "Drop the indexes (unused)",
            "Delete the rows (bad)",
            "Stop the servers (old)",
            "Ship the flag (disabled)",
            "Create the release (draft)",
            "Move the rows (archive)",
            "Archive: move the rows",
            "Done",
            "Restart web (done by Anna)",
            "Do not skip: take a backup",
            "Restart web (do not skip)",
            "Do not interrupt: build the index",
            "Reference data",
            "Example tenants are loaded",
            "Deploy the release",
            "Deploy (not needed on replicas)",
            "Run the migration (no rollback)",
            "Do not run this twice",
            "Do not run this if the replica lags",
            "Never run it before the backup is there",
            "~~Stop~~ Drain the workers",
            "Take about ~5 minutes",
            "",
        ] {
            assert!(!is(name), "{name}");
        }
        assert!(is_unclear("Stop the servers (old)"));
        assert!(!is_unclear("Stop the old servers"));
    }
}
