//! What the run does at the moment, told by whoever follows its journal.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Moment;

/// Something that a step does now and that may have sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    /// The step's number.
    pub step: String,
    /// Since when.
    pub since: Moment,
    /// Who does it.
    pub worker: Worker,
}

/// Who carries something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worker {
    /// The process group of this leader, and whatever has come out of it.
    Process(u32),
    /// The run's own session on a database.
    Backend {
        /// The database's name in the plan.
        database: String,
        /// Its process on the server.
        pid: i32,
    },
}

/// Where it is written down; clones are the same book.
#[derive(Clone, Debug, Default)]
pub struct OursBook(Arc<RwLock<Vec<AtWork>>>);

impl OursBook {
    /// Replaces what is written in it.
    pub fn set(&self, at_work: Vec<AtWork>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = at_work;
    }

    /// What is written in it.
    pub(in crate::monitor) fn read(&self) -> Vec<AtWork> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
