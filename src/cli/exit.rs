//! How the program ends.

use crate::journal::event::Ending;
use crate::run::{RunState, Status};

/// What the exit code says. Wrong usage and plans with errors are 2, faults of the program itself 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// 0: it was done; a run: it was completed.
    Done,
    /// 1: it was refused; a run: a no-go, a failure or a rollback.
    NotDone,
    /// 2: the command line or the plan is wrong.
    Usage,
    /// 3: a run that is held, goes on without us, or whose outcome nobody knows.
    Open,
    /// 4: a fault of this program or of the machine under it.
    Internal,
}

impl Exit {
    /// The code.
    pub(super) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::NotDone => 1,
            Exit::Usage => 2,
            Exit::Open => 3,
            Exit::Internal => 4,
        }
    }

    /// What a screen's or a script's end says about the run it was on.
    pub(super) fn of(state: &RunState) -> Self {
        match &state.end {
            Some(end) => match end.ending {
                Ending::Completed => Exit::Done,
                Ending::Aborted | Ending::RolledBack => Exit::NotDone,
            },
            None if state.steps.iter().any(|step| step.status == Status::Failed) => Exit::NotDone,
            None => Exit::Open,
        }
    }
}
