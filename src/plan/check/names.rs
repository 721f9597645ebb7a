//! Ids and numbers for phases, rollbacks and steps: the author's where there are any, else made
//! from titles; unique either way.

use std::collections::{HashMap, HashSet};

use crate::plan::draft::{Draft, Placed, StepSpec};
use crate::plan::id::{StepId, is_id, slug};
use crate::plan::model::{Home, Phase, Step, StepIx, Tier};
use crate::plan::problem::Problem;

/// The parts of a plan that have names.
pub(super) struct Named {
    pub(super) steps: Vec<Step>,
    pub(super) phases: Vec<Phase>,
    pub(super) tiers: Vec<Tier>,
    pub(super) by_name: HashMap<String, StepIx>,
}

pub(super) fn give(draft: &mut Draft, problems: &mut Vec<Problem>) -> Named {
    let mut steps = Steps::reserve(draft, problems);
    let mut phase_ids = Ids::default();
    for phase in &draft.phases {
        phase_ids.reserve(phase.id.as_ref(), "phase", problems);
    }
    let mut phases = Vec::new();
    for (ix, mut spec) in std::mem::take(&mut draft.phases).into_iter().enumerate() {
        let number = ix + 1;
        let specs = std::mem::take(&mut spec.steps);
        phases.push(Phase {
            id: phase_ids.give(spec.id.as_ref(), &spec.name, || format!("phase-{number}")),
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
            id: tier_ids.give(None, &spec.name, || format!("rollback-{number}")),
            number,
            steps: steps.add(specs, Home::Tier(ix), &format!("R{number}")),
            spec,
        });
    }
    Named {
        by_name: steps.by_name(),
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
            ids.reserve(step.id.as_ref(), "step", problems);
            count += 1;
        }
        ids.taken.reserve(count);
        Steps {
            ids,
            all: Vec::with_capacity(count),
        }
    }

    fn add(&mut self, specs: Vec<StepSpec>, home: Home, prefix: &str) -> std::ops::Range<StepIx> {
        let start = self.all.len();
        for (ix, spec) in specs.into_iter().enumerate() {
            let number = format!("{prefix}.{}", ix + 1);
            let id = self
                .ids
                .give(spec.id.as_ref(), &spec.title, || format!("step-{number}"));
            self.all.push(Step {
                id: StepId::new(id),
                number,
                home,
                spec,
            });
        }
        start..self.all.len()
    }

    /// Ids first: where an id looks like another step's number, the id is what its author meant.
    fn by_name(&self) -> HashMap<String, StepIx> {
        let mut by_name = HashMap::with_capacity(self.all.len() * 2);
        for (ix, step) in self.all.iter().enumerate() {
            by_name.insert(step.id.as_str().to_owned(), ix);
        }
        for (ix, step) in self.all.iter().enumerate() {
            by_name.entry(step.number.clone()).or_insert(ix);
        }
        by_name
    }
}

/// Ids that are taken.
#[derive(Default)]
struct Ids {
    taken: HashSet<String>,
    /// How often each made id was asked for, so that giving out many alike stays fast.
    made: HashMap<String, usize>,
}

impl Ids {
    fn reserve(&mut self, id: Option<&Placed<String>>, what: &str, problems: &mut Vec<Problem>) {
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
        } else if !self.taken.insert(id.value.clone()) {
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

    /// The id of what is called `title`; `fallback` names what has no letters or digits.
    fn give(
        &mut self,
        chosen: Option<&Placed<String>>,
        title: &str,
        fallback: impl FnOnce() -> String,
    ) -> String {
        if let Some(id) = chosen {
            return id.value.clone();
        }
        let base = Some(slug(title, "")).filter(|base| !base.is_empty());
        let base = base.unwrap_or_else(fallback);
        if self.taken.insert(base.clone()) {
            return base;
        }
        let made = self.made.entry(base.clone()).or_insert(1);
        loop {
            *made += 1;
            let id = format!("{base}-{made}");
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}
