//! From edges to a forest.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use super::place::{Steps, place};
use super::{LockNode, LockTree, Waits};
use crate::monitor::session::{Session, State};

impl Waits {
    /// The forest. A session that waits for several stands beneath the one that is nearest to a root.
    pub(in crate::monitor) fn tree(&self) -> LockTree {
        let blockers = self.blockers();
        let places = place(&blockers, |pid| self.waited(pid));
        let mut branches = Branches {
            waits: self,
            blockers: &blockers,
            places: &places,
            children: children(&places),
            nodes: Vec::new(),
        };
        branches.grow();
        let nodes = fold(branches.nodes);
        let listed = count(blockers.len());
        let alike: u32 = nodes.iter().map(|node| node.alike).sum();
        LockTree {
            blockers: count(nodes.iter().filter(|node| node.depth == 0).count()),
            nodes,
            waiters: self.waiting.max(listed + alike),
            unlisted: self.waiting.saturating_sub(listed + alike),
            unasked: self.unasked,
            behind_ours: self.behind_ours(&blockers),
            prepared: self.prepared.clone(),
        }
    }

    /// The pids that each waiter waits for, in the server's order, without doubles.
    fn blockers(&self) -> Steps {
        let mut all = Steps::new();
        for edge in &self.edges {
            let mut of: Vec<i32> = Vec::new();
            for &blocker in &edge.blockers {
                if blocker != edge.waiter && !of.contains(&blocker) {
                    of.push(blocker);
                }
            }
            if !of.is_empty() {
                all.insert(edge.waiter, of);
            }
        }
        all
    }

    /// How long a session has waited, as far as anything tells; where the server hides that, how long it has
    /// been seen to wait.
    pub(super) fn waited(&self, pid: i32) -> Option<Duration> {
        let told = self.told(pid);
        told.or_else(|| self.seen_for.get(&pid).copied())
    }

    /// How long the server tells that a session has waited.
    pub(super) fn told(&self, pid: i32) -> Option<Duration> {
        let wanted = self.wanted.get(&pid).and_then(|wanted| wanted.waited);
        wanted.or_else(|| self.sessions.get(&pid)?.query_age)
    }

    fn session(&self, pid: i32) -> Session {
        let state = if pid == 0 {
            State::Prepared
        } else {
            State::Gone
        };
        let known = self.sessions.get(&pid).cloned();
        known.unwrap_or_else(|| {
            let prepared = self.prepared.iter().filter(|_| pid == 0);
            Session {
                user: prepared.clone().find_map(|prepared| prepared.owner.clone()),
                transaction_age: prepared.filter_map(|prepared| prepared.age).max(),
                ..Session::unknown(pid, state)
            }
        })
    }
}

fn children(places: &HashMap<i32, Option<i32>>) -> HashMap<Option<i32>, Vec<i32>> {
    let mut children: HashMap<Option<i32>, Vec<i32>> = HashMap::new();
    for (&pid, &above) in places {
        children.entry(above).or_default().push(pid);
    }
    children
}

/// The forest while it is laid out.
struct Branches<'w> {
    waits: &'w Waits,
    blockers: &'w Steps,
    places: &'w HashMap<i32, Option<i32>>,
    children: HashMap<Option<i32>, Vec<i32>>,
    nodes: Vec<LockNode>,
}

impl Branches<'_> {
    /// Lays out every root with what is beneath it: those that concern us first, then the largest.
    fn grow(&mut self) {
        let mut roots = self.children.remove(&None).unwrap_or_default();
        let weights: HashMap<i32, (bool, u32)> =
            roots.iter().map(|&pid| (pid, self.weigh(pid))).collect();
        roots.sort_by_key(|pid| (Reverse(weights.get(pid).copied()), *pid));
        // An explicit stack, since a chain of waiters can be as long as the server has sessions.
        let mut left: Vec<(i32, u32)> = roots.into_iter().rev().map(|pid| (pid, 0)).collect();
        while let Some((pid, depth)) = left.pop() {
            let beneath = self.weigh(pid).1;
            self.nodes.push(self.node(pid, depth, beneath));
            for child in self.sorted_children(pid).into_iter().rev() {
                left.push((child, depth + 1));
            }
        }
    }

    /// Whether `pid` or somebody beneath it is ours, and how many stand beneath it.
    fn weigh(&self, pid: i32) -> (bool, u32) {
        let (mut ours, mut beneath) = (false, 0);
        let mut left = vec![pid];
        while let Some(pid) = left.pop() {
            ours |= self.is_ours(pid);
            let children = self.children.get(&Some(pid)).map_or(&[][..], Vec::as_slice);
            let alike = children.iter().map(|&child| self.alike(child));
            beneath += count(children.len()) + alike.sum::<u32>();
            left.extend(children);
        }
        (ours, beneath)
    }

    /// Ours first, then those that have waited longest.
    fn sorted_children(&self, pid: i32) -> Vec<i32> {
        let mut children = self.children.get(&Some(pid)).cloned().unwrap_or_default();
        children.sort_by_key(|&pid| {
            (
                Reverse(self.is_ours(pid)),
                Reverse(self.waits.waited(pid)),
                pid,
            )
        });
        children
    }

    /// How many others stand where it does.
    fn alike(&self, pid: i32) -> u32 {
        let spoken_for = self.waits.spoken_for.get(&pid);
        spoken_for.copied().unwrap_or_default()
    }

    fn is_ours(&self, pid: i32) -> bool {
        let session = self.waits.sessions.get(&pid);
        session.is_some_and(Session::is_ours)
    }

    /// What it holds that others wait for: locks, or only that its transaction goes on.
    fn holds(&self, pid: i32) -> Vec<String> {
        if let Some(held) = self.waits.held.get(&pid) {
            return held.clone();
        }
        let children = self.children.get(&Some(pid)).map_or(&[][..], Vec::as_slice);
        let end = |child: &i32| {
            let wanted = self.waits.wanted.get(child);
            wanted.is_some_and(|wanted| wanted.locktype == "virtualxid")
        };
        let words = "its transaction has to end".to_owned();
        Vec::from_iter(children.iter().any(end).then_some(words))
    }

    fn node(&self, pid: i32, depth: u32, beneath: u32) -> LockNode {
        let above = self.places.get(&pid).copied().flatten();
        let also = self.blockers.get(&pid).map_or(&[][..], Vec::as_slice);
        LockNode {
            depth,
            beneath,
            folded: 0,
            alike: self.alike(pid),
            session: self.waits.session(pid),
            wanted: self.waits.wanted.get(&pid).cloned(),
            holds: self.holds(pid),
            also_blocked_by: also
                .iter()
                .filter(|&&by| Some(by) != above)
                .copied()
                .collect(),
        }
    }
}

/// Leaves that wait beside each other for partitions of one table are one line: the first of them.
fn fold(nodes: Vec<LockNode>) -> Vec<LockNode> {
    let mut folded: Vec<LockNode> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let same = folded
            .iter_mut()
            .rev()
            .take_while(|other| other.depth >= node.depth)
            .find(|other| are_alike(other, &node));
        match same {
            Some(first) => first.folded += 1,
            None => folded.push(node),
        }
    }
    folded
}

fn are_alike(one: &LockNode, other: &LockNode) -> bool {
    let kind = |node: &LockNode| {
        let wanted = node.wanted.as_ref()?;
        let root = wanted.partition_of.clone()?;
        Some((root, wanted.mode.clone(), node.session.application.clone()))
    };
    let alone = |node: &LockNode| node.beneath == 0 && node.alike == 0;
    let leaves = alone(one) && alone(other) && one.depth == other.depth;
    let ours = one.session.ours.is_some() || other.session.ours.is_some();
    leaves && one.depth > 0 && !ours && kind(one).is_some() && kind(one) == kind(other)
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
