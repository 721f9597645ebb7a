//! The statuses of a step and the only ways from one to another. A live run, a resumed one and a
//! replayed one all go through [`Status::after`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing happened yet.
    #[default]
    Pending,
    /// Its work is being done.
    Running,
    /// Everything is as expected.
    Passed,
    /// Something is not.
    Failed,
    /// It was left out, for a reason.
    Skipped,
    /// It was started, and nobody knows how it ended.
    Unknown,
    /// Its undo is being done.
    Undoing,
    /// It was undone.
    Undone,
    /// Its undo, or a rollback's step, did not work: a person decides.
    Stuck,
}

/// What can happen to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its work began.
    Started,
    /// Its work ended as expected.
    Passed,
    /// Its work ended otherwise.
    Failed,
    /// Its work ended otherwise, and it is a rollback's step.
    FailedOnTheWayBack,
    /// How its work ended is not known.
    Lost,
    /// How it ended is being looked for.
    Sought,
    /// Its work was found to be still going on.
    Found,
    /// A person ticked it, or did it by hand.
    Settled,
    /// A person left it out.
    Skipped,
    /// A person says that it is not as it should be.
    Condemned,
    /// A person took a mark back, and nothing was run before it.
    Reopened,
    /// A person took a skip back, and what was run before it had failed.
    ReopenedFailed,
    /// A person took a skip back, and nobody knows how what was run before it ended.
    ReopenedUnknown,
    /// Its undo began.
    UndoStarted,
    /// Its undo was found to be still going on.
    UndoFound,
    /// Its undo ended as expected.
    Undone,
    /// Its undo ended otherwise, or nobody knows.
    UndoFailed,
    /// A person undid it by hand.
    UndoSettled,
}

/// A change that can't happen to a step that stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a step that is {from} can't become {change:?}")]
pub struct Illegal {
    /// Where it stands.
    pub from: Status,
    /// What should have happened.
    pub change: Change,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 9] = [
        Status::Pending,
        Status::Running,
        Status::Passed,
        Status::Failed,
        Status::Skipped,
        Status::Unknown,
        Status::Undoing,
        Status::Undone,
        Status::Stuck,
    ];

    /// Where a step stands after `change`.
    #[expect(
        clippy::match_same_arms,
        reason = "one line a change reads as the table it is"
    )]
    pub fn after(self, change: Change) -> Result<Status, Illegal> {
        use Change as C;
        use Status as S;
        let to = match (self, change) {
            (S::Pending | S::Failed | S::Unknown | S::Stuck, C::Started) => S::Running,
            (S::Running | S::Unknown, C::Passed) => S::Passed,
            (S::Running | S::Unknown, C::Failed) => S::Failed,
            (S::Running | S::Unknown, C::FailedOnTheWayBack) => S::Stuck,
            (S::Running | S::Unknown, C::Lost) => S::Unknown,
            (S::Running | S::Undoing | S::Unknown | S::Stuck, C::Sought) => self,
            (S::Running | S::Unknown, C::Found) => S::Running,
            // What runs is settled by a person only where a person is who does it.
            (S::Pending | S::Running | S::Failed | S::Unknown | S::Stuck, C::Settled) => S::Passed,
            (S::Pending | S::Failed | S::Unknown, C::Skipped) => S::Skipped,
            (S::Pending | S::Running | S::Passed | S::Unknown, C::Condemned) => S::Failed,
            (S::Passed | S::Skipped, C::Reopened) => S::Pending,
            (S::Skipped, C::ReopenedFailed) => S::Failed,
            (S::Skipped, C::ReopenedUnknown) => S::Unknown,
            (S::Passed | S::Failed | S::Unknown | S::Skipped | S::Stuck, C::UndoStarted) => {
                S::Undoing
            }
            (S::Undoing | S::Stuck, C::UndoFound) => S::Undoing,
            (S::Undoing | S::Stuck, C::Undone) => S::Undone,
            (S::Undoing | S::Stuck, C::UndoFailed) => S::Stuck,
            (S::Undoing, C::Settled) => S::Undone,
            (S::Undoing, C::Condemned) => S::Stuck,
            (S::Passed | S::Failed | S::Unknown | S::Skipped | S::Stuck, C::UndoSettled) => {
                S::Undone
            }
            (from, change) => return Err(Illegal { from, change }),
        };
        Ok(to)
    }

    /// Whether the run can go past a step that stands so.
    pub fn is_settled(self) -> bool {
        matches!(self, Status::Passed | Status::Skipped | Status::Undone)
    }

    /// Whether something is being done.
    pub fn is_active(self) -> bool {
        matches!(self, Status::Running | Status::Undoing)
    }

    /// Whether a person has to decide.
    pub fn needs_decision(self) -> bool {
        matches!(self, Status::Failed | Status::Unknown | Status::Stuck)
    }

    /// The word that screens and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
            Status::Unknown => "unknown",
            Status::Undoing => "undoing",
            Status::Undone => "undone",
            Status::Stuck => "stuck",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests;
