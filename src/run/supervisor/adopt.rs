//! Taking up what an engine before this one began.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Handle, Supervisor, secrets_among};
use crate::clock::Clock;
use crate::journal::event::{Applied, Job, KnownBy, Outcome};
use crate::plan::Work;
use crate::run::input::{Finish, Notice};
use crate::run::state::{RunState, Value};
use crate::run::traces::Traces;
use crate::run::work::judge::not_begun;
use crate::run::work::prepare::{expectation, family, work_of};

impl Supervisor {
    /// Takes up a job that an engine before this one began: its shim lives, or has left a record, or is
    /// gone without its step, or had not begun yet and may not any more, or nobody knows.
    pub(super) fn adopt(&mut self, job: &Job, choice: usize, state: &RunState) {
        let traces = self.traces(job);
        if !traces.are_found() && traces.take_permit().is_ok() {
            let why = "its engine was gone before it had begun, and it may not begin any more";
            let known_by = KnownBy::Record;
            let finish = not_begun(job, why);
            return self.tell(Notice::Finished(Finish { known_by, ..finish }));
        }
        // A shim may have begun between the two looks.
        let adopted = if traces.are_found() {
            self.take_up(job, choice, state)
        } else {
            Err("nothing is left of the process that watched it".to_owned())
        };
        if let Err(why) = adopted {
            self.tell(Notice::Finished(Finish {
                outcome: Outcome::Unknown,
                applied: Applied::Maybe,
                ..not_begun(job, why)
            }));
        }
    }

    /// Watches a script that goes on, or reads how it ended. What it needed to begin may be gone; the
    /// values in what is expected of it are needed only once it has ended.
    fn take_up(&mut self, job: &Job, choice: usize, state: &RunState) -> Result<(), String> {
        let plan = Arc::clone(&self.outfit.plan);
        let step = plan.find(&job.step).map(|ix| &plan.steps[ix]);
        let step = step.ok_or("the plan does not have this step")?;
        let (work, expect) = work_of(step, job, choice).ok_or("there is nothing to do")?;
        let Work::Shell(shell) = work else {
            return Err("no process does it".to_owned());
        };
        let (stops, stopped) = mpsc::channel(8);
        let judgement = self.judgement(step, job, work, expect.clone());
        let leaves = family(shell).map(|_| self.outfit.dir.left(job));
        let task = self.shell(step, job, leaves, judgement, state, stopped);
        let names = plan.variables_in(&step.spec, work).into_iter();
        let names: Vec<String> = names.map(str::to_owned).collect();
        let (values, secrets) = (state.values.clone(), self.outfit.secrets.clone());
        let (plan, job_there, expect) = (Arc::clone(&plan), job.clone(), expect.clone());
        let filled = move || {
            let kept = secrets_among(names.iter().map(String::as_str), &secrets);
            let value = |name: &str| match values.get(name) {
                Some(Value::Known(value)) => Some(value.as_str()),
                _ => kept.get(name).map(String::as_str),
            };
            let step = plan.find(&job_there.step).map(|ix| &plan.steps[ix]);
            let step = step.ok_or("the plan does not have this step")?;
            let expect = expectation(&plan, &step.spec, &expect, &value);
            expect.map_err(|error| error.to_string())
        };
        let at = self.outfit.plan.find(&job.step).map(|ix| &state.steps[ix]);
        let stopped = at.is_some_and(|at| at.stopping.is_some());
        tokio::spawn(task.adopt(stopped, filled));
        let proceed = None;
        self.jobs.insert(job.clone(), Handle { stops, proceed });
        Ok(())
    }

    pub(super) fn traces(&self, job: &Job) -> Traces {
        let boot = self.outfit.clock.now().boot;
        self.outfit.dir.traces(job, boot)
    }
}
