//! The words for times in all languages: those that lengths are counted in, by which most texts are known to
//! tell none, and what stands for them in English.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::plan::letters;
use crate::plan::letters::is_dense;
use crate::plan::markdown::tongues::TONGUES;

/// The longest text that can be about nothing but a time.
const MAX_TEXT: usize = 60;

/// The units of lengths, in English.
const UNITS: [&str; 23] = [
    "hour",
    "hours",
    "hr",
    "hrs",
    "minute",
    "minutes",
    "min",
    "mins",
    "second",
    "seconds",
    "sec",
    "secs",
    "millisecond",
    "milliseconds",
    "millis",
    "milli",
    "ms",
    "msec",
    "msecs",
    "day",
    "days",
    "week",
    "weeks",
];

/// The same in all languages.
static ALL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let told = TONGUES.iter().flat_map(|tongue| tongue.times);
    let counts = |meaning: &str| meaning.split(' ').any(|word| UNITS.contains(&word));
    let told = told.filter(|(_, meaning)| counts(meaning));
    told.map(|(word, _)| *word).chain(UNITS).collect()
});

/// Whether `text` may tell a time: what times are counted in stands in it, or a number with a sign.
pub(super) fn may_tell(text: &str) -> bool {
    if !text.is_ascii() {
        return true;
    }
    let counted = text.bytes().any(|byte| byte.is_ascii_digit());
    // "T-5", "22:00", "day +7", "1h30": only what is next to a digit counts.
    let plain = b" .,()";
    let beside = |pair: &[u8]| match pair {
        [byte, sign] | [sign, byte] if byte.is_ascii_digit() => {
            !sign.is_ascii_digit() && !plain.contains(sign)
        }
        _ => false,
    };
    if counted && text.as_bytes().windows(2).any(beside) {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| ALL.contains(word) || (counted && COUNTED.contains(&word)))
}

/// What only counts beside a number.
const COUNTED: [&str; 7] = ["d", "h", "m", "s", "w", "minus", "plus"];

/// What is looked for anywhere in a text, longer words first: those of scripts without spaces, and
/// those that have some.
static PIECES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let all = TONGUES
        .iter()
        .flat_map(|tongue| tongue.times.iter().copied());
    let piece = |(word, _): &(&str, &str)| word.contains(' ') || !is_spaced(word);
    let mut pieces: Vec<(&str, &str)> = all.filter(piece).collect();
    pieces.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    pieces
});

/// Every word for a time, and the English one.
static MEANINGS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let mut meanings = HashMap::new();
    for (word, meaning) in TONGUES.iter().flat_map(|tongue| tongue.times) {
        meanings.entry(*word).or_insert(*meaning);
    }
    meanings
});

/// `text` in English, as far as times are concerned; none if nothing in it is about a time, or if it is
/// what it was.
pub(in crate::plan::markdown) fn translated(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT || !text.contains(char::is_alphabetic) {
        return None;
    }
    let mut folded = letters::fold(text);
    // Most texts are plain, and most pieces are not.
    let plain = folded.is_ascii();
    for (word, meaning) in PIECES.iter().filter(|(word, _)| !plain || word.is_ascii()) {
        if folded.contains(word) {
            folded = folded.replace(word, meaning);
        }
    }
    let mut english = String::with_capacity(folded.len());
    let mut rest = folded.as_str();
    let mut found = false;
    while !rest.is_empty() {
        let letter = rest.starts_with(char::is_alphabetic);
        let length = rest.find(|c: char| c.is_alphabetic() != letter);
        let (word, behind) = rest.split_at(length.unwrap_or(rest.len()));
        let meaning = MEANINGS.get(word);
        found |= meaning.is_some() || letter;
        english.push_str(meaning.unwrap_or(&word));
        rest = behind;
    }
    let english = crate::plan::markdown::elements::blocks::one_line(&english);
    // "bis 30 Minuten": "to" stands between two times, and at the beginning says until when.
    let english = match english.strip_prefix("to ") {
        Some(rest) if !folded.trim_start().starts_with("to ") => format!("until {rest}"),
        _ => english,
    };
    (found && !english.eq_ignore_ascii_case(text.trim())).then_some(english)
}

/// Whether there are spaces between the words of the script that `word` is written in.
fn is_spaced(word: &str) -> bool {
    !word
        .chars()
        .any(|c| is_dense(c) || matches!(c, '〜' | '～'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_texts_tell_no_time() {
        for text in [
            "first hour",
            "an Hour",
            "next day",
            "T-5",
            "T minus 5",
            "2 h",
            "500 ms",
            "1h30",
            "22:00",
            "day +7",
            "zwei Stunden",
            "la semaine",
            "三小时",
        ] {
            assert!(may_tell(text), "{text}");
        }
        for text in [
            "",
            "Deploy the release",
            "before go-live",
            "Mindestens",
            "3. Deploy release 47 (again)",
        ] {
            assert!(!may_tell(text), "{text}");
        }
    }
}
