//! The way back: what is on it, what it can't take back, and how far it was gone in the end.

use super::step::{StepState, Weighing};
use super::types::{ItemState, RollbackState, RunState};
use crate::plan::{Outside, PhaseKind, Plan, StepIx, Work};
use crate::run::status::Status;

/// What the way back did not take back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many of the things on it somebody left out.
    pub items: usize,
    /// The steps that no undo and no procedure of the plan answers.
    pub stays: Vec<StepIx>,
    /// Whether anything was taken back at all.
    pub some_done: bool,
}

impl LeftOut {
    /// How many things that are.
    pub fn count(&self) -> usize {
        self.items + self.stays.len()
    }

    /// `1 left out, 2 without an undo`; none where nothing is missing.
    pub fn words(&self) -> Option<String> {
        let counts = [
            (self.items, "left out"),
            (self.stays.len(), "without an undo"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

impl ItemState {
    /// Where it stands. What is known of a step before its undo has begun is its own work.
    pub fn stands(&self, state: &RunState) -> StepState {
        let step = &state.steps[self.step];
        if self.undo && step.before_undo.is_none() {
            return StepState::default();
        }
        step.clone()
    }
}

impl RunState {
    /// The first thing on the way back that is not settled.
    pub fn next_item(&self) -> Option<ItemState> {
        let items = &self.rollback.as_ref()?.items;
        items.iter().find(|item| !self.item_is_done(item)).cloned()
    }

    /// Whether the way back has the step's undo.
    pub fn is_to_be_undone(&self, ix: StepIx) -> bool {
        let mut items = self.rollback.iter().flat_map(|rollback| &rollback.items);
        items.any(|item| item.step == ix && item.undo)
    }

    /// Whether a thing on the way back was done, or left out.
    pub fn item_is_done(&self, item: &ItemState) -> bool {
        let status = self.steps[item.step].status;
        let done = if item.undo {
            status == Status::Undone
        } else {
            status.is_settled()
        };
        item.left.is_some() || done
    }

    fn item_was_done(&self, item: &ItemState) -> bool {
        let status = self.steps[item.step].status;
        status
            == if item.undo {
                Status::Undone
            } else {
                Status::Passed
            }
    }

    /// Whether the step did something, or may have, that was not undone.
    pub fn left_something(&self, ix: StepIx) -> bool {
        let step = &self.steps[ix];
        step.may_have_left() && step.status != Status::Undone
    }

    /// The steps that did something, or may have, and have no undo. What a person did, and what surely only
    /// looks, is none of them.
    pub fn without_undo(&self, plan: &Plan) -> Vec<StepIx> {
        let steps = plan.forward_steps();
        steps.filter(|&ix| self.is_without_undo(plan, ix)).collect()
    }

    fn is_without_undo(&self, plan: &Plan, ix: StepIx) -> bool {
        let spec = &plan.steps[ix].spec;
        let work = spec.work_of(self.steps[ix].choice);
        let phase = plan.phase_of(ix).map(|phase| plan.phases[phase].spec.kind);
        spec.undo.is_none()
            && phase != Some(PhaseKind::Verify)
            && work.is_some_and(Work::may_change)
            && self.left_something(ix)
            && !plan.steps[ix].only_looks()
    }

    /// Whether a way back has taken back what the phase at `ix` did: all that has an undo, or, by a procedure of
    /// the plan that was gone to its end, the deployment.
    pub fn phase_is_undone(&self, plan: &Plan, ix: usize) -> bool {
        let Some(rollback) = &self.rollback else {
            return false;
        };
        let phase = &plan.phases[ix];
        let mut steps = phase.steps.clone();
        // What a tier does is the plan's answer to what has no undo.
        let stays = |ix: StepIx| {
            let undo = plan.steps[ix].spec.undo.is_some() && self.left_something(ix);
            undo || (rollback.tier.is_none() && self.is_without_undo(plan, ix))
        };
        let undone = steps
            .clone()
            .any(|ix| self.steps[ix].status == Status::Undone);
        let answered = || {
            let begun = self.phases[ix].started.is_some();
            let ended = self.end.is_some() && rollback.tier.is_some();
            let deployed = begun && phase.spec.kind == PhaseKind::Deploy;
            ended && deployed && self.left_out(plan).count() == 0
        };
        (undone || answered()) && !steps.any(stays)
    }

    /// What the way back has not taken back so far; nothing where none has begun.
    pub fn left_out(&self, plan: &Plan) -> LeftOut {
        let Some(rollback) = &self.rollback else {
            return LeftOut::default();
        };
        // What a tier does is the plan's answer to all steps, with and without an undo.
        let stays = match rollback.tier {
            None => self.without_undo(plan),
            Some(_) => Vec::new(),
        };
        LeftOut {
            items: self.items_left(plan, rollback),
            stays,
            some_done: rollback.items.iter().any(|item| self.item_was_done(item)),
        }
    }

    /// How the window of the way that is gone back missed the time at which that began.
    pub fn gone_outside(&self, plan: &Plan) -> Option<Outside> {
        let rollback = self.rollback.as_ref()?;
        let (tier, since) = rollback.tier.zip(rollback.since_t_zero)?;
        plan.tiers[tier].outside(since)
    }

    /// What steps left running when they had ended, as it was seen then: a way back does not stop it.
    pub fn left_running(&self) -> impl Iterator<Item = (StepIx, &[String])> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(ix, step)| {
            let running = &step.end.as_ref()?.running;
            (!running.is_empty()).then_some((ix, running.as_slice()))
        })
    }

    /// How many things on the way back somebody left out; not those of which there was nothing to do.
    fn items_left(&self, plan: &Plan, rollback: &RollbackState) -> usize {
        let left = |item: &&ItemState| {
            let (step, mark) = (&self.steps[item.step], plan.steps[item.step].spec.mark);
            let not_wanted = matches!(step.condition, Weighing::Told(Some(false), _));
            let skipped = !item.undo && step.status == Status::Skipped;
            step.left_out.is_some() || skipped && !not_wanted && mark.is_none()
        };
        rollback.items.iter().filter(left).count()
    }
}
