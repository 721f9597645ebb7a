//! What happens by itself. Each call decides one thing; the engine asks again until there is
//! nothing left.

use std::time::Duration;

use super::{Case, Decision};
use crate::clock::Moment;
use crate::journal::event::{
    Applied, Ending, Job, KnownBy, Outcome, PhaseFinished, RunFinished, StepReason, StepTicked,
};
use crate::journal::{Actor, Event};
use crate::plan::{Home, StepIx, Work, duration};
use crate::run::state::Waiting;
use crate::run::status::Status;

/// A point in time, told by what it is measured from.
#[derive(Clone, Copy)]
pub(super) struct Due {
    /// What it is measured from.
    pub(super) from: Moment,
    /// How long after that.
    pub(super) after: Duration,
}

impl Case<'_> {
    pub(super) fn advance(&self) -> Decision {
        if self.state.end.is_some() {
            return Decision::default();
        }
        // What goes on is still watched; nothing is begun, and nothing said to be done.
        if self.state.is_of_another_plan(self.plan) {
            return self.clock_runs_out();
        }
        let first_of = [
            Self::clock_runs_out as fn(&Self) -> Decision,
            Self::phase_is_done,
            Self::go_back,
            Self::try_again,
            Self::weigh_next,
            Self::blind_at_t_zero,
            Self::go_on,
            Self::end,
        ];
        first_of
            .into_iter()
            .map(|rule| rule(self))
            .find(|decision| !decision.is_empty())
            .unwrap_or_default()
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        if self.state.end.is_some() {
            return None;
        }
        let active = self
            .state
            .active_steps()
            .filter_map(|ix| self.active_due(ix));
        let starts = !self.state.is_of_another_plan(self.plan);
        let again = self.retries().filter(|_| starts).map(|(_, due)| due);
        let next = self.state.next_step(self.plan).filter(|_| !self.is_held());
        let placed = next.and_then(|ix| self.waits_for_clock(ix));
        let due = active.chain(again).map(|due| self.left_of(due));
        due.chain(placed).min()
    }

    /// When something is due for a step that is being done.
    fn active_due(&self, ix: StepIx) -> Option<Due> {
        let step = &self.state.steps[ix];
        if step.stopping.is_some() {
            return self.next_stage_due(ix);
        }
        match self.active_work(ix)? {
            Work::Wait(time) => Some(Due {
                from: step.started?,
                after: *time,
            }),
            // It may have ended long ago, in time: that is being looked for.
            _ if step.sought.is_some() => None,
            _ => self.time_due(ix),
        }
    }

    /// When the time is over that the plan gives the step at `ix`.
    fn time_due(&self, ix: StepIx) -> Option<Due> {
        Some(Due {
            from: self.state.steps[ix].started?,
            after: self.timeout(ix)?,
        })
    }

    /// Whether the time is over that the plan gives the step at `ix`.
    pub(super) fn time_is_over(&self, ix: StepIx) -> bool {
        self.time_due(ix).is_some_and(|due| self.is_due(due))
    }

    fn timeout(&self, ix: StepIx) -> Option<Duration> {
        let spec = &self.plan.steps[ix].spec;
        match &spec.undo {
            Some(undo) if self.state.steps[ix].status == Status::Undoing => undo.timeout,
            _ => spec.timeout,
        }
    }

    /// How long it is until something is due.
    pub(super) fn left_of(&self, due: Due) -> Duration {
        let elapsed = self.state.elapsed(due.from, self.now).time;
        due.after.saturating_sub(elapsed)
    }

    pub(super) fn is_due(&self, due: Due) -> bool {
        self.left_of(due).is_zero()
    }

    /// Waits end, what takes too long is stopped, and what does not stop is stopped harder.
    fn clock_runs_out(&self) -> Decision {
        let engine = Actor::engine();
        let due = |&ix: &StepIx| self.active_due(ix).is_some_and(|due| self.is_due(due));
        let Some(ix) = self.state.active_steps().find(due) else {
            return Decision::default();
        };
        if self.state.steps[ix].stopping.is_some() {
            return self.escalate(&engine, ix);
        }
        if let (Some(Work::Wait(_)), Some(job)) = (self.active_work(ix), self.active_job(ix)) {
            return Decision::event(&engine, self.waited(ix, job));
        }
        let limit = duration::show(self.timeout(ix).unwrap_or_default());
        self.begin_stop(&engine, ix, &format!("took longer than {limit}"))
    }

    /// A wait is over.
    fn waited(&self, ix: StepIx, job: Job) -> Event {
        let started = self.state.steps[ix].started;
        let restarted = started.is_some_and(|at| self.now.boot != at.boot);
        let message =
            restarted.then(|| "by the wall clock: the machine was restarted meanwhile".to_owned());
        let end = (Outcome::Passed, Applied::Yes);
        self.ended(ix, job, end, KnownBy::Report, message)
    }

    fn phase_is_done(&self) -> Decision {
        let done = (0..self.plan.phases.len()).find(|&ix| {
            let phase = &self.state.phases[ix];
            phase.finished.is_none() && !phase.dropped && self.state.phase_settled(self.plan, ix)
        });
        // On the way back nothing of the plan is finished any more.
        match done {
            Some(ix) if self.state.rollback.is_none() => Decision::event(
                &Actor::engine(),
                Event::PhaseFinished(PhaseFinished {
                    phase: self.plan.phases[ix].id.clone(),
                }),
            ),
            _ => Decision::default(),
        }
    }

    fn go_back(&self) -> Decision {
        let Some(rollback) = &self.state.rollback else {
            return Decision::default();
        };
        let engine = Actor::engine();
        // What is looked for may be found to be still going on.
        let busy = self
            .state
            .active_steps()
            .next()
            .or(self.state.sought_step());
        if busy.is_some() {
            return self.clear_the_way();
        }
        let Some(item) = self.state.next_item() else {
            if self.state.rests_on_the_way_back(self.plan) {
                return Decision::default();
            }
            let reason = self.left_behind(rollback);
            return Decision::event(
                &engine,
                Event::RunFinished(RunFinished {
                    ending: Ending::RolledBack,
                    reason,
                }),
            );
        };
        let step = &self.state.steps[item.step];
        if item.undo && step.applied == Some(Applied::No) {
            let event = StepReason {
                step: self.id(item.step),
                reason: "it left nothing behind".to_owned(),
            };
            return Decision::event(&engine, Event::UndoLeft(event));
        }
        if let Waiting::Facts(ix) = self.state.waiting(self.plan) {
            return self.weigh_before(ix);
        }
        if self.state.waiting(self.plan) != Waiting::Nothing {
            return Decision::default();
        }
        let spec = &self.plan.steps[item.step].spec;
        if !item.undo && spec.work.is_check() {
            return self.tick_unattended(item.step);
        }
        if item.undo {
            self.start_undo(&engine, item.step, None)
        } else {
            self.start(&engine, item.step, step.choice, None)
        }
    }

    /// Nothing is undone while something else is being done. What belongs to the way forward and was
    /// found to be going on is stopped; what a person does on the way back may have a stand-in.
    fn clear_the_way(&self) -> Decision {
        let ahead = self.state.active_steps().find(|&ix| {
            let step = &self.state.steps[ix];
            let forward = matches!(self.plan.steps[ix].home, Home::Phase(_));
            forward && step.status == Status::Running && step.stopping.is_none()
        });
        if let Some(ix) = ahead {
            return self.begin_stop(&Actor::engine(), ix, "the run is being rolled back");
        }
        match self.state.active_check(self.plan) {
            Some(ix) if self.state.tick_checks => self.tick_unattended(ix),
            _ => Decision::default(),
        }
    }

    /// The failed steps that are tried again without asking, and when: not after a person had them
    /// stopped or said that they failed, nor while something stands in the way, nor on another server
    /// than before. Of the way back these are its own steps; an undo is tried again only by a person.
    fn retries(&self) -> impl Iterator<Item = (StepIx, Due)> {
        let phase = self.state.current_phase(self.plan);
        let ahead = phase.map_or(0..0, |phase| self.plan.phases[phase].steps.clone());
        let back = self.state.next_item().filter(|item| !item.undo);
        let back = back.map(|item| item.step).filter(|&ix| {
            let end = self.state.steps[ix].end.as_ref();
            end.is_some_and(|end| end.outcome == Outcome::Failed)
        });
        let steps = self.state.in_hand.range(ahead).copied().chain(back);
        steps.filter_map(move |ix| {
            let (step, spec) = (&self.state.steps[ix], &self.plan.steps[ix].spec);
            let failed =
                step.status == Status::Failed || Some(ix) == back && step.status == Status::Stuck;
            let by_itself = failed && step.ended_by.is_none() && step.refused().is_none();
            let left = (step.attempt <= spec.retry.times || self.cut_short(ix)) && !spec.no_retry;
            let free =
                || self.may_start(ix).is_ok() && self.has_values(ix, step.choice, false).is_ok();
            let due = Due {
                from: step.ended?,
                after: spec.retry.delay,
            };
            (by_itself && left && free()).then_some((ix, due))
        })
    }

    /// Whether the step only looks, and whoever watched it went away. It is done anew: nobody has to
    /// be asked about something that changes nothing.
    fn cut_short(&self, ix: StepIx) -> bool {
        let looks = matches!(self.work_of(ix, false), Some(Work::Snapshot(_)));
        let end = self.state.steps[ix].end.as_ref();
        looks && end.is_some_and(|end| end.known_by == KnownBy::Journal)
    }

    fn try_again(&self) -> Decision {
        let Some((ix, _)) = self.retries().find(|&(_, due)| self.is_due(due)) else {
            return Decision::default();
        };
        let tries = self.plan.steps[ix].spec.retry.times;
        let reason = if self.cut_short(ix) {
            "taken anew: it was cut short, and changes nothing".to_owned()
        } else {
            format!("retry {} of {tries}", self.state.steps[ix].attempt)
        };
        let choice = self.state.steps[ix].choice;
        self.start(&Actor::engine(), ix, choice, Some(reason))
    }

    fn is_held(&self) -> bool {
        !self.state.holds.is_empty() || self.state.rollback.is_some()
    }

    fn go_on(&self) -> Decision {
        if self.is_held() {
            return Decision::default();
        }
        if let (Some(ix), true) = (self.state.active_check(self.plan), self.state.tick_checks) {
            return self.tick_unattended(ix);
        }
        if self.state.waiting(self.plan) != Waiting::Nothing {
            return Decision::default();
        }
        match self.state.next_step(self.plan) {
            Some(ix) if self.plan.steps[ix].spec.work.is_check() => {
                let mut decision = self.enter_phase(&Actor::unattended(), ix);
                decision.join(self.tick_unattended(ix));
                decision
            }
            Some(ix) if self.state.auto && self.waits_for_clock(ix).is_none() => {
                self.start(&Actor::engine(), ix, 0, None)
            }
            _ => Decision::default(),
        }
    }

    /// How long a run that goes on by itself waits for the place on the clock of the next step's phase. A rehearsal
    /// does not.
    fn waits_for_clock(&self, ix: StepIx) -> Option<Duration> {
        let by_clock = self.state.auto && !self.state.tick_checks;
        by_clock.then(|| self.state.early(self.plan, ix, self.now))?
    }

    fn tick_unattended(&self, ix: StepIx) -> Decision {
        Decision::event(
            &Actor::unattended(),
            Event::StepTicked(StepTicked {
                step: self.id(ix),
                note: None,
            }),
        )
    }

    /// Without anybody there, a run ends when there is nothing left to do.
    fn end(&self) -> Decision {
        let over = self.state.unattended
            && self.state.auto
            && self.state.all_settled()
            && !self.is_held()
            && self.state.active_steps().next().is_none();
        if !over {
            return Decision::default();
        }
        Decision::event(
            &Actor::engine(),
            Event::RunFinished(RunFinished {
                ending: Ending::Completed,
                reason: None,
            }),
        )
    }
}
