//! Events about steps: work that is started, watched, stopped and over, and what people say of it.

use std::fmt;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ChangedFile;
use crate::clock::Moment;

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

/// See [`super::Event::StepStarted`].
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

/// See [`super::Event::StepLaunched`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLaunched {
    /// What was launched.
    #[serde(flatten)]
    pub job: Job,
    /// The process, or the session's process on the database server.
    pub pid: u32,
}

/// See [`super::Event::StepTransaction`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTransaction {
    /// What it is part of.
    #[serde(flatten)]
    pub job: Job,
    /// The database's name in the plan.
    pub database: String,
    /// The transaction's number, with its epoch; none where its statements are not in a transaction
    /// of their own, or can't write.
    pub xid: Option<u64>,
    /// The server, as it identifies itself: its system's identifier, its timeline, and, where a crash may
    /// give the number to another transaction, the life that it leads between two crashes. After a
    /// failover the same number is another transaction's.
    #[serde(default)]
    pub server: Option<String>,
    /// A place in the server's log behind the first record of the number, where one was written: a replica
    /// that has come so far does not give the number to another transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lsn: Option<String>,
}

/// See [`super::Event::StepSought`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSought {
    /// What is looked for.
    #[serde(flatten)]
    pub job: Job,
    /// Why.
    pub why: String,
}

/// See [`super::Event::StepAdopted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAdopted {
    /// What goes on.
    #[serde(flatten)]
    pub job: Job,
    /// Its process, where it is known anew.
    pub pid: Option<u32>,
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

/// See [`super::Event::StepStopping`].
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

/// See [`super::Event::StepTyped`]. What was typed is nowhere recorded: it may be a password, and the
/// terminal shows what is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTyped {
    /// Into whose terminal.
    #[serde(flatten)]
    pub job: Job,
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

/// How it is known how a piece of work ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// It was watched to its end.
    #[default]
    Report,
    /// Whoever watched it left a record for a later engine.
    Record,
    /// The database server told what became of its transaction.
    Server,
    /// The journal itself: it can't have begun.
    Journal,
    /// Nobody knows.
    Nobody,
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

/// See [`super::Event::StepFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFinished {
    /// What ended.
    #[serde(flatten)]
    pub job: Job,
    /// How.
    pub outcome: Outcome,
    /// What it left behind.
    pub applied: Applied,
    /// How that is known.
    #[serde(default)]
    pub known_by: KnownBy,
    /// The exit code of its process.
    pub exit_code: Option<i32>,
    /// The signal that ended its process.
    pub signal: Option<i32>,
    /// The expectations.
    pub findings: Vec<Finding>,
    /// What else there is to say: an error, how the outcome became known.
    pub message: Option<String>,
    /// Whether it was not begun because its session is not the one that the steps before had: on another
    /// server, or without what they had left in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
    /// The files that it would have applied and that are not what they were: it was not begun because of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedFile>,
    /// What of it still ran when it had ended, a few words a process: nobody waits for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<String>,
    /// What it left to the shell steps after it, if it left anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
    /// What is in its session now, if that is not what was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionLeft>,
    /// When it ended, where that is known better than by this entry's own time: a record was found
    /// later, or the journal could not be written for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// What the SQL steps have left in their session on a database, and a new one would not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLeft {
    /// The database's name in the plan.
    pub database: String,
    /// Settings, each with its value: a new session is given them again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Settings whose values are recorded nowhere: those are gone with the session, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// What is gone with the session, a few words each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<String>,
    /// What may have been in it and was lost before anybody could ask, a few words each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<String>,
}

/// The directory, the umask and the exported variables that a shell step left to the next, as far as they are
/// other ones. Values are nowhere recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The umask, as shells write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub umask: Option<String>,
    /// Variables that were not there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Variables with another value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Variables that are no longer there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl fmt::Display for Left {
    /// In one line: `directory /srv/shop, added RELEASE, removed TOKEN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let directory = self
            .directory
            .iter()
            .map(|path| format!("directory {path}"));
        let umask = self.umask.iter().map(|umask| format!("umask {umask}"));
        let names = [
            ("added", &self.added),
            ("changed", &self.changed),
            ("removed", &self.removed),
        ];
        let names = names.into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<String> = directory
            .chain(umask)
            .chain(names.map(|(what, names)| format!("{what} {}", names.join(" "))))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

/// See [`super::Event::ConditionAsked`]: what a phase's or a step's condition asks about is being looked
/// for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionAsked {
    /// Whose condition.
    #[serde(flatten)]
    pub of: ConditionOf,
}

/// Whose condition it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionOf {
    /// A phase's, by its id.
    Phase(String),
    /// A step's, by its id.
    Step(String),
}

/// See [`super::Event::ConditionWeighed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionWeighed {
    /// Whose condition.
    #[serde(flatten)]
    pub of: ConditionOf,
    /// As it is written.
    pub condition: String,
    /// Whether it holds; none: what is known does not tell.
    pub holds: Option<bool>,
    /// What is known, in words.
    pub known: String,
}

/// See [`super::Event::StepTicked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTicked {
    /// The step's id.
    pub step: String,
    /// A remark.
    pub note: Option<String>,
}

/// See [`super::Event::StepUnticked`].
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
