//! Decisions in the record: what people marked, left out, tried again, stopped and gave up, who, when
//! and why. The tables tell only where a step came to stand in the end.

use super::line::{because, called, cell};
use crate::journal::event::{Job, Outcome, StepStarted, StepTicked};
use crate::journal::{Entry, Event, Via};
use crate::plan::Plan;
use crate::run::{RunState, Status};

/// A line for each decision that nothing else in the record tells as a whole.
pub(super) fn lines(plan: &Plan, end: &RunState, entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before = RunState::new(plan);
    for entry in entries {
        let at = Place {
            plan,
            end,
            before: &before,
            entry,
        };
        if let (true, Some(words)) = (entry.actor.via != Via::Engine, at.words()) {
            let (time, by) = (entry.at.to_local_time(), cell(&entry.actor.name));
            lines.push(format!("- {time} {by} {words}"));
        }
        if before.apply(plan, entry).is_err() {
            break;
        }
    }
    lines
}

/// An entry, and where the run stood before it and stands in the end.
struct Place<'a> {
    plan: &'a Plan,
    end: &'a RunState,
    before: &'a RunState,
    entry: &'a Entry,
}

impl Place<'_> {
    /// What somebody decided, in words that fit behind their name.
    fn words(&self) -> Option<String> {
        Some(match &self.entry.event {
            Event::StepTicked(tick) => self.ticked(tick)?,
            Event::StepUnticked(e) => format!("took the mark of {} back", self.called(&e.step)),
            Event::StepSkipped(e) => {
                format!("skipped {}: {}", self.called(&e.step), cell(&e.reason))
            }
            Event::StepMarkedDone(e) => {
                let what = called(self.plan, &e.step, self.is_to_be_undone(&e.step));
                format!("marked {what} done: {}", cell(&e.reason))
            }
            Event::StepMarkedFailed(e) => {
                let what = self.called(&e.step);
                format!("marked {what} failed: {}", cell(&e.reason))
            }
            Event::StepStarted(start) => self.started(start)?,
            Event::StepStopping(e) if !self.is_being_stopped(&e.job) => {
                format!("stopped {}", self.of(&e.job))
            }
            Event::StepTyped(e) => format!("typed into the terminal of {}", self.of(&e.job)),
            Event::StepFinished(e) if e.outcome == Outcome::Unknown => {
                format!("gave {} up", self.of(&e.job))
            }
            Event::StepFinished(e) => format!("stopped {}", self.of(&e.job)),
            Event::UndoLeft(e) => {
                let what = called(self.plan, &e.step, self.is_to_be_undone(&e.step));
                format!("left {what} out of the way back: {}", cell(&e.reason))
            }
            Event::GateDecided(gate) => {
                let ix = self.plan.find_phase(&gate.phase)?;
                let last = self.end.phases[ix].gate.as_ref();
                // The last word at a gate stands with its phase.
                if last.is_some_and(|last| last.at == self.entry.at) {
                    return None;
                }
                let word = if gate.go { "go" } else { "no-go" };
                let why = because(gate.reason.as_deref());
                format!("said {word} for {}{why}", self.phase(ix))
            }
            Event::PaceChanged(pace) if pace.auto => "let the run go on by itself".to_owned(),
            Event::PaceChanged(_) => "took the run in hand again".to_owned(),
            Event::ChoiceMade(choice) => {
                format!("chose {}", self.phase(self.plan.find_phase(&choice.phase)?))
            }
            _ => return None,
        })
    }

    fn called(&self, id: &str) -> String {
        called(self.plan, id, false)
    }

    fn of(&self, job: &Job) -> String {
        called(self.plan, &job.step, job.undo)
    }

    fn phase(&self, ix: usize) -> String {
        let phase = &self.plan.phases[ix];
        format!("{} {}", phase.number, cell(&phase.spec.name))
    }

    /// A tick that the table still shows, with who and when, is not told twice.
    fn ticked(&self, tick: &StepTicked) -> Option<String> {
        let at = &self.end.steps[self.plan.find(&tick.step)?];
        if at.status == Status::Passed && at.ended == Some(self.entry.at) {
            return None;
        }
        let note = because(tick.note.as_deref());
        Some(format!("ticked {}{note}", self.called(&tick.step)))
    }

    /// That a piece of work was tried again, or a dangerous one begun.
    fn started(&self, start: &StepStarted) -> Option<String> {
        let job = &start.job;
        if job.attempt < 2 && start.reason.is_none() {
            let ix = self.plan.find(&job.step)?;
            let danger = self.plan.steps[ix].spec.danger && !job.undo;
            return danger.then(|| format!("started {}, which is dangerous", self.of(job)));
        }
        let at = &self.before.steps[self.plan.find(&job.step)?];
        let stood = if at.is_lost() {
            ", which was unknown"
        } else {
            ""
        };
        let (what, why) = (self.of(job), because(start.reason.as_deref()));
        Some(format!("tried {what} again{stood}{why}"))
    }

    fn is_to_be_undone(&self, id: &str) -> bool {
        let ix = self.plan.find(id);
        ix.is_some_and(|ix| self.before.is_to_be_undone(ix))
    }

    fn is_being_stopped(&self, job: &Job) -> bool {
        let ix = self.plan.find(&job.step);
        ix.is_some_and(|ix| self.before.steps[ix].stopping.is_some())
    }
}
