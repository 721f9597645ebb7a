//! One entry more: how each kind of event changes the state.

mod alert;
mod outage;
mod rollback;
mod run;
mod server;
mod step;

use super::step::{StepState, Weighing, first_open};
use super::types::RunState;
use crate::clock::Moment;
use crate::journal::{Actor, Entry, Event};
use crate::plan::{Home, Plan, StepIx};
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
    /// Where a run stands after all of `entries`, the first of which is its first.
    pub fn folded(plan: &Plan, entries: &[Entry]) -> Result<Self, Mismatch> {
        let mut state = RunState::new(plan);
        for entry in entries {
            state.apply(plan, entry)?;
        }
        Ok(state)
    }

    /// Takes one more entry in. After an error the state means nothing any more.
    pub fn apply(&mut self, plan: &Plan, entry: &Entry) -> Result<(), Mismatch> {
        let mut fold = Fold {
            state: self,
            plan,
            seq: entry.seq,
            at: entry.at,
            by: &entry.actor,
        };
        fold.event(&entry.event)?;
        self.seq = entry.seq;
        self.note_time(entry.at);
        Ok(())
    }
}

struct Fold<'a> {
    state: &'a mut RunState,
    plan: &'a Plan,
    seq: u64,
    at: Moment,
    by: &'a Actor,
}

impl Fold<'_> {
    fn event(&mut self, event: &Event) -> Result<(), Mismatch> {
        match event {
            Event::RunCreated(e) => self.run_created(e),
            Event::EngineStarted(_) => self.state.engines += 1,
            Event::JournalRestored(_) => {}
            Event::BackendSignalled(e) => self.state.asked.push(e.clone()),
            Event::BackendAnswered(e) => self.backend_answered(e),
            Event::DriverAttached(e) => self.driver_attached(e),
            Event::DriverLeft(_) => self.driver_left(),
            Event::PaceChanged(e) => self.state.auto = e.auto,
            Event::VariableSet(e) => self.variable_set(e),
            Event::VariableForgotten(e) => self.variable_forgotten(e),
            Event::PhaseStarted(e) => self.phase_started(&e.phase)?,
            Event::PhaseFinished(e) => self.phase_finished(&e.phase)?,
            Event::GateDecided(e) => self.gate_decided(e)?,
            Event::ApprovalGiven(e) => self.approval_given(e)?,
            Event::ChoiceMade(e) => self.choice_made(e)?,
            Event::ConditionAsked(e) => self.condition(&e.of, Weighing::Asked)?,
            Event::ConditionWeighed(e) => {
                self.condition(&e.of, Weighing::Told(e.holds, e.known.clone()))?;
            }
            Event::StepStarted(e) => self.step_started(e)?,
            Event::StepLaunched(e) => self.step_launched(e)?,
            Event::StepTransaction(e) => self.step_transaction(e)?,
            Event::StepSought(e) => self.step_sought(e)?,
            Event::StepAdopted(e) => self.step_adopted(e)?,
            Event::SnapshotTaken(e) => self.snapshot_taken(e)?,
            Event::StepTyped(e) => drop(self.step(&e.job.step)?),
            Event::StepStopping(e) => self.step_stopping(e)?,
            Event::StepFinished(e) => self.step_finished(e)?,
            Event::StepTicked(e) => self.step_ticked(e)?,
            Event::StepUnticked(e) => self.step_unticked(&e.step)?,
            Event::StepSkipped(e) => self.settle(&e.step, Change::Skipped, Some(&e.reason))?,
            Event::StepMarkedDone(e) => self.marked_done(&e.step, &e.reason)?,
            Event::StepMarkedFailed(e) => self.marked_failed(&e.step, &e.reason)?,
            Event::Held(e) => self.held(e),
            Event::Released(e) => self.released(e.alert.as_deref()),
            Event::BaselineFrozen(e) => self.baseline_frozen(e),
            Event::AlertFired(e) => self.alert_raised(e, false),
            Event::AlertBlind(e) => self.alert_raised(e, true),
            Event::AlertCleared(e) => drop(self.state.alerts.remove(&e.alert)),
            Event::AlertAccepted(e) => self.alert_accepted(e),
            Event::OutageBegan(e) => self.outage_began(e),
            Event::OutageEnded(e) => self.outage_ended(e),
            Event::ServerSeen(e) => self.server_seen(e),
            Event::NoteAdded(e) => self.note_added(e)?,
            Event::RollbackStarted(e) => self.rollback_started(e)?,
            Event::UndoLeft(e) => self.undo_left(&e.step, &e.reason)?,
            Event::RunFinished(e) => self.run_finished(e),
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

    /// Moves a step on, and keeps what is known of all steps together: nobody has to walk over them.
    fn change(&mut self, ix: StepIx, change: Change) -> Result<&mut StepState, Mismatch> {
        let state = &mut *self.state;
        let before = state.steps[ix].status;
        let status = before
            .after(change)
            .map_err(|why| Mismatch::Impossible { seq: self.seq, why })?;
        state.steps[ix].status = status;
        state.last_touched = Some(ix);
        if status.is_active() || status.needs_decision() {
            state.in_hand.insert(ix);
        } else {
            state.in_hand.remove(&ix);
        }
        if let Home::Phase(place) = self.plan.steps[ix].home {
            let phase = &mut state.phases[place];
            match (before.is_settled(), status.is_settled()) {
                (false, true) => {
                    phase.settled += 1;
                    let rest = phase.first_open..self.plan.phases[place].steps.end;
                    phase.first_open = first_open(&state.steps, rest);
                }
                (true, false) => {
                    phase.settled -= 1;
                    phase.first_open = phase.first_open.min(ix);
                    phase.finished = None;
                }
                _ => {}
            }
        }
        Ok(&mut state.steps[ix])
    }
}
