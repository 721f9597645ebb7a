//! Every fact that a run can record, in the past tense.
//!
//! The words in here are stored. A field may be added with `#[serde(default)]`; anything else is a
//! new version of that kind of event, with its upgrade in `codec`.

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
    /// A step's work, or its undo, is about to begin.
    StepStarted(StepStarted),
    /// Its process exists, or its statement has a session.
    StepLaunched(StepLaunched),
    /// Its transaction has a number, and no statement of it has run yet.
    StepTransaction(StepTransaction),
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

/// A piece of a step's work: the step, which try, and whether it is the undo.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Job {
    /// The step's id.
    pub step: String,
    /// Counted from 1, undos apart.
    pub attempt: u32,
    /// Whether this is the step's undo.
    #[serde(default)]
    pub undo: bool,
}

/// See [`Event::RunCreated`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCreated {
    /// The run's id.
    pub run: String,
    /// The plan's title.
    pub title: String,
    /// SHA-256 of the plan's file.
    pub digest: String,
    /// Where the plan was read from.
    pub path: String,
    /// The environment it is for.
    pub environment: Option<String>,
    /// Whether it goes on without a screen, and ends by itself.
    pub unattended: bool,
    /// Whether an unattended actor ticks the checks.
    pub tick_checks: bool,
    /// The directory it was started in, where shell steps run.
    pub cwd: String,
    /// The version of this program.
    pub version: String,
}

/// See [`Event::EngineStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineStarted {
    /// Its process.
    pub pid: u32,
    /// Whether another engine had the run before.
    pub resumed: bool,
}

/// See [`Event::JournalRestored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRestored {
    /// What kept it from being written.
    pub why: String,
}

/// See [`Event::DriverAttached`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverAttached {
    /// The terminal, as the system names it.
    pub terminal: String,
    /// Why it took the run from another terminal, if it did.
    pub taken: Option<String>,
}

/// See [`Event::DriverLeft`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverLeft {}

/// See [`Event::PaceChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaceChanged {
    /// Whether the run goes on by itself.
    pub auto: bool,
}

/// See [`Event::VariableSet`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableSet {
    /// The variable.
    pub name: String,
    /// Its value; none where it is a secret.
    pub value: Option<String>,
    /// Where it came from: `environment`, `operator`, or the id of the step that captured it.
    pub origin: String,
}

/// See [`Event::VariableForgotten`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableForgotten {
    /// The variable.
    pub name: String,
}

/// See [`Event::PhaseStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseStarted {
    /// The phase's id.
    pub phase: String,
}

/// See [`Event::PhaseFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseFinished {
    /// The phase's id.
    pub phase: String,
}

/// See [`Event::GateDecided`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecided {
    /// The phase behind the gate, by id.
    pub phase: String,
    /// Go, or no-go.
    pub go: bool,
    /// Why.
    pub reason: Option<String>,
    /// What was true at that moment, in words.
    pub facts: Vec<String>,
}

/// See [`Event::ApprovalGiven`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalGiven {
    /// The phase behind the gate, by id.
    pub phase: String,
    /// The approval's name in the plan.
    pub approval: String,
    /// A remark.
    pub reason: Option<String>,
}

/// See [`Event::ChoiceMade`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceMade {
    /// The choice's name in the plan.
    pub choice: String,
    /// The phase that was chosen, by id.
    pub phase: String,
}

/// See [`Event::StepStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepStarted {
    /// What is started.
    #[serde(flatten)]
    pub job: Job,
    /// The sort of work: `shell`, `sql`, `http`, `wait`.
    pub work: String,
    /// Which of the step's alternatives, counted from 0.
    #[serde(default)]
    pub choice: usize,
    /// Why it is tried again, if somebody said.
    pub reason: Option<String>,
}

/// See [`Event::StepLaunched`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLaunched {
    /// What was launched.
    #[serde(flatten)]
    pub job: Job,
    /// The process, or the session's process on the database server.
    pub pid: u32,
}

/// See [`Event::StepTransaction`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTransaction {
    /// What it is part of.
    #[serde(flatten)]
    pub job: Job,
    /// The database's name in the plan.
    pub database: String,
    /// The transaction's number, with its epoch.
    pub xid: u64,
}

/// How hard a step is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its statements are cancelled on the server.
    Cancel,
    /// As Ctrl-C does.
    Interrupt,
    /// As `kill` does.
    Terminate,
    /// As `kill -9` does.
    Kill,
}

/// See [`Event::StepStopping`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepStopping {
    /// What is stopped.
    #[serde(flatten)]
    pub job: Job,
    /// How.
    pub stage: Stage,
    /// Why.
    pub reason: String,
}

/// How a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every expectation was met.
    Passed,
    /// Something was not as expected.
    Failed,
    /// It was started, and nobody knows how it ended.
    Unknown,
}

/// Whether a piece of work left something behind that would have to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// It did what it was meant to.
    Yes,
    /// Nothing: it never began, or its transaction was undone by the server.
    No,
    /// Perhaps, or in part.
    Maybe,
}

/// One expectation and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub got: String,
    /// Whether it was met.
    pub met: bool,
}

/// See [`Event::StepFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFinished {
    /// What ended.
    #[serde(flatten)]
    pub job: Job,
    /// How.
    pub outcome: Outcome,
    /// What it left behind.
    pub applied: Applied,
    /// The exit code of its process.
    pub exit_code: Option<i32>,
    /// The signal that ended its process.
    pub signal: Option<i32>,
    /// The expectations.
    pub findings: Vec<Finding>,
    /// What else there is to say: an error, how the outcome became known.
    pub message: Option<String>,
}

/// See [`Event::StepTicked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTicked {
    /// The step's id.
    pub step: String,
    /// A remark.
    pub note: Option<String>,
}

/// See [`Event::StepUnticked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUnticked {
    /// The step's id.
    pub step: String,
}

/// A step and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReason {
    /// The step's id.
    pub step: String,
    /// Never empty.
    pub reason: String,
}

/// See [`Event::Held`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Why.
    pub reason: String,
}

/// See [`Event::Released`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {}

/// See [`Event::NoteAdded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// What was written.
    pub text: String,
    /// The step it is about, by id.
    pub step: Option<String>,
}

/// What is asked of a database session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendAction {
    /// Its statement is to stop.
    Cancel,
    /// The whole session is to end.
    Terminate,
}

/// See [`Event::BackendSignalled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendSignalled {
    /// The database's name in the plan.
    pub database: String,
    /// The session's process on the server.
    pub pid: i32,
    /// When that session began, in microseconds since the Unix epoch by the server's clock; it tells
    /// the session from a later one with its number.
    pub started: i64,
    /// What is asked of it.
    pub action: BackendAction,
    /// Who it is: user, application, statement.
    pub target: String,
}

/// See [`Event::BackendAnswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendAnswered {
    /// The database's name in the plan.
    pub database: String,
    /// The session's process on the server.
    pub pid: i32,
    /// What was asked of it.
    pub action: BackendAction,
    /// Whether it had the wanted effect.
    pub done: bool,
    /// What was seen.
    pub result: String,
}

/// One thing on the way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoItem {
    /// The step's id.
    pub step: String,
    /// Whether the step's undo is run, or the step itself (one of a rollback's).
    pub undo: bool,
}

/// See [`Event::RollbackStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackStarted {
    /// The rollback's id, if one of the plan's was chosen.
    pub tier: Option<String>,
    /// What will be done, in order.
    pub items: Vec<UndoItem>,
    /// Microseconds since T-0, if it had begun.
    pub since_t_zero: Option<u64>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Everything was done.
    Completed,
    /// It was given up, and nothing was undone.
    Aborted,
    /// The way back was gone to its end.
    RolledBack,
}

/// See [`Event::RunFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFinished {
    /// How.
    pub ending: Ending,
    /// Why, where somebody said.
    pub reason: Option<String>,
}
