//! What runs now and how long, and who holds a transaction without doing anything.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::session::{Backend, Session, State};

/// How many statements, and how many idle transactions, are listed.
const LISTED: usize = 50;

/// A statement that runs in one session or in several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The session in which it has been running for the longest.
    pub oldest: Session,
    /// In how many sessions it runs.
    pub sessions: u32,
    /// The others of them.
    #[serde(default)]
    pub others: Vec<Backend>,
}

/// The statements that clients run, the oldest first. Sessions of one application with the same text share
/// an entry, except for ours, which stand alone.
pub(super) fn running(sessions: &[Session]) -> Vec<Running> {
    let mut groups: Vec<Vec<&Session>> = Vec::new();
    let mut place_of: HashMap<(&str, &str), usize> = HashMap::new();
    let mut active: Vec<&Session> = sessions.iter().filter(|s| is_running(s)).collect();
    active.sort_by_key(|session| std::cmp::Reverse(session.query_age));
    for session in active {
        let text = session.statement.as_deref();
        let text = text.filter(|_| session.ours.is_none());
        let text = text.map(|text| (text, session.application.as_str()));
        let place = match text {
            Some(text) => *place_of.entry(text).or_insert(groups.len()),
            None => groups.len(),
        };
        match groups.get_mut(place) {
            Some(group) => group.push(session),
            None => groups.push(vec![session]),
        }
    }
    let listed = groups.into_iter().take(LISTED);
    let listed = listed.filter_map(|group| {
        let (oldest, others) = group.split_first()?;
        Some(Running {
            oldest: (*oldest).clone(),
            sessions: u32::try_from(group.len()).unwrap_or(u32::MAX),
            others: others.iter().filter_map(|one| one.backend()).collect(),
        })
    });
    listed.collect()
}

/// The sessions that hold a transaction open while they wait for their client, the oldest first.
pub(super) fn idle_in_transaction(sessions: &[Session]) -> Vec<Session> {
    let mut idle: Vec<&Session> = sessions
        .iter()
        .filter(|session| session.state.holds_transaction_idly() && !session.is_monitor())
        .collect();
    idle.sort_by_key(|session| std::cmp::Reverse(session.transaction_age));
    idle.into_iter().take(LISTED).cloned().collect()
}

/// A parallel worker runs its leader's statement; a walsender and an autovacuum are active for as long as
/// they are there.
fn is_running(session: &Session) -> bool {
    session.state == State::Active
        && !session.is_monitor()
        && session
            .kind
            .as_deref()
            .is_none_or(|kind| kind == "client backend")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::monitor::ours::named;
    use crate::monitor::session::MONITOR_NAME;

    fn active(pid: i32, age: u64, text: &str) -> Session {
        Session {
            query_age: Some(Duration::from_secs(age)),
            statement: Some(text.to_owned()),
            ..Session::unknown(pid, State::Active)
        }
    }

    #[test]
    fn equal_statements_share_an_entry_that_shows_the_oldest() {
        let sessions = [
            active(1, 2, "select 1"),
            active(2, 8, "select 1"),
            active(3, 5, "update t"),
            active(4, 1, "select 1"),
        ];
        let found = running(&sessions);
        let short: Vec<_> = found.iter().map(|r| (r.oldest.pid, r.sessions)).collect();
        assert_eq!(short, [(2, 3), (3, 1)]);
    }

    #[test]
    fn ours_stand_alone_and_only_clients_count() {
        let mut ours = active(1, 3, "alter table t");
        ours.ours = named("gonogo:a1", "gonogo:a1");
        let mut monitor = active(3, 9, "select pid");
        monitor.application = MONITOR_NAME.to_owned();
        let of_kind = |pid, kind: &str| Session {
            kind: Some(kind.to_owned()),
            ..active(pid, 9, "START_REPLICATION SLOT s LOGICAL 0/0")
        };
        let worker = of_kind(4, "parallel worker");
        let sender = of_kind(5, "walsender");
        let vacuum = of_kind(6, "autovacuum worker");
        let other = active(2, 1, "alter table t");
        let found = running(&[ours, other, monitor, worker, sender, vacuum]);
        let pids: Vec<_> = found.iter().map(|r| r.oldest.pid).collect();
        assert_eq!(pids, [1, 2]);
    }

    #[test]
    fn idle_transactions_are_called_out_by_age() {
        let mut young = Session::unknown(1, State::IdleInTransaction);
        young.transaction_age = Some(Duration::from_secs(1));
        let mut old = Session::unknown(2, State::Aborted);
        old.transaction_age = Some(Duration::from_secs(100));
        let found = idle_in_transaction(&[young, Session::unknown(3, State::Idle), old]);
        let pids: Vec<_> = found.iter().map(|s| s.pid).collect();
        assert_eq!(pids, [2, 1]);
    }
}
