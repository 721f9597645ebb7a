//! How many sessions there are, what they do, and how many more there can be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::locks::Prepared;
use super::ours::Evidence;
use super::series::Series;
use super::session::{Session, State};

/// How many groups of each sort are listed.
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

/// Sessions that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What it is; empty where the server has no word for it.
    pub name: String,
    /// How many there are.
    pub sessions: u32,
    /// How many of them run a statement.
    pub active: u32,
    /// How many of them hold a transaction and do nothing.
    pub idle_in_transaction: u32,
}

/// A transaction that has been open for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldTransaction {
    /// The pid of its session; 0 if it is prepared.
    pub pid: i32,
    /// How it is called, if it is prepared.
    #[serde(default)]
    pub gid: Option<String>,
    /// How long it has been open.
    pub age: Duration,
    /// What its session does.
    pub state: State,
}

/// The session whose snapshot is the oldest, or a prepared transaction that is older: what others delete
/// stays for as long as it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSnapshot {
    /// The pid of its session; 0 if it is prepared.
    pub pid: i32,
    /// How the transaction is called, if it is prepared.
    #[serde(default)]
    pub gid: Option<String>,
    /// How many transactions have begun since.
    pub transactions: u32,
    /// What its session does.
    pub state: State,
}

/// The client sessions of a server. Counts are of the whole server, since that is what
/// `max_connections` bounds. Where [`ByState::hidden`] is not zero, the role could not tell clients
/// from parallel workers and logical replication, and the counts hold those, too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Connections {
    /// All of them, the monitor's included.
    pub used: u32,
    /// How many of them are in this database.
    pub here: u32,
    /// How many sessions of other databases wait for a lock, as far as this role may see.
    #[serde(default)]
    pub waiting_elsewhere: u32,
    /// How many sessions of this database have committed and wait until a standby has that, too.
    #[serde(default)]
    pub waiting_for_standby: u32,
    /// How many applications can have.
    pub usable: u32,
    /// How many more this database can have.
    pub free: u32,
    /// How many belong to this run for certain.
    pub ours: u32,
    /// How many may belong to it.
    pub perhaps_ours: u32,
    /// All of them by what they do.
    pub by_state: ByState,
    /// The oldest transaction in this database, as far as this role may see.
    pub oldest_transaction: Option<OldTransaction>,
    /// The oldest snapshot in this database, as far as this role may see.
    pub oldest_snapshot: Option<OldSnapshot>,
    /// Those of each application, the largest first, 20 at most.
    pub applications: Vec<Group>,
    /// Those of each role, as above.
    pub users: Vec<Group>,
    /// Those of each database, as above.
    pub databases: Vec<Group>,
    /// Those of each client's address, as above; `local` is the server's own machine.
    pub clients: Vec<Group>,
    /// What [`Connections::used`] was in the last polls, with a gap where the link was down.
    pub history: Series,
}

impl Connections {
    /// How many of them are in other databases of the server.
    pub fn elsewhere(&self) -> u32 {
        self.used.saturating_sub(self.here)
    }
}

/// A number of sessions that are alike.
#[derive(Clone, Debug)]
pub(super) struct Alike {
    pub(super) user: Option<String>,
    pub(super) application: String,
    pub(super) database: Option<String>,
    pub(super) address: Option<String>,
    pub(super) state: State,
    /// Whether they are in the database that is watched.
    pub(super) here: bool,
    pub(super) ours: bool,
    pub(super) sessions: u32,
}

/// Adds up what a poll found, given what is prepared in this database.
pub(super) fn count(
    groups: &[Alike],
    listed: &[Session],
    prepared: &[Prepared],
    limits: &Limits,
) -> Connections {
    let mut all = Connections {
        usable: limits.usable(),
        oldest_transaction: oldest_transaction(listed, prepared),
        oldest_snapshot: oldest_snapshot(listed, prepared),
        ..Connections::default()
    };
    for group in groups {
        all.used += group.sessions;
        all.here += if group.here { group.sessions } else { 0 };
        all.ours += if group.ours { group.sessions } else { 0 };
        *slot(&mut all.by_state, group.state) += group.sessions;
        add(&mut all.applications, &group.application, group);
        add(&mut all.users, group.user.as_deref().unwrap_or(""), group);
        add(
            &mut all.databases,
            group.database.as_deref().unwrap_or(""),
            group,
        );
        let hidden = group.state == State::Hidden;
        let address = group.address.as_deref();
        let client = address.unwrap_or(if hidden { "" } else { "local" });
        add(&mut all.clients, client, group);
    }
    for session in listed {
        match &session.ours {
            Some(ours) if ours.is_guess() => all.perhaps_ours += 1,
            Some(ours) if ours.by == Evidence::Socket => all.ours += 1,
            _ => {}
        }
    }
    all.free = limits.free(all.used, all.here);
    for groups in [
        &mut all.applications,
        &mut all.users,
        &mut all.databases,
        &mut all.clients,
    ] {
        groups.sort_by(|a, b| b.sessions.cmp(&a.sessions).then(a.name.cmp(&b.name)));
        groups.truncate(LISTED);
    }
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

fn add(groups: &mut Vec<Group>, name: &str, alike: &Alike) {
    let place = groups.iter().position(|group| group.name == name);
    let place = place.unwrap_or_else(|| {
        groups.push(Group {
            name: name.to_owned(),
            ..Group::default()
        });
        groups.len() - 1
    });
    let group = &mut groups[place];
    group.sessions += alike.sessions;
    if alike.state == State::Active {
        group.active += alike.sessions;
    }
    if alike.state.holds_transaction_idly() {
        group.idle_in_transaction += alike.sessions;
    }
}

fn oldest_transaction(listed: &[Session], prepared: &[Prepared]) -> Option<OldTransaction> {
    let sessions = listed.iter().filter(|session| !session.is_monitor());
    let sessions = sessions.filter_map(|session| {
        Some(OldTransaction {
            pid: session.pid,
            gid: None,
            age: session.transaction_age?,
            state: session.state,
        })
    });
    let prepared = prepared.iter().filter_map(|one| {
        Some(OldTransaction {
            pid: 0,
            gid: Some(one.gid.clone()),
            age: one.age?,
            state: State::Prepared,
        })
    });
    let all = sessions.chain(prepared);
    all.max_by_key(|transaction| transaction.age)
}

fn oldest_snapshot(listed: &[Session], prepared: &[Prepared]) -> Option<OldSnapshot> {
    let sessions = listed.iter().filter(|session| !session.is_monitor());
    let sessions = sessions.filter_map(|session| {
        Some(OldSnapshot {
            pid: session.pid,
            gid: None,
            transactions: session.snapshot_age?,
            state: session.state,
        })
    });
    let prepared = prepared.iter().filter_map(|one| {
        Some(OldSnapshot {
            pid: 0,
            gid: Some(one.gid.clone()),
            transactions: one.transactions?,
            state: State::Prepared,
        })
    });
    let all = sessions.chain(prepared);
    all.max_by_key(|snapshot| snapshot.transactions)
}

impl OldTransaction {
    /// Whose it is, in a few words.
    pub fn whose(&self) -> String {
        whose(self.pid, self.gid.as_deref(), self.state)
    }
}

impl OldSnapshot {
    /// Whose it is, in a few words.
    pub fn whose(&self) -> String {
        whose(self.pid, self.gid.as_deref(), self.state)
    }
}

fn whose(pid: i32, gid: Option<&str>, state: State) -> String {
    match gid {
        Some(gid) => format!("prepared transaction {gid}"),
        None => format!("{pid} {}", state.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(application: &str, state: State, here: bool, sessions: u32) -> Alike {
        Alike {
            user: Some("app".to_owned()),
            application: application.to_owned(),
            database: Some(if here { "shop" } else { "other" }.to_owned()),
            address: Some("10.0.0.1".to_owned()).filter(|_| application == "web"),
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
        old.snapshot_age = Some(12);
        let limits = Limits {
            max_connections: 20,
            superuser_reserved: 3,
            ..Limits::default()
        };
        let listed = [old, Session::unknown(8, State::Active)];
        let all = count(&groups, &listed, &[], &limits);
        assert_eq!((all.used, all.here, all.ours, all.free), (12, 10, 1, 5));
        let states = all.by_state;
        assert_eq!((states.active, states.idle), (3, 7));
        assert_eq!((states.idle_in_transaction, states.aborted), (1, 1));
        let web = &all.applications[0];
        assert_eq!(
            (web.name.as_str(), web.sessions, web.active),
            ("web", 10, 3)
        );
        assert_eq!((all.users.len(), all.users[0].idle_in_transaction), (1, 2));
        let names = |groups: &[Group]| groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&all.databases), ["shop", "other"]);
        assert_eq!(names(&all.clients), ["10.0.0.1", "local"]);
        assert_eq!(all.oldest_transaction.unwrap().pid, 7);
        assert_eq!(all.oldest_snapshot.unwrap().transactions, 12);
        let prepared = Prepared {
            gid: "left".to_owned(),
            owner: None,
            age: Some(Duration::from_secs(91)),
            transactions: Some(13),
        };
        let all = count(&groups, &listed, &[prepared], &limits);
        let oldest = all.oldest_transaction.unwrap();
        assert_eq!((oldest.pid, oldest.age.as_secs()), (0, 91));
        assert_eq!(oldest.whose(), "prepared transaction left");
        assert_eq!(
            all.oldest_snapshot.unwrap().whose(),
            "prepared transaction left"
        );
    }
}
