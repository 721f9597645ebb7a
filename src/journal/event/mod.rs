//! Every fact that a run can record, in the past tense.
//!
//! The words in here are stored. A field may be added with `#[serde(default)]`; anything else is a
//! new version of that kind of event, with its upgrade in `codec`.
//!
//! `run`, `phase`, `step`, `alert`, `outage`, `backend`, `file`, `server`, `snapshot` and `rollback` hold the shapes,
//! each by what it is about.

mod alert;
mod backend;
mod file;
mod outage;
mod phase;
mod rollback;
mod run;
mod server;
mod snapshot;
mod step;

pub use alert::{AlertAccepted, AlertCleared, AlertRaised, BaselineFrozen, Consequence, Usual};
pub use backend::{BackendAction, BackendAnswered, BackendSignalled};
pub use file::{AppliedFile, ChangedFile, FileChange};
pub use outage::{OutageBegan, OutageEnded};
pub use phase::{ApprovalGiven, ChoiceMade, GateDecided, PhaseFinished, PhaseStarted};
pub use rollback::{RollbackStarted, UndoItem};
pub use run::{
    DriverAttached, DriverLeft, EndedEngine, Ending, EngineStarted, Held, IncludedFile,
    JournalRestored, NoteAdded, PaceChanged, Released, Reviewed, RunCreated, RunFinished,
    VariableForgotten, VariableSet,
};
pub use server::ServerSeen;
pub use snapshot::{Difference, Fortune, SnapshotCompared, SnapshotTaken, SnapshotTotal};
pub use step::{
    Applied, ConditionAsked, ConditionOf, ConditionWeighed, Finding, Job, KnownBy, Left, Outcome,
    SessionLeft, Stage, StepAdopted, StepFinished, StepLaunched, StepReason, StepSought,
    StepStarted, StepStopping, StepTicked, StepTransaction, StepTyped, StepUnticked,
};

use serde::{Deserialize, Serialize};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// A run came to be. Always the first entry.
    RunCreated(RunCreated),
    /// An engine took the run up.
    EngineStarted(EngineStarted),
    /// The journal could not be written for a while, and nothing was done meanwhile.
    JournalRestored(JournalRestored),
    /// A terminal began to drive.
    DriverAttached(DriverAttached),
    /// The driving terminal went away.
    DriverLeft(DriverLeft),
    /// The run goes on by itself, or no longer.
    PaceChanged(PaceChanged),
    /// A variable got a value.
    VariableSet(VariableSet),
    /// A variable's secret value is no longer known.
    VariableForgotten(VariableForgotten),
    /// The first step of a phase began.
    PhaseStarted(PhaseStarted),
    /// Every step of a phase is settled.
    PhaseFinished(PhaseFinished),
    /// The driver said go or no-go.
    GateDecided(GateDecided),
    /// Somebody approved what a gate asks for.
    ApprovalGiven(ApprovalGiven),
    /// One phase of several was chosen.
    ChoiceMade(ChoiceMade),
    /// What a condition asks about is being looked for.
    ConditionAsked(ConditionAsked),
    /// It was decided whether a phase or a step is done at all, or that it can't be told.
    ConditionWeighed(ConditionWeighed),
    /// A step's work, or its undo, is about to begin.
    StepStarted(StepStarted),
    /// Its process exists, or its statement has a session.
    StepLaunched(StepLaunched),
    /// Its session is ready, its transaction has a number, and no statement of it has run yet.
    StepTransaction(StepTransaction),
    /// How it ended is being looked for: whoever watched it is not there any more.
    StepSought(StepSought),
    /// It was found to be still going on, and is watched again.
    StepAdopted(StepAdopted),
    /// Its picture of databases is kept, and what it shows.
    SnapshotTaken(SnapshotTaken),
    /// Somebody typed a line into its terminal.
    StepTyped(StepTyped),
    /// It is being stopped.
    StepStopping(StepStopping),
    /// It is over, or nobody knows.
    StepFinished(StepFinished),
    /// A person did it or found it to be so.
    StepTicked(StepTicked),
    /// A person took a mark back.
    StepUnticked(StepUnticked),
    /// It was left out.
    StepSkipped(StepReason),
    /// A person did what the step could not.
    StepMarkedDone(StepReason),
    /// A person says that it did not work.
    StepMarkedFailed(StepReason),
    /// Nothing starts until it is released.
    Held(Held),
    /// It goes on.
    Released(Released),
    /// Somebody wrote something down.
    NoteAdded(NoteAdded),
    /// What was normal before T-0.
    BaselineFrozen(BaselineFrozen),
    /// What an alert warns of is so.
    AlertFired(AlertRaised),
    /// Nothing is known any more of what an alert watches.
    AlertBlind(AlertRaised),
    /// What an alert warned of is not so any more.
    AlertCleared(AlertCleared),
    /// Somebody has taken an alert as it is.
    AlertAccepted(AlertAccepted),
    /// An address that is watched did not answer well.
    OutageBegan(OutageBegan),
    /// It does again.
    OutageEnded(OutageEnded),
    /// A database can be reached, and who answers there is new, or what has become of it.
    ServerSeen(ServerSeen),
    /// A session of a database is about to be cancelled or ended.
    BackendSignalled(BackendSignalled),
    /// What became of that.
    BackendAnswered(BackendAnswered),
    /// The way back began.
    RollbackStarted(RollbackStarted),
    /// Something of the way back was left out.
    UndoLeft(StepReason),
    /// The run is over.
    RunFinished(RunFinished),
}

impl Event {
    /// Its kind, in snake case, as it is stored.
    pub fn kind(&self) -> String {
        let whole = serde_json::to_value(self).unwrap_or_default();
        let kind = whole.get("kind").and_then(serde_json::Value::as_str);
        kind.unwrap_or_default().to_owned()
    }
}
