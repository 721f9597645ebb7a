//! What became of cancelling or terminating a session.

use serde::{Deserialize, Serialize};

/// What is asked of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// That it stops its statement.
    Cancel,
    /// That it ends.
    Terminate,
}

/// What was seen afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Its statement, or the session, has ended.
    Ended,
    /// It had ended before; the pid is nobody's, or another session's by now.
    Gone,
    /// There is no statement to cancel: the session waits for its client.
    Idle,
    /// There is no statement to cancel, and the session keeps its locks: only terminating helps.
    IdleInTransaction,
    /// It was not tried, or the server refused.
    Refused,
    /// The server passed it on, and nothing has changed for five seconds.
    StillThere,
    /// The server did not answer, so nobody knows.
    Unknown,
}

/// What became of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The session's pid.
    pub pid: i32,
    /// What was seen afterwards.
    pub effect: Effect,
    /// The same in words, such as `the statement of 4711 was cancelled`.
    pub words: String,
}

impl Outcome {
    pub(super) fn new(pid: i32, effect: Effect, words: impl Into<String>) -> Self {
        Outcome {
            pid,
            effect,
            words: words.into(),
        }
    }

    /// The wait for a standby comes after the commit, and ending it takes nothing back.
    pub(super) fn ended_after_commit(pid: i32, signal: Signal) -> Self {
        let what = match signal {
            Signal::Cancel => format!("{pid} waits no more for a standby"),
            Signal::Terminate => format!("session {pid} was terminated"),
        };
        let words = format!("{what}: its transaction had been committed here before, and stays");
        Outcome::new(pid, Effect::Ended, words)
    }

    pub(super) fn ended(pid: i32, signal: Signal) -> Self {
        let words = match signal {
            Signal::Cancel => format!("the statement of {pid} was cancelled"),
            Signal::Terminate => format!("session {pid} was terminated"),
        };
        Outcome::new(pid, Effect::Ended, words)
    }

    pub(super) fn still_there(pid: i32, signal: Signal) -> Self {
        let words = match signal {
            Signal::Cancel => format!("{pid} was told to cancel, but its statement still runs"),
            Signal::Terminate => format!("{pid} was told to end, but it is still there"),
        };
        Outcome::new(pid, Effect::StillThere, words)
    }
}
