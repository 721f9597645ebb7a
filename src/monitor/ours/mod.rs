//! Which sessions are ours: how a run's own work is told from everybody else's.
//!
//! ```text
//!  AtWork (what the run does now) ─┐
//!  Session, with its peer ─────────┼─► claim ─► Ours { by, step }
//!  Peers (sockets of processes) ───┘
//! ```
//!
//! The name that a step's environment gives to its sessions is the first sign, the session number of
//! the run's own SQL the second. A driver that ignores both still has a socket: the server sees its
//! address, and the system says which process holds it. Where even that can't be seen, a session of
//! our role that began while the step ran is marked, as a guess.

mod claim;
mod free;
mod peers;
mod registry;

use serde::{Deserialize, Serialize};

use super::session::Session;

pub(super) use claim::{Claims, Stranger};
pub(super) use free::Free;
pub use registry::{AtWork, OursBook, Worker};

/// Why a session counts as ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Its client gave itself the name of the run.
    Name,
    /// It is the session in which the run's own SQL is carried out.
    OwnSession,
    /// A process of the step holds the other end of its connection.
    Socket,
    /// It began while the step ran, under our role, and nothing says otherwise.
    Guess,
}

/// That a session is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ours {
    /// How it is known.
    pub by: Evidence,
    /// The number of the step that opened it, where that is known.
    pub step: Option<String>,
}

impl Ours {
    /// Whether it may belong to somebody else after all.
    pub fn is_guess(&self) -> bool {
        self.by == Evidence::Guess
    }

    /// The mark in every panel: `ours 2.3`, with a question mark where it is a guess.
    pub fn words(&self) -> String {
        let doubt = if self.is_guess() { "?" } else { "" };
        match &self.step {
            Some(step) => format!("ours{doubt} {step}"),
            None => format!("ours{doubt}"),
        }
    }
}

/// What the name of a session called `application` says, where the sessions of the run are called
/// `tag` or `tag:` and the step's number.
pub(super) fn named(application: &str, tag: &str) -> Option<Ours> {
    let rest = application.strip_prefix(tag).filter(|_| !tag.is_empty())?;
    let step = match rest.strip_prefix(':') {
        Some(step) => Some(step).filter(|step| !step.is_empty()),
        None if rest.is_empty() => None,
        None => return None,
    };
    Some(Ours {
        by: Evidence::Name,
        step: step.map(str::to_owned),
    })
}

impl Session {
    /// Whether it is ours for certain.
    pub fn is_ours(&self) -> bool {
        self.ours.as_ref().is_some_and(|ours| !ours.is_guess())
    }

    /// For who watches without a run of their own, and may end it: whose steps work in it.
    pub fn of_a_run(&self) -> Option<String> {
        let named = |ours: &&Ours| ours.by == Evidence::Name;
        let run = self.ours.as_ref().filter(named)?.step.as_deref()?;
        Some(format!(
            "It belongs to the run {run} of gonogo: with it goes what that run's steps have set and locked in it."
        ))
    }

    /// Whether it is guessed to be ours.
    pub fn is_perhaps_ours(&self) -> bool {
        self.ours.as_ref().is_some_and(Ours::is_guess)
    }

    /// If it is the session of the run's own SQL, the step that it did last.
    pub fn own_step(&self) -> Option<&str> {
        let own = |ours: &&Ours| ours.by == Evidence::OwnSession;
        let ours = self.ours.as_ref().filter(own)?;
        Some(ours.step.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::MONITOR_NAME;

    #[test]
    fn ours_are_the_sessions_of_this_run_and_of_no_other() {
        for (application, words) in [
            ("gonogo:a1", Some("ours")),
            ("gonogo:a1:", Some("ours")),
            ("gonogo:a1:2.3", Some("ours 2.3")),
            ("gonogo:a12", None),
            ("gonogo:a12:2.3", None),
            (MONITOR_NAME, None),
            ("", None),
        ] {
            let found = named(application, "gonogo:a1").map(|ours| ours.words());
            assert_eq!(found.as_deref(), words, "{application}");
        }
        assert!(named("", "").is_none(), "without a tag nothing is ours");
    }
}
