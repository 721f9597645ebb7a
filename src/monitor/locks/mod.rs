//! Who waits for whom.
//!
//! ```text
//!  pids that wait ─► Waits { sessions, edges, wanted, held } ─► tree ─► LockTree
//! ```
//!
//! The server says which sessions block a waiting one ([`Edge`]); that includes those that merely
//! stand before it in the queue. From these edges [`Waits::tree`] makes a forest, whose roots wait
//! for nobody: end a root, and those beneath it can go on.

mod place;
mod queue;
mod tree;
mod turns;
mod wanted;

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::session::Session;

pub use queue::Queue;
pub(super) use turns::{Crowd, Turns};
pub(super) use wanted::{Lock, conflicts};

/// The sessions that wait for locks, beneath those that they wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockTree {
    /// The forest, each node followed by those beneath it. What concerns us comes first.
    pub nodes: Vec<LockNode>,
    /// How many sessions block others and wait for nobody.
    pub blockers: u32,
    /// How many sessions wait, those that are not listed included.
    pub waiters: u32,
    /// How many of the waiting sessions are not in the tree, not even as one like another, because there are
    /// too many.
    pub unlisted: u32,
    /// For how many things of which it is not known yet who holds them, because too many wait, sessions wait.
    #[serde(default)]
    pub unasked: u32,
    /// The sessions of others that wait behind one of ours, at whatever distance.
    pub behind_ours: Queue,
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
    /// How many sessions just like it are not shown: they wait beneath the same session, in the same
    /// mode, for partitions of the same table, and nobody waits for them.
    pub folded: u32,
    /// How many others that want the same in the same mode have no line of their own, because there are too
    /// many.
    #[serde(default)]
    pub alike: u32,
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
    /// The mode, such as `AccessExclusive`; empty where what it waits for has none.
    pub mode: String,
    /// The server's word for the kind of thing, such as `relation` or `transactionid`.
    pub locktype: String,
    /// The table or index, if the lock is on one or on a part of one, such as `orders` or
    /// `audit.log`.
    pub relation: Option<String>,
    /// The table that it is a partition of, if it is one.
    pub partition_of: Option<String>,
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
    /// How many transactions have begun since it did: the server keeps all that they deleted.
    #[serde(default)]
    pub transactions: Option<u32>,
}

impl Prepared {
    /// The statement that ends it, which is one of `ROLLBACK` and `COMMIT`.
    pub fn ended_by(&self, word: &str) -> String {
        format!("{word} PREPARED '{}'", self.gid.replace('\'', "''"))
    }
}

impl Wanted {
    /// The lock in words, such as `AccessExclusive orders`.
    pub fn words(&self) -> String {
        format!("{} {}", self.mode, self.object)
            .trim_start()
            .to_owned()
    }

    /// The same in a sentence.
    pub fn on(&self) -> String {
        lock_on(&self.mode, &self.object)
    }
}

/// A lock of this mode on something, in words.
pub fn lock_on(mode: &str, object: &str) -> String {
    match mode {
        "" => object.to_owned(),
        mode => format!("{mode} on {object}"),
    }
}

impl LockTree {
    /// Whether each session that waits has a line of its own.
    pub fn lists_all(&self) -> bool {
        let alone = |node: &LockNode| node.alike == 0 && node.folded == 0;
        self.unlisted == 0 && self.nodes.iter().all(alone)
    }

    /// The root of the node at `place`; the node itself if it is one.
    pub fn root_of(&self, place: usize) -> Option<&LockNode> {
        self.nodes
            .get(..=place)?
            .iter()
            .rfind(|node| node.depth == 0)
    }

    /// Who a session of the tree is, in words: its process and its name; of prepared transactions, how they
    /// are called and what ends them.
    pub fn who(&self, session: &Session) -> String {
        if session.pid != 0 {
            return format!("{} {}", session.pid, session.name());
        }
        self.prepared_words()
    }

    /// How the transactions are called that no session holds, and what ends them. Which of both, whoever
    /// coordinates them has decided already, or will.
    pub fn prepared_words(&self) -> String {
        let called = match &self.prepared[..] {
            [] => "a prepared transaction".to_owned(),
            [one] => format!("the prepared transaction {}", one.gid),
            several => {
                let gids: Vec<&str> = several.iter().map(|one| one.gid.as_str()).collect();
                format!("one of the prepared transactions {}", gids.join(", "))
            }
        };
        format!("{called} (ended by COMMIT or ROLLBACK PREPARED of whoever coordinates it)")
    }

    /// The first of our sessions that waits, with those who have to end before we can go on. Where none is ours
    /// for certain, it is the first that is guessed to be.
    pub fn wait_of_ours(&self) -> Option<OurWait<'_>> {
        let first = |is: fn(&Session) -> bool| {
            let mut nodes = self.nodes.iter();
            nodes.position(|node| node.waits() && is(&node.session))
        };
        let at = first(Session::is_ours).or_else(|| first(Session::is_perhaps_ours))?;
        let ours = self.nodes.get(at)?;
        let mut blockers = Vec::from_iter(self.root_of(at).filter(|_| ours.depth > 0));
        for pid in &ours.also_blocked_by {
            let mut nodes = self.nodes.iter();
            let Some(at) = nodes.position(|node| node.session.pid == *pid) else {
                continue;
            };
            // In a circle nobody stands above ours but those beneath it.
            let root = self.root_of(at).filter(|root| *root != ours);
            let blocker = root.or_else(|| self.nodes.get(at));
            blockers.extend(blocker.filter(|one| !blockers.contains(one)));
        }
        (!blockers.is_empty()).then_some(OurWait { ours, blockers })
    }
}

impl LockNode {
    /// Whether it waits for somebody.
    fn waits(&self) -> bool {
        self.depth > 0 || !self.also_blocked_by.is_empty()
    }
}

/// Whom one of our sessions waits for.
#[derive(Clone, Debug)]
pub struct OurWait<'t> {
    /// The session.
    pub ours: &'t LockNode,
    /// Those that have to end before it can go on; one at least.
    pub blockers: Vec<&'t LockNode>,
}

impl OurWait<'_> {
    /// Those of `tree` that have to end besides the first, in words that go on after it.
    pub fn and_others(&self, tree: &LockTree) -> String {
        let others = self.blockers.get(1..).unwrap_or_default();
        let prepared = others.iter().any(|node| node.session.pid == 0);
        let named = prepared.then(|| tree.prepared_words());
        let more = others.len() - usize::from(prepared);
        let more = (more > 0).then(|| format!("{more} more"));
        match (named, more) {
            (Some(named), Some(more)) => format!(", {named} and {more}"),
            (one, other) => one
                .or(other)
                .map_or_else(String::new, |one| format!(" and {one}")),
        }
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
    /// How many wait for what ours hold or want, those without an edge included.
    pub(super) behind_ours: u32,
    /// The same with those that are only guessed to be ours.
    pub(super) behind_perhaps: u32,
    /// How long each waiter has been seen to wait.
    pub(super) seen_for: HashMap<i32, Duration>,
    /// How many sessions wait, those without an edge included.
    pub(super) waiting: u32,
    /// For how many without an edge each of those with one speaks.
    pub(super) spoken_for: HashMap<i32, u32>,
    /// How many locks are waited for of which nobody was asked who holds them.
    pub(super) unasked: u32,
    /// Why not all of it is known, if something could not be seen.
    pub(super) blind: Option<String>,
}

impl Waits {
    /// Adds what those want that wait for a snapshot, of which nothing is seen among the locks, and what those
    /// are that keep it from them.
    pub(super) fn add_snapshots(&mut self) {
        for edge in &self.edges {
            let waiter = self.sessions.get(&edge.waiter);
            let Some(waiter) = waiter.filter(|waiter| waiter.waits_for_snapshot()) else {
                continue;
            };
            let wanted = Wanted {
                mode: String::new(),
                locktype: "snapshot".to_owned(),
                relation: None,
                partition_of: None,
                object: "a safe snapshot".to_owned(),
                waited: waiter.query_age,
            };
            self.wanted.insert(edge.waiter, wanted);
            for blocker in &edge.blockers {
                let held = self.held.entry(*blocker).or_default();
                let words = "a serializable transaction";
                if !held.iter().any(|known| known == words) {
                    held.push(words.to_owned());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
