//! What jobs report. A report about something that is not going on any more is too late, and is
//! dropped: its attempt's number tells.

use std::time::Duration;

use super::{Case, Decision};
use crate::journal::event::{
    BackendAnswered, Held, Job, OutageBegan, OutageEnded, SnapshotTaken, Stage, StepLaunched,
    StepTransaction, VariableForgotten, VariableSet,
};
use crate::journal::{Actor, Event};
use crate::plan::StepIx;
use crate::run::effect::Effect;
use crate::run::input::Notice;

/// How long after a step's connection the monitor's may be found to be broken, too.
const SAME_LOSS: Duration = Duration::from_secs(3);

impl Case<'_> {
    pub(super) fn notice(&self, notice: &Notice) -> Decision {
        let engine = Actor::engine();
        match notice {
            Notice::Launched { job, pid } => self.launched(job, *pid),
            Notice::Transaction {
                job,
                database,
                xid,
                server,
                lsn,
            } => {
                let event = StepTransaction {
                    job: job.clone(),
                    database: database.clone(),
                    xid: *xid,
                    server: server.clone(),
                    lsn: lsn.clone(),
                };
                self.transaction(event)
            }
            Notice::Adopted { job, pid } => self.adopted(job, *pid),
            Notice::Fate { job, fate } => self.fate(job, fate),
            Notice::DatabaseLost { database, why } => self.database_lost(database, why),
            Notice::DatabaseUp { database, server } => {
                self.database_up(database, server.as_deref())
            }
            Notice::Recognised(found) => self.recognised(found),
            Notice::ConnectionLost { job, database, why } => {
                self.connection_lost(job, database, why)
            }
            Notice::OutageBegan { probe, since, why } => {
                let began = OutageBegan {
                    probe: probe.clone(),
                    since: *since,
                    why: why.clone(),
                };
                self.outage(probe, false, Event::OutageBegan(began))
            }
            Notice::OutageEnded { probe, until } => {
                let ended = OutageEnded {
                    probe: probe.clone(),
                    until: *until,
                };
                self.outage(probe, true, Event::OutageEnded(ended))
            }
            Notice::Snapshot(taken) => self.snapshot(taken),
            Notice::Finished(finish) => self.finished(finish),
            Notice::NotTyped { job, why } => self.not_typed(job, why),
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
            Notice::Facts { of, answers } => self.answered(of, answers),
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

    /// What an engine before this one has recorded already is no news, nor is what happens afterwards.
    fn outage(&self, probe: &str, was_down: bool, event: Event) -> Decision {
        if self.state.end.is_some() || self.state.is_down(probe) != was_down {
            return Decision::default();
        }
        Decision::event(&Actor::engine(), event)
    }

    fn launched(&self, job: &Job, pid: u32) -> Decision {
        if self.is_on(job).is_none() {
            return Decision::default();
        }
        let job = job.clone();
        let launched = StepLaunched { job, pid };
        Decision::event(&Actor::engine(), Event::StepLaunched(launched))
    }

    /// The step that `job` is the present work of.
    fn is_on(&self, job: &Job) -> Option<StepIx> {
        let ix = self.plan.find(&job.step)?;
        (self.active_job(ix).as_ref() == Some(job)).then_some(ix)
    }

    /// What came too late is not what a later picture should be compared with.
    fn snapshot(&self, taken: &SnapshotTaken) -> Decision {
        if self.is_on(&taken.job).is_none() {
            return Decision::default();
        }
        let event = Event::SnapshotTaken(taken.clone());
        Decision::event(&Actor::engine(), event)
    }

    /// What is in the middle of something may need it, and so may whatever comes after T-0. Before it a
    /// run that stands still is not moved.
    fn database_lost(&self, database: &str, why: &str) -> Decision {
        let busy = self.state.active_steps().next().is_some();
        if self.state.t_zero.is_none() && !busy {
            return Decision::default();
        }
        // A step whose connection broke may have told of it already, and the driver have released it.
        let told = self.state.lost.get(database);
        if told.is_some_and(|&at| self.now.since(at) < SAME_LOSS) {
            return Decision::default();
        }
        let words = format!("the database `{database}` was lost: {why}");
        self.trouble_with(Held {
            reason: words,
            database: Some(database.to_owned()),
            ..Held::default()
        })
    }

    /// Before it is tried again, by whatever rule, somebody looks what became of the database. A session
    /// that was ended to stop its step is no news.
    fn connection_lost(&self, job: &Job, database: &str, why: &str) -> Decision {
        match self.is_on(job) {
            Some(ix) if self.state.steps[ix].stopping.is_none() && !self.is_held_for(database) => {
                let called = self.called(ix);
                let words = format!("the database `{database}` was lost under {called}: {why}");
                let mut decision = self.trouble_with(Held {
                    reason: words,
                    database: Some(database.to_owned()),
                    step: Some(self.id(ix)),
                    ..Held::default()
                });
                decision.then(Effect::Recognise {
                    database: database.to_owned(),
                });
                decision
            }
            _ => Decision::default(),
        }
    }

    /// Whether the loss of `database` holds the run already.
    pub(super) fn is_held_for(&self, database: &str) -> bool {
        let mut holds = self.state.holds.iter();
        holds.any(|hold| hold.database.as_deref() == Some(database))
    }

    /// Its statements may run once it is recorded that they may.
    fn transaction(&self, event: StepTransaction) -> Decision {
        if self.is_on(&event.job).is_none() {
            return Decision::default();
        }
        let job = event.job.clone();
        let mut decision = Decision::event(&Actor::engine(), Event::StepTransaction(event));
        decision.then(Effect::Proceed { job });
        decision
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
