//! Sentences that decide about a way back: "If p95 > 800 ms, we roll back".

use std::sync::LazyLock;

use super::decided::goes_back;
use crate::plan::markdown::figures::threshold;
use crate::plan::markdown::tongues::{self, Beginnings};

/// Whether `line` is a sentence that says "if so and so much, go back": "If p95 > 800 ms, we roll back".
pub(in crate::plan::markdown) fn decides(line: &str) -> bool {
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

/// What stands behind the word for "if" that `text` begins with.
pub(in crate::plan::markdown) fn behind_if(text: &str) -> Option<&str> {
    let mut near = IF.near(text).iter();
    near.find_map(|(word, ())| tongues::strip_word(text, word))
}

/// What stands behind the word for "when" or "once" that `text` begins with.
pub(super) fn behind_when(text: &str) -> Option<&str> {
    let mut near = WHEN.near(text).iter();
    near.find_map(|(word, ())| tongues::strip_word(text, word))
}

/// "When", "once".
static WHEN: LazyLock<Beginnings> = LazyLock::new(|| {
    let all = tongues::words(|tongue| tongue.in_case_of);
    Beginnings::new(all.chain(ONCE).map(|word| (word, ())))
});

const ONCE: [&str; 4] = ["sobald", "nachdem", "once", "as soon as"];

/// "If", "when", "bei".
static IF: LazyLock<Beginnings> = LazyLock::new(|| {
    let all = tongues::words(|tongue| tongue.in_case);
    let all = all.chain(tongues::words(|tongue| tongue.in_case_of));
    Beginnings::new(
        all.chain(["bei", "sobald", "once", "as soon as"])
            .map(|word| (word, ())),
    )
});

/// Whether `text` is a case that is held against a number: "when response time > 2x baseline".
pub(in crate::plan::markdown) fn is_case(text: &str) -> bool {
    behind_if(text).is_some_and(threshold::compares)
}
