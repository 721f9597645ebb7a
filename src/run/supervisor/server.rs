//! Asking who answers at the address of a database.

use super::Supervisor;
use crate::run::state::RunState;
use crate::run::work::sql::SqlRecognise;

impl Supervisor {
    /// Has it found out whether the server has what the steps have committed.
    pub(super) fn recognise(&self, database: String, state: &RunState) {
        let steps = &self.outfit.plan.steps;
        let committed = state.committed(&database);
        let recognise = SqlRecognise {
            url: self.url(&database),
            known: state.servers.get(&database).cloned(),
            transactions: committed
                .map(|(ix, transaction)| (steps[ix].id.to_string(), transaction.clone()))
                .collect(),
            database,
            notices: self.outfit.notices.clone(),
        };
        tokio::spawn(recognise.run());
    }
}
