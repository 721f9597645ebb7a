//! An event, and when and by whom.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::Event;
use crate::clock::Moment;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counted from 1 without a gap.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// By whom.
    pub actor: Actor,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Who did something, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The person's name, or `gonogo` for the program itself.
    pub name: String,
    /// Through what.
    pub via: Via,
}

/// Through what somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The screen.
    Screen,
    /// The command line.
    Ctl,
    /// The program, following the plan.
    Engine,
    /// The program, standing in for a person where it was told to.
    Unattended,
}

impl Actor {
    /// The program itself.
    pub fn engine() -> Self {
        Actor {
            name: "gonogo".to_owned(),
            via: Via::Engine,
        }
    }

    /// The stand-in for a person.
    pub fn unattended() -> Self {
        Actor {
            name: "unattended".to_owned(),
            via: Via::Unattended,
        }
    }

    /// A person at a screen or a command line.
    pub fn person(name: impl Into<String>, via: Via) -> Self {
        Actor {
            name: name.into(),
            via,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Entry {
    /// The entry as scripts read it: one object with `seq`, `at` (RFC 3339), `by`, `via`, `kind`
    /// and `data`.
    pub fn to_json(&self) -> Value {
        let event = serde_json::to_value(&self.event).unwrap_or(Value::Null);
        json!({
            "seq": self.seq,
            "at": self.at.to_rfc3339(),
            "by": self.actor.name,
            "via": self.actor.via,
            "kind": event.get("kind"),
            "data": event.get("data"),
        })
    }
}
