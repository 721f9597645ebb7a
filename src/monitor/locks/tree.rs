//! From edges to a forest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{LockNode, LockTree, Waits};
use crate::monitor::session::{Session, State};

/// The pids that each waiter waits for, in the server's order, without doubles.
type Blockers = BTreeMap<i32, Vec<i32>>;

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
        let nodes = branches.nodes;
        let listed = count(blockers.len());
        LockTree {
            blockers: count(nodes.iter().filter(|node| node.depth == 0).count()),
            nodes,
            waiters: self.waiting.max(listed),
            unlisted: self.waiting.saturating_sub(listed),
            behind_ours: self.behind_ours(&blockers),
            prepared: self.prepared.clone(),
        }
    }

    fn blockers(&self) -> Blockers {
        let mut all = Blockers::new();
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

    /// How many sessions of others wait, at whatever distance, for one of ours.
    fn behind_ours(&self, blockers: &Blockers) -> u32 {
        let is_ours = |pid: &i32| self.sessions.get(pid).is_some_and(|session| session.ours);
        let mut behind: BTreeSet<i32> = self
            .edges
            .iter()
            .filter(|edge| edge.behind_ours)
            .map(|edge| edge.waiter)
            .collect();
        loop {
            let before = behind.len();
            for (waiter, of) in blockers {
                if of.iter().any(|pid| is_ours(pid) || behind.contains(pid)) {
                    behind.insert(*waiter);
                }
            }
            if behind.len() == before {
                break;
            }
        }
        count(behind.iter().filter(|pid| !is_ours(pid)).count())
    }

    /// For sorting: how long a session has waited, as far as anything tells.
    fn waited(&self, pid: i32) -> Option<std::time::Duration> {
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
        known.unwrap_or_else(|| Session::unknown(pid, state))
    }
}

/// The pid above each pid; none for a root.
fn place(
    blockers: &Blockers,
    waited: impl Fn(i32) -> Option<std::time::Duration>,
) -> HashMap<i32, Option<i32>> {
    let mut level: Vec<i32> = blockers
        .values()
        .flatten()
        .filter(|pid| !blockers.contains_key(pid))
        .copied()
        .collect();
    let mut places: HashMap<i32, Option<i32>> = level.iter().map(|&pid| (pid, None)).collect();
    loop {
        while !level.is_empty() {
            let next: Vec<(i32, i32)> = blockers
                .iter()
                .filter(|(waiter, _)| !places.contains_key(waiter))
                .filter_map(|(&waiter, of)| {
                    let above = of.iter().find(|pid| level.contains(pid))?;
                    Some((waiter, *above))
                })
                .collect();
            places.extend(next.iter().map(|&(waiter, above)| (waiter, Some(above))));
            level = next.into_iter().map(|(waiter, _)| waiter).collect();
        }
        // Whoever is left waits in a circle. The one that has waited longest stands for its root.
        let left = blockers.keys().filter(|pid| !places.contains_key(pid));
        let Some(&first) = left.max_by_key(|&&pid| (waited(pid), Reverse(pid))) else {
            return places;
        };
        places.insert(first, None);
        level = vec![first];
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
    blockers: &'w Blockers,
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
            beneath += count(children.len());
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

    fn is_ours(&self, pid: i32) -> bool {
        let session = self.waits.sessions.get(&pid);
        session.is_some_and(|session| session.ours)
    }

    fn node(&self, pid: i32, depth: u32, beneath: u32) -> LockNode {
        let above = self.places.get(&pid).copied().flatten();
        let also = self.blockers.get(&pid).map_or(&[][..], Vec::as_slice);
        LockNode {
            depth,
            beneath,
            session: self.waits.session(pid),
            wanted: self.waits.wanted.get(&pid).cloned(),
            holds: self.waits.held.get(&pid).cloned().unwrap_or_default(),
            also_blocked_by: also
                .iter()
                .filter(|&&by| Some(by) != above)
                .copied()
                .collect(),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
