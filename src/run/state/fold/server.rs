//! Events about the servers behind the plan's databases.

use super::Fold;
use crate::journal::event::ServerSeen;
use crate::run::state::Hold;

impl Fold<'_> {
    /// A hold for the database's loss says what is known of its server since. What held the run because of who
    /// answered before is over; only if nothing else holds it for the database, it stays and says so.
    pub(super) fn server_seen(&mut self, e: &ServerSeen) {
        if let Some(server) = &e.server {
            let database = e.database.clone();
            self.state.servers.insert(database, server.clone());
        }
        let of = |hold: &Hold| hold.database.as_ref() == Some(&e.database);
        let holds = &mut self.state.holds;
        let was_lost = holds.iter().any(|hold| of(hold) && !hold.answers);
        holds.retain(|hold| !(was_lost && of(hold) && hold.answers));
        for hold in holds.iter_mut().filter(|hold| of(hold)) {
            hold.is_back = true;
            hold.server = None;
            let words = e.words.as_deref();
            hold.reason = match (hold.answers, words) {
                (true, _) => format!("`{}`: {}", e.database, words.unwrap_or("it is there again")),
                (false, Some(words)) => format!("{}; {words}", hold.reason),
                (false, None) => continue,
            };
        }
    }

    /// Whoever lets the run go on although another server answers has been told of that one.
    pub(super) fn others_are_told(&mut self) {
        for hold in &mut self.state.holds {
            if let (Some(database), Some(server)) = (&hold.database, hold.server.take()) {
                self.state.others.insert(database.clone(), server);
            }
        }
    }
}
