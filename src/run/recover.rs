//! What to do about work that was going on when the engine before this one went away.

use super::decide::Decision;
use super::effect::Effect;
use super::state::RunState;
use super::status::Status;
use crate::journal::event::{Applied, Job, Outcome, StepFinished};
use crate::journal::{Actor, Event};
use crate::plan::{Plan, Work};

/// Shell work may still be going on under its shim, or have left a record: it is looked for. Waits
/// and checks need nobody. Of everything else nobody knows how it ended, and that is what is said.
pub fn recover(plan: &Plan, state: &RunState) -> Decision {
    let mut decision = Decision::default();
    for ix in state.active_steps() {
        let (step, spec) = (&state.steps[ix], &plan.steps[ix].spec);
        let undo = step.status == Status::Undoing;
        let job = Job {
            step: plan.steps[ix].id.to_string(),
            attempt: if undo {
                step.undo_attempt
            } else {
                step.attempt
            },
            undo,
        };
        let work = match &spec.undo {
            Some(undone) if undo => Some(&undone.work),
            _ => spec.work_of(step.choice),
        };
        match work {
            Some(Work::Check(_) | Work::Wait(_)) => {}
            Some(Work::Shell(_)) => decision.effects.push(Effect::Adopt {
                job,
                choice: step.choice,
            }),
            Some(Work::Sql(_) | Work::Http(_)) | None => {
                let why = "the engine that did it is gone, and nobody knows how it ended";
                decision.events.push((Actor::engine(), lost(job, why)));
            }
        }
    }
    decision
}

/// The end of a job of which nobody knows how it was.
fn lost(job: Job, why: &str) -> Event {
    Event::StepFinished(StepFinished {
        job,
        outcome: Outcome::Unknown,
        applied: Applied::Maybe,
        exit_code: None,
        signal: None,
        findings: Vec::new(),
        message: Some(why.to_owned()),
    })
}
