//! Which statements have become slower, from what the server counts of each.
//!
//! ```text
//!  Counts (all since the counters were reset) ─► Tracker ─► Statements
//!      before T-0: the first and the last ─► what was normal
//!      the last minute ─────────────────────► what is now
//! ```
//!
//! Counters only ever grow, so only differences say anything. A counter that has become smaller was
//! reset, or its statement was forgotten and met again; then it counts from zero.

mod tracker;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

pub(super) use tracker::{Counter, Counts, Key, Reset, Tracker};

/// What has changed about the statements of a database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statements {
    /// When it was looked at.
    pub at: Moment,
    /// The version of the extension that counts.
    pub extension: String,
    /// How long the stretch is that counts as now.
    pub now_over: Duration,
    /// How long the stretch is that counts as normal; none while there is none.
    pub normal_over: Option<Duration>,
    /// Whether what is normal is settled: it ended with T-0.
    pub frozen: bool,
    /// What limits what can be said, if something does.
    pub note: Option<String>,
    /// That statements of other roles are not to be seen, if so, and the statement that would let them.
    #[serde(default)]
    pub hidden: Option<String>,
    /// Those that are slower than normal, the costliest difference first, and then those on which
    /// most time is spent; 50 at most.
    pub list: Vec<Trend>,
    /// How many are slower than normal, those that are not listed included.
    #[serde(default)]
    pub slower: usize,
}

impl Statements {
    /// How many are slower than normal.
    pub fn slower(&self) -> usize {
        let listed = self.list.iter().filter(|trend| trend.slower).count();
        self.slower.max(listed)
    }
}

/// One statement, now and before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// The server's number for it.
    pub id: i64,
    /// The role that runs it.
    pub user: Option<String>,
    /// Its text with its values left out, 300 characters at most; none where it may not be seen.
    pub text: Option<String>,
    /// What it is like now.
    pub now: Rate,
    /// What it was like before; none where it did not run.
    pub normal: Option<Rate>,
    /// Whether it has become slower by more than chance.
    pub slower: bool,
}

/// What a statement is like over a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Calls.
    pub calls: u64,
    /// Calls a second.
    pub calls_per_s: f64,
    /// The mean time of a call, in milliseconds.
    pub mean_ms: f64,
    /// Rows a call.
    pub rows: f64,
    /// Blocks a call that were not in the server's memory, temporary ones included.
    pub blocks: f64,
}

impl Trend {
    /// How many times slower it is than before.
    pub fn factor(&self) -> Option<f64> {
        let normal = self.normal?;
        (normal.mean_ms > 0.0).then(|| self.now.mean_ms / normal.mean_ms)
    }

    /// The milliseconds a second that are spent on it now.
    pub fn load(&self) -> f64 {
        self.now.calls_per_s * self.now.mean_ms
    }
}

#[cfg(test)]
mod tests;
