//! What of a state says whether steps and phases are to be done at all.

use super::outlook::Waiting;
use super::step::Weighing;
use super::types::RunState;
use crate::plan::{Condition, Plan, StepIx};

/// What has a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditioned {
    /// The phase at this place.
    Phase(usize),
    /// The step at this place.
    Step(StepIx),
}

impl RunState {
    /// Where a condition stands.
    pub fn weighing(&self, of: Conditioned) -> &Weighing {
        match of {
            Conditioned::Phase(ix) => &self.phases[ix].condition,
            Conditioned::Step(ix) => &self.steps[ix].condition,
        }
    }

    /// The condition, its phase's or its own, that does not say yet that the step at `ix` is done: not
    /// weighed, or not to be told. At a phase's gate it is a person who says so.
    pub fn open_condition(&self, plan: &Plan, ix: StepIx) -> Option<(Conditioned, &Weighing)> {
        let phase = plan.phase_of(ix).filter(|&phase| {
            let spec = &plan.phases[phase].spec;
            let told = matches!(self.phases[phase].condition, Weighing::Told(..));
            let begun = self.phases[phase].started.is_some();
            spec.when.is_some() && !begun && !(told && spec.gate.is_some())
        });
        let step = plan.steps[ix]
            .spec
            .when
            .as_ref()
            .map(|_| Conditioned::Step(ix));
        let conditions = phase.map(Conditioned::Phase).into_iter().chain(step);
        let mut open = conditions
            .map(|of| (of, self.weighing(of)))
            .filter(|(_, weighing)| {
                !matches!(weighing, Weighing::Told(Some(_), _) | Weighing::Overruled)
            });
        open.next()
    }

    /// The variables without a value that a condition asks about.
    pub fn missing_for_condition(&self, plan: &Plan, of: Conditioned) -> Vec<String> {
        let condition = match of {
            Conditioned::Phase(ix) => plan.phases[ix].spec.when.as_ref(),
            Conditioned::Step(ix) => plan.steps[ix].spec.when.as_deref(),
        };
        let mut missing: Vec<String> = Vec::new();
        for name in condition.into_iter().flat_map(Condition::variables) {
            if !self.values.contains_key(name) && !missing.iter().any(|known| known == name) {
                missing.push(name.to_owned());
            }
        }
        missing
    }

    /// What is waited for before it is known whether the step at `ix` is done.
    pub(super) fn waiting_for_condition(&self, plan: &Plan, ix: StepIx) -> Option<Waiting> {
        let (of, weighing) = self.open_condition(plan, ix)?;
        Some(match weighing {
            Weighing::NotYet => {
                let missing = self.missing_for_condition(plan, of);
                if missing.is_empty() && self.may_weigh() {
                    Waiting::Facts(ix)
                } else if missing.is_empty() {
                    Waiting::Start(ix)
                } else {
                    Waiting::Values(ix, missing)
                }
            }
            Weighing::Asked => Waiting::Facts(ix),
            Weighing::Told(..) | Weighing::Overruled => Waiting::Undecided(ix),
        })
    }

    /// Whether conditions are weighed by themselves: nothing is left out before somebody has begun.
    fn may_weigh(&self) -> bool {
        self.auto || self.rollback.is_some() || self.has_begun()
    }

    /// The same of its phase alone, which comes before the phase's gate.
    pub(super) fn waiting_for_phase(&self, plan: &Plan, ix: StepIx) -> Option<Waiting> {
        match self.open_condition(plan, ix)?.0 {
            Conditioned::Phase(_) => self.waiting_for_condition(plan, ix),
            Conditioned::Step(_) => None,
        }
    }
}
