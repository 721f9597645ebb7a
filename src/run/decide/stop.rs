//! Bringing something that runs to an end. Killing a client does not stop its statement on the
//! server, so that comes first: the sessions are cancelled, then the process group is asked, told,
//! and killed, with time in between. Each stage is recorded before it is tried.

use std::time::Duration;

use super::advance::Due;
use super::{Case, Decision};
use crate::journal::event::{Applied, Job, KnownBy, Outcome, Stage, StepStopping};
use crate::journal::{Actor, Event};
use crate::plan::{StepIx, Work, duration};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::state::Stopping;

/// How long each stage is given before the next.
pub(super) fn grace(stage: Stage) -> Option<Duration> {
    match stage {
        Stage::Cancel => Some(Duration::from_secs(3)),
        Stage::Interrupt | Stage::Terminate => Some(Duration::from_secs(5)),
        Stage::Kill => None,
    }
}

/// How long something is waited for that was killed, before it can be given up.
const AFTER_KILL: Duration = Duration::from_secs(5);

impl Case<'_> {
    /// The step's work, or its undo's.
    pub(super) fn work_of(&self, ix: StepIx, undo: bool) -> Option<&Work> {
        let spec = &self.plan.steps[ix].spec;
        if undo {
            spec.undo.as_ref().map(|undo| &undo.work)
        } else {
            spec.work_of(self.state.steps[ix].choice)
        }
    }

    /// The work that the step at `ix` is in the middle of.
    pub(super) fn active_work(&self, ix: StepIx) -> Option<&Work> {
        self.work_of(ix, self.active_job(ix)?.undo)
    }

    fn first_stage(&self, work: &Work) -> Stage {
        match work {
            Work::Shell(_) if self.plan.databases.is_empty() => Stage::Interrupt,
            _ => Stage::Cancel,
        }
    }

    /// What comes after `stage` for this sort of work; statements know no Ctrl-C.
    fn stage_after(stage: Stage, work: &Work) -> Option<Stage> {
        match (stage, work) {
            (Stage::Cancel, Work::Shell(_)) => Some(Stage::Interrupt),
            (Stage::Cancel | Stage::Interrupt, _) => Some(Stage::Terminate),
            (Stage::Terminate, _) => Some(Stage::Kill),
            (Stage::Kill, _) => None,
        }
    }

    pub(super) fn stop(&self, actor: &Actor, name: &str) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let step = &self.state.steps[ix];
        if !step.status.is_active() {
            return Err(Refusal::new(format!(
                "{} is {}: nothing runs",
                self.called(ix),
                step.status
            )));
        }
        let reason = format!("stopped by {actor}");
        // Asked a second time, the next stage does not wait.
        match &step.stopping {
            None => Ok(self.begin_stop(actor, ix, &reason)),
            Some(stopping) if stopping.stage == Stage::Kill => self.give_up(actor, ix, stopping),
            Some(_) => Ok(self.escalate(actor, ix)),
        }
    }

    /// What was killed and does not go is given up by a person: then nobody knows how it ended, and the
    /// run can go on. What is being looked for is not looked for any longer.
    fn give_up(&self, actor: &Actor, ix: StepIx, stopping: &Stopping) -> Result<Decision, Refusal> {
        let Some(job) = self.active_job(ix) else {
            return Ok(Decision::default());
        };
        if self.state.steps[ix].sought.is_some() {
            return Ok(stage(actor, job, Stage::Kill, &stopping.reason));
        }
        let due = Due {
            from: stopping.since,
            after: AFTER_KILL,
        };
        if !self.is_due(due) {
            return Err(Refusal::new(format!(
                "{} has just been killed: if it does not go, it can be given up in {}",
                self.called(ix),
                duration::show(self.left_of(due))
            )));
        }
        let words = format!(
            "{}: it was killed and did not go, and {actor} has given it up",
            stopping.reason
        );
        let (end, known_by) = if self.was_never_sent(ix, &job) {
            ((Outcome::Failed, Applied::No), KnownBy::Journal)
        } else {
            ((Outcome::Unknown, Applied::Maybe), KnownBy::Nobody)
        };
        let event = self.ended(ix, job, end, known_by, Some(words));
        Ok(Decision::event(actor, event))
    }

    /// Whether `job` is SQL of which no statement can have been sent: that is recorded before.
    pub(super) fn was_never_sent(&self, ix: StepIx, job: &Job) -> bool {
        let sql = matches!(self.work_of(ix, job.undo), Some(Work::Sql(_)));
        sql && self.state.steps[ix].transaction.is_none()
    }

    /// The first stage, or the end of something that nobody has to be asked about.
    pub(super) fn begin_stop(&self, actor: &Actor, ix: StepIx, reason: &str) -> Decision {
        let (Some(job), Some(work)) = (self.active_job(ix), self.active_work(ix)) else {
            return Decision::default();
        };
        let applied = match work {
            Work::Wait(_) => Applied::No,
            // Whoever was in the middle of it may have done a part of it, or all.
            Work::Check(_) => Applied::Maybe,
            _ => return stage(actor, job, self.first_stage(work), reason),
        };
        let (end, reason) = ((Outcome::Failed, applied), Some(reason.to_owned()));
        let event = self.ended(ix, job, end, KnownBy::Report, reason);
        Decision::event(actor, event)
    }

    /// The stage after the present one.
    pub(super) fn escalate(&self, actor: &Actor, ix: StepIx) -> Decision {
        let (Some(job), Some(work)) = (self.active_job(ix), self.active_work(ix)) else {
            return Decision::default();
        };
        let next = self.state.steps[ix].stopping.as_ref().and_then(|stopping| {
            Some((
                Self::stage_after(stopping.stage, work)?,
                stopping.reason.clone(),
            ))
        });
        match next {
            Some((next, reason)) => stage(actor, job, next, &reason),
            None => Decision::default(),
        }
    }

    /// When the next stage is due.
    pub(super) fn next_stage_due(&self, ix: StepIx) -> Option<Due> {
        let stopping = self.state.steps[ix].stopping.as_ref()?;
        Some(Due {
            from: stopping.since,
            after: grace(stopping.stage)?,
        })
    }
}

/// Records a stage and tries it.
pub(super) fn stage(actor: &Actor, job: Job, stage: Stage, reason: &str) -> Decision {
    let mut decision = Decision::event(
        actor,
        Event::StepStopping(StepStopping {
            job: job.clone(),
            stage,
            reason: reason.to_owned(),
        }),
    );
    decision.then(Effect::Stop { job, stage });
    decision
}
