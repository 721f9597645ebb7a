//! What is done only some time after what stands before it: "After 72 hours stable", "Wait 20 minutes, then:". Nobody is to
//! come by it by going on.

use std::sync::LazyLock;
use std::time::Duration;

use crate::plan::markdown::figures::times::{self, Said};
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::{self, Beginnings};

/// Whether `text` says that it is done hours later or more: "After 72 hours stable".
pub(in crate::plan::markdown) fn waits(text: &str) -> bool {
    waits_for(text, HOUR)
}

/// Whether `text` begins with a time of `least` or more that passes before it is done.
fn waits_for(text: &str, least: Duration) -> bool {
    let near = IN_CASE_OF.near(text).iter();
    let mut rests = near.filter_map(|(word, ())| tongues::strip_word(text, word));
    rests.any(|rest| {
        let rest = rest.trim_start();
        let ends = rest.match_indices(' ').map(|(at, _)| at);
        let mut ends = ends.take(MAX_TIME).chain([rest.len()]);
        let time = |end: usize| rest[..end].trim_end_matches([':', ',', '.', '：']);
        ends.any(|end| is_as_long(time(end), least))
    })
}

/// Whether `text` says so behind what is done, and not of a thing that is kept so long: "Create the baseline after 24
/// hours", not "Expire sessions after 24 hours".
fn waits_at_the_end(text: &str, least: Duration) -> bool {
    let keeps = || folded(text).split(' ').any(|word| KEEPS.contains(&word));
    let mut behind = text.match_indices(' ').map(|(at, _)| &text[at + 1..]);
    behind.any(|rest| {
        let after = IN_CASE_OF.near(rest).iter();
        let mut times = after.filter_map(|(word, ())| tongues::strip_word(rest, word));
        times.any(|time| is_as_long(time.trim().trim_end_matches([':', '.']), least))
    }) && !keeps()
}

/// Whether a comment says either of some minutes, also behind a name: "For Blue-Green: retire it after 30 min".
pub(in crate::plan::markdown) fn waits_in_comment(text: &str) -> bool {
    let behind_name = text.split_once(": ").map(|(_, rest)| rest);
    let mut said = std::iter::once(text).chain(behind_name);
    said.any(|text| waits_for(text, QUARTER) || waits_at_the_end(text, QUARTER))
}

/// Whether `line`, right above a block, says so of some minutes, or that one waits as long: "Wait 10 minutes, then:".
pub(in crate::plan::markdown) fn waits_in_line(line: &str) -> bool {
    asks_to_wait(line) || waits_for(line, QUARTER)
}

/// Whether `line` asks to wait for some minutes: "Wait 10 minutes, then:".
pub(in crate::plan::markdown) fn asks_to_wait(line: &str) -> bool {
    let near = line.get(..line.len().min(MAX_WAIT)).unwrap_or("");
    let begins = WAITING.iter().find_map(|word| tongues::strip(near, word));
    let first = near.split([',', ':', '.', ';']).next().unwrap_or(near);
    // "10 Minuten warten"
    let ends = || {
        WAITING_LAST
            .iter()
            .find_map(|word| first.strip_suffix(word))
    };
    let told = begins.map(|rest| rest.trim_start_matches(|c: char| c.is_alphabetic()));
    let Some(told) = told.or_else(ends).map(str::trim) else {
        return false;
    };
    let told = told.strip_prefix("for ").unwrap_or(told);
    let time = told.split([',', ':', '.', ';', '，', '：', '。']).next();
    time.is_some_and(|time| {
        let time = time.split(" then").next().unwrap_or(time);
        is_as_long(time.trim_end_matches(" and"), MINUTES)
    })
}

/// How much of a line is looked at for that, in bytes.
const MAX_WAIT: usize = 120;
/// How a line begins that asks to wait, in lower case and without accents.
pub(in crate::plan::markdown) const WAITING: [&str; 9] = [
    "wait ",
    "warte ",
    "warten ",
    "attend",
    "espera",
    "aguard",
    "подожд",
    "等待",
    "then wait ",
];
/// How one ends.
const WAITING_LAST: [&str; 2] = [" warten", "待つ"];

/// How many words a time has at most: "24 to 48 hours".
const MAX_TIME: usize = 4;

/// What is done by itself after such a time.
const KEEPS: [&str; 10] = [
    "expire", "expires", "keep", "keeps", "retain", "rotate", "alert", "time", "times", "set",
];

/// Whether `time` is a length of `limit` or more, or a range of such: "24-48 hours", "24+ hours".
fn is_as_long(time: &str, limit: Duration) -> bool {
    let least = time.replacen("+ ", " ", 1);
    match times::said(&least) {
        Some(Said::Length(length) | Said::Between(length, _) | Said::Beyond(length)) => {
            length >= limit
        }
        _ => false,
    }
}

/// Nobody waits so long in the middle of a phase.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Nor a command that says so of itself, where nothing is looked at.
const QUARTER: Duration = Duration::from_secs(15 * 60);
/// Whoever is told to wait for less does so while the next step is read.
const MINUTES: Duration = Duration::from_secs(5 * 60);

/// "After", "when".
static IN_CASE_OF: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case_of));
