//! Work that is only pretended: what really happened to each piece of it, whoever knows of it.

use gonogo::journal::event::{Applied, Job, KnownBy, Outcome};
use gonogo::run::Finish;

/// How jobs are kept apart, in an order that is the same in every run.
pub type Key = (String, u32, bool);

pub fn key(job: &Job) -> Key {
    (job.step.clone(), job.attempt, job.undo)
}

/// A piece of work.
#[derive(Clone, Debug)]
pub struct Fake {
    pub job: Job,
    pub truth: Truth,
    /// The engine that watches it, by its number; none: whoever did is gone.
    pub watched_by: Option<u32>,
    /// Whether it ends only if it is ended.
    pub endless: bool,
    /// Whether it can't even be killed before it ends by itself.
    pub stuck: bool,
    /// Whether it is only looked for on the server, by a connection of its own.
    pub asked: bool,
}

/// What really happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Its process could not even be started.
    NotBegun,
    /// Its process runs, under a shim.
    Running,
    /// Its process runs, and its shim is gone.
    Alone,
    /// Its process ended, and its shim has written down how.
    Exited {
        code: Option<i32>,
        signal: Option<i32>,
    },
    /// Process and shim went without a word.
    Vanished,
    /// Its session waits for permission to send the first statement.
    Ready { xid: Option<u64> },
    /// Its statements are under way.
    Working { xid: Option<u64> },
    /// Nobody is connected any more; the server will come to this end. Outside of a transaction
    /// (without a number) what was done is done.
    Adrift { xid: Option<u64>, commits: bool },
    /// It is decided on the server.
    Decided { xid: Option<u64>, committed: bool },
    /// A request was sent.
    Sent,
    /// And answered.
    Answered,
    /// Its answer reached nobody.
    Unheard,
    /// A picture is being taken.
    Looking,
    /// It is kept.
    Looked,
    /// It came to nothing.
    Cut,
}

impl Fake {
    /// Whether it may have changed something, or still may.
    pub fn did_something(&self) -> bool {
        match self.truth {
            Truth::NotBegun | Truth::Ready { .. } | Truth::Looking | Truth::Looked | Truth::Cut => {
                false
            }
            Truth::Adrift { commits, .. } => commits,
            Truth::Decided { committed, .. } => committed,
            Truth::Running
            | Truth::Alone
            | Truth::Exited { .. }
            | Truth::Vanished
            | Truth::Working { .. }
            | Truth::Sent
            | Truth::Answered
            | Truth::Unheard => true,
        }
    }

    /// Whether its process is there.
    pub fn lives(&self) -> bool {
        matches!(self.truth, Truth::Running | Truth::Alone)
    }

    /// Whether nothing more will come of it by itself.
    pub fn is_over(&self) -> bool {
        !matches!(
            self.truth,
            Truth::Running
                | Truth::Alone
                | Truth::Ready { .. }
                | Truth::Working { .. }
                | Truth::Adrift { .. }
                | Truth::Sent
                | Truth::Looking
        )
    }

    /// Its engine is gone. `machine`: and so is everything else on its machine.
    pub fn orphan(&mut self, machine: bool, commits: bool) {
        let watched = self.watched_by.take().is_some();
        self.asked = false;
        self.truth = match self.truth.clone() {
            Truth::Running | Truth::Alone if machine => Truth::Vanished,
            // A session is a connection of its engine's. What was being committed may yet be.
            Truth::Ready { xid } if watched => Truth::Decided {
                xid,
                committed: false,
            },
            Truth::Working { xid } if watched => Truth::Adrift {
                xid,
                commits: commits || xid.is_none(),
            },
            Truth::Sent if watched => Truth::Unheard,
            Truth::Looking if watched => Truth::Cut,
            truth => truth,
        };
    }
}

/// The report that a job is over.
pub fn finish(job: &Job, outcome: Outcome, applied: Applied) -> Finish {
    Finish {
        job: job.clone(),
        outcome,
        applied,
        known_by: KnownBy::Report,
        by_itself: false,
        exit_code: None,
        signal: None,
        findings: Vec::new(),
        message: None,
        elsewhere: false,
        changed: Vec::new(),
        running: Vec::new(),
        session: None,
        left: None,
        ended: None,
        captured: Vec::new(),
    }
}
