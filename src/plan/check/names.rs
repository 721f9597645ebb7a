//! Ids and numbers for phases, rollbacks and steps: the author's where there are any, else made
//! from titles; unique either way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use crate::plan::draft::{Draft, Placed, StepSpec};
use crate::plan::id::{StepId, is_id, slug};
use crate::plan::model::{Home, Phase, Step, StepIx, Tier};
use crate::plan::problem::Problem;

/// The parts of a plan that have names.
pub(super) struct Named {
    pub(super) steps: Vec<Step>,
    pub(super) phases: Vec<Phase>,
    pub(super) tiers: Vec<Tier>,
    pub(super) by_id: HashMap<StepId, StepIx>,
}

/// The names of a draft's parts, each in their order.
pub(super) struct Names {
    phases: Vec<String>,
    tiers: Vec<String>,
    steps: Vec<StepId>,
    by_id: HashMap<StepId, StepIx>,
    /// What is wrong with those that the author chose.
    pub(super) problems: Vec<Problem>,
}

impl Names {
    /// Finds a name for each part of `draft`.
    pub(super) fn of(draft: &Draft) -> Self {
        let mut problems = Vec::new();
        let mut steps = StepIds::reserve(draft, &mut problems);
        let mut phase_ids = Ids::default();
        for (ix, phase) in draft.phases.iter().enumerate() {
            phase_ids.reserve(phase.id.as_ref(), ix, "phase", &mut problems);
        }
        let mut phases = Vec::new();
        for (ix, spec) in draft.phases.iter().enumerate() {
            let number = ix + 1;
            let id = phase_ids.give(spec.id.as_ref(), ix, &spec.name, || {
                format!("phase-{number}")
            });
            phases.push(id.to_string());
            steps.add(&spec.steps, &of_phase(ix));
        }
        let mut tier_ids = Ids::default();
        let mut tiers = Vec::new();
        for (ix, spec) in draft.tiers.iter().enumerate() {
            let number = ix + 1;
            let id = tier_ids.give(None, ix, &spec.name, || format!("rollback-{number}"));
            tiers.push(id.to_string());
            steps.add(&spec.steps, &of_tier(ix));
        }
        Names {
            phases,
            tiers,
            steps: steps.all,
            by_id: steps.ids.taken,
            problems,
        }
    }

    /// Gives them to the parts of `draft`, the one that they are of.
    pub(super) fn give(self, draft: &mut Draft) -> Named {
        let mut ids = self.steps.into_iter();
        let mut steps = Vec::with_capacity(ids.len());
        let mut add = |specs: Vec<Box<StepSpec>>, home: Home, prefix: &str| {
            let start = steps.len();
            for ((ix, spec), id) in specs.into_iter().enumerate().zip(ids.by_ref()) {
                let number = step_number(prefix, ix);
                steps.push(Step {
                    id,
                    number,
                    home,
                    spec,
                    looks: OnceLock::new(),
                });
            }
            start..steps.len()
        };
        let phases = std::mem::take(&mut draft.phases).into_iter();
        let phases = phases.zip(self.phases).enumerate();
        let phases = phases.map(|(ix, (mut spec, id))| Phase {
            id,
            number: ix + 1,
            steps: add(
                std::mem::take(&mut spec.steps),
                Home::Phase(ix),
                &of_phase(ix),
            ),
            spec,
        });
        let phases: Vec<Phase> = phases.collect();
        let tiers = std::mem::take(&mut draft.tiers).into_iter();
        let tiers = tiers.zip(self.tiers).enumerate();
        let tiers = tiers.map(|(ix, (mut spec, id))| Tier {
            id,
            number: ix + 1,
            steps: add(
                std::mem::take(&mut spec.steps),
                Home::Tier(ix),
                &of_tier(ix),
            ),
            spec,
        });
        let tiers: Vec<Tier> = tiers.collect();
        Named {
            steps,
            phases,
            tiers,
            by_id: self.by_id,
        }
    }
}

/// What the numbers of the steps of the phase at `ix` begin with.
fn of_phase(ix: usize) -> String {
    (ix + 1).to_string()
}

/// The same of a tier.
fn of_tier(ix: usize) -> String {
    format!("R{}", ix + 1)
}

/// The number of the step at `ix` in the part that is called `prefix`.
fn step_number(prefix: &str, ix: usize) -> String {
    format!("{prefix}.{}", ix + 1)
}

struct StepIds {
    ids: Ids,
    all: Vec<StepId>,
}

impl StepIds {
    /// Keeps the ids that authors chose from being given to other steps.
    fn reserve(draft: &Draft, problems: &mut Vec<Problem>) -> Self {
        let mut ids = Ids::default();
        let mut count = 0;
        let phases = draft.phases.iter().flat_map(|phase| &phase.steps);
        for step in phases.chain(draft.tiers.iter().flat_map(|tier| &tier.steps)) {
            ids.reserve(step.id.as_ref(), count, "step", problems);
            count += 1;
        }
        ids.taken.reserve(count);
        StepIds {
            ids,
            all: Vec::with_capacity(count),
        }
    }

    fn add(&mut self, specs: &[Box<StepSpec>], prefix: &str) {
        for (ix, spec) in specs.iter().enumerate() {
            let place = self.all.len();
            let fallback = || format!("step-{}", step_number(prefix, ix));
            let id = self
                .ids
                .give(spec.id.as_ref(), place, &spec.title, fallback);
            self.all.push(id);
        }
    }
}

/// Ids that are taken, and the place of what has them.
#[derive(Default)]
struct Ids {
    taken: HashMap<StepId, usize>,
    /// How often each made id was asked for, so that giving out many alike stays fast.
    made: HashMap<StepId, usize>,
}

impl Ids {
    fn reserve(
        &mut self,
        id: Option<&Placed<String>>,
        place: usize,
        what: &str,
        problems: &mut Vec<Problem>,
    ) {
        let Some(id) = id else { return };
        if !is_id(&id.value) {
            problems.push(
                Problem::error(
                    "bad-id",
                    id.span,
                    format!("`{}` can't be the id of a {what}", id.value),
                )
                .hint("ids have letters, digits, `-`, `_` and `.`, at most 64 of them"),
            );
        } else if !self.take(&StepId::new(id.value.as_str()), place) {
            problems.push(
                Problem::error(
                    "duplicate-id",
                    id.span,
                    format!("another {what} has the id `{}`", id.value),
                )
                .hint("ids name one thing each"),
            );
        }
    }

    /// Whether nothing had the id until now.
    fn take(&mut self, id: &StepId, place: usize) -> bool {
        match self.taken.entry(id.clone()) {
            Entry::Vacant(free) => {
                free.insert(place);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// The id of what is called `title`; `fallback` names what has no letters or digits.
    fn give(
        &mut self,
        chosen: Option<&Placed<String>>,
        place: usize,
        title: &str,
        fallback: impl FnOnce() -> String,
    ) -> StepId {
        if let Some(id) = chosen {
            return StepId::new(id.value.as_str());
        }
        let base = Some(slug(title, "")).filter(|base| !base.is_empty());
        let base = StepId::new(base.unwrap_or_else(fallback));
        if self.take(&base, place) {
            return base;
        }
        let mut made = self.made.get(&base).copied().unwrap_or(1);
        let id = loop {
            made += 1;
            let id = StepId::new(format!("{base}-{made}"));
            if self.take(&id, place) {
                break id;
            }
        };
        self.made.insert(base, made);
        id
    }
}
