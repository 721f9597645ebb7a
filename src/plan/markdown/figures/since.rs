//! How long something is since the start, as people write it: "30 minutes of the deployment", "T+30m".

use std::time::Duration;

use super::times::{length, place};
use crate::plan::letters;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::markdown::tongues::{folded, made_of};

/// How the start is called that `30 minutes after the deployment` counts from.
const STARTS: [&str; 15] = [
    "deploy",
    "deployment",
    "deploying",
    "release",
    "cutover",
    "start",
    "begin",
    "beginning",
    "go-live",
    "t-0",
    "t0",
    "beginn",
    "start des deployments",
    "debut",
    "inicio",
];

/// `30 minutes`, `30 minutes of the deployment`, `t+30m`: how long it is since the start.
pub(super) fn since_start(text: &str) -> Option<Duration> {
    if let Some(place @ 1..) = place(text) {
        return u64::try_from(place).ok().map(Duration::from_secs);
    }
    length(of_start(text).unwrap_or(text))
}

/// What stands before "of the deployment", "after the start".
fn of_start(text: &str) -> Option<&str> {
    let ends = [" of ", " after ", " from ", " since "];
    let (head, rest) = ends.iter().find_map(|end| text.split_once(end))?;
    let articles = ["the ", "dem ", "le ", "el ", "o ", "do ", "del "];
    is_start(without_word(rest, &articles)).then_some(head)
}

/// How long before or after the start: `30 min before go-live`, `30 days after release`.
pub(super) fn beside_start(text: &str) -> Option<(&str, i64)> {
    let sides = [(" before ", -1), (" prior to ", -1), (" after ", 1)];
    sides.iter().find_map(|(side, sign)| {
        let (head, rest) = text.split_once(side)?;
        is_start(without_word(rest, &["the "])).then_some((head, *sign))
    })
}

/// Whether `text` names the start, or the deployment by any of its names: "switchover", "the database migration" may be
/// one of several.
fn is_start(text: &str) -> bool {
    let deployment = || made_of::only(&folded::folded(text), &[&[Topic::Deploy]]);
    STARTS.contains(&text.trim()) || deployment()
}

/// Whether `text` looks as if it told a place on the clock: a relation, and a unit.
pub(in crate::plan::markdown) fn looks_like_place(text: &str) -> bool {
    let text = letters::fold(text);
    // "0:15", "22:00"
    let clock = text.split_once(':').is_some_and(|(hours, minutes)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (1..=2).contains(&hours.len()) && minutes.len() == 2 && digits(hours) && digits(minutes)
    });
    let mut words = text
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '-' | '<' | '>'))
        .filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or("");
    let named = |all: &[&str], word: &str| all.contains(&word);
    let unit = words.clone().any(|word| {
        let bare = word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        named(&UNITS, bare) || named(&UNITS, bare.trim_end_matches('s'))
    });
    let signed = |word: &str| {
        let rest = word.strip_prefix(['t', 'd', 'h']).unwrap_or(word);
        rest.len() > 1
            && rest.starts_with(['+', '-'])
            && rest[1..].starts_with(|c: char| c.is_ascii_digit())
    };
    let numbered = named(&["day", "week", "month", "tag", "jour", "dia"], first)
        && words
            .clone()
            .nth(1)
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    // "T minus 30"
    let spoken = first == "t"
        && words
            .clone()
            .nth(1)
            .is_some_and(|word| named(&["minus", "plus"], word));
    let related = words.any(|word| named(&RELATIONS, word));
    clock || signed(first) || numbered || spoken || (unit && related)
}

/// What times are counted in.
const UNITS: [&str; 18] = [
    "min",
    "minute",
    "h",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "morning",
    "evening",
    "night",
    "afternoon",
    "minuten",
    "stunde",
    "stunden",
    "tag",
    "woche",
    "jour",
];
/// What says that a time is a place, and not how long something is.
const RELATIONS: [&str; 15] = [
    "before", "within", "after", "later", "prior", "next", "previous", "end", "since", "vor",
    "nach", "avant", "apres", "antes", "despues",
];

fn without_word<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let found = words.iter().find_map(|word| text.strip_prefix(word));
    found.unwrap_or(text)
}

/// How long since the deployment a sentence says that what it stands in is for: "Only if we are within 30
/// minutes of the deploy", "If it is seen within the first 15 minutes".
pub(in crate::plan::markdown) fn until_in_sentence(text: &str) -> Option<Duration> {
    let lower = text.to_lowercase();
    let (_, rest) = lower.split_once("within ")?;
    let rest = rest.split(['.', ',', ';', ':', '\n', '(', ')']).next()?;
    let rest = rest.trim();
    match without_word(rest, &["the first ", "first "]) {
        first if first.len() < rest.len() => length(of_start(first).unwrap_or(first)),
        rest => length(of_start(rest)?),
    }
}
