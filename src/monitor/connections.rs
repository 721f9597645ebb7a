//! How many sessions there are, what they do, and how many more there can be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::series::Series;
use super::session::{Session, State};

/// How many applications are listed.
const LISTED: usize = 20;

/// What bounds the number of sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The server's `max_connections`.
    pub max_connections: u32,
    /// How many of them only a superuser gets.
    pub superuser_reserved: u32,
    /// How many of them only a role with `pg_use_reserved_connections` gets.
    pub reserved: u32,
    /// The limit of this database, if it has one.
    pub database: Option<u32>,
}

impl Limits {
    /// How many sessions applications can have on the whole server.
    pub fn usable(&self) -> u32 {
        self.max_connections
            .saturating_sub(self.superuser_reserved)
            .saturating_sub(self.reserved)
    }

    /// How many more this database can have, when `used` exist on the server and `here` in it.
    pub fn free(&self, used: u32, here: u32) -> u32 {
        let on_server = self.usable().saturating_sub(used);
        match self.database {
            Some(limit) => on_server.min(limit.saturating_sub(here)),
            None => on_server,
        }
    }
}

/// Sessions by what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByState {
    /// Running a statement.
    pub active: u32,
    /// Waiting for their client.
    pub idle: u32,
    /// Waiting for their client within a transaction.
    pub idle_in_transaction: u32,
    /// Waiting for their client within a transaction that can only be rolled back.
    pub aborted: u32,
    /// Something rare.
    pub other: u32,
    /// Not to be seen by this role.
    pub hidden: u32,
}

/// The sessions of one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The name that the client gave itself; empty if it gave none.
    pub name: String,
    /// The role it logged in as.
    pub user: Option<String>,
    /// How many there are.
    pub sessions: u32,
}

/// A transaction that has been open for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldTransaction {
    /// The pid of its session.
    pub pid: i32,
    /// How long it has been open.
    pub age: Duration,
    /// What its session does.
    pub state: State,
}

/// The client sessions of a server. Counts are of the whole server, since that is what
/// `max_connections` bounds. Where [`ByState::hidden`] is not zero, the role could not tell clients
/// from parallel workers and replication, and the counts hold those, too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Connections {
    /// All of them, the monitor's included.
    pub used: u32,
    /// How many of them are in this database.
    pub here: u32,
    /// How many applications can have.
    pub usable: u32,
    /// How many more this database can have.
    pub free: u32,
    /// How many belong to this run.
    pub ours: u32,
    /// All of them by what they do.
    pub by_state: ByState,
    /// The oldest transaction in this database, as far as this role may see.
    pub oldest_transaction: Option<OldTransaction>,
    /// The largest applications, at most 20.
    pub applications: Vec<Application>,
    /// What [`Connections::used`] was in the last polls, with a gap where the link was down.
    pub history: Series,
}

/// A number of sessions that are alike.
#[derive(Clone, Debug)]
pub(super) struct Alike {
    pub(super) user: Option<String>,
    pub(super) application: String,
    pub(super) state: State,
    /// Whether they are in the database that is watched.
    pub(super) here: bool,
    pub(super) ours: bool,
    pub(super) sessions: u32,
}

/// Adds up what a poll found.
pub(super) fn count(groups: &[Alike], listed: &[Session], limits: &Limits) -> Connections {
    let mut all = Connections {
        usable: limits.usable(),
        oldest_transaction: oldest_transaction(listed),
        ..Connections::default()
    };
    for group in groups {
        all.used += group.sessions;
        all.here += if group.here { group.sessions } else { 0 };
        all.ours += if group.ours { group.sessions } else { 0 };
        *slot(&mut all.by_state, group.state) += group.sessions;
        add_application(&mut all.applications, group);
    }
    all.free = limits.free(all.used, all.here);
    all.applications
        .sort_by(|a, b| b.sessions.cmp(&a.sessions).then(a.name.cmp(&b.name)));
    all.applications.truncate(LISTED);
    all
}

fn slot(by_state: &mut ByState, state: State) -> &mut u32 {
    match state {
        State::Active => &mut by_state.active,
        State::Idle => &mut by_state.idle,
        State::IdleInTransaction => &mut by_state.idle_in_transaction,
        State::Aborted => &mut by_state.aborted,
        State::Hidden => &mut by_state.hidden,
        State::Other | State::Prepared | State::Gone => &mut by_state.other,
    }
}

fn add_application(applications: &mut Vec<Application>, group: &Alike) {
    let same = applications
        .iter_mut()
        .find(|known| known.name == group.application && known.user == group.user);
    match same {
        Some(known) => known.sessions += group.sessions,
        None => applications.push(Application {
            name: group.application.clone(),
            user: group.user.clone(),
            sessions: group.sessions,
        }),
    }
}

fn oldest_transaction(listed: &[Session]) -> Option<OldTransaction> {
    listed
        .iter()
        .filter(|session| !session.is_monitor())
        .filter_map(|session| {
            Some(OldTransaction {
                pid: session.pid,
                age: session.transaction_age?,
                state: session.state,
            })
        })
        .max_by_key(|transaction| transaction.age)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(application: &str, state: State, here: bool, sessions: u32) -> Alike {
        Alike {
            user: Some("app".to_owned()),
            application: application.to_owned(),
            state,
            here,
            ours: application.starts_with("gonogo:"),
            sessions,
        }
    }

    #[test]
    fn usable_is_what_remains_for_applications() {
        for (max, superuser, reserved, usable) in
            [(100, 3, 0, 97), (12, 3, 2, 7), (5, 3, 4, 0), (0, 0, 0, 0)]
        {
            let limits = Limits {
                max_connections: max,
                superuser_reserved: superuser,
                reserved,
                database: None,
            };
            assert_eq!(limits.usable(), usable);
        }
    }

    #[test]
    fn a_limit_of_the_database_counts_where_it_is_nearer() {
        let limits = |database| Limits {
            max_connections: 100,
            superuser_reserved: 3,
            reserved: 0,
            database,
        };
        assert_eq!(limits(None).free(60, 10), 37);
        assert_eq!(limits(Some(15)).free(60, 10), 5);
        assert_eq!(limits(Some(90)).free(60, 10), 37);
        assert_eq!(limits(Some(5)).free(60, 10), 0);
        assert_eq!(
            limits(None).free(99, 10),
            0,
            "a superuser is within the reserve"
        );
    }

    #[test]
    fn sessions_are_counted_by_state_place_and_application() {
        let groups = [
            alike("web", State::Active, true, 3),
            alike("web", State::Idle, true, 5),
            alike("web", State::Idle, false, 2),
            alike("gonogo:a1:2.3", State::IdleInTransaction, true, 1),
            alike("cron", State::Aborted, true, 1),
        ];
        let mut old = Session::unknown(7, State::IdleInTransaction);
        old.transaction_age = Some(Duration::from_secs(90));
        let limits = Limits {
            max_connections: 20,
            superuser_reserved: 3,
            ..Limits::default()
        };
        let all = count(&groups, &[old, Session::unknown(8, State::Active)], &limits);
        assert_eq!((all.used, all.here, all.ours, all.free), (12, 10, 1, 5));
        let states = all.by_state;
        assert_eq!((states.active, states.idle), (3, 7));
        assert_eq!((states.idle_in_transaction, states.aborted), (1, 1));
        assert_eq!(all.applications[0].name, "web");
        assert_eq!(all.applications[0].sessions, 10);
        assert_eq!(all.oldest_transaction.unwrap().pid, 7);
    }
}
