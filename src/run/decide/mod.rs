//! Decisions: what a run does about an input. Pure functions from (plan, state, input, moment) to
//! the events to record and the effects to perform once they are durable.
//!
//! * `command` takes a person's wish to one of `start` (run, retry), `settle` (tick, skip, done, fail),
//!   `gate` (go, no-go, approve), `rollback` and `control` (hold, pace, notes, variables, sessions);
//! * `order` says what comes before what;
//! * `notice` takes what jobs report, `outcome` how they ended; `alert` what the monitor says, `server` who answers
//!   at a database's address;
//! * `advance` is what happens by itself: time-outs, the next step, the next undo, the end;
//! * `weigh` decides whether what comes next is done at all;
//! * `typing` takes what people type to the terminal of a step;
//! * `stop` is the ladder by which anything that runs is brought to an end.
//!
//! None of them does anything. If what they decide can't be recorded, nothing happened.

mod advance;
mod alert;
mod command;
mod control;
mod gate;
mod notice;
mod open;
mod order;
mod outcome;
mod rollback;
mod server;
mod session;
mod settle;
mod start;
mod stop;
mod typing;
mod weigh;

pub use alert::with_baseline;
pub(in crate::run) use open::{closed_jobs, open_jobs};
pub use rollback::{Applicable, Preview, preview};

use std::time::Duration;

use super::command::Refusal;
use super::effect::Effect;
use super::input::Input;
use super::recover::recover;
use super::state::RunState;
use crate::clock::Moment;
use crate::journal::event::{
    DriverAttached, DriverLeft, EndedEngine, EngineStarted, Held, Job, JournalRestored, NoteAdded,
};
use crate::journal::{Actor, Event};
use crate::plan::{Plan, StepIx};

/// What to record, and what to do afterwards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Who did what, in order.
    pub events: Vec<(Actor, Event)>,
    /// What is done once the events are durable.
    pub effects: Vec<Effect>,
}

impl Decision {
    /// Whether there is nothing to record and nothing to do.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.effects.is_empty()
    }

    /// The decision to record one event.
    pub fn event(actor: &Actor, event: Event) -> Self {
        let mut decision = Decision::default();
        decision.record(actor, event);
        decision
    }

    fn record(&mut self, actor: &Actor, event: Event) {
        self.events.push((actor.clone(), event));
    }

    fn then(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(in crate::run) fn join(&mut self, other: Decision) {
        self.events.extend(other.events);
        self.effects.extend(other.effects);
    }
}

/// Everything that a decision is made from.
#[derive(Clone, Copy)]
pub(in crate::run) struct Case<'a> {
    pub(in crate::run) plan: &'a Plan,
    pub(in crate::run) state: &'a RunState,
    pub(in crate::run) now: Moment,
}

/// What to do about `input`.
pub fn decide(
    plan: &Plan,
    state: &RunState,
    input: &Input,
    now: Moment,
) -> Result<Decision, Refusal> {
    let case = Case { plan, state, now };
    match input {
        Input::Engine {
            pid,
            ended,
            changed,
            variables,
        } => {
            let mut decision = case.engine_started(*pid, ended.as_ref(), changed);
            for notice in variables {
                decision.join(case.notice(notice));
            }
            decision.join(recover(plan, state));
            Ok(decision)
        }
        Input::Attach { actor, terminal } => Ok(Decision::event(
            actor,
            Event::DriverAttached(DriverAttached {
                terminal: terminal.clone(),
                taken: None,
            }),
        )),
        Input::Leave { actor } => Ok(Decision::event(actor, Event::DriverLeft(DriverLeft {}))),
        Input::Command(wish) => case.command(wish),
        Input::Notice(notice) => Ok(case.notice(notice)),
        Input::Alert(alert) => Ok(case.alert(alert)),
        Input::JournalRestored { why } => Ok(case.journal_restored(why)),
        Input::Tick => Ok(Decision::default()),
    }
}

/// What happens by itself, one thing at a time: to be called again until it is nothing.
pub fn advance(plan: &Plan, state: &RunState, now: Moment) -> Decision {
    Case { plan, state, now }.advance()
}

/// How long it is until something happens by itself, if that is known.
pub fn deadline(plan: &Plan, state: &RunState, now: Moment) -> Option<Duration> {
    Case { plan, state, now }.deadline()
}

/// Why nothing of a plan is done.
const ANOTHER_PLAN: &str =
    "the plan in the run's directory is not the one that the run was created with";

impl Case<'_> {
    /// Whatever is said of another plan's steps, or done by it, has nothing to do with this run.
    pub(super) fn is_the_runs_plan(&self) -> Result<(), Refusal> {
        if self.state.is_of_another_plan(self.plan) {
            return Err(Refusal::new(format!(
                "{ANOTHER_PLAN}: nothing is started until that is put back and the run resumed"
            )));
        }
        Ok(())
    }

    /// The screens of the engine before went with it; its work did not.
    fn engine_started(
        &self,
        pid: u32,
        ended: Option<&EndedEngine>,
        changed: &[String],
    ) -> Decision {
        let engine = Actor::engine();
        let mut decision = Decision::event(
            &engine,
            Event::EngineStarted(EngineStarted {
                pid,
                resumed: self.state.engines > 0,
                ended: ended.cloned(),
            }),
        );
        let driver = self.state.driver.as_ref();
        if driver.is_some_and(|driver| driver.gone.is_none()) {
            decision.record(&engine, Event::DriverLeft(DriverLeft {}));
        }
        if self.state.is_of_another_plan(self.plan) {
            decision.join(self.trouble(ANOTHER_PLAN));
        }
        if !changed.is_empty() {
            decision.join(self.elsewhere(changed));
        }
        decision.join(self.nothing_seen_yet());
        decision
    }

    /// What was begun in one environment is not gone on with in another one by itself, also not on the
    /// way back: it may be that of another system.
    fn elsewhere(&self, changed: &[String]) -> Decision {
        let reason = format!(
            "this engine was started in another environment than the one before: {}",
            changed.join(", ")
        );
        if self.state.end.is_some() || self.is_held_by(&reason) {
            return Decision::default();
        }
        let held = Held {
            reason,
            environment: true,
            ..Held::default()
        };
        Decision::event(&Actor::engine(), Event::Held(held))
    }

    fn is_held_by(&self, reason: &str) -> bool {
        self.state.holds.iter().any(|hold| hold.reason == reason)
    }

    /// While nothing could be recorded nothing was done, and the world went on: somebody looks first.
    fn journal_restored(&self, why: &str) -> Decision {
        let restored = JournalRestored {
            why: why.to_owned(),
        };
        let mut decision = Decision::event(&Actor::engine(), Event::JournalRestored(restored));
        let what = format!("the journal could not be written for a while: {why}");
        decision.join(self.trouble(&what));
        decision
    }

    /// Holds the run once for each thing that is wrong. The way back is not held: it is written down.
    pub(super) fn trouble(&self, why: &str) -> Decision {
        self.trouble_with(Held {
            reason: why.to_owned(),
            ..Held::default()
        })
    }

    /// The same, of what else is known of the hold.
    pub(super) fn trouble_with(&self, held: Held) -> Decision {
        if self.state.end.is_some() || self.is_held_by(&held.reason) {
            return Decision::default();
        }
        let event = if self.state.rollback.is_some() {
            Event::NoteAdded(NoteAdded {
                text: held.reason,
                step: None,
            })
        } else {
            Event::Held(held)
        };
        Decision::event(&Actor::engine(), event)
    }

    fn find(&self, name: &str) -> Result<StepIx, Refusal> {
        self.plan
            .find(name)
            .ok_or_else(|| Refusal::new(format!("the plan has no step `{name}`")))
    }

    /// A step as people know it: `2.3 "Apply migrations"`.
    fn called(&self, ix: StepIx) -> String {
        let step = &self.plan.steps[ix];
        format!("{} \"{}\"", step.number, step.spec.title)
    }

    fn id(&self, ix: StepIx) -> String {
        self.plan.steps[ix].id.to_string()
    }

    /// The piece of work that the step at `ix` is in the middle of.
    pub(in crate::run) fn active_job(&self, ix: StepIx) -> Option<Job> {
        let step = &self.state.steps[ix];
        let undo = step.status == super::Status::Undoing;
        step.status.is_active().then(|| Job {
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

/// A reason must say something.
fn reason_given(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::new("a reason is needed: say why"));
    }
    Ok(reason.to_owned())
}
