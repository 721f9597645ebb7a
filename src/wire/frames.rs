//! What is said on the wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journal::Entry;
use crate::monitor::{Awaited, Health};
use crate::run::{ClientId, Command, Concerns};

/// The version of all this. Both ends are the same program, except while it is being updated.
pub const PROTOCOL: u32 = 1;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A screen that drives, if nobody does.
    Drive,
    /// A screen that only looks.
    Watch,
    /// A script that gives commands and goes.
    Command,
}

/// The first thing a terminal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// What for.
    pub role: Role,
    /// Who.
    pub name: String,
    /// The terminal, as the system names it.
    pub terminal: String,
    /// The number of the last entry it knows.
    pub after: u64,
    /// What a screen calls itself, whenever it comes: no other has this name. Scripts have none.
    #[serde(default)]
    pub screen: String,
}

/// What terminals say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum ToEngine {
    /// First of all.
    Hello(Hello),
    /// Who is there? Answered with [`FromEngine::Presence`].
    Who,
    /// A wish.
    Command {
        /// Counted by the terminal, to know the answer again.
        id: u64,
        /// What.
        wish: Command,
    },
}

/// What the engine says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum FromEngine {
    /// The answer to the first thing a terminal says.
    Welcome {
        /// The number of the connection.
        client: ClientId,
    },
    /// It is not let in.
    Unwelcome {
        /// Why.
        why: String,
    },
    /// One more entry, in order.
    Entry(Box<Entry>),
    /// Who is there.
    Presence {
        /// The connection that drives.
        driver: Option<ClientId>,
        /// How many others there are.
        watchers: usize,
        /// Why the journal can't be written, if it can't.
        trouble: Option<String>,
        /// The rules of which it is not known yet how they stand, by name, and what that takes.
        #[serde(default)]
        awaited: BTreeMap<String, Awaited>,
    },
    /// The values that must not be shown.
    Secrets {
        /// The values themselves: this socket is the owner's alone, and a screen that does not know
        /// them can't mask them.
        values: Vec<String>,
    },
    /// The engine is there, and has nothing to say.
    Beat,
    /// What it finds around the run.
    Concerns(Concerns),
    /// What is seen of databases and probes.
    Health(Arc<Health>),
    /// What became of a wish.
    Reply {
        /// Its number.
        id: u64,
        /// Why it was not granted, if it was not.
        refusal: Option<String>,
    },
}
