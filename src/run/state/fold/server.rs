//! Events about the servers behind the plan's databases.

use super::Fold;
use crate::journal::event::ServerSeen;

impl Fold<'_> {
    /// A hold for the database's loss says what is known of its server since.
    pub(super) fn server_seen(&mut self, e: &ServerSeen) {
        if let Some(server) = &e.server {
            let database = e.database.clone();
            self.state.servers.insert(database, server.clone());
        }
        let holds = self.state.holds.iter_mut();
        for hold in holds.filter(|hold| hold.database.as_ref() == Some(&e.database)) {
            hold.is_back = true;
            if let Some(words) = &e.words {
                hold.reason = format!("{}; {words}", hold.reason);
            }
        }
    }
}
