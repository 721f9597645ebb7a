//! Where one step stands, and what is known of the work that was done for it.

use std::ops::Range;
use std::time::Duration;

use crate::clock::Moment;
use crate::journal::event::{Applied, ChangedFile, Finding, Job, KnownBy, Left, Outcome, Stage};
use crate::plan::{Mark, StepIx};
use crate::run::status::Status;

/// Where a step stands and how it came there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepState {
    /// Where it stands.
    pub status: Status,
    /// How often it was started.
    pub attempt: u32,
    /// How often its undo was started.
    pub undo_attempt: u32,
    /// Which of its alternatives was started last.
    pub choice: usize,
    /// When it was last started, or ticked.
    pub started: Option<Moment>,
    /// When it last ended.
    pub ended: Option<Moment>,
    /// Who started, ticked or settled it last.
    pub by: Option<String>,
    /// Why it was skipped, marked or tried again.
    pub reason: Option<String>,
    /// The remark of a tick.
    pub note: Option<String>,
    /// What it may have left behind.
    pub applied: Option<Applied>,
    /// The number of the entry with which it was last started or settled: later ones are undone first.
    pub order: u64,
    /// Whether a try before the last one may have left something behind.
    pub left_before: bool,
    /// Whether a person wants it to run in whatever session there is now.
    pub anywhere: bool,
    /// Its process, while it runs.
    pub pid: Option<u32>,
    /// What its last SQL is part of on the server, once its statements may run.
    pub transaction: Option<Transaction>,
    /// The piece of work that is being looked for, if nobody watches it.
    pub sought: Option<Job>,
    /// How it is being stopped.
    pub stopping: Option<Stopping>,
    /// The person who had it stopped the last time it ran, or said that it failed, if one did.
    pub ended_by: Option<String>,
    /// How its work last ended.
    pub end: Option<JobEnd>,
    /// How its undo last ended.
    pub undo_end: Option<JobEnd>,
    /// Whether it is to be done at all, where that depends.
    pub condition: Weighing,
    /// Whether a person did it, or undid it, in place of the program.
    pub by_hand: bool,
    /// That what it should have done on the way back was left out, if there was anything to do.
    pub left_out: Option<Omission>,
    /// How it stood before its undo began: all else tells of the undo then.
    pub before_undo: Option<Box<StepState>>,
}

/// That something on the way back was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Omission {
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Whether it was the undo of a step, and not the step itself.
    pub undo: bool,
}

/// Where the condition of a step or a phase stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Weighing {
    /// Its turn has not come.
    #[default]
    NotYet,
    /// What it asks about is being looked for.
    Asked,
    /// It was weighed: whether it holds, if that can be told, and what was known.
    Told(Option<bool>, String),
    /// A person has decided otherwise.
    Overruled,
}

/// Where SQL runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The database's name in the plan.
    pub database: String,
    /// The transaction's number, if it is in one that can write.
    pub xid: Option<u64>,
    /// The server, as it identified itself.
    pub server: Option<String>,
    /// A place in its log behind the first record of the number, where one was written.
    pub lsn: Option<String>,
}

/// How a piece of work ended.
#[derive(Clone, Debug, PartialEq)]
pub struct JobEnd {
    /// When.
    pub at: Moment,
    /// How.
    pub outcome: Outcome,
    /// How that is known.
    pub known_by: KnownBy,
    /// The exit code of its process.
    pub exit_code: Option<i32>,
    /// The signal that ended its process.
    pub signal: Option<i32>,
    /// The expectations.
    pub findings: Vec<Finding>,
    /// What else there is to say.
    pub message: Option<String>,
    /// Whether it was not begun because its session is not the one that the steps before had: on another
    /// server, or without what they had left in it.
    pub elsewhere: bool,
    /// The files that it would have applied and that are not what they were: it was not begun because of them.
    pub changed: Vec<ChangedFile>,
    /// What of it still ran then.
    pub running: Vec<String>,
    /// What it left to the shell steps after it.
    pub left: Option<Left>,
}

/// That a step is being stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Stopping {
    /// How hard.
    pub stage: Stage,
    /// Since when this hard.
    pub since: Moment,
    /// Why.
    pub reason: String,
    /// The person who wanted it, unless it was the clock.
    pub by: Option<String>,
}

impl StepState {
    /// Whether nobody knows how its work ended, or its undo.
    pub fn is_lost(&self) -> bool {
        match self.status {
            Status::Unknown => true,
            Status::Stuck => self
                .undo_end
                .as_ref()
                .is_some_and(|end| end.outcome == Outcome::Unknown),
            _ => false,
        }
    }

    /// Whether its work, or its undo, was not begun because its session is not that of the steps before.
    pub fn is_elsewhere(&self) -> bool {
        self.refused().is_some_and(|(end, _)| end.elsewhere)
    }

    /// The files because of which its work, or its undo, was not begun: they are not what they were.
    pub fn changed_files(&self) -> &[ChangedFile] {
        self.refused().map_or(&[], |(end, _)| &end.changed)
    }

    /// The end of what was not begun because of what a person has to know first, and whether that was its undo.
    pub(in crate::run) fn refused(&self) -> Option<(&JobEnd, bool)> {
        let (end, undo) = match (self.status, &self.undo_end) {
            // A step of the way back, which can be stuck too, has no undo of its own.
            (Status::Failed, _) | (Status::Stuck, None) => (self.end.as_ref(), false),
            (Status::Stuck, Some(end)) => (Some(end), true),
            _ => return None,
        };
        let end = end.filter(|end| end.elsewhere || !end.changed.is_empty());
        end.map(|end| (end, undo))
    }

    /// How long its work ran the last time, or its undo: not how long it waited for somebody to decide.
    pub fn worked(&self) -> Option<Duration> {
        let (tries, end) = match self.before_undo {
            None => (self.attempt, &self.end),
            Some(_) => (self.undo_attempt, &self.undo_end),
        };
        let over = end.as_ref().map(|end| end.at).or(self.ended)?;
        let started = self.started.filter(|_| tries > 0)?;
        Some(over.since(started))
    }

    /// Remembers what was done before it is undone.
    pub(super) fn is_undone_from_now(&mut self) {
        if self.before_undo.is_none() {
            self.before_undo = Some(Box::new(self.clone()));
        }
    }

    /// Whether its work has left something behind, or may have.
    pub fn may_have_left(&self) -> bool {
        matches!(self.applied, Some(Applied::Yes | Applied::Maybe))
    }

    /// A step whose box in the file was already filled in.
    pub(super) fn marked(mark: Option<Mark>) -> Self {
        let (status, reason) = match mark {
            None => return StepState::default(),
            Some(Mark::Done) => (Status::Passed, "marked as done in the plan"),
            Some(Mark::NotApplicable) => (Status::Skipped, "marked as not applicable in the plan"),
        };
        StepState {
            status,
            reason: Some(reason.to_owned()),
            by: Some("the plan".to_owned()),
            ..StepState::default()
        }
    }
}

/// The first of the steps in `range` that is not settled, or else its end.
pub(super) fn first_open(steps: &[StepState], range: Range<StepIx>) -> StepIx {
    let end = range.end;
    let mut open = range.filter(|&ix| !steps[ix].status.is_settled());
    open.next().unwrap_or(end)
}

/// How many of the steps are settled.
pub(super) fn count_settled(steps: &[StepState]) -> usize {
    steps.iter().filter(|step| step.status.is_settled()).count()
}
