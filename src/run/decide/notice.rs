//! What jobs report. A report about something that is not going on any more is too late, and is
//! dropped: its attempt's number tells.

use super::{Case, Decision};
use crate::journal::event::{
    Applied, BackendAnswered, Job, Outcome, Stage, StepFinished, StepLaunched, StepTransaction,
    VariableForgotten, VariableSet,
};
use crate::journal::{Actor, Event};
use crate::plan::StepIx;
use crate::run::effect::Effect;
use crate::run::input::{Finish, Notice};

impl Case<'_> {
    pub(super) fn notice(&self, notice: &Notice) -> Decision {
        let engine = Actor::engine();
        match notice {
            Notice::Launched { job, pid } => match self.is_on(job) {
                Some(_) => Decision::event(
                    &engine,
                    Event::StepLaunched(StepLaunched {
                        job: job.clone(),
                        pid: *pid,
                    }),
                ),
                None => Decision::default(),
            },
            Notice::Transaction { job, database, xid } => self.transaction(job, database, *xid),
            Notice::Finished(finish) => self.finished(finish),
            Notice::SessionsCancelled { job } => self.sessions_cancelled(job),
            Notice::Variable {
                name,
                value,
                origin,
            } => Decision::event(
                &engine,
                Event::VariableSet(VariableSet {
                    name: name.clone(),
                    value: value.clone(),
                    origin: origin.clone(),
                }),
            ),
            Notice::VariableLost { name } => Decision::event(
                &engine,
                Event::VariableForgotten(VariableForgotten { name: name.clone() }),
            ),
            Notice::Backend {
                database,
                pid,
                action,
                done,
                result,
            } => Decision::event(
                &engine,
                Event::BackendAnswered(BackendAnswered {
                    database: database.clone(),
                    pid: *pid,
                    action: *action,
                    done: *done,
                    result: result.clone(),
                }),
            ),
        }
    }

    /// The step that `job` is the present work of.
    fn is_on(&self, job: &Job) -> Option<StepIx> {
        let ix = self.plan.find(&job.step)?;
        (self.active_job(ix).as_ref() == Some(job)).then_some(ix)
    }

    fn transaction(&self, job: &Job, database: &str, xid: u64) -> Decision {
        if self.is_on(job).is_none() {
            return Decision::default();
        }
        let mut decision = Decision::event(
            &Actor::engine(),
            Event::StepTransaction(StepTransaction {
                job: job.clone(),
                database: database.to_owned(),
                xid,
            }),
        );
        decision.then(Effect::Proceed { job: job.clone() });
        decision
    }

    /// Something that was stopped did not pass, even if its exit code says so: it may have been cut
    /// short after the part that counts.
    fn finished(&self, finish: &Finish) -> Decision {
        let Some(ix) = self.is_on(&finish.job) else {
            return Decision::default();
        };
        let stopping = self.state.steps[ix].stopping.as_ref();
        let (outcome, applied) = match (stopping, finish.outcome) {
            (Some(_), Outcome::Passed) => (Outcome::Failed, Applied::Maybe),
            (_, outcome) => (outcome, finish.applied),
        };
        let message = match (stopping, &finish.message) {
            (Some(stopping), Some(message)) => Some(format!("{}: {message}", stopping.reason)),
            (Some(stopping), None) => Some(stopping.reason.clone()),
            (None, message) => message.clone(),
        };
        Decision::event(
            &Actor::engine(),
            Event::StepFinished(StepFinished {
                job: finish.job.clone(),
                outcome,
                applied,
                exit_code: finish.exit_code,
                signal: finish.signal,
                findings: finish.findings.clone(),
                message,
            }),
        )
    }

    /// Once the server is done with the step's statements, its processes are next, without waiting.
    fn sessions_cancelled(&self, job: &Job) -> Decision {
        let Some(ix) = self.is_on(job) else {
            return Decision::default();
        };
        let cancelling = self.state.steps[ix]
            .stopping
            .as_ref()
            .is_some_and(|stopping| stopping.stage == Stage::Cancel);
        if cancelling {
            self.escalate(&Actor::engine(), ix)
        } else {
            Decision::default()
        }
    }
}
