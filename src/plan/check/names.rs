//! Ids and numbers for phases, rollbacks and steps: the author's where there are any, else made
//! from titles; unique either way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

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

pub(super) fn give(draft: &mut Draft, problems: &mut Vec<Problem>) -> Named {
    let mut steps = Steps::reserve(draft, problems);
    let mut phase_ids = Ids::default();
    for (ix, phase) in draft.phases.iter().enumerate() {
        phase_ids.reserve(phase.id.as_ref(), ix, "phase", problems);
    }
    let mut phases = Vec::new();
    for (ix, mut spec) in std::mem::take(&mut draft.phases).into_iter().enumerate() {
        let number = ix + 1;
        let specs = std::mem::take(&mut spec.steps);
        phases.push(Phase {
            id: phase_ids
                .give(spec.id.as_ref(), ix, &spec.name, || {
                    format!("phase-{number}")
                })
                .to_string(),
            number,
            steps: steps.add(specs, Home::Phase(ix), &number.to_string()),
            spec,
        });
    }
    let mut tier_ids = Ids::default();
    let mut tiers = Vec::new();
    for (ix, mut spec) in std::mem::take(&mut draft.tiers).into_iter().enumerate() {
        let number = ix + 1;
        let specs = std::mem::take(&mut spec.steps);
        tiers.push(Tier {
            id: tier_ids
                .give(None, ix, &spec.name, || format!("rollback-{number}"))
                .to_string(),
            number,
            steps: steps.add(specs, Home::Tier(ix), &format!("R{number}")),
            spec,
        });
    }
    Named {
        by_id: steps.ids.taken,
        steps: steps.all,
        phases,
        tiers,
    }
}

struct Steps {
    ids: Ids,
    all: Vec<Step>,
}

impl Steps {
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
        Steps {
            ids,
            all: Vec::with_capacity(count),
        }
    }

    fn add(
        &mut self,
        specs: Vec<Box<StepSpec>>,
        home: Home,
        prefix: &str,
    ) -> std::ops::Range<StepIx> {
        let start = self.all.len();
        for (ix, spec) in specs.into_iter().enumerate() {
            let number = format!("{prefix}.{}", ix + 1);
            let place = self.all.len();
            self.all.push(Step {
                id: self.ids.give(spec.id.as_ref(), place, &spec.title, || {
                    format!("step-{number}")
                }),
                number,
                home,
                spec,
            });
        }
        start..self.all.len()
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
