//! The way back: what is on it, what it can't take back, and how far it was gone in the end.

use super::step::{StepState, Weighing};
use super::types::{ItemState, RollbackState, RunState};
use crate::clock::Moment;
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

impl RollbackState {
    /// What it is called.
    pub fn name<'p>(&self, plan: &'p Plan) -> &'p str {
        self.tier
            .map_or("what was applied", |tier| &plan.tiers[tier].spec.name)
    }

    /// How its window missed the time at which it was begun.
    pub fn outside(&self, plan: &Plan) -> Option<Outside> {
        let (tier, since) = self.tier.zip(self.since_t_zero)?;
        plan.tiers[tier].outside(since)
    }
}

impl ItemState {
    /// Where it stands. What is known of a step before its undo has begun is its own work.
    pub fn stands(&self, state: &RunState) -> StepState {
        let step = self.stood.as_deref().unwrap_or(&state.steps[self.step]);
        if self.undo && step.before_undo.is_none() {
            return StepState::default();
        }
        step.clone()
    }
}

impl RunState {
    /// How many ways back were begun.
    pub fn ways_begun(&self) -> usize {
        self.left_ways.len() + usize::from(self.rollback.is_some())
    }

    /// When the first way back was begun.
    pub fn going_back_since(&self) -> Option<Moment> {
        let first = self.left_ways.first().or(self.rollback.as_ref());
        first.map(|way| way.started)
    }

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

    /// Whether there is a way back beside the one that is gone: one of the plan's, or what that leaves to be undone.
    pub fn has_another_way(&self, plan: &Plan) -> bool {
        let gone = self.rollback.as_ref().and_then(|gone| gone.tier);
        let mut ways = plan.ways().filter(|way| Some(*way) != gone);
        let mut steps = plan.forward_steps();
        ways.next().is_some() || (gone.is_some() && steps.any(|ix| self.may_be_undone(plan, ix)))
    }

    /// Whether the way back is at its end, and something of it was left out that had not gone well: another of the
    /// plan's ways may be what that is for.
    pub fn rests_on_the_way_back(&self, plan: &Plan) -> bool {
        let Some(gone) = &self.rollback else {
            return false;
        };
        let tried = |item: &&ItemState| {
            let step = &self.steps[item.step];
            let tries = if item.undo {
                step.undo_attempt
            } else {
                step.attempt
            };
            item.left.is_some() && step.left_out.is_some() && tries > 0
        };
        let mut others = plan.ways().filter(|way| Some(*way) != gone.tier);
        let another = others.next().is_some();
        another && self.next_item().is_none() && gone.items.iter().any(|item| tried(&item))
    }

    /// The undos of ways back that were left for another, cut off and never done since.
    pub fn cut_off_undos(&self) -> impl Iterator<Item = StepIx> {
        let gone = self.rollback.iter().flat_map(|gone| &gone.items);
        let again: Vec<StepIx> = gone.map(|item| item.step).collect();
        let left = self.left_ways.iter().flat_map(|way| &way.items);
        let stuck = left.filter(move |item| {
            let stuck = self.steps[item.step].status == Status::Stuck;
            item.undo && stuck && !again.contains(&item.step)
        });
        stuck.map(|item| item.step)
    }

    /// Whether the step has an undo, and something to be undone by it.
    pub fn may_be_undone(&self, plan: &Plan, ix: StepIx) -> bool {
        plan.steps[ix].spec.undo.is_some() && self.left_something(ix)
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
            self.may_be_undone(plan, ix)
                || (rollback.tier.is_none() && self.is_without_undo(plan, ix))
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

    /// What steps left running when they had ended, as it was seen then: a way back does not stop it.
    pub fn left_running(&self) -> impl Iterator<Item = (StepIx, &[String])> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(ix, step)| {
            let running = &step.end.as_ref()?.running;
            (!running.is_empty()).then_some((ix, running.as_slice()))
        })
    }

    /// What has no value, and the first thing on the way back that needs it. All of them are asked for before
    /// anything is done: nobody drops a database, and then looks for the name of the dump. What may be left out,
    /// or be done in another way, is asked for when its turn comes.
    pub(super) fn missing_on_the_way_back(&self, plan: &Plan) -> Option<(StepIx, Vec<String>)> {
        let items = self.rollback.iter().flat_map(|rollback| &rollback.items);
        let mut captured: Vec<&str> = Vec::new();
        let mut open = items.filter(|item| !self.item_is_done(item)).enumerate();
        open.find_map(|(turn, item)| {
            let (step, spec) = (&self.steps[item.step], &plan.steps[item.step].spec);
            let unsure = spec.danger || spec.when.is_some() || spec.alternatives.len() > 1;
            let asked = turn == 0 || item.undo || !unsure;
            let mut missing = if asked {
                self.missing_values(plan, item.step, step.choice, item.undo)
            } else {
                Vec::new()
            };
            missing.retain(|name| !captured.contains(&name.as_str()));
            captured.extend(spec.captures().map(|capture| capture.name.as_str()));
            (!missing.is_empty()).then_some((item.step, missing))
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
