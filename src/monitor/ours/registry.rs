//! What the run does at the moment, told by whoever follows its journal.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use tokio::sync::watch;

use super::free::Free;
use crate::clock::Moment;
use crate::monitor::baseline::Baseline;
use crate::monitor::session::{State, no_signal_for_own};
use crate::plan::Taken;

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
pub struct OursBook(Arc<Book>);

#[derive(Debug, Default)]
struct Book {
    pages: RwLock<Pages>,
    /// What a step needs free of sessions.
    taken: watch::Sender<Taken>,
}

#[derive(Debug, Default)]
struct Pages {
    at_work: Vec<AtWork>,
    t_zero: Option<Moment>,
    baseline: Option<Baseline>,
}

impl OursBook {
    /// Replaces what is done at the moment.
    pub fn set(&self, at_work: Vec<AtWork>) {
        self.write().at_work = at_work;
    }

    /// Writes down which databases are dropped, renamed or copied at the moment.
    pub fn set_taken(&self, taken: Taken) {
        self.0.taken.send_if_modified(|now| {
            let changed = *now != taken;
            *now = taken;
            changed
        });
    }

    /// Tells when the database that its server calls `database` has to be free of sessions.
    pub(in crate::monitor) fn free(&self, database: &str) -> Free {
        Free::new(self.0.taken.subscribe(), database)
    }

    /// Writes down when the deployment began, and what was recorded as normal before.
    pub fn set_t_zero(&self, at: Option<Moment>, baseline: Option<Baseline>) {
        let mut pages = self.write();
        pages.t_zero = at;
        pages.baseline = baseline;
    }

    /// Why no signal goes to the session `pid`, which does what `state` says, if it is the run's own on a
    /// database that is `wanted`. While it is idle no picture shows it.
    pub fn no_signal(
        &self,
        pid: i32,
        state: State,
        wanted: impl Fn(&String) -> bool,
    ) -> Option<String> {
        let at_work = self.read();
        let own = |job: &&AtWork| match &job.worker {
            Worker::Backend { database, pid: own } => *own == pid && wanted(database),
            Worker::Process(_) => false,
        };
        let job = at_work.iter().find(own)?;
        Some(no_signal_for_own(pid, state, &job.step))
    }

    /// What is done at the moment.
    pub(in crate::monitor) fn read(&self) -> Vec<AtWork> {
        let pages = self.0.pages.read().unwrap_or_else(PoisonError::into_inner);
        pages.at_work.clone()
    }

    /// When the deployment began, if it has.
    pub(in crate::monitor) fn t_zero(&self) -> Option<Moment> {
        let pages = self.0.pages.read().unwrap_or_else(PoisonError::into_inner);
        pages.t_zero
    }

    /// What was recorded as normal before the deployment began.
    pub(in crate::monitor) fn baseline(&self) -> Option<Baseline> {
        let pages = self.0.pages.read().unwrap_or_else(PoisonError::into_inner);
        pages.baseline.clone()
    }

    fn write(&self) -> RwLockWriteGuard<'_, Pages> {
        self.0.pages.write().unwrap_or_else(PoisonError::into_inner)
    }
}
