//! How many sessions there are, what they do, and how many more there can be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limits::{Bound, Limits, ratio};
use super::locks::Prepared;
use super::ours::Evidence;
use super::series::Series;
use super::session::{MONITOR_NAME, Session, State};

/// How many groups of each sort are listed.
const LISTED: usize = 20;

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

impl ByState {
    /// All of them.
    pub fn all(&self) -> u32 {
        let waiting = self.idle + self.idle_in_transaction + self.aborted;
        self.active + waiting + self.other + self.hidden
    }
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
    /// How many sessions monitors have in this database, ours included.
    #[serde(default)]
    pub monitors: u32,
    /// Those of this database by what they do, without the monitors' own.
    #[serde(default)]
    pub here_by_state: ByState,
    /// The limits that are not the server's, the fullest first, 20 at most.
    #[serde(default)]
    pub bounds: Vec<Bound>,
    /// How many sessions of other databases wait for others, as far as this role may see.
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
    /// All of them by what they do, without the monitors' own.
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

/// How many sessions a monitor has in a database: the one that looks, and a spare one.
const OF_A_MONITOR: u32 = 2;

impl Connections {
    /// How many sessions other monitors have in this database.
    pub fn of_other_monitors(&self) -> u32 {
        self.monitors.saturating_sub(OF_A_MONITOR)
    }

    /// How many of them are in other databases of the server.
    pub fn elsewhere(&self) -> u32 {
        self.used.saturating_sub(self.here)
    }

    /// Which part of what applications can have on the whole server is used.
    pub fn ratio(&self) -> f64 {
        ratio(self.used, self.usable)
    }

    /// Which part of what this database can have by `limits` is used; nothing of what has no limit.
    pub fn of_database(&self, limits: &Limits) -> f64 {
        limits.database.map_or(0.0, |limit| ratio(self.here, limit))
    }

    /// The limit of this database, or of a role, that is fuller than the server.
    pub fn nearer(&self) -> Option<&Bound> {
        let fullest = self.bounds.first();
        fullest.filter(|bound| bound.ratio() > self.ratio())
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

/// Adds up what a poll found: the sessions in groups and one by one, what is prepared in this database, and
/// which sessions only tidy tables up.
pub(super) fn count(
    groups: &[Alike],
    (listed, prepared, vacuums): (&[Session], &[Prepared], &[i32]),
    limits: &Limits,
) -> Connections {
    let mut all = Connections {
        usable: limits.usable(),
        oldest_transaction: oldest_transaction(listed, prepared),
        oldest_snapshot: oldest_snapshot(listed, prepared, vacuums),
        ..Connections::default()
    };
    for group in groups {
        all.used += group.sessions;
        all.here += if group.here { group.sessions } else { 0 };
        all.ours += if group.ours { group.sessions } else { 0 };
        if group.application != MONITOR_NAME {
            *slot(&mut all.by_state, group.state) += group.sessions;
            let here = if group.here { group.sessions } else { 0 };
            *slot(&mut all.here_by_state, group.state) += here;
        } else if group.here {
            all.monitors += group.sessions;
        }
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
    all.bounds = bounds(&all, limits);
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

/// The limits of roles that nobody uses are of no concern.
fn bounds(all: &Connections, limits: &Limits) -> Vec<Bound> {
    let database = limits.database.map(|limit| Bound {
        whose: "this database".to_owned(),
        used: all.here,
        limit,
    });
    let roles = all.users.iter().filter_map(|user| {
        Some(Bound {
            whose: format!("role {}", user.name),
            used: user.sessions,
            limit: *limits.roles.get(&user.name)?,
        })
    });
    let mut bounds: Vec<Bound> = database.into_iter().chain(roles).collect();
    bounds.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
    bounds.truncate(LISTED);
    bounds
}

fn slot(by_state: &mut ByState, state: State) -> &mut u32 {
    match state {
        State::Active => &mut by_state.active,
        State::Idle => &mut by_state.idle,
        State::IdleInTransaction => &mut by_state.idle_in_transaction,
        State::Aborted => &mut by_state.aborted,
        State::Hidden => &mut by_state.hidden,
        State::Starting | State::Other | State::Prepared | State::Gone => &mut by_state.other,
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
    let sessions = listed
        .iter()
        .filter(|session| !session.is_monitor() && !session.is_helper());
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

/// What others delete does not stay for the `vacuums`. Of several as old, the one is told that has begun first.
fn oldest_snapshot(
    listed: &[Session],
    prepared: &[Prepared],
    vacuums: &[i32],
) -> Option<OldSnapshot> {
    let keeps = |session: &&Session| {
        let tidies = vacuums.contains(&session.pid);
        !session.is_monitor() && !session.is_helper() && !tidies
    };
    let sessions = listed.iter().filter(keeps);
    let first = sessions.max_by_key(|session| (session.snapshot_age, session.transaction_age));
    let first = first.and_then(|session| {
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
    let all = first.into_iter().chain(prepared);
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
    fn what_is_nearer_than_the_limit_of_the_server_is_told() {
        let limits = |database, role| Limits {
            max_connections: 103,
            superuser_reserved: 3,
            database,
            roles: [("app".to_owned(), role), ("nobody".to_owned(), 1)].into(),
            ..Limits::default()
        };
        let groups = [
            alike("web", State::Idle, true, 10),
            alike("web", State::Idle, false, 2),
        ];
        for (database, role, expected) in [
            (None, 600, None),
            (Some(10), 600, Some(("this database", 10, 10))),
            (None, 13, Some(("role app", 12, 13))),
            (Some(90), 13, Some(("role app", 12, 13))),
            (Some(0), 13, Some(("this database", 10, 0))),
        ] {
            let all = count(&groups, (&[], &[], &[]), &limits(database, role));
            let nearer = all.nearer();
            let nearer = nearer.map(|bound| (&bound.whose[..], bound.used, bound.limit));
            assert_eq!(nearer, expected);
            assert!(all.bounds.iter().all(|bound| bound.whose != "role nobody"));
        }
    }

    #[test]
    fn how_full_a_database_is_does_not_depend_on_how_many_roles_are_fuller() {
        let roles = (0..30).map(|n| format!("app{n}"));
        let mut groups: Vec<Alike> = roles
            .clone()
            .map(|role| Alike {
                user: Some(role),
                ..alike("web", State::Idle, false, 9)
            })
            .collect();
        groups.push(alike("web", State::Idle, true, 8));
        let limits = Limits {
            max_connections: 1_000,
            database: Some(10),
            roles: roles.map(|role| (role, 10)).collect(),
            ..Limits::default()
        };
        let all = count(&groups, (&[], &[], &[]), &limits);
        assert!(all.bounds.iter().all(|bound| bound.ratio() > 0.8));
        let is = |part: f64, expected: f64| (part - expected).abs() < 1e-9;
        assert!(is(all.of_database(&limits), 0.8));
        // A recording of before knows of no bounds, but of the limit.
        let before = Connections {
            bounds: Vec::new(),
            ..all
        };
        assert!(is(before.of_database(&limits), 0.8));
        assert!(is(before.of_database(&Limits::default()), 0.0));
    }

    #[test]
    fn sessions_are_counted_by_state_place_and_application() {
        let groups = [
            alike("web", State::Active, true, 3),
            alike("web", State::Idle, true, 5),
            alike("web", State::Idle, false, 2),
            alike("gonogo:a1:2.3", State::IdleInTransaction, true, 1),
            alike("cron", State::Aborted, true, 1),
            alike(MONITOR_NAME, State::Active, true, 1),
            alike(MONITOR_NAME, State::Active, false, 1),
        ];
        let mut old = Session::unknown(7, State::IdleInTransaction);
        old.transaction_age = Some(Duration::from_secs(90));
        old.snapshot_age = Some(12);
        let limits = Limits {
            max_connections: 20,
            superuser_reserved: 3,
            ..Limits::default()
        };
        let mut helper = Session::unknown(8, State::Active);
        helper.kind = Some("parallel worker".to_owned());
        helper.transaction_age = old.transaction_age;
        let mut younger = Session::unknown(9, State::Active);
        younger.snapshot_age = old.snapshot_age;
        let listed = [old, helper, younger];
        let all = count(&groups, (&listed, &[], &[]), &limits);
        assert_eq!((all.used, all.here, all.ours, all.free), (14, 11, 1, 3));
        assert_eq!(all.monitors, 1);
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
        let here = all.here_by_state;
        assert_eq!((here.active, here.idle, here.all()), (3, 5, 10));
        assert_eq!(all.oldest_transaction.unwrap().pid, 7);
        let oldest = all.oldest_snapshot.unwrap();
        assert_eq!((oldest.pid, oldest.transactions), (7, 12));
        let prepared = Prepared {
            gid: "left".to_owned(),
            owner: None,
            age: Some(Duration::from_secs(91)),
            transactions: Some(13),
        };
        let nothing = count(&groups, (&listed, &[], &[7, 9]), &limits);
        assert_eq!(nothing.oldest_snapshot, None, "it only tidies up");
        let all = count(&groups, (&listed, &[prepared], &[]), &limits);
        let oldest = all.oldest_transaction.unwrap();
        assert_eq!((oldest.pid, oldest.age.as_secs()), (0, 91));
        assert_eq!(oldest.whose(), "prepared transaction left");
        assert_eq!(
            all.oldest_snapshot.unwrap().whose(),
            "prepared transaction left"
        );
    }
}
