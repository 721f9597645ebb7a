//! Asking who answers at the address of a database.

use super::Supervisor;
use crate::journal::event::Job;
use crate::plan::Plan;
use crate::run::state::RunState;
use crate::run::work::sql::{Before, SqlRecognise};

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

/// What is known of the session on `database` in which the steps before have worked.
pub(super) fn before(state: &RunState, job: &Job, plan: &Plan, database: &str) -> Before {
    let ix = plan.find(&job.step);
    let server = state.servers.get(database);
    let server = server.filter(|_| state.worked.contains(database));
    Before {
        server: server.cloned(),
        left: state.sessions.get(database).cloned().unwrap_or_default(),
        anywhere: ix.is_some_and(|ix| state.steps[ix].anywhere),
    }
}
