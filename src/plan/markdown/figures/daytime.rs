//! Times of the day: from one to another is how long something may take; until one and after one there may be two
//! ways of going back.

use std::sync::LazyLock;
use std::time::Duration;

use crate::plan::markdown::tongues::{Beginnings, TONGUES, strip_word};

/// From when, in minutes since midnight, and how long it is from one time of the day to another: `22:00 - 22:30`,
/// `23:30-00:15 UTC`.
pub(super) fn window(text: &str) -> Option<(u64, Duration)> {
    let (from, to) = text.split_once('-').or_else(|| text.split_once(" to "))?;
    let to = to.trim();
    let zone = to.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let plain = |zone: &str| zone.len() <= 5 && zone.chars().all(|c| c.is_ascii_alphabetic());
    if !plain(zone.trim()) {
        return None;
    }
    let (from, to) = (clock(from.trim())?, clock(&to[..to.len() - zone.len()])?);
    let minutes = (to + 24 * 60 - from) % (24 * 60);
    (minutes > 0).then(|| (from, Duration::from_secs(minutes * 60)))
}

/// Minutes since midnight.
fn clock(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, most: u64| {
        let digits = text.len() <= 2 && text.chars().all(|c| c.is_ascii_digit());
        let number: u64 = text.parse().ok().filter(|_| digits)?;
        (number < most).then_some(number)
    };
    let minutes = number(minutes, 60).filter(|_| minutes.len() == 2)?;
    Some(number(hours, 24)? * 60 + minutes)
}

/// That something is for before a time of the day, or for after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::plan::markdown) struct Limit {
    before: bool,
    /// Minutes since midnight.
    at: u64,
}

impl Limit {
    /// Whether one is for before the time that the other is for after.
    pub(in crate::plan::markdown) fn excludes(self, other: Limit) -> bool {
        self.at == other.at && self.before != other.before
    }
}

/// The time of the day before or after which what `text` begins is for: "Until 03:30: …", "Depois das 03h30".
pub(in crate::plan::markdown) fn limit(text: &str) -> Option<Limit> {
    let text = text.trim_start();
    LIMITS
        .near(text)
        .iter()
        .find_map(|(word, (before, articles))| {
            let rest = strip_word(text, word)?.trim_start();
            let article = articles.iter().find_map(|word| strip_word(rest, word));
            let at = clock_ahead(article.unwrap_or(rest).trim_start())?;
            Some(Limit {
                before: *before,
                at,
            })
        })
}

/// "Until" and "after", which of them it is, and what may stand between it and a time.
static LIMITS: LazyLock<Beginnings<(bool, &[&str])>> = LazyLock::new(|| {
    let words = TONGUES.iter().flat_map(|tongue| {
        let until = tongue.until.iter().map(|word| (*word, true));
        let all = until.chain(tongue.since.iter().map(|word| (*word, false)));
        all.map(|(word, before)| (word, (before, tongue.around_times)))
    });
    Beginnings::new(words)
});

/// Whether `text` begins with the time of the day that something is done at: "At 22:00 run".
pub(in crate::plan::markdown) fn names_time(text: &str) -> bool {
    let mut rests = AT.iter().filter_map(|word| strip_word(text, word));
    rests.any(|rest| clock_ahead(rest.trim_start()).is_some())
}

/// "At", in front of a time.
const AT: [&str; 7] = ["at", "um", "a", "a las", "as", "в", "alle"];

/// The time of the day that `text` begins with: `03:30`, `3h30`, `03h`, `3 Uhr`.
fn clock_ahead(text: &str) -> Option<u64> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (hours, rest) = text.split_at(digits(text));
    let behind = rest.strip_prefix([':', 'h', 'H', '：']);
    let minutes = behind.map_or("", |rest| &rest[..digits(rest)]);
    let whole = || rest.starts_with(['h', 'H']) || strip_word(rest.trim_start(), "uhr").is_some();
    match minutes {
        "" if whole() => clock(&format!("{hours}:00")),
        minutes => clock(&format!("{hours}:{minutes}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_times_of_the_day() {
        for (until, after) in [
            ("Until 03:30: restore it", "After 03:30: undo it by hand"),
            ("Before 3:30", "From 03:30 on"),
            ("Bis 03:30 Uhr", "Nach 03:30 Uhr"),
            ("Vor 3 Uhr", "Ab 3 Uhr"),
            ("Jusqu'à 03h30 :", "Après 3h30 :"),
            ("Avant 3h", "À partir de 3h"),
            ("Hasta las 03:30", "Después de las 03:30"),
            ("Até 03h30", "Depois das 03h30"),
            ("Até às 03h30", "Após 03h30"),
            ("До 03:30", "После 03:30"),
        ] {
            let (until, after) = (limit(until).unwrap(), limit(after).unwrap());
            assert!(until.before && until.excludes(after), "{until:?} {after:?}");
        }
        for text in [
            "Until 3 pods are left",
            "After 30 minutes",
            "After step 3",
            "Before 2.4",
            "Bis zur Freigabe",
            "Após 3 horas",
            "03:30: restore it",
            "До 5 минут",
        ] {
            assert_eq!(limit(text), None, "{text}");
        }
        assert!(
            !limit("Until 03:30")
                .unwrap()
                .excludes(limit("After 04:30").unwrap())
        );
    }
}
