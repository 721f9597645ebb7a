//! What a decision wants done in the world, once it is recorded.

use super::state::{RunState, Transaction};
use crate::journal::event::{BackendAction, ConditionOf, Job, Stage};
use crate::plan::condition::Fact;

/// Something to do. The supervisor performs it and reports with notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Begin a job.
    Start {
        /// Which job.
        job: Job,
        /// Which of the step's alternatives, counted from 0.
        choice: usize,
    },
    /// Take up a job that an engine before this one began.
    Adopt {
        /// Which job.
        job: Job,
        /// Which of the step's alternatives, counted from 0.
        choice: usize,
    },
    /// Ask a database server what became of a job whose watcher is gone.
    Ask {
        /// Which job.
        job: Job,
        /// Where it ran.
        transaction: Transaction,
        /// The session's process on the server, if it was recorded.
        pid: Option<u32>,
    },
    /// Let a job go on whose transaction's number is recorded.
    Proceed {
        /// Which job.
        job: Job,
    },
    /// Type a line into a job's terminal.
    Type {
        /// Which job.
        job: Job,
        /// What is typed, without the end of its line.
        text: Secret,
    },
    /// Ask a job to end.
    Stop {
        /// Which job.
        job: Job,
        /// How.
        stage: Stage,
    },
    /// Ask a database session to end its statement, or itself.
    Signal {
        /// The database.
        database: String,
        /// Its process on the server.
        pid: i32,
        /// When that session began, in microseconds since the Unix epoch by the server's clock.
        started: i64,
        /// When the statement began that it is to cancel, as above; any, where that is not said.
        statement: Option<i64>,
        /// What is asked.
        action: BackendAction,
    },
    /// Ask servers and probes for what a condition needs.
    Weigh {
        /// Whose condition.
        of: ConditionOf,
        /// What is asked.
        facts: Vec<Fact>,
    },
    /// Ask who answers at the address of a database, and whether what the steps have committed is there.
    Recognise {
        /// The database.
        database: String,
    },
    /// Keep the value of a secret, which is nowhere recorded.
    KeepSecret {
        /// The variable.
        name: String,
        /// Its value.
        value: Secret,
    },
}

/// Who performs effects. In production that is the supervisor.
pub trait Perform {
    /// Begins to perform `effect`, which is recorded in `state`. Never waits for anything.
    fn perform(&mut self, effect: Effect, state: &RunState);

    /// Forgets a job that is over.
    fn forget(&mut self, job: &Job);

    /// Overwrites the secrets in what jobs have printed: how they ended is recorded.
    fn conceal(&mut self, _jobs: Vec<Job>) {}

    /// Clears away what only a run that goes on needs: it has ended.
    fn over(&mut self) {}
}

/// A value that must not be printed, not even by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
