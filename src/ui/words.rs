//! Small words and signs that several panels use.

use std::time::Duration;

use super::theme::Role;
use crate::run::{Standing, Status};

/// The sign of a status, one column wide, and what it means to the eye.
pub fn sign(status: Status) -> (&'static str, Role) {
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

/// A length of time in at most four columns, for lists: `420ms` is the exception.
pub fn short(time: Duration) -> String {
    let secs = time.as_secs();
    match secs {
        0 => format!("{}ms", time.as_millis()),
        1..=9 => format!("{:.1}s", time.as_secs_f64()),
        10..=99 => format!("{secs}s"),
        100..=5_999 => format!("{}m", secs / 60),
        6_000..=359_999 => format!("{}h", secs / 3_600),
        _ => format!("{}d", secs / 86_400),
    }
}

/// The time on the T clock: `T+00:04:31`.
pub fn t_clock(since: Duration) -> String {
    let secs = since.as_secs();
    format!(
        "T+{:02}:{:02}:{:02}",
        secs / 3_600,
        secs / 60 % 60,
        secs % 60
    )
}

/// `1 step`, `2 steps`.
pub fn count(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
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
        assert_eq!(short(190_000), "3m");
        assert_eq!(short(7_300_000), "2h");
        assert_eq!(short(400_000_000), "4d");
        assert_eq!(t_clock(Duration::from_secs(271)), "T+00:04:31");
    }

    #[test]
    fn every_status_has_a_sign_of_its_own() {
        let signs: std::collections::HashSet<_> =
            Status::ALL.map(|s| sign(s).0).into_iter().collect();
        assert_eq!(signs.len(), Status::ALL.len());
    }
}
