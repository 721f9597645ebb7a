//! How often to poll, and how long to wait after a failure.

use std::time::Duration;

/// The slowest pace, in normal intervals.
const SLOWEST: u32 = 8;
/// The pause after the first failed connection, and after many.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long the first connection may hang, and a later one.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(15));

/// The time between two polls. A poll that takes more than a tenth of it is a burden for the server,
/// so the time doubles; when half the time would do again, it is halved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    normal: Duration,
    times: u32,
}

impl Pace {
    /// Polls every `normal`, but never more than a hundred a second.
    pub(super) fn new(normal: Duration) -> Self {
        Pace {
            normal: normal.max(Duration::from_millis(10)),
            times: 1,
        }
    }

    /// The time from the start of one poll to the start of the next.
    pub(super) fn interval(self) -> Duration {
        self.normal * self.times
    }

    /// Whether polls are rarer than asked for.
    pub(super) fn is_slowed(self) -> bool {
        self.times > 1
    }

    /// Takes into account that a poll `took` so long.
    pub(super) fn note(&mut self, took: Duration) {
        if took > self.interval() / 10 {
            self.times = (self.times * 2).min(SLOWEST);
        } else if self.times > 1 && took <= self.interval() / 20 {
            self.times /= 2;
        }
    }
}

/// What a row of failed connections says about the next try.
///
/// A server that refuses costs nothing, so it is asked often. One that takes a connection and then
/// says nothing may keep a session for each try: the tries become longer instead of more, and the
/// one that is waiting is answered at once when the server goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retries {
    failed: u32,
    hung: u32,
}

impl Retries {
    /// Takes note of a failure; `hung` if the server did not answer at all.
    pub(super) fn note(&mut self, hung: bool) {
        self.failed += 1;
        self.hung += u32::from(hung);
    }

    /// How long to wait before the next try.
    pub(super) fn pause(self) -> Duration {
        match self.failed {
            0 => Duration::ZERO,
            failed => doubled(PAUSES, failed - 1),
        }
    }

    /// How long the next try may hang.
    pub(super) fn patience(self) -> Duration {
        doubled(PATIENCE, self.hung)
    }
}

fn doubled((first, last): (Duration, Duration), times: u32) -> Duration {
    first.saturating_mul(1 << times.min(16)).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn slow_polls_become_rarer_and_quick_ones_frequent_again() {
        let mut pace = Pace::new(1000 * MS);
        let mut intervals = Vec::new();
        for took in [90, 110, 190, 210, 500, 900, 300, 250, 90, 40, 1] {
            pace.note(took * MS);
            intervals.push(pace.interval().as_secs());
        }
        assert_eq!(intervals, [1, 2, 2, 4, 8, 8, 4, 4, 2, 1, 1]);
    }

    #[test]
    fn a_refusing_server_is_asked_often_and_a_silent_one_patiently() {
        let mut retries = Retries::default();
        assert_eq!(
            (retries.pause(), retries.patience()),
            (Duration::ZERO, 3000 * MS)
        );
        let mut pauses = Vec::new();
        for _ in 0..7 {
            retries.note(false);
            pauses.push(retries.pause().as_millis());
        }
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(retries.patience(), 3000 * MS);
        let mut patience = Vec::new();
        for _ in 0..4 {
            retries.note(true);
            patience.push(retries.patience().as_secs());
        }
        assert_eq!(patience, [6, 12, 15, 15]);
    }
}
