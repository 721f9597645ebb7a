//! Times as headings tell them: `15 minutes`, `5-10 min`, `T-1 hour`, `First 24 Hours`. What a
//! length means, a budget or a place on the clock or a window, is for the heading to say.

use std::sync::LazyLock;
use std::time::Duration;

use super::daytime::window;
use super::since::{beside_start, since_start};
use super::time_words::{may_tell, translated};
use crate::plan::duration;
use crate::plan::markdown::tongues::{self, Beginnings};

/// What a few words say about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Said {
    /// So long: `15 minutes`.
    Length(Duration),
    /// From the first to the second: `15-60 minutes`.
    Between(Duration, Duration),
    /// At most: `< 5 minutes`, `within 1 week`.
    AtMost(Duration),
    /// More than, or later than: `> 60 minutes`, `after 1 hour`.
    Beyond(Duration),
    /// From the start on, for so long: `first hour`.
    First(Duration),
    /// Seconds from T-0: `T-1 hour`, `1 day before`.
    Place(i64),
    /// From one place to another, in seconds from T-0: `T-30 min to T-0`.
    Stretch(i64, i64),
    /// From one time of the day, in minutes since midnight, for so long: `22:00 - 22:30`.
    Window(u64, Duration),
}

/// Words before a length that say no more than that it was not measured.
const ROUGHLY: [&str; 28] = [
    "~",
    "≈",
    "about",
    "approximately",
    "approx.",
    "approx",
    "around",
    "ca.",
    "circa",
    "estimated time:",
    "estimated:",
    "est.",
    "est:",
    "est.:",
    "takes",
    "eta:",
    "eta",
    "duration:",
    "budget:",
    "time box:",
    "timebox:",
    "timebox",
    "timeboxed to",
    "planned:",
    "\u{23F1}\u{FE0F}",
    "\u{23F1}",
    "\u{23F3}",
    "\u{1F551}",
];
const AT_MOST: [&str; 13] = [
    "<=",
    "≤",
    "<",
    "in the first",
    "during the first",
    "under",
    "less than",
    "within",
    "until",
    "up to",
    "at most",
    "max.",
    "max",
];
const BEYOND: [&str; 9] = [
    ">=",
    "≥",
    ">",
    "over",
    "more than",
    "after",
    "later than",
    "beyond",
    "from",
];

/// Reads the words `text`; `None` if they are about something else.
pub(in crate::plan::markdown) fn said(text: &str) -> Option<Said> {
    if !may_tell(text) {
        return None;
    }
    english(text).or_else(|| english(&translated(text)?))
}

fn english(text: &str) -> Option<Said> {
    let mut text = text.trim().to_lowercase();
    if !text.is_ascii() {
        text = text.replace(['–', '—', '−'], "-");
    }
    let text = without(&text, &ROUGHLY);
    if let Some(place) = place(text) {
        return Some(Said::Place(place));
    }
    if let Some((from, until)) = stretch(text) {
        return Some(Said::Stretch(from, until));
    }
    if let Some((from, length)) = window(text) {
        return Some(Said::Window(from, length));
    }
    if let Some(rest) = strip_any(text, &["until", "before", "up to"])
        && let Some(until @ 1..) = place(rest)
    {
        return Some(Said::Stretch(0, until));
    }
    if let Some(rest) = strip_any(text, &AT_MOST) {
        let rest = rest
            .strip_prefix("the first")
            .or(rest.strip_prefix("first"))
            .unwrap_or(rest);
        return since_start(rest).map(Said::AtMost);
    }
    if let Some(rest) = text.strip_suffix(" max") {
        return length(rest).map(Said::AtMost);
    }
    if let Some(rest) = strip_any(text, &BEYOND) {
        let later = rest.strip_suffix(" later").or(rest.strip_suffix(" after"));
        let rest = later.unwrap_or(rest);
        return since_start(rest).map(Said::Beyond);
    }
    if let Some(rest) = text.strip_prefix("first ").or(text.strip_prefix("next ")) {
        let counted = rest.starts_with(|c: char| c.is_ascii_digit());
        let length = length(rest)?;
        // "Next day" is when that begins, "next 24 hours" begin now.
        if text.starts_with("next ") && !counted {
            return i64::try_from(length.as_secs()).ok().map(Said::Place);
        }
        return Some(Said::First(length));
    }
    for (ending, sign) in [
        (" before", -1),
        (" prior", -1),
        (" after", 1),
        (" later", 1),
    ] {
        if let Some(rest) = text.strip_suffix(ending) {
            return begins(rest, sign).map(Said::Place);
        }
    }
    if let Some((rest, sign)) = beside_start(text) {
        return begins(rest, sign).map(Said::Place);
    }
    if let Some(number) = text
        .split_once('+')
        .filter(|(_, unit)| !unit.trim().is_empty())
    {
        return length(&format!("{} {}", number.0, number.1)).map(Said::Beyond);
    }
    between(text).or_else(|| length(text).map(Said::Length))
}

fn without<'t>(text: &'t str, words: &[&str]) -> &'t str {
    strip_any(text, words).unwrap_or(text)
}

/// `text` without the first of `words` that it begins with.
fn strip_any<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        let whole = !word.ends_with(|c: char| c.is_alphabetic()) || rest.starts_with(' ');
        whole.then(|| rest.trim_start())
    })
}

/// Reads what stands in parentheses: what is about one time, or a place and a length beside each other,
/// `T-2h, 30 min`. The second is told whether all of it was understood.
pub(super) fn inside(text: &str) -> Option<(Vec<Said>, bool)> {
    let text = strip_any(text, &["starts", "starting", "begins"]).unwrap_or(text);
    let parts: Vec<&str> = text.split([',', ';', '、', '，']).map(str::trim).collect();
    if let [_, _, ..] = parts.as_slice() {
        let read = |part: &&str| said(part).or_else(|| estimate(part).map(Said::Length));
        let all: Vec<Said> = parts.iter().filter_map(read).collect();
        let placed = |said: &Said| matches!(said, Said::Place(_) | Said::Stretch(..));
        let placed = all.iter().filter(|said| placed(said)).count();
        let whole = all.len() == parts.len();
        // "1 hour, 30 minutes" is one time.
        if placed == 1 && all.len() == 2 {
            return Some((all, whole));
        }
        if let (None, [only]) = (said(text), all.as_slice()) {
            return Some((vec![*only], false));
        }
    }
    let one = said(text).or_else(|| estimate(text).map(Said::Length))?;
    Some((vec![one], true))
}

/// `t-1 hour`, `t+15 min`, `t-0`, `t minus 30 minutes`, `t+25`, `d-1`, `day +7`, `h-2`, `+30 min`.
pub(super) fn place(text: &str) -> Option<i64> {
    // `J-1` in French.
    let units = [
        ("day", 86_400),
        ("d", 86_400),
        ("j", 86_400),
        ("h", 3_600),
        ("week", 604_800),
    ];
    let counted = units.iter().find_map(|(word, unit)| {
        let (sign, number) = signed(text.strip_prefix(word)?)?;
        Some((sign, number.parse::<i64>().ok()?, *unit))
    });
    if let Some((sign, number, unit)) = counted {
        return Some(sign * number.saturating_mul(unit));
    }
    if let Some(later) = text.strip_prefix('+') {
        return seconds(later.trim());
    }
    if text == "t0" {
        return Some(0);
    }
    let (sign, rest) = signed(text.strip_prefix('t')?)?;
    if rest == "0" {
        return Some(0);
    }
    let time = seconds(rest)
        .or_else(|| clock(rest))
        .or_else(|| by_fives(rest))?;
    Some(sign * time)
}

/// `t-30 min to t-0`, `t-60 to t-30 min`, `t-30 to t-0`.
fn stretch(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once(" to ").or_else(|| text.split_once(" - "))?;
    let (from, to) = (from.trim(), to.trim());
    let unit = to.trim_start_matches(|c: char| !c.is_ascii_digit());
    let unit = unit.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    let ends = match unit {
        "" => (place(from)?, place(to)?),
        unit => {
            let with_unit = place(&format!("{from} {unit}"));
            (with_unit.or_else(|| place(from))?, place(to)?)
        }
    };
    (ends.0 <= ends.1).then_some(ends)
}

/// `0:07` of `t+0:07`, hours and minutes, or `0:07:30`, as the clock of a run is shown.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours: u16 = parts.next()?.parse().ok()?;
    let sixty = |part: &str| {
        let number: i64 = part.parse().ok()?;
        (part.len() == 2 && (0..60).contains(&number)).then_some(number)
    };
    let minutes = sixty(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), sixty)?;
    let whole = parts.next().is_none();
    whole.then_some(i64::from(hours) * 3_600 + minutes * 60 + seconds)
}

/// `30` of `t-30`, in seconds: without a unit it may be minutes or days, but what is counted by fives is
/// counted in minutes.
fn by_fives(number: &str) -> Option<i64> {
    let minutes: u16 = number.parse().ok()?;
    minutes.is_multiple_of(5).then_some(i64::from(minutes) * 60)
}

/// Where `24-48 hours` begin that lie after T-0, or before it.
fn begins(text: &str, sign: i64) -> Option<i64> {
    let time = match between(text) {
        Some(Said::Between(_, most)) if sign < 0 => most,
        Some(Said::Between(least, _)) => least,
        _ => length(text)?,
    };
    Some(sign * i64::try_from(time.as_secs()).ok()?)
}

fn signed(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    for (word, sign) in [("-", -1), ("+", 1), ("minus ", -1), ("plus ", 1)] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((sign, rest.trim()));
        }
    }
    None
}

fn seconds(text: &str) -> Option<i64> {
    i64::try_from(length(text)?.as_secs()).ok()
}

/// `5-10 min`, `30 min - 1 hour`, `15 to 60 minutes`.
fn between(text: &str) -> Option<Said> {
    let (least, most) = text.split_once('-').or_else(|| text.split_once(" to "))?;
    let unit = most
        .trim_start_matches(|c: char| !c.is_alphabetic())
        .trim_end();
    let most = length(most)?;
    let least = length(least).or_else(|| length(&format!("{} {unit}", least.trim())))?;
    (least <= most).then_some(Said::Between(least, most))
}

/// `15 minutes`, `1h 30m`, `1.5 hours`, `an hour`, `week`.
pub(in crate::plan::markdown) fn length(text: &str) -> Option<Duration> {
    let text = text.trim().trim_end_matches('.');
    let text = text.strip_suffix("max").unwrap_or(text).trim_end();
    if text.len() > 40 {
        return None;
    }
    // `1h30`, `2 h 15`
    if let Some((hours, minutes)) = text.split_once('h')
        && let (Ok(hours), Ok(minutes)) =
            (hours.trim().parse::<u32>(), minutes.trim().parse::<u8>())
    {
        return duration::parse(&format!("{hours}h {minutes}m")).ok();
    }
    if let Some(length) = odd(text) {
        return Some(length);
    }
    if let Some(unit) = strip_any(text, &["half an", "half a"]) {
        return fraction(&format!("0.5 {unit}"));
    }
    let counted = NUMBERS.iter().zip(2..).find_map(|(word, number)| {
        let unit = strip_any(text, &[*word])?;
        duration::parse(&format!("{number} {unit}")).ok()
    });
    if counted.is_some() {
        return counted;
    }
    let unit = without(text, &["one", "an", "a"]);
    if unit.starts_with(|c: char| c.is_alphabetic()) && unit.len() > 2 {
        return duration::parse(&format!("1 {unit}")).ok();
    }
    duration::parse(text).ok().or_else(|| fraction(text))
}

/// Numbers in words, from two on.
const NUMBERS: [&str; 5] = ["two", "three", "four", "five", "six"];

/// `1:30 h`, `90'`, `½ h`, `1½ hours`.
fn odd(text: &str) -> Option<Duration> {
    if let Some(minutes) = text.strip_suffix(['\'', '′', '’']) {
        return duration::parse(&format!("{minutes}m")).ok();
    }
    if let Some((hours, rest)) = text.split_once(':') {
        let (minutes, unit) = rest.split_at_checked(2)?;
        let sixty = minutes.parse::<u8>().is_ok_and(|minutes| minutes < 60);
        let unit = duration::parse(&format!("1 {}", unit.trim())).ok();
        let hour = unit == Some(Duration::from_secs(3600)) && sixty;
        return duration::parse(&format!("{hours}h {minutes}m"))
            .ok()
            .filter(|_| hour);
    }
    let parts = [('½', "5"), ('¼', "25"), ('¾', "75")];
    let (sign, part) = parts.into_iter().find(|(sign, _)| text.contains(*sign))?;
    let (whole, unit) = text.split_once(sign)?;
    let whole = whole.trim();
    let whole = if whole.is_empty() { "0" } else { whole };
    fraction(&format!("{whole}.{part} {}", unit.trim()))
}

/// `1.5 hours`: a fraction of a unit that is longer than a second.
fn fraction(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..at].parse().ok()?;
    let unit = duration::parse(&format!("1 {}", text[at..].trim())).ok()?;
    Duration::try_from_secs_f64(number * unit.as_secs_f64()).ok()
}

/// "Estimated time", before a colon.
static LASTS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.lasts));

/// The budget that a line of a section's text gives: `Estimated Time to Complete (mins) - 30`,
/// `Duration: 15 minutes`.
pub(in crate::plan::markdown) fn estimate(text: &str) -> Option<Duration> {
    let text = text.trim();
    let labels = LASTS.near(text).iter();
    let rest = labels.filter_map(|(label, ())| tongues::strip_word(text, label));
    let rest = rest.min_by_key(|rest| rest.len())?.trim_start();
    let braced = rest.strip_prefix(['(', '（']);
    let (unit, rest) = match braced.and_then(|rest| rest.split_once([')', '）'])) {
        Some((unit, rest)) => (unit.trim(), rest),
        None => ("", rest),
    };
    let value = rest
        .trim_start()
        .strip_prefix([':', '-', '–', '—', '：'])?
        .trim();
    let value = without(value, &ROUGHLY);
    let with_unit = format!("{value} {unit}");
    match said(value).or_else(|| said(with_unit.trim()))? {
        Said::Length(time) | Said::AtMost(time) | Said::Between(_, time) => Some(time),
        _ => None,
    }
}

#[cfg(test)]
#[path = "../tests/times.rs"]
mod tests;
