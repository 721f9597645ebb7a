//! What the steps have committed on the plan's databases.

use super::step::{StepState, Transaction};
use super::types::RunState;
use crate::plan::StepIx;
use crate::run::status::Status;

impl RunState {
    /// The transactions on `database` of the steps, or of their undos, that are known to have committed.
    pub fn committed(&self, database: &str) -> impl Iterator<Item = (StepIx, &Transaction)> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(move |(ix, step)| {
            let transaction = step.committed()?;
            (transaction.database == database).then_some((ix, transaction))
        })
    }
}

impl StepState {
    fn committed(&self) -> Option<&Transaction> {
        let done = matches!(self.status, Status::Passed | Status::Undone) && !self.by_hand;
        let transaction = self.transaction.as_ref().filter(|_| done)?;
        transaction.xid.map(|_| transaction)
    }
}
