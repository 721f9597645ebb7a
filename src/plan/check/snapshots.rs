//! Snapshots and what they are compared with: each name once, each comparison with something that was
//! taken before it and looks at the same.

use std::collections::HashMap;

use super::references::{all_steps, works};
use crate::plan::draft::{Draft, Placed, StepSpec};
use crate::plan::problem::{Problem, nearest};
use crate::plan::snapshot::Snapshot;
use crate::plan::work::Work;

/// What a snapshot looks at.
#[derive(Clone)]
struct Sight {
    databases: Vec<Placed<String>>,
    schemas: Vec<String>,
    uncounted: Vec<String>,
}

/// Gives every snapshot its databases, and one that is compared what the earlier one looks at, as far
/// as its author says nothing else.
pub(super) fn settle(draft: &mut Draft) {
    let all: Vec<Placed<String>> = draft
        .databases
        .iter()
        .map(|database| Placed::new(database.name.clone(), database.span))
        .collect();
    let mut seen: HashMap<String, Sight> = HashMap::new();
    let phases = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let tiers = draft.tiers.iter_mut().flat_map(|tier| &mut tier.steps);
    for step in phases.chain(tiers) {
        for snapshot in works_of(step) {
            let before = snapshot.compare.as_ref();
            let before = before.and_then(|with| seen.get(&with.value));
            if let Some(before) = before {
                let say = |own: &mut Vec<String>, before: &[String]| {
                    if own.is_empty() {
                        own.extend_from_slice(before);
                    }
                };
                say(&mut snapshot.schemas, &before.schemas);
                say(&mut snapshot.uncounted, &before.uncounted);
            }
            if snapshot.databases.is_empty() {
                snapshot.databases = before.map_or(&all, |before| &before.databases).clone();
            }
            let sight = Sight {
                databases: snapshot.databases.clone(),
                schemas: snapshot.schemas.clone(),
                uncounted: snapshot.uncounted.clone(),
            };
            seen.entry(snapshot.name.value.clone()).or_insert(sight);
        }
    }
}

/// The snapshots that a step may take, its undo's last.
fn works_of(step: &mut StepSpec) -> impl Iterator<Item = &mut Snapshot> {
    let ways = step.alternatives.iter_mut().map(|way| &mut way.work);
    let undo = step.undo.iter_mut().map(|undo| &mut undo.work);
    let works = std::iter::once(&mut step.work).chain(ways).chain(undo);
    works.filter_map(|work| match work {
        Work::Snapshot(snapshot) => Some(snapshot.as_mut()),
        _ => None,
    })
}

/// What there is to say of a plan's snapshots.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    let mut forward = Known::default();
    for phase in &draft.phases {
        for step in &phase.steps {
            of_step(step, phase.choice.as_deref(), &mut forward, problems);
        }
    }
    // Only one way back is gone, and whatever was taken on the way there can be compared with.
    for tier in &draft.tiers {
        let mut known = forward.clone();
        for step in &tier.steps {
            of_step(step, None, &mut known, problems);
        }
    }
    for step in all_steps(draft) {
        expectations(step, problems);
    }
}

/// A snapshot that was met on the way.
#[derive(Clone)]
struct Met<'d> {
    snapshot: &'d Snapshot,
    choice: Option<&'d str>,
    step: &'d StepSpec,
}

#[derive(Clone, Default)]
struct Known<'d> {
    names: HashMap<&'d str, Met<'d>>,
}

fn of_step<'d>(
    step: &'d StepSpec,
    choice: Option<&'d str>,
    known: &mut Known<'d>,
    problems: &mut Vec<Problem>,
) {
    for work in works(step) {
        let Work::Snapshot(snapshot) = work else {
            continue;
        };
        compares(snapshot, known, problems);
        let name = snapshot.name.value.as_str();
        if let Some(before) = known.names.get(name) {
            // Of several ways only one is gone.
            let apart = before.choice.is_some() && before.choice == choice;
            if !apart && !std::ptr::eq(before.step, step) {
                problems.push(
                    Problem::error(
                        "duplicate-snapshot",
                        snapshot.name.span,
                        format!("another snapshot is called `{name}`"),
                    )
                    .hint("give each a name of its own: comparisons go by it"),
                );
            }
            continue;
        }
        let met = Met {
            snapshot,
            choice,
            step,
        };
        known.names.insert(name, met);
    }
}

/// What a snapshot is compared with was taken before, of the same.
fn compares(snapshot: &Snapshot, known: &Known<'_>, problems: &mut Vec<Problem>) {
    let Some(with) = &snapshot.compare else {
        return;
    };
    let name = with.value.as_str();
    let Some(before) = known.names.get(name) else {
        let near = nearest(name, known.names.keys().copied());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.names.is_empty() => {
                format!("take it first: `snapshot = \"{name}\"` in a step before this one")
            }
            None => {
                let mut names: Vec<&str> = known.names.keys().copied().collect();
                names.sort_unstable();
                format!("taken until then: {}", names.join(", "))
            }
        };
        problems.push(
            Problem::error(
                "unknown-snapshot",
                with.span,
                format!("no snapshot `{name}` is taken before this one"),
            )
            .hint(hint),
        );
        return;
    };
    let names = |snapshot: &Snapshot| -> Vec<String> {
        let databases = snapshot.databases.iter();
        let mut names: Vec<String> = databases.map(|d| d.value.clone()).collect();
        names.sort();
        names
    };
    if names(snapshot) != names(before.snapshot) || snapshot.schemas != before.snapshot.schemas {
        problems.push(
            Problem::error(
                "snapshots-differ",
                with.span,
                format!("`{name}` does not look at the same databases and schemas"),
            )
            .hint("leave `database` and `schemas` out: they are those of the earlier one"),
        );
    }
}

/// What only a snapshot can show is expected of snapshots only.
fn expectations(step: &StepSpec, problems: &mut Vec<Problem>) {
    let undo = step.undo.iter().map(|undo| (&undo.work, &undo.expect));
    let ways = step.alternatives.iter().map(|way| &way.work);
    let own = std::iter::once(&step.work).chain(ways);
    let own = own.map(|work| (work, step.expect_of(work)));
    for (work, expect) in own.chain(undo) {
        let Some(kept) = &expect.kept else { continue };
        match work {
            Work::Snapshot(snapshot) if snapshot.compare.is_none() && kept.compares() => {
                problems.push(
                    Problem::error(
                        "nothing-to-compare",
                        kept.span,
                        "what is lost only a comparison can tell, and this compares with nothing",
                    )
                    .hint("add `compare = \"…\"` with the name of an earlier snapshot"),
                );
            }
            Work::Snapshot(_) => {}
            _ => problems.push(
                Problem::error(
                    "misplaced-key",
                    kept.span,
                    format!(
                        "this is expected of snapshots, not of a {} step",
                        work.kind()
                    ),
                )
                .hint("give the snapshot that shows it a step of its own"),
            ),
        }
    }
}
