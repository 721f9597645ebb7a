//! One entry more: how each kind of event changes the state.

use super::types::{
    Approval, Driver, End, GateDecision, Hold, ItemState, JobEnd, NoteTaken, RollbackState,
    RunState, StepState, Stopping, Value,
};
use crate::clock::Moment;
use crate::journal::event::{
    Applied, ApprovalGiven, ChoiceMade, DriverAttached, GateDecided, Job, Outcome, RollbackStarted,
    RunCreated, StepFinished, StepStarted, StepStopping,
};
use crate::journal::{Entry, Event, Via};
use crate::plan::{Home, PhaseKind, Plan, StepIx};
use crate::run::status::{Change, Illegal};

/// A journal that does not fit the plan, or itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It names something that the plan does not have.
    #[error("entry {seq} names `{name}`, which the plan does not have")]
    NoSuch {
        /// The entry.
        seq: u64,
        /// The name.
        name: String,
    },
    /// It says that something happened which can't have.
    #[error("entry {seq} can't be: {why}")]
    Impossible {
        /// The entry.
        seq: u64,
        /// Why.
        why: Illegal,
    },
}

impl RunState {
    /// Takes one more entry in. After an error the state means nothing any more.
    pub fn apply(&mut self, plan: &Plan, entry: &Entry) -> Result<(), Mismatch> {
        let mut fold = Fold {
            state: self,
            plan,
            seq: entry.seq,
            at: entry.at,
            by: &entry.actor.name,
        };
        fold.event(&entry.event, entry)?;
        self.seq = entry.seq;
        Ok(())
    }
}

struct Fold<'a> {
    state: &'a mut RunState,
    plan: &'a Plan,
    seq: u64,
    at: Moment,
    by: &'a str,
}

impl Fold<'_> {
    fn event(&mut self, event: &Event, entry: &Entry) -> Result<(), Mismatch> {
        match event {
            Event::RunCreated(e) => self.run_created(e),
            Event::EngineStarted(_)
            | Event::JournalRestored(_)
            | Event::BackendSignalled(_)
            | Event::BackendAnswered(_) => {}
            Event::DriverAttached(e) => self.driver_attached(e),
            Event::DriverLeft(_) => self.driver_left(),
            Event::PaceChanged(e) => self.state.auto = e.auto,
            Event::VariableSet(e) => {
                let value = e.value.clone().map_or(Value::Secret, Value::Known);
                self.state.values.insert(e.name.clone(), value);
            }
            Event::VariableForgotten(e) => {
                self.state.values.remove(&e.name);
            }
            Event::PhaseStarted(e) => self.phase_started(&e.phase)?,
            Event::PhaseFinished(e) => {
                let phase = self.phase(&e.phase)?;
                self.state.phases[phase].finished = Some(self.at);
            }
            Event::GateDecided(e) => self.gate_decided(e)?,
            Event::ApprovalGiven(e) => self.approval_given(e)?,
            Event::ChoiceMade(e) => self.choice_made(e)?,
            Event::StepStarted(e) => self.step_started(e)?,
            Event::StepLaunched(e) => {
                let ix = self.step(&e.job.step)?;
                self.state.steps[ix].pid = Some(e.pid);
            }
            Event::StepTransaction(e) => {
                self.step(&e.job.step)?;
            }
            Event::StepStopping(e) => self.step_stopping(e, entry)?,
            Event::StepFinished(e) => self.step_finished(e)?,
            Event::StepTicked(e) => {
                let step = self.settle(&e.step, Change::Settled, None)?;
                step.note.clone_from(&e.note);
            }
            Event::StepUnticked(e) => self.step_unticked(&e.step)?,
            Event::StepSkipped(e) => {
                self.settle(&e.step, Change::Skipped, Some(&e.reason))?;
            }
            Event::StepMarkedDone(e) => self.marked_done(&e.step, &e.reason)?,
            Event::StepMarkedFailed(e) => {
                self.settle(&e.step, Change::Condemned, Some(&e.reason))?;
            }
            Event::Held(e) => self.state.holds.push(Hold {
                reason: e.reason.clone(),
                by: self.by.to_owned(),
                at: self.at,
            }),
            Event::Released(_) => self.state.holds.clear(),
            Event::NoteAdded(e) => {
                let step = e.step.as_deref().map(|step| self.step(step)).transpose()?;
                self.state.notes.push(NoteTaken {
                    text: e.text.clone(),
                    step,
                    by: entry.actor.clone(),
                    at: self.at,
                });
            }
            Event::RollbackStarted(e) => self.rollback_started(e)?,
            Event::UndoLeft(e) => self.undo_left(&e.step, &e.reason)?,
            Event::RunFinished(e) => {
                self.state.end = Some(End {
                    ending: e.ending,
                    at: self.at,
                    by: self.by.to_owned(),
                    reason: e.reason.clone(),
                });
            }
        }
        Ok(())
    }

    fn step(&self, id: &str) -> Result<StepIx, Mismatch> {
        self.plan.find(id).ok_or_else(|| self.no_such(id))
    }

    fn phase(&self, id: &str) -> Result<usize, Mismatch> {
        self.plan.find_phase(id).ok_or_else(|| self.no_such(id))
    }

    fn no_such(&self, name: &str) -> Mismatch {
        Mismatch::NoSuch {
            seq: self.seq,
            name: name.to_owned(),
        }
    }

    /// Moves a step on, and keeps its phase's count.
    fn change(&mut self, ix: StepIx, change: Change) -> Result<&mut StepState, Mismatch> {
        let step = &mut self.state.steps[ix];
        let before = step.status;
        step.status = before
            .after(change)
            .map_err(|why| Mismatch::Impossible { seq: self.seq, why })?;
        if let Home::Phase(phase) = self.plan.steps[ix].home {
            let settled = &mut self.state.phases[phase].settled;
            *settled += usize::from(step.status.is_settled());
            *settled = settled.saturating_sub(usize::from(before.is_settled()));
        }
        Ok(step)
    }

    fn run_created(&mut self, e: &RunCreated) {
        self.state.run.clone_from(&e.run);
        self.state.created = Some(self.at);
        self.state.creator = Some(self.by.to_owned());
        self.state.unattended = e.unattended;
        self.state.tick_checks = e.tick_checks;
        self.state.auto = e.unattended;
    }

    fn driver_attached(&mut self, e: &DriverAttached) {
        self.state.driver = Some(Driver {
            name: self.by.to_owned(),
            terminal: e.terminal.clone(),
            since: self.at,
            gone: None,
        });
    }

    fn driver_left(&mut self) {
        if let Some(driver) = &mut self.state.driver {
            driver.gone = Some(self.at);
        }
    }

    fn phase_started(&mut self, id: &str) -> Result<(), Mismatch> {
        let phase = self.phase(id)?;
        self.state.phases[phase].started.get_or_insert(self.at);
        if self.plan.phases[phase].spec.kind == PhaseKind::Deploy {
            self.state.t_zero.get_or_insert(self.at);
        }
        Ok(())
    }

    fn gate_decided(&mut self, e: &GateDecided) -> Result<(), Mismatch> {
        let phase = self.phase(&e.phase)?;
        self.state.phases[phase].gate = Some(GateDecision {
            go: e.go,
            by: self.by.to_owned(),
            at: self.at,
            reason: e.reason.clone(),
        });
        Ok(())
    }

    fn approval_given(&mut self, e: &ApprovalGiven) -> Result<(), Mismatch> {
        let phase = self.phase(&e.phase)?;
        self.state.phases[phase].approvals.push(Approval {
            name: e.approval.clone(),
            by: self.by.to_owned(),
            at: self.at,
            reason: e.reason.clone(),
        });
        Ok(())
    }

    /// The other phases of the choice are left out, with all that is still open in them.
    fn choice_made(&mut self, e: &ChoiceMade) -> Result<(), Mismatch> {
        let chosen = self.phase(&e.phase)?;
        let name = &self.plan.phases[chosen].spec.name;
        let reason = format!("\"{name}\" was chosen");
        for (ix, phase) in self.plan.phases.iter().enumerate() {
            if ix == chosen || phase.spec.choice.as_deref() != Some(&e.choice) {
                continue;
            }
            self.state.phases[ix].dropped = true;
            for step in phase.steps.clone() {
                if self.state.steps[step].status.after(Change::Skipped).is_ok() {
                    self.change(step, Change::Skipped)?.reason = Some(reason.clone());
                }
            }
        }
        Ok(())
    }

    fn step_started(&mut self, e: &StepStarted) -> Result<(), Mismatch> {
        let (seq, at, by) = (self.seq, self.at, self.by.to_owned());
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
    fn step_stopping(&mut self, e: &StepStopping, entry: &Entry) -> Result<(), Mismatch> {
        let ix = self.step(&e.job.step)?;
        let step = &mut self.state.steps[ix];
        let person = entry.actor.via != Via::Engine;
        let before = step.stopping.take().and_then(|stopping| stopping.by);
        step.stopping = Some(Stopping {
            stage: e.stage,
            since: self.at,
            reason: e.reason.clone(),
            by: before.or_else(|| person.then(|| self.by.to_owned())),
        });
        Ok(())
    }

    fn step_finished(&mut self, e: &StepFinished) -> Result<(), Mismatch> {
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

    fn settle(
        &mut self,
        id: &str,
        change: Change,
        reason: Option<&String>,
    ) -> Result<&mut StepState, Mismatch> {
        let (seq, at, by) = (self.seq, self.at, self.by.to_owned());
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
        Ok(step)
    }

    /// Done by hand: the step itself, or its undo where that is what the way back wants.
    fn marked_done(&mut self, id: &str, reason: &String) -> Result<(), Mismatch> {
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
        self.settle(id, change, Some(reason))?;
        Ok(())
    }

    fn step_unticked(&mut self, id: &str) -> Result<(), Mismatch> {
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

    fn rollback_started(&mut self, e: &RollbackStarted) -> Result<(), Mismatch> {
        let mut items = Vec::with_capacity(e.items.len());
        for item in &e.items {
            items.push(ItemState {
                step: self.step(&item.step)?,
                undo: item.undo,
                left: None,
            });
        }
        let tier = match &e.tier {
            None => None,
            Some(id) => {
                let place = self.plan.tiers.iter().position(|tier| tier.id == *id);
                Some(place.ok_or_else(|| self.no_such(id))?)
            }
        };
        self.state.rollback = Some(RollbackState {
            tier,
            items,
            started: self.at,
            by: self.by.to_owned(),
        });
        self.state.holds.clear();
        Ok(())
    }

    fn undo_left(&mut self, id: &str, reason: &str) -> Result<(), Mismatch> {
        let ix = self.step(id)?;
        let items = self.state.rollback.iter_mut().flat_map(|r| &mut r.items);
        for item in items.filter(|item| item.step == ix) {
            item.left = Some(reason.to_owned());
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
