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
    /// Type a line into the terminal of a step that runs.
    Input {
        /// Which step.
        step: String,
        /// What; its end is typed, too.
        text: String,
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
    Cancel(SessionName),
    /// End a database session.
    Terminate(SessionName),
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

impl Command {
    /// What whoever wants it says about it, which is written down as it is said.
    pub fn said_mut(&mut self) -> Option<&mut String> {
        match self {
            Command::Go { reason: said }
            | Command::Tick { note: said, .. }
            | Command::Retry { reason: said, .. }
            | Command::Hold { reason: said }
            | Command::Approve { reason: said, .. }
            | Command::Finish { reason: said } => said.as_mut(),
            Command::NoGo { reason: said }
            | Command::Skip { reason: said, .. }
            | Command::Done { reason: said, .. }
            | Command::Fail { reason: said, .. }
            | Command::Accept { reason: said, .. }
            | Command::Note { text: said, .. }
            | Command::Take { reason: said } => Some(said),
            Command::Run { .. }
            | Command::Auto { .. }
            | Command::Untick { .. }
            | Command::Look { .. }
            | Command::Stop { .. }
            | Command::Input { .. }
            | Command::Release
            | Command::Rollback { .. }
            | Command::Cancel(_)
            | Command::Terminate(_)
            | Command::Set { .. } => None,
        }
    }
}

/// Which database session is meant. Servers count processes each by itself, so a number alone may be
/// that of several sessions; what a person has confirmed is named in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionName {
    /// Its process on the server.
    pub pid: i32,
    /// The database's name in the plan; else whichever has a session of that number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// When it began, in microseconds since the Unix epoch by the server's clock; else it is whichever
    /// has that number now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// When its statement began that is to be cancelled, as above; else it is whichever it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<i64>,
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

    /// The refusal of whatever would have to be recorded, which can't be for `trouble`.
    pub fn unrecorded(trouble: &str) -> Self {
        Refusal(format!(
            "nothing can be recorded, so nothing is done: {trouble}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_can_still_be_named_by_its_number_alone() {
        let older = r#"{"command":"cancel","pid":57}"#;
        let named = SessionName {
            pid: 57,
            database: None,
            started: None,
            statement: None,
        };
        let command: Command = serde_json::from_str(older).unwrap();
        assert_eq!(command, Command::Cancel(named.clone()));
        assert_eq!(serde_json::to_string(&command).unwrap(), older);
        let full = Command::Terminate(SessionName {
            database: Some("db2".to_owned()),
            started: Some(1),
            ..named
        });
        let json = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), full);
    }
}
