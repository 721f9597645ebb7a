//! What the steps have committed on the plan's databases.

use super::step::{StepState, Transaction};
use super::types::RunState;
use crate::plan::StepIx;
use crate::run::status::Status;

impl RunState {
    /// Whether a SQL step, or the undo of one, has begun on `database`.
    pub fn has_worked(&self, database: &str) -> bool {
        let mut transactions = self
            .steps
            .iter()
            .filter_map(|step| step.transaction.as_ref());
        transactions.any(|transaction| transaction.database == database)
    }

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
