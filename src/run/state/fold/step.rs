//! Events about steps and their undos.

use super::{Fold, Mismatch};
use crate::journal::Via;
use crate::journal::event::{
    Applied, Job, Outcome, StepFinished, StepLaunched, StepStarted, StepStopping, StepTicked,
    StepTransaction,
};
use crate::plan::Home;
use crate::run::state::types::{JobEnd, StepState, Stopping};
use crate::run::status::Change;

impl Fold<'_> {
    pub(super) fn step_started(&mut self, e: &StepStarted) -> Result<(), Mismatch> {
        let (seq, at, by) = (self.seq, self.at, self.by.name.clone());
        let ix = self.step(&e.job.step)?;
        let change = if e.job.undo {
            Change::UndoStarted
        } else {
            Change::Started
        };
        let step = self.change(ix, change)?;
        if e.job.undo {
            step.undo_attempt = e.job.attempt;
            step.undo_end = None;
        } else {
            step.attempt = e.job.attempt;
            step.choice = e.choice;
            step.applied = Some(Applied::Maybe);
            step.order = seq;
            step.end = None;
        }
        step.started = Some(at);
        step.ended = None;
        step.by = Some(by);
        step.reason.clone_from(&e.reason);
        step.pid = None;
        step.stopping = None;
        step.stopped_by = None;
        Ok(())
    }

    /// Whoever began to stop it is remembered through all the stages.
    pub(super) fn step_stopping(&mut self, e: &StepStopping) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        let step = &mut self.state.steps[ix];
        let person = self.by.via != Via::Engine;
        let before = step.stopping.take().and_then(|stopping| stopping.by);
        step.stopping = Some(Stopping {
            stage: e.stage,
            since: self.at,
            reason: e.reason.clone(),
            by: before.or_else(|| person.then(|| self.by.name.clone())),
        });
        Ok(())
    }

    pub(super) fn step_finished(&mut self, e: &StepFinished) -> Result<(), Mismatch> {
        let at = self.at;
        let ix = self.step(&e.job.step)?;
        let on_the_way_back = matches!(self.plan.steps[ix].home, Home::Tier(_));
        let step = self.change(ix, finish_change(&e.job, e.outcome, on_the_way_back))?;
        let end = JobEnd {
            outcome: e.outcome,
            exit_code: e.exit_code,
            signal: e.signal,
            findings: e.findings.clone(),
            message: e.message.clone(),
        };
        if e.job.undo {
            step.undo_end = Some(end);
        } else {
            step.end = Some(end);
            step.applied = Some(e.applied);
        }
        step.ended = Some(at);
        step.pid = None;
        step.stopped_by = step.stopping.take().and_then(|stopping| stopping.by);
        Ok(())
    }

    pub(super) fn step_launched(&mut self, e: &StepLaunched) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        self.state.steps[ix].pid = Some(e.pid);
        Ok(())
    }

    pub(super) fn step_transaction(&mut self, e: &StepTransaction) -> Result<(), Mismatch> {
        self.step(&e.job.step)?;
        Ok(())
    }

    pub(super) fn step_ticked(&mut self, e: &StepTicked) -> Result<(), Mismatch> {
        self.settle(&e.step, Change::Settled, None)?;
        let ix = self.step(&e.step)?;
        self.state.steps[ix].note.clone_from(&e.note);
        Ok(())
    }

    pub(super) fn marked_failed(&mut self, id: &str, reason: &String) -> Result<(), Mismatch> {
        self.settle(id, Change::Condemned, Some(reason))
    }

    pub(super) fn settle(
        &mut self,
        id: &str,
        change: Change,
        reason: Option<&String>,
    ) -> Result<(), Mismatch> {
        let (seq, at, by) = (self.seq, self.at, self.by.name.clone());
        let ix = self.step(id)?;
        let step = self.change(ix, change)?;
        step.started.get_or_insert(at);
        step.ended = Some(at);
        step.by = Some(by);
        step.reason = reason.cloned();
        step.note = None;
        if change == Change::Settled {
            step.applied = Some(Applied::Yes);
            step.order = seq;
        }
        Ok(())
    }

    /// Done by hand: the step itself, or its undo where that is what the way back wants.
    pub(super) fn marked_done(&mut self, id: &str, reason: &String) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        let items = self
            .state
            .rollback
            .iter()
            .flat_map(|rollback| &rollback.items);
        let undo = items.into_iter().any(|item| item.step == ix && item.undo);
        let change = if undo {
            Change::UndoSettled
        } else {
            Change::Settled
        };
        self.settle(id, change, Some(reason))
    }

    pub(super) fn step_unticked(&mut self, id: &str) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        let step = self.change(ix, Change::Reopened)?;
        *step = StepState {
            attempt: step.attempt,
            undo_attempt: step.undo_attempt,
            ..StepState::default()
        };
        if let Home::Phase(phase) = self.plan.steps[ix].home {
            self.state.phases[phase].finished = None;
        }
        Ok(())
    }
}

fn finish_change(job: &Job, outcome: Outcome, on_the_way_back: bool) -> Change {
    match (outcome, job.undo) {
        (Outcome::Passed, true) => Change::Undone,
        (_, true) => Change::UndoFailed,
        (Outcome::Passed, false) => Change::Passed,
        (Outcome::Failed, false) if on_the_way_back => Change::FailedOnTheWayBack,
        (Outcome::Failed, false) => Change::Failed,
        (Outcome::Unknown, false) => Change::Lost,
    }
}
