//! Small words and signs that several panels use.

use std::time::Duration;

use super::theme::Role;
use crate::plan::ending;
pub use crate::plan::{count, duration::t_clock};
use crate::run::{Standing, Status, StepState};

/// The sign of a status, one column wide, and what it means to the eye.
fn sign(status: Status) -> (&'static str, Role) {
    match status {
        Status::Pending => ("·", Role::Dim),
        Status::Running => ("▶", Role::Active),
        Status::Passed => ("✓", Role::Good),
        Status::Failed => ("✗", Role::Bad),
        Status::Skipped => ("–", Role::Dim),
        Status::Unknown => ("?", Role::Warn),
        Status::Undoing => ("↶", Role::Active),
        Status::Undone => ("↩", Role::Good),
        Status::Stuck => ("!", Role::Bad),
    }
}

/// The sign of a step and its word. Of one that nobody watches it is being looked for how it ended.
pub fn step(at: &StepState) -> (&'static str, &'static str, Role) {
    if at.sought.is_some() {
        return ("?", "looked for", Role::Warn);
    }
    if let Some(left) = &at.left_out {
        let word = if left.undo {
            "undo left out"
        } else {
            "left out"
        };
        return ("–", word, Role::Warn);
    }
    let (sign, role) = sign(at.status);
    (sign, at.status.word(), role)
}

/// Where the run stands, for the header.
pub fn standing(standing: Standing) -> (&'static str, Role) {
    match standing {
        Standing::Ready => ("○ READY", Role::Text),
        Standing::Driving => ("● GO", Role::Good),
        Standing::Held => ("■ HOLD", Role::Warn),
        Standing::RollingBack => ("↶ ROLLING BACK", Role::Alarm),
        Standing::RolledBack => ("↩ ROLLED BACK", Role::Bad),
        Standing::Watching => ("◉ WATCHING", Role::Good),
        Standing::Completed => ("✓ COMPLETED", Role::Good),
        Standing::Aborted => ("✗ ABORTED", Role::Bad),
    }
}

/// A length of time in at most four columns, for lists: `4.2s`, `42s`, `4m20`, `42m`; `420ms` is the exception.
pub fn short(time: Duration) -> String {
    let secs = time.as_secs();
    match secs {
        0 => format!("{}ms", time.as_millis()),
        1..=9 => format!("{:.1}s", time.as_secs_f64()),
        10..=99 => format!("{secs}s"),
        // Whoever waits for a lock's timeout counts seconds.
        100..=599 if !secs.is_multiple_of(60) => format!("{}m{:02}", secs / 60, secs % 60),
        100..=5_999 => format!("{}m", secs / 60),
        6_000..=359_999 => format!("{}h", secs / 3_600),
        _ => format!("{}d", secs / 86_400),
    }
}

/// A number in at most four digits: `0.3`, `42`, `1.2k`, `37M`.
pub fn number(value: f64) -> String {
    scaled(value, &["", "k", "M", "G", "T"])
}

/// An amount of bytes: `512 B`, `3.2 MB`.
pub fn bytes(value: f64) -> String {
    scaled(value, &[" B", " kB", " MB", " GB", " TB"])
}

/// A number of milliseconds: `0.42ms`, `12ms`, `3.1s`.
pub fn millis(value: f64) -> String {
    match value {
        small if small < 10.0 => format!("{small:.2}ms"),
        some if some < 1_000.0 => format!("{some:.0}ms"),
        many => format!("{:.1}s", many / 1_000.0),
    }
}

fn scaled(value: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut at = 0;
    while value.abs() >= 999.5 && at + 1 < units.len() {
        value /= 1_000.0;
        at += 1;
    }
    let unit = units.get(at).copied().unwrap_or_default();
    let whole = value.abs() >= 9.95 || value.fract() == 0.0;
    if whole {
        format!("{value:.0}{unit}")
    } else {
        format!("{value:.1}{unit}")
    }
}

/// `1 row`, `1.2k rows`.
pub fn amount(value: f64, what: &str) -> String {
    let number = number(value);
    let ending = ending(number == "1");
    format!("{number} {what}{ending}")
}

/// A number of bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let short = |millis| short(Duration::from_millis(millis));
        assert_eq!(short(420), "420ms");
        assert_eq!(short(8_140), "8.1s");
        assert_eq!(short(41_000), "41s");
        assert_eq!(short(190_000), "3m10");
        assert_eq!(short(545_000), "9m05");
        assert_eq!(short(180_000), "3m");
        assert_eq!(short(610_000), "10m");
        assert_eq!(short(7_300_000), "2h");
        assert_eq!(short(400_000_000), "4d");
        assert_eq!(t_clock(Duration::from_secs(271)), "T+00:04:31");
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [
            0.0, 0.34, 7.0, 9.96, 42.4, 999.4, 1_234.0, 12_345.0, 7.7e7, 3e15,
        ];
        let shown = [
            "0", "0.3", "7", "10", "42", "999", "1.2k", "12k", "77M", "3000T",
        ];
        assert_eq!(numbers.map(number), shown);
        let rows = [0.0, 0.98, 1.0, 1_234.0].map(|rows| amount(rows, "row"));
        assert_eq!(rows, ["0 rows", "1.0 rows", "1 row", "1.2k rows"]);
        assert_eq!(
            [512.0, 3.2e6, -1.5e9].map(bytes),
            ["512 B", "3.2 MB", "-1.5 GB"]
        );
        assert_eq!(
            [0.415, 12.3, 3_100.0].map(millis),
            ["0.41ms", "12ms", "3.1s"]
        );
    }

    #[test]
    fn every_status_has_a_sign_of_its_own() {
        let signs: std::collections::HashSet<_> =
            Status::ALL.map(|s| sign(s).0).into_iter().collect();
        assert_eq!(signs.len(), Status::ALL.len());
    }
}
