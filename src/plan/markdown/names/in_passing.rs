//! What a comment says in passing against going on: a case behind what is done, "Full deployment if the canary holds",
//! or what has to become so before it, "When the queue is empty", "Requires manual approval". What the commands below it
//! see to by themselves, "Create the folder if it is missing", nobody has to be asked for.

use super::beforehand;
use super::cases;
use super::conditional::{self, Reserve};
use super::heading;
use super::turns;
use crate::plan::markdown::tongues;
use crate::plan::markdown::tongues::folded::folded;

/// What the comment `text`, which stands right above `script`, says so.
pub(super) fn reserve(text: &str, script: &str) -> Option<Reserve> {
    let text = text.trim_end_matches([':', '：', '.']);
    let held = |words: &[&str]| words.iter().any(|word| script.contains(word));
    if is_cased(text) && !held(&DECIDES) {
        return Some(Reserve::Case);
    }
    if held(&beforehand::WAITS) {
        return None;
    }
    let asked = beforehand::needs_approval(text) && !script.contains("approv");
    let awaits = || turns::awaits(text).then_some(Reserve::Later);
    asked.then_some(Reserve::Before).or_else(awaits)
}

/// Whether `text` names a case behind what is done, and is said of what stands below it.
fn is_cased(text: &str) -> bool {
    let text = heading::behind_count(text).trim_start();
    let said = folded(text);
    let first = said.split_whitespace().next().unwrap_or_default();
    // "Returns 0 if all is well"
    let tells = (first.ends_with('s') && !first.ends_with("ss")) || TELLS.contains(&first);
    // "Create the folder if needed"
    let makes = || tongues::words(|tongue| tongue.makes).any(|make| make == first);
    if tells || makes() {
        return false;
    }
    let mut ifs = text.match_indices(' ').map(|(at, _)| text.split_at(at));
    let case = ifs.find_map(|(before, case)| {
        let case = case.trim_start();
        let before = folded(before);
        let last = before.split_whitespace().last()?;
        let begins = IFS.contains(&folded(case).split_whitespace().next()?);
        (begins && !ASKS.contains(&last)).then_some(case)
    });
    match case {
        Some(case) => conditional::ordinarily(case) == case && !is_seen(case),
        None => cases::trails(text),
    }
}

/// Whether `case` is one that commands see to by themselves, as most do with what is there already.
fn is_seen(case: &str) -> bool {
    let case = folded(case);
    case.split_whitespace().any(|word| SEEN.contains(&word))
}

/// "If", behind what is done. "Falls" is a verb as well.
const IFS: [&str; 5] = ["if", "unless", "wenn", "si", "если"];
/// What stands in front of it where it is a question, or no case.
const ASKS: [&str; 14] = [
    "even",
    "as",
    "see",
    "check",
    "checks",
    "know",
    "verify",
    "test",
    "tests",
    "determine",
    "ask",
    "out",
    "what",
    "look",
];
/// What is there, or not there yet.
const SEEN: [&str; 13] = [
    "any",
    "there",
    "exist",
    "exists",
    "existing",
    "missing",
    "already",
    "yet",
    "absent",
    "existe",
    "existiert",
    "vorhanden",
    "schon",
];
/// With what begins what is told, looked at, or done by who reads.
#[rustfmt::skip]
const TELLS: [&str; 38] = [
    "this", "that", "it", "the", "there", "these", "they", "nothing", "no", "you", "we", "a", "an", "its", "your", "all", "note", "see", "look", "should",
    "must", "will", "may", "can", "check", "verify", "ensure", "confirm", "watch", "stop", "exit", "abort", "fail", "skip", "continue", "wait", "es", "il",
];
/// With what commands decide by themselves whether there is something to do.
const DECIDES: [&str; 9] = [
    "if ",
    "IF ",
    "||",
    "[ ",
    "test ",
    "mkdir -p",
    "grep -q",
    "ON CONFLICT",
    "on conflict",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_comment_leaves_open_in_passing_is_told_from_what_the_commands_see_to() {
        for (text, told) in [
            ("Full deployment if canary healthy", Reserve::Case),
            ("4. Full deployment if canary healthy:", Reserve::Case),
            ("Reindex if needed", Reserve::Case),
            ("Neu aufbauen wenn aufgebläht", Reserve::Case),
            ("When the queue is empty", Reserve::Later),
            ("When the canary is healthy", Reserve::Later),
            ("After QA sign-off", Reserve::Before),
            (
                "Requires manual approval in GitHub Actions",
                Reserve::Before,
            ),
        ] {
            assert_eq!(reserve(text, "./go.sh"), Some(told), "{text}");
        }
        for text in [
            "Create the folder if needed",
            "Drop the slot if it is there",
            "Open the traffic if all is well",
            "Returns 0 if the lag is low",
            "Stop if it fails",
            "See if it runs",
            "Migrate, even if it takes long",
            "Requires an admin token",
            "When the migration is done",
            "Migrate the approvals",
        ] {
            assert_eq!(reserve(text, "./go.sh"), None, "{text}");
        }
        for (text, script) in [
            ("Reindex if needed", "./is_fine || ./reindex"),
            ("Prepare it if needed", "mkdir -p /srv/shop"),
            ("When the queue is empty", "./wait-for-queue; ./go"),
        ] {
            assert_eq!(reserve(text, script), None, "{text}");
        }
    }
}
