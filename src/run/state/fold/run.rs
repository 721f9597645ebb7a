//! Events about the run, its phases and gates.

use super::{Fold, Mismatch};
use crate::journal::event::{
    ApprovalGiven, BackendAnswered, BackendSignalled, ChoiceMade, DriverAttached, GateDecided,
    Held, Job, NoteAdded, RunCreated, RunFinished, VariableForgotten, VariableSet,
};
use crate::plan::PhaseKind;
use crate::plan::condition::Fact;
use crate::run::state::files::Files;
use crate::run::state::step::Weighing;
use crate::run::state::types::{Approval, Driver, End, GateDecision, Hold, NoteTaken, Value};
use crate::run::status::Change;

impl Fold<'_> {
    pub(super) fn backend_answered(&mut self, e: &BackendAnswered) {
        let asked = &mut self.state.asked;
        let same = |asked: &BackendSignalled| {
            (&asked.database, asked.pid, asked.action) == (&e.database, e.pid, e.action)
        };
        if let Some(ix) = asked.iter().position(same) {
            asked.remove(ix);
        }
    }

    pub(super) fn run_created(&mut self, e: &RunCreated) {
        self.state.run.clone_from(&e.run);
        self.state.digest.clone_from(&e.digest);
        self.state.created = Some(self.at);
        self.state.creator = Some(self.by.name.clone());
        self.state.unattended = e.unattended;
        self.state.tick_checks = e.tick_checks;
        self.state.auto = e.unattended;
        self.state.files = Files::new(e.applies.clone());
    }

    pub(super) fn driver_attached(&mut self, e: &DriverAttached) {
        self.state.driver = Some(Driver {
            name: self.by.name.clone(),
            terminal: e.terminal.clone(),
            since: self.at,
            gone: None,
        });
    }

    pub(super) fn driver_left(&mut self) {
        if let Some(driver) = &mut self.state.driver {
            driver.gone = Some(self.at);
        }
    }

    pub(super) fn phase_started(&mut self, id: &str) -> Result<(), Mismatch> {
        let phase = self.phase(id)?;
        self.state.phases[phase].started.get_or_insert(self.at);
        if self.plan.phases[phase].spec.kind == PhaseKind::Deploy {
            self.state.t_zero.get_or_insert(self.at);
        }
        Ok(())
    }

    pub(super) fn phase_finished(&mut self, id: &str) -> Result<(), Mismatch> {
        let phase = self.phase(id)?;
        if self.state.phase_settled(self.plan, phase) {
            self.state.phases[phase].finished = Some(self.at);
        }
        Ok(())
    }

    pub(super) fn gate_decided(&mut self, e: &GateDecided) -> Result<(), Mismatch> {
        let phase = self.phase(&e.phase)?;
        self.state.phases[phase].gate = Some(GateDecision {
            go: e.go,
            by: self.by.name.clone(),
            at: self.at,
            reason: e.reason.clone(),
        });
        Ok(())
    }

    pub(super) fn approval_given(&mut self, e: &ApprovalGiven) -> Result<(), Mismatch> {
        let phase = self.phase(&e.phase)?;
        self.state.phases[phase].approvals.push(Approval {
            name: e.approval.clone(),
            by: self.by.name.clone(),
            at: self.at,
            reason: e.reason.clone(),
        });
        Ok(())
    }

    /// The other phases of the choice are left out, with all that is still open in them. What the chosen one was
    /// left out with before is open again.
    pub(super) fn choice_made(&mut self, e: &ChoiceMade) -> Result<(), Mismatch> {
        let chosen = self.phase(&e.phase)?;
        let name = &self.plan.phases[chosen].spec.name;
        let reason = format!("\"{name}\" was chosen");
        for (ix, phase) in self.plan.phases.iter().enumerate() {
            let way = ix != chosen && phase.spec.choice.as_deref() == Some(&e.choice);
            if !way || self.state.phases[ix].finished.is_some() {
                continue;
            }
            self.state.phases[ix].dropped = true;
            for step in phase.steps.clone() {
                if self.state.steps[step].status.after(Change::Skipped).is_ok() {
                    self.change(step, Change::Skipped)?.reason = Some(reason.clone());
                    self.state.phases[ix].left_out.push(step);
                }
            }
        }
        self.state.phases[chosen].dropped = false;
        for step in std::mem::take(&mut self.state.phases[chosen].left_out) {
            self.reopen(step, Weighing::default())?;
        }
        Ok(())
    }

    pub(super) fn variable_set(&mut self, e: &VariableSet) {
        if e.value.is_none() {
            let by = self.plan.find(&e.origin).map(|ix| Job {
                step: e.origin.clone(),
                attempt: self.state.steps[ix].attempt,
                undo: false,
            });
            self.state.hidden.insert(e.name.clone(), by);
        }
        let value = e.value.clone().map_or(Value::Secret, Value::Known);
        self.state.values.insert(e.name.clone(), value);
        self.state.origins.insert(e.name.clone(), e.origin.clone());
        self.forget_weighed(&Fact::Variable(e.name.clone()));
    }

    pub(super) fn variable_forgotten(&mut self, e: &VariableForgotten) {
        self.state.values.remove(&e.name);
        self.state.origins.remove(&e.name);
    }

    pub(super) fn held(&mut self, e: &Held) {
        if let (Some(database), Some(_)) = (&e.database, &e.step) {
            self.state.lost.insert(database.clone(), self.at);
        }
        if let (Some(database), true) = (&e.database, e.answers) {
            let of = |hold: &Hold| hold.answers && hold.database.as_ref() == Some(database);
            self.state.holds.retain(|hold| !of(hold));
        }
        self.state.holds.push(Hold {
            reason: e.reason.clone(),
            by: self.by.name.clone(),
            at: self.at,
            alert: e.alert.clone(),
            database: e.database.clone(),
            is_back: false,
            answers: e.answers,
            server: e.server.clone(),
            environment: e.environment,
        });
    }

    pub(super) fn note_added(&mut self, e: &NoteAdded) -> Result<(), Mismatch> {
        let step = e.step.as_deref().map(|step| self.step(step)).transpose()?;
        self.state.notes.push(NoteTaken {
            text: e.text.clone(),
            step,
            by: self.by.clone(),
            at: self.at,
        });
        Ok(())
    }

    pub(super) fn run_finished(&mut self, e: &RunFinished) {
        self.state.end = Some(End {
            ending: e.ending,
            at: self.at,
            by: self.by.name.clone(),
            reason: e.reason.clone(),
        });
    }
}
