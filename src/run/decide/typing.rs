//! What people type into the terminal of a step that runs. That it was typed is recorded, and what it was
//! is not: the terminal shows what may be seen.

use super::{Case, Decision};
use crate::journal::event::{Job, NoteAdded, StepTyped};
use crate::journal::{Actor, Event};
use crate::plan::Work;
use crate::run::command::Refusal;
use crate::run::effect::{Effect, Secret};

/// The longest line that a terminal and a pipe take at once, in bytes, and some room.
const LONGEST: usize = if cfg!(target_vendor = "apple") {
    500
} else {
    4_000
};

impl Case<'_> {
    pub(super) fn type_into(
        &self,
        actor: &Actor,
        name: &str,
        text: &str,
    ) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let job = self.active_job(ix).ok_or_else(|| {
            let status = self.state.steps[ix].status;
            Refusal::new(format!("{} is {status}: nothing runs", self.called(ix)))
        })?;
        if self.state.steps[ix].sought.is_some() {
            return Err(Refusal::new(format!(
                "it is being looked for whether {} goes on: wait for the answer",
                self.called(ix)
            )));
        }
        if !matches!(self.active_work(ix), Some(Work::Shell(shell)) if shell.tty) {
            return Err(Refusal::new(format!(
                "{} has no terminal to type into: the plan's `tty = true` gives a step one",
                self.called(ix)
            )));
        }
        // Its terminal is there when its process is.
        if self.state.steps[ix].pid.is_none() {
            return Err(Refusal::new(format!(
                "{} is only being started: wait until it asks",
                self.called(ix)
            )));
        }
        if text.len() > LONGEST {
            return Err(Refusal::new(format!(
                "a terminal takes {LONGEST} bytes at once, not {}",
                text.len()
            )));
        }
        let typed = StepTyped { job: job.clone() };
        let mut decision = Decision::event(actor, Event::StepTyped(typed));
        let text = Secret(text.to_owned());
        decision.then(Effect::Type { job, text });
        Ok(decision)
    }

    /// Nobody shall wait for an answer to what never arrived.
    pub(super) fn not_typed(&self, job: &Job, why: &str) -> Decision {
        let known = self.plan.find(&job.step).is_some() && self.state.end.is_none();
        let note = NoteAdded {
            text: format!("what was typed did not reach it: {why}"),
            step: Some(job.step.clone()),
        };
        if known {
            Decision::event(&Actor::engine(), Event::NoteAdded(note))
        } else {
            Decision::default()
        }
    }
}
