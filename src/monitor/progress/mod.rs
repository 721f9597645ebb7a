//! How far long statements have come, and how long they may still take.
//!
//! ```text
//!  a row of a progress view ─► phases ─► part of the whole ─┐
//!  the growth of the database ─────────► part of the whole ─┼─► Pace ─► time left
//!  nothing at all ─────────────────────► words, honest ones ┘
//! ```
//!
//! One bar stands for all phases, each with the weight that it has been measured to have; the raw
//! ratio of one phase would begin again at zero with the next. What is only an estimate says so.

mod course;
mod growth;
mod pace;
mod passes;
mod phases;
mod place;
mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ours::Ours;

pub(super) use course::{Courses, Extent};
pub(super) use growth::{Growths, Size, Statement};
#[cfg(test)]
pub(super) use pace::{After, Stretch};
pub(super) use pace::{Paces, Seen};
pub(super) use phases::{Raw, View};
pub(super) use place::Place;
pub(super) use words::{counted_by, megabytes, plain, reads_everything, rewrites};

/// Something long that goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The pid of its session.
    pub pid: i32,
    /// Whether it is ours.
    pub ours: Option<Ours>,
    /// What it does, such as `create index concurrently on orders`.
    pub what: String,
    /// The phase it is in, or what is known instead of one.
    pub phase: String,
    /// How much of the whole is done, between 0 and 1; none where nothing tells.
    pub done: Option<f64>,
    /// Whether that is an estimate from something else than the server's own counters.
    pub estimated: bool,
    /// How much time is left at the present pace.
    pub left: Option<Duration>,
    /// How much it is at most, where that is much more.
    #[serde(default)]
    pub left_at_most: Option<Duration>,
    /// How long it has been going on.
    pub age: Option<Duration>,
    /// The sessions it has to wait for before it can go on.
    pub waits_for: Option<WaitsFor>,
}

/// Sessions that something has to wait for, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitsFor {
    /// The one it waits for now.
    pub pid: i32,
    /// How many have ended already.
    pub done: u32,
    /// How many there were.
    pub total: u32,
    /// Who that is, such as `report, idle in transaction`.
    pub who: String,
}

/// An index that the server keeps up to date and never uses: what a build left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidIndex {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Whether it is being built, or may be, so that it is only not valid yet.
    pub being_built: bool,
    /// Whether somebody is at work on its table who may be building it, which this role may not see.
    #[serde(default)]
    pub hidden: bool,
}

impl InvalidIndex {
    /// Whether it is certain that nobody works on it any more.
    pub fn is_left_behind(&self) -> bool {
        !self.being_built && !self.hidden
    }

    /// What mends it. Beside the index that a `REINDEX CONCURRENTLY` was to replace, the server leaves what
    /// became of the new one, or of the old one, under the name of it with an ending.
    pub fn mended_by(&self) -> &'static str {
        let name = self.name.trim_end_matches('"');
        let name = name.trim_end_matches(|last: char| last.is_ascii_digit());
        if name.ends_with("_ccnew") {
            "drop it, then reindex again: the index itself is whole"
        } else if name.ends_with("_ccold") {
            "drop it: the new index is in use already"
        } else {
            "drop it, then build it again"
        }
    }
}

#[cfg(test)]
mod tests;
