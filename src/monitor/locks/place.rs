//! Beneath whom each session stands that waits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// From each pid to others: from a waiter to those that it waits for, or from a blocker to those behind it.
pub(super) type Steps = BTreeMap<i32, Vec<i32>>;

/// The pid above each pid, given whom each waiter waits for; none for a root.
pub(super) fn place(
    blockers: &Steps,
    waited: impl Fn(i32) -> Option<Duration>,
) -> HashMap<i32, Option<i32>> {
    let waiters = turned(blockers);
    let mut places = HashMap::new();
    let holders = waiters.keys().filter(|pid| !blockers.contains_key(pid));
    hang(holders.copied().collect(), blockers, &waiters, &mut places);
    // Whoever is left waits in a circle, or behind one. Of each circle the one that has waited longest stands
    // for its root.
    let left = blockers.keys().filter(|pid| !places.contains_key(pid));
    let roots = circles(left.copied().collect(), blockers, &waiters)
        .into_iter()
        .filter_map(|circle| {
            let longest = |pid: &i32| (waited(*pid), Reverse(*pid));
            circle.into_iter().max_by_key(longest)
        });
    hang(roots.collect(), blockers, &waiters, &mut places);
    places
}

/// Takes up the `roots` and, level by level, those that wait for them, each beneath the first that it names.
fn hang(
    roots: BTreeSet<i32>,
    blockers: &Steps,
    waiters: &Steps,
    places: &mut HashMap<i32, Option<i32>>,
) {
    places.extend(roots.iter().map(|&pid| (pid, None)));
    let mut level = roots;
    while !level.is_empty() {
        let behind = level.iter().filter_map(|pid| waiters.get(pid)).flatten();
        let next: BTreeSet<i32> = behind
            .filter(|pid| !places.contains_key(pid))
            .copied()
            .collect();
        for &waiter in &next {
            let mut of = blockers.get(&waiter).into_iter().flatten();
            places.insert(waiter, of.find(|pid| level.contains(pid)).copied());
        }
        level = next;
    }
}

/// The circles that wait for nobody else, of those that are `left`, all of whom wait for others among them.
fn circles(left: Vec<i32>, blockers: &Steps, waiters: &Steps) -> Vec<BTreeSet<i32>> {
    // The first ones that are behind none before them are one of each circle and some that are behind a later
    // one. Gone through from the end, those fall away.
    let first = foremost(left, waiters);
    let first = foremost(first.into_iter().rev().collect(), waiters);
    let whole = |pid| {
        let mut circle = BTreeSet::new();
        reach([pid], blockers, &mut circle);
        circle
    };
    first.into_iter().map(whole).collect()
}

/// Those of `pids` that are behind none that comes before them.
fn foremost(pids: Vec<i32>, waiters: &Steps) -> Vec<i32> {
    let mut behind = BTreeSet::new();
    let is_first = |pid: &i32| {
        let first = !behind.contains(pid);
        reach([*pid], waiters, &mut behind);
        first
    };
    pids.into_iter().filter(is_first).collect()
}

/// Adds to `reached` the pids `from` and all to which steps lead from them.
pub(super) fn reach(
    from: impl IntoIterator<Item = i32>,
    steps: &Steps,
    reached: &mut BTreeSet<i32>,
) {
    let mut left: Vec<i32> = from.into_iter().collect();
    while let Some(pid) = left.pop() {
        if reached.insert(pid) {
            left.extend(steps.get(&pid).into_iter().flatten());
        }
    }
}

/// The same steps the other way.
pub(super) fn turned(steps: &Steps) -> Steps {
    let mut turned = Steps::new();
    for (&from, to) in steps {
        for &to in to {
            turned.entry(to).or_default().push(from);
        }
    }
    turned
}
