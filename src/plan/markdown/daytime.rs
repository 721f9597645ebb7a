//! Times of the day in headings: from one to another is how long something may take.

use std::time::Duration;

/// How long it is from one time of the day to another: `22:00 - 22:30`, `23:30-00:15 UTC`.
pub(super) fn window(text: &str) -> Option<Duration> {
    let (from, to) = text.split_once('-').or_else(|| text.split_once(" to "))?;
    let to = to.trim();
    let zone = to.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    let plain = |zone: &str| zone.len() <= 5 && zone.chars().all(|c| c.is_ascii_alphabetic());
    if !plain(zone.trim()) {
        return None;
    }
    let (from, to) = (clock(from.trim())?, clock(&to[..to.len() - zone.len()])?);
    let minutes = (to + 24 * 60 - from) % (24 * 60);
    (minutes > 0).then(|| Duration::from_secs(minutes * 60))
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
