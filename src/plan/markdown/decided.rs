//! Lines that leave it to what follows whether one goes back, and sentences that decide it: "We roll back when:", "If
//! p95 > 800 ms, we roll back".

use std::sync::LazyLock;

use super::phrases::Topic;
use super::threshold;
use super::tongues::{self, Beginnings};
use super::words::Words;
use crate::plan::letters;

/// Whether a line without a word of its own for it says that a way back is decided about by what follows: "We roll
/// back when:", "Rollback criteria:"; `within` a way back "Trigger this if:" does.
pub(super) fn asks(line: &str, within: bool) -> bool {
    let line = line.trim_end().trim_end_matches('*');
    let Some(line) = line
        .strip_suffix([':', '：'])
        .or_else(|| of_following(line))
    else {
        return false;
    };
    if line.len() > MAX_ASKED || line.contains('\n') {
        return false;
    }
    let folded = letters::fold(line);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let following = |word: &&&str| FOLLOWING.contains(*word);
    let behind = words.iter().rev().take_while(following).count();
    let ends = words[..words.len() - behind]
        .last()
        .is_some_and(|word| CASES.contains(word));
    let named = words
        .iter()
        .any(|word| NAMED.iter().any(|named| word.starts_with(named)));
    let when = folded.starts_with("when to ") || folded.contains(" when to ");
    let asked = named || ends || when;
    // "When to use it"; "Trigger", and nothing else.
    let alone =
        words.len() - behind == 1 && words.first().is_some_and(|w| w.starts_with("trigger"));
    let used = folded.starts_with("when to use");
    ((ends || alone || used) && within) || (asked && goes_back(line))
}

/// The label of a line that says no more than that its conditions follow: "**Trigger**: any of the following".
pub(super) fn of_following(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once([':', '：'])?;
    let folded = letters::fold(rest);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    let all = words.all(|word| word.is_empty() || FOLLOWING.contains(&word));
    (all && rest.contains(char::is_alphabetic)).then_some(head)
}

fn goes_back(text: &str) -> bool {
    let words = Words::new(text);
    [Topic::Rollback, Topic::Recovery, Topic::Abandon]
        .into_iter()
        .any(|topic| words.has(topic))
}

/// The longest line that announces criteria, in bytes.
const MAX_ASKED: usize = 120;
/// "If", at the end of what announces them.
const CASES: [&str; 14] = [
    "if",
    "when",
    "once",
    "wenn",
    "falls",
    "sobald",
    "si",
    "lorsque",
    "quand",
    "cuando",
    "se",
    "quando",
    "если",
    "когда",
];
/// What may stand behind that.
const FOLLOWING: [&str; 17] = [
    "any",
    "one",
    "either",
    "some",
    "of",
    "the",
    "these",
    "following",
    "this",
    "conditions",
    "condition",
    "apply",
    "applies",
    "is",
    "are",
    "true",
    "met",
];
/// How words begin that criteria are called by.
const NAMED: [&str; 9] = [
    "criteri",
    "critere",
    "kriteri",
    "критери",
    "trigger",
    "threshold",
    "schwell",
    "seuil",
    "umbral",
];

/// Whether `line` is a sentence that says "if so and so much, go back": "If p95 > 800 ms, we roll back".
pub(super) fn decides(line: &str) -> bool {
    let Some(digit) = line.find(|c: char| c.is_ascii_digit()) else {
        return false;
    };
    let case = IF.begin_word(line) && line.len() <= MAX_SENTENCE;
    if !case || !threshold::compares(line) {
        return false;
    }
    let (before, behind) = match line[digit..].rfind([',', '，']) {
        Some(comma) => line.split_at(digit + comma),
        None => line.split_at(digit),
    };
    let behind = behind.trim_start_matches([',', '，']).trim_start();
    let otherwise = ["otherwise", "else", "sonst", "sinon"]
        .iter()
        .any(|word| tongues::strip_word(behind, word).is_some());
    !otherwise && goes_back(behind) && !goes_back(before)
}

/// The longest sentence that is a criterion, in bytes.
const MAX_SENTENCE: usize = 240;
/// "If", "when", "bei".
static IF: LazyLock<Beginnings> = LazyLock::new(|| {
    let all = tongues::words(|tongue| tongue.in_case);
    let all = all.chain(tongues::words(|tongue| tongue.in_case_of));
    Beginnings::new(
        all.chain(["bei", "sobald", "once", "as soon as"])
            .map(|word| (word, ())),
    )
});
