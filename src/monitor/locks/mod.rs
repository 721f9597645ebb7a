//! Who waits for whom.
//!
//! ```text
//!  pids that wait ─► Waits { sessions, edges, wanted, held } ─► tree ─► LockTree
//! ```
//!
//! The server says which sessions block a waiting one ([`Edge`]); that includes those that merely
//! stand before it in the queue. From these edges [`Waits::tree`] makes a forest, whose roots wait
//! for nobody: end a root, and those beneath it can go on.

mod tree;
mod wanted;

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::session::Session;

pub(super) use wanted::Lock;

/// The sessions that wait for locks, beneath those that they wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockTree {
    /// The forest, each node followed by those beneath it. What concerns us comes first.
    pub nodes: Vec<LockNode>,
    /// How many sessions block others and wait for nobody.
    pub blockers: u32,
    /// How many sessions wait, those that are not listed included.
    pub waiters: u32,
    /// How many of the waiting sessions are not listed, because there are too many.
    pub unlisted: u32,
    /// How many listed sessions of others wait behind one of ours.
    pub behind_ours: u32,
    /// The prepared transactions, if one of them blocks somebody.
    pub prepared: Vec<Prepared>,
}

/// A session in the forest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockNode {
    /// How far from its root, which has depth 0.
    pub depth: u32,
    /// How many sessions stand beneath it.
    pub beneath: u32,
    /// The session. A blocker with pid 0 stands for all prepared transactions.
    pub session: Session,
    /// What it waits for, if it waits. It is looked up every two seconds, so a new waiter has none yet.
    pub wanted: Option<Wanted>,
    /// The locks it holds on what others wait for, such as `AccessExclusive orders`.
    pub holds: Vec<String>,
    /// The pids it also waits for, besides the one it stands beneath. A root that waits for somebody
    /// is part of a circle: a deadlock that the server will soon break.
    pub also_blocked_by: Vec<i32>,
}

/// A lock that a session waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The mode, such as `AccessExclusive`.
    pub mode: String,
    /// The server's word for the kind of thing, such as `relation` or `transactionid`.
    pub locktype: String,
    /// The table or index, if the lock is on one or on a part of one, such as `orders` or
    /// `audit.log`.
    pub relation: Option<String>,
    /// The thing in words, such as `orders`, `a row of orders` or `advisory lock 42`.
    pub object: String,
    /// How long it has waited; servers before version 14 do not tell.
    pub waited: Option<Duration>,
}

/// A transaction that was prepared for a two-phase commit. It belongs to no session: only
/// `COMMIT PREPARED` or `ROLLBACK PREPARED` ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The name by which it is committed or rolled back.
    pub gid: String,
    /// The role that prepared it.
    pub owner: Option<String>,
    /// How long ago that was.
    pub age: Option<Duration>,
}

impl LockTree {
    /// The root of the node at `place`; the node itself if it is one.
    pub fn root_of(&self, place: usize) -> Option<&LockNode> {
        self.nodes
            .get(..=place)?
            .iter()
            .rfind(|node| node.depth == 0)
    }

    /// The root above the first of our sessions that waits: who has to end before we can go on.
    pub fn blocker_of_ours(&self) -> Option<&LockNode> {
        let ours = |node: &LockNode| node.depth > 0 && node.session.ours;
        self.root_of(self.nodes.iter().position(ours)?)
    }
}

/// What the server says about one waiting session.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) waiter: i32,
    /// The pids it waits for, not all of them if there are many; 0 is a prepared transaction.
    pub(super) blockers: Vec<i32>,
    /// Whether one of ours is among all of them.
    pub(super) behind_ours: bool,
}

/// Everything a poll knows about waiting.
#[derive(Debug, Default)]
pub(super) struct Waits {
    pub(super) sessions: HashMap<i32, Session>,
    pub(super) edges: Vec<Edge>,
    /// What each waiting pid waits for.
    pub(super) wanted: HashMap<i32, Wanted>,
    /// What each blocking pid holds.
    pub(super) held: HashMap<i32, Vec<String>>,
    pub(super) prepared: Vec<Prepared>,
    /// How many sessions wait, those without an edge included.
    pub(super) waiting: u32,
}

#[cfg(test)]
mod tests;
