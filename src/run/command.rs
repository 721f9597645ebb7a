//! What an operator, or a script, can ask of a run. Every key of the screen that changes something
//! is one of these, and so is every subcommand of `ctl`.

use serde::{Deserialize, Serialize};

/// A wish. Steps are named by number or id, phases too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Go, at the gate that waits.
    Go {
        /// A remark.
        reason: Option<String>,
    },
    /// No-go, at the gate that waits.
    NoGo {
        /// Why.
        reason: String,
    },
    /// Start a step: the next one, or the one named.
    Run {
        /// Which step.
        step: Option<String>,
        /// Which of its alternatives, counted from 1.
        choice: Option<usize>,
    },
    /// Go on by itself, or stop doing so.
    Auto {
        /// Which.
        on: bool,
    },
    /// A check is as it should be.
    Tick {
        /// Which step.
        step: String,
        /// A remark.
        note: Option<String>,
    },
    /// A tick or a skip was a mistake.
    Untick {
        /// Which step.
        step: String,
    },
    /// Leave a step out.
    Skip {
        /// Which step.
        step: String,
        /// Why.
        reason: String,
    },
    /// A step was done by hand.
    Done {
        /// Which step.
        step: String,
        /// How.
        reason: String,
    },
    /// A step is not as it should be.
    Fail {
        /// Which step.
        step: String,
        /// Why.
        reason: String,
    },
    /// Try a step, or its undo, again.
    Retry {
        /// Which step.
        step: String,
        /// Why.
        reason: Option<String>,
        /// Which of its alternatives, counted from 1; else the one that was tried last.
        #[serde(default)]
        choice: Option<usize>,
    },
    /// Look again for how a step ended of which nobody knows.
    Look {
        /// Which step.
        step: String,
    },
    /// Stop a step that runs.
    Stop {
        /// Which step.
        step: String,
    },
    /// Start nothing until released.
    Hold {
        /// Why.
        reason: Option<String>,
    },
    /// Go on after a hold.
    Release,
    /// Take an alert as it is.
    Accept {
        /// Its name.
        alert: String,
        /// Why.
        reason: String,
    },
    /// Go the way back.
    Rollback {
        /// Which one, by name, id or number; else the one that the clock offers.
        tier: Option<String>,
        /// What was typed to confirm it.
        confirm: Option<String>,
    },
    /// Cancel the statement of a database session.
    Cancel {
        /// Its process on the server.
        pid: i32,
    },
    /// End a database session.
    Terminate {
        /// Its process on the server.
        pid: i32,
    },
    /// Write something down.
    Note {
        /// What.
        text: String,
        /// The step it is about.
        step: Option<String>,
    },
    /// Give a variable its value.
    Set {
        /// Which.
        name: String,
        /// What.
        value: String,
    },
    /// Drive from this terminal.
    Take {
        /// Why.
        reason: String,
    },
    /// Approve what a gate asks for.
    Approve {
        /// The gate: its phase, or the approval's name.
        gate: String,
        /// A remark.
        reason: Option<String>,
    },
    /// The run is over.
    Finish {
        /// Why, where something is left to do.
        reason: Option<String>,
    },
}

/// Why a wish is not granted, in words for the person who had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// The refusal that says `why`.
    pub fn new(why: impl Into<String>) -> Self {
        Refusal(why.into())
    }
}
