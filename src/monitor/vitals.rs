//! How a database is altogether: its rates, its replicas, its size, and what it may run out of.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::series::Series;
use crate::clock::Moment;

/// The newest of everything that is neither a session nor a statement. What is not known, and what
/// can only be told from two looks after the first, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// When it was looked at.
    pub at: Moment,
    /// Rates over the time since the look before.
    pub rates: Option<Rates>,
    /// Deadlocks since the monitor began to look.
    pub deadlocks: u64,
    /// Transactions a second in the last looks.
    pub tps: Series,
    /// Bytes of write-ahead log a second in the last looks.
    pub wal: Series,
    /// The servers that follow this one.
    pub replicas: Vec<Replica>,
    /// What keeps write-ahead log for somebody.
    pub slots: Vec<Slot>,
    /// How this server follows another, if it does.
    pub standby: Option<Standby>,
    /// The size of the database, in bytes.
    pub size: Option<f64>,
    /// How much larger it has become since the monitor began to look, in bytes.
    pub grown: Option<f64>,
    /// The tables that change most, the busiest first.
    pub tables: Vec<TableChanges>,
    /// Checkpoints since the monitor began to look.
    pub checkpoints: Option<Checkpoints>,
    /// How many transactions old the oldest row may be that is not yet frozen, and from how many on
    /// the server freezes by force.
    pub xid_age: Option<(u32, u32)>,
    /// The space on the server's disk, where it is this machine's.
    pub disk: Option<Disk>,
    /// How often pages were found to be broken, where that is checked.
    pub broken_pages: Option<u64>,
}

/// Counters of a database by the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Transactions that were committed or rolled back, without those of this monitor.
    pub tps: f64,
    /// Those of them that were rolled back.
    pub rollbacks: f64,
    /// The part of all blocks that were found in the server's memory; none where none were read.
    pub cache_hits: Option<f64>,
    /// Bytes written to temporary files.
    pub temporary: f64,
    /// Bytes of write-ahead log; none on a standby.
    pub wal: Option<f64>,
}

/// How this server follows another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standby {
    /// How many bytes it has received and not applied; none where it reads what it applies from an archive, of
    /// which nobody knows how far it goes.
    pub behind: Option<f64>,
    /// Whether somebody has told it to apply nothing for now.
    pub paused: bool,
    /// How old the last change is that it has applied.
    pub applied: Option<Duration>,
    /// What it waits for before it applies more, where that is no lack of changes.
    #[serde(default)]
    pub held_up: Option<HeldUp>,
}

/// What keeps a standby from applying what it has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldUp {
    /// A session here uses what the next change would take away.
    BySession,
    /// It was told to stay behind for a while.
    OnPurpose,
}

impl HeldUp {
    /// What it is that the process waits for that applies changes, by the server's word for its wait.
    pub(super) fn of(wait: &str) -> Option<HeldUp> {
        let (kind, event) = wait.split_once(": ")?;
        match kind {
            "Lock" | "BufferPin" => Some(HeldUp::BySession),
            _ if event.starts_with("RecoveryConflict") => Some(HeldUp::BySession),
            _ if event == "RecoveryApplyDelay" => Some(HeldUp::OnPurpose),
            _ => None,
        }
    }
}

/// A server that follows this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replica {
    /// Its name, or its address where it has none.
    pub name: String,
    /// What it does, such as `streaming`.
    pub state: String,
    /// Whether commits wait for it.
    pub synchronous: bool,
    /// How many bytes it has not applied yet. It is the measure: a time is only known after the fact.
    pub behind: Option<f64>,
    /// How long the last change took until it was applied there.
    pub lag: Option<Duration>,
}

/// A replication slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Whether somebody reads from it.
    pub active: bool,
    /// How many bytes of write-ahead log it keeps on the disk.
    pub kept: Option<f64>,
    /// What the server says of it, such as `extended` or `lost`.
    pub status: Option<String>,
}

impl Slot {
    /// Whether the server has thrown away what it had to keep for it.
    pub fn is_lost(&self) -> bool {
        self.status.as_deref() == Some("lost")
    }
}

/// What happened to a table since the look before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableChanges {
    /// Its name.
    pub name: String,
    /// Rows inserted a second.
    pub inserted: f64,
    /// Rows updated a second.
    pub updated: f64,
    /// Rows deleted a second.
    pub deleted: f64,
}

/// Checkpoints since the monitor began to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoints {
    /// Because it was time.
    pub timed: u64,
    /// Because too much was written, or somebody asked.
    pub requested: u64,
}

/// Space on a disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// What is free for everybody.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// The counters of a database, as they were at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counters {
    pub(super) at: Moment,
    pub(super) commits: f64,
    /// How many of them, and of the rollbacks, were the monitor's own.
    pub(super) own: [f64; 2],
    pub(super) rollbacks: f64,
    pub(super) hits: f64,
    pub(super) reads: f64,
    pub(super) temporary: f64,
    pub(super) deadlocks: f64,
    /// How much write-ahead log there has ever been.
    pub(super) wal: Option<f64>,
}

/// For how many looks a server may be late to count what a session did.
const LATE: f64 = 10.0;

impl Counters {
    /// What was added since `earlier`, by the second. `None` if the counters were reset in between. A session
    /// tells of its work now and then: `owed` is how much of the monitor's own is still to come.
    pub(super) fn since(&self, earlier: &Counters, owed: &mut [f64; 2]) -> Option<Rates> {
        let secs = self.at.since(earlier.at).as_secs_f64();
        if secs <= 0.0 || self.commits < earlier.commits || self.reads < earlier.reads {
            return None;
        }
        let mut of_others = |at: usize, now: f64, then: f64| {
            let own = self.own[at] - earlier.own[at];
            let told = (owed[at] + own).min((now - then).max(0.0));
            owed[at] = (owed[at] + own - told).min(own.max(1.0) * LATE);
            now - told
        };
        let commits = of_others(0, self.commits, earlier.commits);
        let rollbacks = of_others(1, self.rollbacks, earlier.rollbacks);
        let per_second = |now: f64, then: f64| ((now - then) / secs).max(0.0);
        let rollbacks = per_second(rollbacks, earlier.rollbacks);
        let hits = per_second(self.hits, earlier.hits);
        let blocks = hits + per_second(self.reads, earlier.reads);
        let wal = self.wal.zip(earlier.wal);
        Some(Rates {
            tps: per_second(commits, earlier.commits) + rollbacks,
            rollbacks,
            cache_hits: (blocks > 0.0).then(|| hits / blocks),
            temporary: per_second(self.temporary, earlier.temporary),
            wal: wal.map(|(now, then)| per_second(now, then)),
        })
    }
}

/// How much a counter has grown since it was first looked at. One that has become smaller was reset, and
/// counts from zero.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grown {
    last: Option<u64>,
    sum: u64,
}

impl Grown {
    /// Takes the counter in as it is `now`, and tells how much there is of it altogether.
    pub(super) fn take(&mut self, now: u64) -> u64 {
        let before = self.last.replace(now).unwrap_or(now);
        self.sum += now.checked_sub(before).unwrap_or(now);
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_more_to_apply_is_not_held_up() {
        for (wait, held_up) in [
            ("Activity: RecoveryWalStream", None),
            ("IO: WALRead", None),
            ("", None),
            ("Lock: relation", Some(HeldUp::BySession)),
            ("BufferPin: BufferPin", Some(HeldUp::BySession)),
            ("IPC: RecoveryConflictSnapshot", Some(HeldUp::BySession)),
            ("Timeout: RecoveryApplyDelay", Some(HeldUp::OnPurpose)),
        ] {
            assert_eq!(HeldUp::of(wait), held_up, "{wait}");
        }
    }

    #[test]
    fn rates_are_differences_by_the_second() {
        let before = Counters {
            commits: 100.0,
            hits: 900.0,
            wal: Some(5e6),
            ..Counters::default()
        };
        let after = Counters {
            at: Moment::default().plus(Duration::from_secs(2)),
            commits: 310.0,
            own: [10.0, 0.0],
            rollbacks: 20.0,
            hits: 990.0,
            reads: 10.0,
            temporary: 4096.0,
            deadlocks: 0.0,
            wal: Some(7e6),
        };
        let rates = after.since(&before, &mut [0.0; 2]).unwrap();
        assert_eq!((rates.tps, rates.rollbacks), (110.0, 10.0));
        assert_eq!((rates.cache_hits, rates.wal), (Some(0.9), Some(1e6)));
        assert_eq!(
            after.since(&after, &mut [0.0; 2]),
            None,
            "no time has passed"
        );
    }

    #[test]
    fn our_own_work_is_left_out_whenever_the_server_tells_of_it() {
        let at = |secs, commits, own| Counters {
            at: Moment::default().plus(Duration::from_secs(secs)),
            commits,
            own: [own, 0.0],
            ..Counters::default()
        };
        let looks = [
            at(0, 100.0, 0.0),
            at(1, 100.0, 10.0),
            at(2, 100.0, 20.0),
            at(3, 137.0, 30.0),
            at(4, 147.0, 40.0),
        ];
        let mut owed = [0.0; 2];
        let tps = looks.windows(2).map(|pair| {
            let rates = pair[1].since(&pair[0], &mut owed).unwrap();
            rates.tps
        });
        assert_eq!(tps.collect::<Vec<_>>(), [0.0, 0.0, 7.0, 0.0]);
        // What never comes is not waited for: it would hide what others do.
        at(1, 0.0, 500.0).since(&at(0, 0.0, 0.0), &mut owed);
        at(2, 0.0, 501.0).since(&at(1, 0.0, 500.0), &mut owed);
        assert!((owed[0] - LATE).abs() < 0.001, "{owed:?}");
    }

    #[test]
    fn our_own_failures_are_nobody_elses_whenever_the_server_tells_of_them() {
        let at = |secs, rollbacks, own| Counters {
            at: Moment::default().plus(Duration::from_secs(secs)),
            rollbacks,
            own: [0.0, own],
            ..Counters::default()
        };
        let looks = [
            at(0, 5.0, 0.0),
            at(1, 5.0, 1.0),
            at(2, 5.0, 1.0),
            at(3, 9.0, 1.0),
            at(4, 9.0, 1.0),
        ];
        let mut owed = [0.0; 2];
        let rollbacks = looks.windows(2).map(|pair| {
            let rates = pair[1].since(&pair[0], &mut owed).unwrap();
            (rates.rollbacks, rates.tps)
        });
        let quiet = (0.0, 0.0);
        assert_eq!(
            rollbacks.collect::<Vec<_>>(),
            [quiet, quiet, (3.0, 3.0), quiet]
        );
    }

    #[test]
    fn a_counter_goes_on_growing_after_a_reset() {
        let mut grown = Grown::default();
        let sums = [7, 9, 9, 1, 2, 0, 1].map(|now| grown.take(now));
        assert_eq!(sums, [0, 2, 2, 3, 4, 4, 5]);
    }

    #[test]
    fn counters_that_were_reset_make_no_rate() {
        let before = Counters {
            commits: 100.0,
            ..Counters::default()
        };
        let after = Counters {
            at: Moment::default().plus(Duration::from_secs(1)),
            commits: 3.0,
            ..Counters::default()
        };
        assert_eq!(after.since(&before, &mut [0.0; 2]), None);
    }
}
