//! Events about the run as a whole: its beginning, its engines and drivers, its variables, what holds
//! it, its end.

use serde::{Deserialize, Serialize};

use super::AppliedFile;

/// See [`super::Event::RunCreated`].
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
    /// Milliseconds between two looks at the databases.
    #[serde(default = "usual_poll", skip_serializing_if = "is_usual_poll")]
    pub poll_ms: u64,
    /// The version of this program.
    pub version: String,
    /// Who had approved the plan as it was, in a review before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviewed: Vec<Reviewed>,
    /// The files that the plan includes, as they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub included: Vec<IncludedFile>,
    /// The files that its steps apply, as they were; none: nobody looked at them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<Vec<AppliedFile>>,
}

/// A file that a plan includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncludedFile {
    /// Where it was, relative to the plan's folder.
    pub path: String,
    /// SHA-256 of it.
    pub sha256: String,
}

impl RunCreated {
    /// Milliseconds between two looks at the databases, where nobody wants others.
    pub const USUAL_POLL_MS: u64 = 1000;
}

fn usual_poll() -> u64 {
    RunCreated::USUAL_POLL_MS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_usual_poll(poll_ms: &u64) -> bool {
    *poll_ms == RunCreated::USUAL_POLL_MS
}

/// Somebody had approved the plan before the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// Who.
    pub by: String,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// What they said with it.
    pub remark: Option<String>,
}

/// See [`super::Event::EngineStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineStarted {
    /// Its process.
    pub pid: u32,
    /// Whether another engine had the run before.
    pub resumed: bool,
    /// The one before, if it was there and did not answer, and was ended for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedEngine>,
}

/// An engine that did not answer and was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedEngine {
    /// Its process.
    pub pid: u32,
    /// Who had it ended.
    pub by: String,
}

/// See [`super::Event::JournalRestored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRestored {
    /// What kept it from being written.
    pub why: String,
}

/// See [`super::Event::DriverAttached`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverAttached {
    /// The terminal, as the system names it.
    pub terminal: String,
    /// Why it took the run from another terminal, if it did.
    pub taken: Option<String>,
}

/// See [`super::Event::DriverLeft`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverLeft {}

/// See [`super::Event::PaceChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaceChanged {
    /// Whether the run goes on by itself.
    pub auto: bool,
}

/// See [`super::Event::VariableSet`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableSet {
    /// The variable.
    pub name: String,
    /// Its value; none where it is a secret.
    pub value: Option<String>,
    /// Where it came from: `environment`, `operator`, or the id of the step that captured it.
    pub origin: String,
}

/// See [`super::Event::VariableForgotten`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableForgotten {
    /// The variable.
    pub name: String,
}

/// See [`super::Event::Held`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Why.
    pub reason: String,
    /// The alert that holds the run, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// The database whose loss holds it, if that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The step whose connection to it broke, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Whether it is held because of who answers there: what is known of that later takes its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answers: bool,
    /// The other server that answers there, of which whoever releases the run has been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Whether it is held because its engine has another environment than the one before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub environment: bool,
}

/// See [`super::Event::Released`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// The alert whose hold is over, if only that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
}

/// See [`super::Event::NoteAdded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// What was written.
    pub text: String,
    /// The step it is about, by id.
    pub step: Option<String>,
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

/// See [`super::Event::RunFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFinished {
    /// How.
    pub ending: Ending,
    /// Why, where somebody said.
    pub reason: Option<String>,
}
