//! Events about steps and their undos.

use super::{Fold, Mismatch};
use crate::clock::Moment;
use crate::journal::Via;
use crate::journal::event::{
    Applied, ConditionOf, Job, Outcome, SnapshotTaken, StepAdopted, StepFinished, StepLaunched,
    StepSought, StepStarted, StepStopping, StepTicked, StepTransaction,
};
use crate::plan::condition::{Condition, Fact};
use crate::plan::{Home, StepIx};
use crate::run::state::step::{JobEnd, StepState, Stopping, Transaction, Weighing};
use crate::run::status::{Change, Status};

impl Fold<'_> {
    pub(super) fn step_started(&mut self, e: &StepStarted) -> Result<(), Mismatch> {
        let (seq, at, by) = (self.seq, self.at, self.by.name.clone());
        let ix = self.step(&e.job.step)?;
        let change = if e.job.undo {
            Change::UndoStarted
        } else {
            Change::Started
        };
        // Only a person who was told of it has the same work done again, and says why.
        let person = !matches!(self.by.via, Via::Engine | Via::Unattended);
        let refused = self.state.steps[ix].refused();
        let changed = refused.map_or(&[][..], |(end, _)| &end.changed).to_vec();
        let refused = refused.map(|(_, undo)| undo);
        if e.job.undo {
            self.state.steps[ix].is_undone_from_now();
        }
        let all_the_same = person && e.reason.is_some() && refused == Some(e.job.undo);
        if all_the_same {
            self.state.files.take(changed);
        }
        let step = self.change(ix, change)?;
        step.anywhere = all_the_same;
        if e.job.undo {
            step.undo_attempt = e.job.attempt;
            step.undo_end = None;
        } else {
            step.left_before |= step.may_have_left();
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
        step.transaction = None;
        step.sought = None;
        step.stopping = None;
        step.ended_by = None;
        step.by_hand = false;
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
        if let Some(session) = &e.session {
            let database = session.database.clone();
            self.state.sessions.insert(database, session.clone());
        }
        let step = self.change(ix, finish_change(&e.job, e.outcome, on_the_way_back))?;
        let ended = e
            .ended
            .filter(|ended| lies_between(step.started, *ended, at));
        let ended = ended.unwrap_or(at);
        let end = JobEnd {
            at: ended,
            outcome: e.outcome,
            known_by: e.known_by,
            exit_code: e.exit_code,
            signal: e.signal,
            findings: e.findings.clone(),
            message: e.message.clone(),
            elsewhere: e.elsewhere,
            changed: e.changed.clone(),
            running: e.running.clone(),
            left: e.left.clone(),
        };
        if e.job.undo {
            step.undo_end = Some(end);
        } else {
            step.end = Some(end);
            step.applied = Some(match e.applied {
                Applied::No if step.left_before => Applied::Maybe,
                applied => applied,
            });
        }
        step.ended = Some(ended);
        step.pid = None;
        step.sought = None;
        // What was stopped and got lost is still what was stopped, if it is found.
        step.ended_by = step.stopping.as_ref().and_then(|s| s.by.clone());
        if e.outcome != Outcome::Unknown {
            step.stopping = None;
        }
        if let Some(left) = &e.left {
            self.state.carried.push(e.job.clone());
            if left.directory.is_some() {
                self.state.directory.clone_from(&left.directory);
            }
        }
        Ok(())
    }

    pub(super) fn step_launched(&mut self, e: &StepLaunched) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        self.state.steps[ix].pid = Some(e.pid);
        Ok(())
    }

    pub(super) fn step_transaction(&mut self, e: &StepTransaction) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        self.state.worked.insert(e.database.clone());
        if let Some(server) = &e.server {
            let database = e.database.clone();
            self.state.servers.insert(database, server.clone());
        }
        self.state.steps[ix].transaction = Some(Transaction {
            database: e.database.clone(),
            xid: e.xid,
            server: e.server.clone(),
            lsn: e.lsn.clone(),
        });
        Ok(())
    }

    pub(super) fn snapshot_taken(&mut self, e: &SnapshotTaken) -> Result<(), Mismatch> {
        self.step(&e.job.step)?;
        self.state.snapshots.insert(e.name.clone(), e.clone());
        Ok(())
    }

    pub(super) fn step_sought(&mut self, e: &StepSought) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        self.change(ix, Change::Sought)?.sought = Some(e.job.clone());
        Ok(())
    }

    pub(super) fn step_adopted(&mut self, e: &StepAdopted) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        let change = if e.job.undo {
            Change::UndoFound
        } else {
            Change::Found
        };
        let step = self.change(ix, change)?;
        if e.job.undo {
            step.undo_end = None;
        } else {
            step.end = None;
        }
        step.ended = None;
        step.sought = None;
        step.pid = e.pid.or(step.pid);
        Ok(())
    }

    pub(super) fn condition(&mut self, of: &ConditionOf, to: Weighing) -> Result<(), Mismatch> {
        match of {
            ConditionOf::Step(id) => {
                let ix = self.step(id)?;
                self.state.steps[ix].condition = to;
            }
            ConditionOf::Phase(id) => {
                let ix = self.phase(id)?;
                self.state.phases[ix].condition = to;
            }
        }
        Ok(())
    }

    /// What was weighed by something that is not so any more is weighed anew, if nothing has begun.
    pub(super) fn forget_weighed(&mut self, fact: &Fact) {
        let asks =
            |condition: &Condition| condition.facts().iter().any(|(asked, _)| *asked == fact);
        for (ix, phase) in self.plan.phases.iter().enumerate() {
            let state = &mut self.state.phases[ix];
            let told = matches!(state.condition, Weighing::Told(..)) && state.started.is_none();
            if told && phase.spec.when.as_ref().is_some_and(asks) {
                state.condition = Weighing::NotYet;
            }
        }
        for (ix, step) in self.plan.steps.iter().enumerate() {
            let state = &mut self.state.steps[ix];
            let told = matches!(state.condition, Weighing::Told(..));
            let waits = told && state.status == Status::Pending;
            if waits && step.spec.when.as_deref().is_some_and(asks) {
                state.condition = Weighing::NotYet;
            }
        }
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
        step.by_hand = false;
        step.left_out = None;
        step.reason = reason.cloned();
        step.note = None;
        step.sought = None;
        step.stopping = None;
        if change == Change::Condemned {
            step.ended_by.clone_from(&step.by);
        }
        if change == Change::Settled {
            step.applied = Some(Applied::Yes);
            step.order = seq;
        }
        Ok(())
    }

    /// Done by hand: the step itself, or its undo where that is what the way back wants.
    pub(super) fn marked_done(&mut self, id: &str, reason: &String) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        let change = if self.state.is_to_be_undone(ix) {
            Change::UndoSettled
        } else {
            Change::Settled
        };
        if change == Change::UndoSettled {
            self.state.steps[ix].is_undone_from_now();
        }
        self.settle(id, change, Some(reason))?;
        self.state.steps[ix].by_hand = true;
        Ok(())
    }

    /// What was done before a step was left out is not forgotten with the reason for leaving it out.
    pub(super) fn step_unticked(&mut self, id: &str) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        // Somebody wants it done, whatever was known.
        self.reopen(ix, Weighing::Overruled)
    }

    /// Takes back that the step was settled. If nothing was run, it is as new, and its `condition` known so far.
    pub(super) fn reopen(&mut self, ix: StepIx, condition: Weighing) -> Result<(), Mismatch> {
        let before = &self.state.steps[ix];
        let change = match (&before.end, before.status) {
            (Some(end), Status::Skipped) if end.outcome == Outcome::Unknown => {
                Change::ReopenedUnknown
            }
            (Some(_), Status::Skipped) => Change::ReopenedFailed,
            // Done by hand, and then found not to be as it should.
            (None, Status::Skipped) if before.may_have_left() => Change::ReopenedFailed,
            _ => Change::Reopened,
        };
        let id = self.plan.steps[ix].id.to_string();
        self.forget_weighed(&Fact::Step(id));
        let step = self.change(ix, change)?;
        step.reason = None;
        step.note = None;
        if change == Change::Reopened {
            *step = StepState {
                attempt: step.attempt,
                undo_attempt: step.undo_attempt,
                condition,
                ..StepState::default()
            };
        }
        Ok(())
    }
}

/// Whether something that was `started` and is known of `now` can have been over at `ended`. Of two starts
/// of the machine nothing can be said.
fn lies_between(started: Option<Moment>, ended: Moment, now: Moment) -> bool {
    let later = |a: Moment, b: Moment| a.boot == b.boot && a.mono > b.mono;
    !later(ended, now) && !started.is_some_and(|started| later(started, ended))
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
