//! How long something is since the start, as people write it: "30 minutes of the deployment", "T+30m".

use std::time::Duration;

use super::times::{length, place};

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
    let rest = without_word(rest, &articles);
    STARTS.contains(&rest.trim()).then_some(head)
}

fn without_word<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let found = words.iter().find_map(|word| text.strip_prefix(word));
    found.unwrap_or(text)
}

/// How long since the deployment a sentence says that what it stands in is for: "Only if we are within 30
/// minutes of the deploy."
pub(super) fn until_in_sentence(text: &str) -> Option<Duration> {
    let lower = text.to_lowercase();
    let (_, rest) = lower.split_once("within ")?;
    let rest = rest.split(['.', ',', ';', ':', '\n', '(', ')']).next()?;
    length(of_start(rest.trim())?)
}
