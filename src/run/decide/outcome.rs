//! How work ended: what its watcher reports, what a server says of it, and what is done where there
//! is no watcher any more. An outcome is recorded with how it is known, and never guessed.

use super::stop::stage;
use super::{Case, Decision};
use crate::journal::event::{
    Applied, Job, KnownBy, Outcome, Stage, StepAdopted, StepFinished, StepSought,
    VariableForgotten, VariableSet,
};
use crate::journal::{Actor, Event};
use crate::plan::{GoesOn, StepIx, Work};
use crate::run::command::Refusal;
use crate::run::effect::Effect;
use crate::run::input::{Captured, Fate, Finish};
use crate::run::status::Status;

impl Case<'_> {
    /// The end of a job of the step at `ix`, with nothing but words to tell of it.
    pub(super) fn ended(
        &self,
        ix: StepIx,
        job: Job,
        (outcome, applied): (Outcome, Applied),
        known_by: KnownBy,
        message: Option<String>,
    ) -> Event {
        let session = self.session_after(ix, job.undo, applied, None);
        Event::StepFinished(StepFinished {
            job,
            outcome,
            applied,
            known_by,
            exit_code: None,
            signal: None,
            findings: Vec::new(),
            message,
            elsewhere: false,
            changed: Vec::new(),
            running: Vec::new(),
            session,
            left: None,
            ended: None,
        })
    }

    /// The step whose end, by `job`, is still to come: it is going on, or it is being looked for.
    pub(super) fn awaited(&self, job: &Job) -> Option<StepIx> {
        let ix = self.plan.find(&job.step)?;
        let sought = self.state.steps[ix].sought.as_ref();
        (self.active_job(ix).as_ref() == Some(job) || sought == Some(job)).then_some(ix)
    }

    /// What a watcher reports. If SQL got lost on the way, its server is asked before anybody says
    /// that nobody knows.
    pub(super) fn finished(&self, finish: &Finish) -> Decision {
        let Some(ix) = self.awaited(&finish.job) else {
            return Decision::default();
        };
        let step = &self.state.steps[ix];
        let lost = finish.outcome == Outcome::Unknown;
        if lost && step.transaction.is_some() && step.sought.is_none() {
            let why = finish.message.as_deref().unwrap_or("it got lost");
            return self.seek(&Actor::engine(), ix, &finish.job, why);
        }
        let (outcome, applied) = self.despite_stop(ix, finish);
        let passed = outcome == Outcome::Passed;
        let mut decision = if passed {
            self.captured(finish)
        } else {
            Decision::default()
        };
        let message = finish.message.as_deref();
        let event = Event::StepFinished(StepFinished {
            job: finish.job.clone(),
            outcome,
            applied,
            known_by: if lost {
                KnownBy::Nobody
            } else {
                finish.known_by
            },
            exit_code: finish.exit_code,
            signal: finish.signal,
            // That it was ended is no expectation that it has not met.
            findings: if self.was_seen(ix, finish) {
                Vec::new()
            } else {
                finish.findings.clone()
            },
            message: if passed {
                let too_late = self.too_late(ix, finish).into_iter();
                let words: Vec<String> = too_late.chain(message.map(str::to_owned)).collect();
                (!words.is_empty()).then(|| words.join("; "))
            } else {
                let ended = self.ended_when_told(ix, finish);
                let words: Vec<&str> = ended.as_deref().into_iter().chain(message).collect();
                self.with_stop(ix, (!words.is_empty()).then(|| words.join("; ")).as_deref())
            },
            elsewhere: finish.elsewhere,
            changed: finish.changed.clone(),
            running: finish.running.clone(),
            session: self.session_after(ix, finish.job.undo, applied, finish.session.as_deref()),
            left: finish.left.as_deref().cloned().filter(|_| passed),
            ended: finish.ended,
        });
        decision.record(&Actor::engine(), event);
        decision
    }

    /// The variables that were taken from what a step printed are there with its end, not before.
    fn captured(&self, finish: &Finish) -> Decision {
        let mut decision = Decision::default();
        for Captured {
            name,
            value,
            secret,
        } in &finish.captured
        {
            let secret = *secret || self.plan.var(name).is_some_and(|var| var.secret);
            let event = Event::VariableSet(VariableSet {
                name: name.clone(),
                value: (!secret).then(|| value.0.clone()),
                origin: finish.job.step.clone(),
            });
            decision.record(&Actor::engine(), event);
            if secret {
                let (name, value) = (name.clone(), value.clone());
                decision.then(Effect::KeepSecret { name, value });
            }
        }
        decision
    }

    /// A script that was stopped did not pass, even if its exit code says so: it may have been cut
    /// short after the part that counts. What a server has answered was not cut short, nor was what had
    /// ended and was only being looked at.
    fn despite_stop(&self, ix: StepIx, finish: &Finish) -> (Outcome, Applied) {
        let stopped = self.state.steps[ix].stopping.is_some();
        let script = matches!(
            self.work_of(ix, finish.job.undo),
            None | Some(Work::Shell(_))
        );
        match finish.outcome {
            Outcome::Passed | Outcome::Failed if self.was_seen(ix, finish) => {
                (Outcome::Passed, Applied::Yes)
            }
            Outcome::Passed if stopped && script && !finish.by_itself => {
                (Outcome::Failed, Applied::Maybe)
            }
            outcome => (outcome, finish.applied),
        }
    }

    /// Whether it only looked, would have gone on for ever, and was ended by a person, or because the plan's time
    /// for it was over: there was no other end.
    fn was_seen(&self, ix: StepIx, finish: &Finish) -> bool {
        let step = &self.state.steps[ix];
        let stopping = step.stopping.as_ref();
        let meant = stopping.is_some_and(|it| it.by.is_some() || self.time_is_over(ix));
        let ended = meant && !finish.by_itself && !finish.job.undo;
        ended && self.plan.steps[ix].goes_on(step.choice) == Some(GoesOn::Seen)
    }

    /// That it passed although it was being stopped, if it was.
    fn too_late(&self, ix: StepIx, finish: &Finish) -> Option<String> {
        let stopping = self.state.steps[ix].stopping.as_ref()?;
        let reason = &stopping.reason;
        let how = if self.was_seen(ix, finish) {
            "; it would have gone on until somebody ended it"
        } else {
            ", but it had passed before it could be stopped"
        };
        Some(format!("{reason}{how}"))
    }

    /// How what was being stopped ended by itself: with 0 it may well have done all that it was to do. Of a signal its
    /// findings tell.
    fn ended_when_told(&self, ix: StepIx, finish: &Finish) -> Option<String> {
        self.state.steps[ix].stopping.as_ref()?;
        let code = finish.exit_code?;
        Some(format!("told to stop, it ended with exit code {code}"))
    }

    /// `message`, and why it was stopped, if it was.
    fn with_stop(&self, ix: StepIx, message: Option<&str>) -> Option<String> {
        let stopping = self.state.steps[ix].stopping.as_ref();
        let parts = stopping
            .map(|stopping| stopping.reason.as_str())
            .into_iter()
            .chain(message);
        let parts: Vec<&str> = parts.collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }

    /// What a server says of SQL whose connection or engine is gone. Only what is as expected is ever
    /// committed, so that what was committed has passed.
    pub(super) fn fate(&self, job: &Job, fate: &Fate) -> Decision {
        let Some(ix) = self.awaited(job) else {
            return Decision::default();
        };
        let step = &self.state.steps[ix];
        let xid = step.transaction.as_ref().and_then(|t| t.xid);
        let named = xid.map_or("its session".to_owned(), |xid| format!("transaction {xid}"));
        let (outcome, applied, known_by, words) = match fate {
            Fate::InProgress if step.sought.is_some() => return self.adopted(job, None),
            Fate::InProgress => return Decision::default(),
            Fate::Committed => (
                Outcome::Passed,
                Applied::Yes,
                KnownBy::Server,
                format!("{named} has committed, says the server"),
            ),
            Fate::Aborted => (
                Outcome::Failed,
                Applied::No,
                KnownBy::Server,
                format!("{named} was rolled back, says the server"),
            ),
            Fate::Lost(why) => (
                Outcome::Unknown,
                Applied::Maybe,
                KnownBy::Nobody,
                why.clone(),
            ),
        };
        let message = self.with_stop(ix, Some(&words));
        let event = self.ended(ix, job.clone(), (outcome, applied), known_by, message);
        let mut decision = Decision::event(&Actor::engine(), event);
        if *fate == Fate::Committed && !job.undo {
            self.forget_what_was_not_captured(ix, &mut decision);
        }
        decision
    }

    /// Whoever would have read a step's variables from its output is gone. A value that they have from
    /// elsewhere is not the step's: a person is asked for it before anything uses it.
    fn forget_what_was_not_captured(&self, ix: StepIx, decision: &mut Decision) {
        let Some(work) = self.work_of(ix, false) else {
            return;
        };
        for capture in self.plan.steps[ix].spec.captures_of(work) {
            if self.state.values.contains_key(&capture.name) {
                let name = capture.name.clone();
                let event = Event::VariableForgotten(VariableForgotten { name });
                decision.record(&Actor::engine(), event);
            }
        }
    }

    /// What was looked for goes on. If it was being stopped, whoever was to do that may have died before
    /// it was done: it is done again.
    pub(super) fn adopted(&self, job: &Job, pid: Option<u32>) -> Decision {
        let sought = |ix: &StepIx| self.state.steps[*ix].sought.is_some();
        let Some(ix) = self.awaited(job).filter(sought) else {
            return Decision::default();
        };
        let engine = Actor::engine();
        let mut decision = Decision::event(
            &engine,
            Event::StepAdopted(StepAdopted {
                job: job.clone(),
                pid,
            }),
        );
        // Of what a server does, the last stage would only give up asking: that is for a person to say.
        let asked = matches!(self.work_of(ix, job.undo), Some(Work::Sql(_)));
        if let Some(stopping) = &self.state.steps[ix].stopping
            && !(asked && stopping.stage == Stage::Kill)
        {
            decision.join(stage(
                &engine,
                job.clone(),
                stopping.stage,
                &stopping.reason,
            ));
        }
        decision
    }

    /// Looks for the end of a job that nobody watches. A script may still go on under its shim, or
    /// have left a record; of SQL the server knows; waits and checks need nobody. Of everything else
    /// nobody knows how it ended, and that is what is said.
    pub(in crate::run) fn seek(&self, actor: &Actor, ix: StepIx, job: &Job, why: &str) -> Decision {
        let step = &self.state.steps[ix];
        let effect = match (self.work_of(ix, job.undo), &step.transaction) {
            (Some(Work::Check(_) | Work::Wait(_)), _) => return Decision::default(),
            (Some(Work::Shell(_)), _) => Effect::Adopt {
                job: job.clone(),
                choice: step.choice,
            },
            (Some(Work::Sql(_)), Some(transaction)) => Effect::Ask {
                job: job.clone(),
                transaction: transaction.clone(),
                pid: step.pid,
            },
            (Some(Work::Sql(_)), None) => {
                let message = self.with_stop(ix, Some(&format!("{why}; no statement was sent")));
                let end = (Outcome::Failed, Applied::No);
                let event = self.ended(ix, job.clone(), end, KnownBy::Journal, message);
                return Decision::event(actor, event);
            }
            (Some(Work::Snapshot(_)), _) => {
                let message = self.with_stop(ix, Some(&format!("{why}; it only looks")));
                let end = (Outcome::Failed, Applied::No);
                let event = self.ended(ix, job.clone(), end, KnownBy::Journal, message);
                return Decision::event(actor, event);
            }
            (Some(Work::Http(_)) | None, _) => {
                let message = format!("{why}, and nobody knows how it ended");
                let message = self.with_stop(ix, Some(&message));
                let end = (Outcome::Unknown, Applied::Maybe);
                let event = self.ended(ix, job.clone(), end, KnownBy::Nobody, message);
                return Decision::event(actor, event);
            }
        };
        let mut decision = Decision::event(
            actor,
            Event::StepSought(StepSought {
                job: job.clone(),
                why: why.to_owned(),
            }),
        );
        decision.then(effect);
        decision
    }

    /// A person wants it looked for once more: the server may be back, the directory mounted again.
    pub(super) fn look(&self, actor: &Actor, name: &str) -> Result<Decision, Refusal> {
        let ix = self.find(name)?;
        let (step, called) = (&self.state.steps[ix], self.called(ix));
        let Some(job) = self.lost_job(ix) else {
            return self.weigh_again(actor, ix);
        };
        if step.sought.is_some() {
            return Err(Refusal::new(format!(
                "it is being looked for already how {called} ended"
            )));
        }
        match self.work_of(ix, job.undo) {
            Some(Work::Shell(_) | Work::Sql(_)) => {}
            _ => {
                return Err(Refusal::new(format!(
                    "nothing is left that could tell how {called} ended"
                )));
            }
        }
        Ok(self.seek(actor, ix, &job, &format!("{actor} looks again")))
    }

    /// The job of a step that is over without anybody knowing how.
    pub(super) fn lost_job(&self, ix: StepIx) -> Option<Job> {
        let step = &self.state.steps[ix];
        let undo = step.status == Status::Stuck;
        step.is_lost().then(|| Job {
            step: self.id(ix),
            attempt: if undo {
                step.undo_attempt
            } else {
                step.attempt
            },
            undo,
        })
    }
}
