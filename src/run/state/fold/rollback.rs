//! Events about the way back.

use std::time::Duration;

use super::{Fold, Mismatch};
use crate::journal::event::{Applied, RollbackStarted};
use crate::plan::{Home, StepIx};
use crate::run::state::step::{Omission, StepState};
use crate::run::state::types::{ItemState, RollbackState};
use crate::run::status::Status;

impl Fold<'_> {
    pub(super) fn rollback_started(&mut self, e: &RollbackStarted) -> Result<(), Mismatch> {
        let mut items = Vec::with_capacity(e.items.len());
        for item in &e.items {
            items.push(ItemState {
                step: self.step(&item.step)?,
                undo: item.undo,
                left: None,
                stood: None,
            });
        }
        let tier = match &e.tier {
            None => None,
            Some(id) => {
                let place = self.plan.tiers.iter().position(|tier| tier.id == *id);
                Some(place.ok_or_else(|| self.no_such(id))?)
            }
        };
        self.keep_how_it_stood();
        // What was left out of the way before is on this one, or answered by it.
        for item in &items {
            self.state.steps[item.step].left_out = None;
            if !item.undo {
                self.begin_anew(item.step);
            }
        }
        let begun = self.state.rollback.replace(RollbackState {
            tier,
            items,
            started: self.at,
            since_t_zero: e.since_t_zero.map(Duration::from_micros),
            by: self.by.name.clone(),
        });
        self.state.left_ways.extend(begun);
        self.others_are_told();
        self.state.holds.retain(|hold| hold.environment);
        Ok(())
    }

    /// What is on the way that is left for another is told as it stood then, whatever is done on the next. What still runs
    /// is told as it ends.
    fn keep_how_it_stood(&mut self) {
        let Some(mut gone) = self.state.rollback.take() else {
            return;
        };
        for item in &mut gone.items {
            if !self.state.steps[item.step].status.is_active() {
                item.stood = Some(Box::new(item.stands(self.state)));
            }
        }
        self.state.rollback = Some(gone);
    }

    /// What the way before did of its own is done again where this one has it, too: in between the other was undone.
    fn begin_anew(&mut self, ix: StepIx) {
        let step = &mut self.state.steps[ix];
        let planned = &self.plan.steps[ix];
        let own = matches!(planned.home, Home::Tier(_)) && !planned.spec.no_retry;
        if !own
            || step.status.is_active()
            || matches!(step.status, Status::Pending | Status::Unknown)
        {
            return;
        }
        let anew = StepState {
            attempt: step.attempt,
            left_before: step.may_have_left(),
            ..StepState::default()
        };
        *step = anew;
        self.state.in_hand.remove(&ix);
    }

    pub(super) fn undo_left(&mut self, id: &str, reason: &str) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        let omission = Omission {
            reason: reason.to_owned(),
            by: self.by.name.clone(),
            at: self.at,
            undo: self.state.is_to_be_undone(ix),
        };
        let items = self.state.rollback.iter_mut().flat_map(|r| &mut r.items);
        for item in items.filter(|item| item.step == ix) {
            item.left = Some(omission.clone());
        }
        let step = &mut self.state.steps[ix];
        // Where there was nothing to undo nothing is missing; of a step of the way back all is.
        let nothing = omission.undo && step.applied == Some(Applied::No);
        step.left_out = (!nothing).then_some(omission);
        Ok(())
    }
}
