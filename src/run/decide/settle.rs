//! What people say of a step: ticked, left out, done by hand, not as it should be.

use super::{Case, Decision, reason_given};
use crate::journal::event::{ChoiceMade, StepReason, StepTicked, StepUnticked};
use crate::journal::{Actor, Event};
use crate::plan::{Home, PhaseKind, StepIx, Work};
use crate::run::command::Refusal;
use crate::run::status::{Change, Status};

impl Case<'_> {
    pub(super) fn tick(
        &self,
        actor: &Actor,
        name: &str,
        note: Option<&str>,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let undoing = self.state.steps[ix].status == Status::Undoing;
        let work = self.work_of(ix, undoing);
        if !work.is_some_and(Work::is_check) {
            return Err(Refusal::new(format!(
                "{} is not a check: run it, or mark it done with a reason",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Settled)?;
        self.is_not_to_be_undone(ix)?;
        self.may_settle(ix)?;
        let mut decision = self.enter_phase(actor, ix);
        decision.record(
            actor,
            Event::StepTicked(StepTicked {
                step: self.id(ix),
                note: note
                    .map(str::to_owned)
                    .filter(|note| !note.trim().is_empty()),
            }),
        );
        Ok(decision)
    }

    pub(super) fn untick(&self, actor: &Actor, name: &str) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
        let was_run = step.attempt > 0 || step.applied.is_some();
        let is_check = spec.work.is_check() && self.work_of(ix, false).is_some_and(Work::is_check);
        // A check that was ticked after something else was tried is no way to forget that.
        let left = step.left_before || (was_run && !is_check);
        if step.status == Status::Passed && left {
            return Err(Refusal::new(format!(
                "{} was run: what it did can't be taken back by a key",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Reopened)?;
        let phase = self.plan.phase_of(ix);
        if let Some(phase) = phase.filter(|&phase| self.state.phases[phase].dropped) {
            return self.choose_instead(actor, phase);
        }
        let later = self.plan.phase_of(ix).is_some_and(|phase| {
            self.state.phases[phase + 1..]
                .iter()
                .any(|later| later.started.is_some())
                && self.plan.phases[phase].spec.kind != PhaseKind::Before
        });
        if later || self.state.rollback.is_some() {
            return Err(Refusal::new("the run has gone on since"));
        }
        Ok(Decision::event(
            actor,
            Event::StepUnticked(StepUnticked { step: self.id(ix) }),
        ))
    }

    /// Goes the `phase` that was not chosen, while nothing is or may be going on in another of its choice and nothing
    /// was begun behind them: the way that was gone may not work.
    fn choose_instead(&self, actor: &Actor, phase: usize) -> Result<Decision, Refusal> {
        let choice = &self.plan.phases[phase].spec.choice;
        let ways = |ix: usize| self.plan.phases[ix].spec.choice == *choice;
        let last = (phase..self.plan.phases.len()).rfind(|&ix| ways(ix));
        let behind = last.map_or(phase, |last| last + 1)..;
        let gone_on = self.state.phases[behind]
            .iter()
            .any(|behind| behind.started.is_some());
        let (Some(choice), false, None) = (choice, gone_on, &self.state.rollback) else {
            return Err(Refusal::new("the run has gone on since"));
        };
        // Of what nobody knows how it ended, somebody has to say first that it does not go on beside the other way.
        let open = |ix: StepIx| {
            let at = &self.state.steps[ix];
            at.status.is_active() || at.status == Status::Unknown || at.sought.is_some()
        };
        let mut steps = 0..self.plan.steps.len();
        let busy = steps.find(|&ix| open(ix) && self.plan.phase_of(ix).is_some_and(ways));
        if let Some(busy) = busy {
            let (called, status) = (self.called(busy), self.state.steps[busy].status);
            return Err(Refusal::new(format!("{called} is {status}")));
        }
        let made = ChoiceMade {
            choice: choice.clone(),
            phase: self.plan.phases[phase].id.clone(),
        };
        Ok(Decision::event(actor, Event::ChoiceMade(made)))
    }

    pub(super) fn skip(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let reason = reason_given(reason)?;
        let event = StepReason {
            step: self.id(ix),
            reason,
        };
        if self.state.rollback.is_some() {
            return self.leave_undone(actor, ix, event);
        }
        if self.plan.steps[ix].spec.required {
            return Err(self.required(ix));
        }
        if let Home::Tier(_) = self.plan.steps[ix].home {
            return Err(Refusal::new(format!(
                "{} is part of a rollback, and none is under way",
                self.called(ix)
            )));
        }
        self.can_become(ix, Change::Skipped)?;
        Ok(Decision::event(actor, Event::StepSkipped(event)))
    }

    pub(super) fn done(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let event = StepReason {
            step: self.id(ix),
            reason: reason_given(reason)?,
        };
        self.is_not_running(ix)?;
        let undo = self.state.is_to_be_undone(ix);
        self.can_become(
            ix,
            if undo {
                Change::UndoSettled
            } else {
                Change::Settled
            },
        )?;
        if self.state.steps[ix].status == Status::Pending && self.state.rollback.is_none() {
            self.may_start(ix)?;
        } else {
            self.may_settle(ix)?;
        }
        let mut decision = self.enter_phase(actor, ix);
        decision.record(actor, Event::StepMarkedDone(event));
        Ok(decision)
    }

    pub(super) fn fail(
        &self,
        actor: &Actor,
        name: &str,
        reason: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let reason = reason_given(reason)?;
        self.is_not_running(ix)?;
        self.can_become(ix, Change::Condemned)?;
        if self.state.steps[ix].status == Status::Pending {
            self.may_settle(ix)?;
        }
        let mut decision = self.enter_phase(actor, ix);
        decision.record(
            actor,
            Event::StepMarkedFailed(StepReason {
                step: self.id(ix),
                reason,
            }),
        );
        Ok(decision)
    }
}
