//! Lines that tell what somebody does, or waits for, before what stands below them is run: "Wait for the DBA to sign off,
//! then run:", "Wait until the queue is empty.", "At 22:00 run:". Whoever goes on has done none of it.

use super::heading;
use super::later::WAITING;
use super::sentences;
use crate::plan::looks;
use crate::plan::markdown::figures::daytime;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::{strip, strip_word};
use crate::plan::work::Work;

/// Whether `line`, the name of a block, tells something of that.
pub(in crate::plan::markdown) fn is_told(line: &str) -> bool {
    let last = line.rsplit(". ").next().unwrap_or(line);
    let at = || daytime::names_time(line) && !folded(line).contains("t 0");
    line.len() <= MAX_LINE
        && (hands_over(last) || needs_approval(line) || is_on_a_day(line) || at())
}

/// Whether `line` begins with what is waited for. A few minutes pass while the next step is read.
pub(in crate::plan::markdown) fn waits(line: &str) -> bool {
    let text = heading::behind_count(line).trim_start();
    let near = text.get(..text.len().min(MAX_LINE)).unwrap_or(text);
    if !asks_to_wait(near) {
        return false;
    }
    let said = folded(
        near.split([':', '.', ';', '：', '。'])
            .next()
            .unwrap_or(near),
    );
    let mut words = said.split_whitespace().skip(1).peekable();
    let passes = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || TIMES.iter().any(|stem| word.starts_with(stem))
    };
    words.peek().is_some() && !words.any(passes)
}

/// Whether `text` begins with "wait".
fn asks_to_wait(text: &str) -> bool {
    let begins = |word: &str| match word.strip_suffix(' ') {
        Some(word) => strip_word(text, word).is_some(),
        None => strip(text, word).is_some(),
    };
    WAITING.iter().any(|word| begins(word))
}

/// Whether `line` tells to wait, or to agree with somebody, and then what follows: "Get the approval, then run", "Tell
/// support before running". What else is done first the block may do.
fn hands_over(line: &str) -> bool {
    let said = folded(heading::behind_count(line));
    let said = said.trim();
    let first = HANDS_OVER.iter().find_map(|end| said.strip_suffix(end));
    first.is_some_and(|first| waits(line) || agrees(first))
}

/// Whether the folded `clause` tells to agree with somebody.
fn agrees(clause: &str) -> bool {
    let mut words = clause.split_whitespace();
    let (verb, next) = (words.next(), words.next());
    let asks = verb.is_some_and(|verb| AGREES.contains(&verb)) && next.is_some();
    let asks = asks || (verb == Some("make") && next == Some("sure"));
    let approval = |word: &str| APPROVAL.iter().any(|stem| word.starts_with(stem));
    asks || clause.split_whitespace().any(approval)
}

/// Whether `line` begins with somebody's word that it is not done without: "Requires manual approval", "After the sign-off".
pub(super) fn needs_approval(line: &str) -> bool {
    let text = heading::behind_count(line).trim_start();
    let said = folded(text);
    let first = said.split_whitespace().next().unwrap_or_default();
    let needs = NEEDS.iter().any(|stem| first.starts_with(stem));
    let given = APPROVAL
        .iter()
        .chain(&SIGNED)
        .any(|stem| said.contains(stem));
    given && (needs || asks_to_wait(text) || sentences::behind_when(text).is_some())
}

/// Whether `line` ends with a day: "Run this on Monday".
fn is_on_a_day(line: &str) -> bool {
    let said = folded(line);
    let mut words = said.split_whitespace().rev();
    let day = words.next().is_some_and(|word| DAYS.contains(&word));
    let on = words
        .next()
        .is_some_and(|word| matches!(word, "on" | "next"));
    // "Deployment on Monday" is what a runbook is called.
    day && on && words.next_back().is_some_and(|first| DONE.contains(&first))
}

/// Whether `work`, below `line`, waits by itself where that tells to, or changes nothing.
pub(in crate::plan::markdown) fn is_seen_to(line: &str, work: &Work) -> bool {
    let script = work.text();
    let waits_itself = || waits(line) && WAITS.iter().any(|word| script.contains(word));
    looks::only_looks(work) || waits_itself()
}

/// The longest line that says so, in bytes.
const MAX_LINE: usize = 120;
/// What a line ends with that tells one thing, and then another.
#[rustfmt::skip]
const HANDS_OVER: [&str; 18] = [
    " then", " then run", " then execute", " then run this", " then apply", " before running", " before you run", " before running this",
    " before you run this", " before executing", " dann", " dann ausfuhren", " puis", " затем", " luego", " luego ejecutar", " depois",
    " depois execute",
];
/// How a line begins that tells to agree with somebody.
#[rustfmt::skip]
const AGREES: [&str; 10] = [
    "confirm", "ask", "tell", "inform", "notify", "announce", "ensure", "call", "agree", "coordinate",
];
/// What somebody gives.
#[rustfmt::skip]
const APPROVAL: [&str; 6] = [
    "approv", "permission", "freigabe", "aprobacion", "aprovacao", "согласов",
];
const SIGNED: [&str; 2] = ["sign off", "signed off"];
/// How a line begins that tells what is needed.
const NEEDS: [&str; 7] = [
    "requir",
    "need",
    "pending",
    "erforder",
    "benotig",
    "requier",
    "требу",
];
/// Lengths that pass by themselves.
#[rustfmt::skip]
const TIMES: [&str; 10] = [
    "second", "moment", "minute", "sekunde", "seconde", "segundo", "минут", "секунд", "bit", "while",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// How a line begins that tells to do it then.
const DONE: [&str; 5] = ["run", "do", "execute", "apply", "schedule"];
/// How a script waits.
pub(super) const WAITS: [&str; 7] = [
    "wait",
    "sleep",
    "rollout status",
    "until",
    "while",
    "isready",
    "watch",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_does_before_is_told_from_what_the_steps_do() {
        for line in [
            "Wait for the DBA to sign off, then run",
            "Wait for approval, then",
            "The queue drains by itself. Wait until it is empty, then",
            "2. Wait for the go of the release manager, then run",
            "Warten, bis die Replikation aufgeholt hat, dann",
            "Get approval from the DBA before running",
            "Make sure that nobody is writing, then",
            "Confirm with the team lead, then run",
            "Freigabe einholen, dann",
            "Esperar la aprobación, luego ejecutar",
            "Run this on Monday",
            "At 22:00 run",
        ] {
            assert!(is_told(line), "{line}");
        }
        for line in [
            "Wait",
            "Wait for the pods",
            "Wait 10 seconds, then",
            "Wait a few minutes, then run",
            "Wait a moment",
            "Waiting times",
            "Then",
            "Then run",
            "And then",
            "Change into the directory, then run",
            "Stop the app, then run",
            "Now and then",
            "Wait for 30s, then",
            "At 22:00 UTC (T-0)",
            "Check the Monday report",
            "Deployment on Monday",
            "At 22 servers",
            "",
        ] {
            assert!(!is_told(line), "{line}");
        }
    }
}
