//! The sessions of a server, in one scan.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use sqlx::postgres::types::Oid;

use super::activity::{SESSIONS, SESSIONS_OF, SOME_SESSIONS, at};
use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{fields, int4, int8, ip, oid, word};
use super::trouble::Trouble;
use crate::monitor::MONITOR_NAME;
use crate::monitor::connections::Alike;
use crate::monitor::ours::{Ours, named};
use crate::monitor::session::{Client, NEW, RECOVERY, Session, State};

/// How many sessions of a kind are listed at least.
const LISTED: u32 = 200;
/// How many times as many are listed before it is worth the server's time to choose among them.
const MANY: u32 = 2;
/// For how many sessions more than the last time there is room at once.
const SPARE: usize = 16;
/// Where the server's count of microseconds begins, in those since the Unix epoch.
const UNIX_EPOCH: i64 = 946_684_800_000_000;

/// The sessions that a poll found.
#[derive(Default)]
pub(super) struct Sessions {
    pub(super) alike: Vec<Alike>,
    /// The busy ones of this database and, as many as were wanted, the idle ones.
    pub(super) listed: Vec<Session>,
    /// How many wait for others in this database, as far as this role may see.
    pub(super) waiting: u32,
    /// The same of all other databases.
    pub(super) waiting_elsewhere: u32,
    /// Whether there are too many to list them all the next time.
    pub(super) crowded: bool,
    /// Whether the server is a standby at this moment: one that is promoted stays the same server.
    pub(super) in_recovery: bool,
    /// Whether the facts do not name a role or a database of theirs.
    pub(super) unnamed: bool,
}

/// What is wanted of the sessions.
pub(super) struct Wanted<'a> {
    /// What the sessions of this run are called.
    pub(super) tag: &'a str,
    /// Sessions that are known to be ours by other signs.
    pub(super) ours: &'a [i32],
    /// How many idle sessions are listed.
    pub(super) idle: u32,
    /// Whether there were too many the last time to list them all.
    pub(super) crowded: bool,
    /// How many were listed the last time.
    pub(super) listed: usize,
}

impl Sessions {
    /// Reads them.
    pub(super) async fn read(
        line: &mut Line,
        facts: &Facts,
        wanted: &Wanted<'_>,
    ) -> Result<Sessions, Trouble> {
        let sql = if wanted.crowded {
            SOME_SESSIONS
        } else {
            SESSIONS
        };
        let mut statement = query(sql)
            .bind(facts.is_utf8)
            .bind(Oid(facts.database))
            .bind(MONITOR_NAME)
            .bind(i64::from(wanted.idle));
        if wanted.crowded {
            statement = statement.bind(wanted.tag).bind(wanted.ours);
        }
        let mut reader = Reader::new(facts, wanted.tag, wanted.crowded);
        // There are hardly ever many more than the last time.
        reader.sessions.listed.reserve(wanted.listed + SPARE);
        reader.times.reserve(wanted.listed + SPARE);
        line.each(statement, |row| reader.take(&fields(row)))
            .await?;
        let mut sessions = reader.sessions();
        sessions.crowded = sessions.could_be_listed(wanted) > MANY * LISTED.max(wanted.idle);
        Ok(sessions)
    }

    /// How many could be listed.
    fn could_be_listed(&self, wanted: &Wanted<'_>) -> u32 {
        let listable = |alike: &&Alike| {
            alike.here
                && alike.state != State::Hidden
                && (wanted.idle > 0 || alike.state != State::Idle)
        };
        self.alike
            .iter()
            .filter(listable)
            .map(|alike| alike.sessions)
            .sum()
    }
}

/// The sessions with these pids that are there.
pub(super) async fn sessions_of(
    line: &mut Line,
    facts: &Facts,
    pids: Vec<i32>,
    tag: &str,
) -> Result<Vec<Session>, Trouble> {
    let statement = query(SESSIONS_OF).bind(facts.is_utf8).bind(pids);
    let mut reader = Reader::new(facts, tag, true);
    line.each(statement, |row| reader.take(&fields(row)))
        .await?;
    Ok(reader.sessions().listed)
}

/// A row's fields, as the server sends them.
type Fields<'r> = [Option<&'r [u8]>; at::ALL];

/// The fields that sessions have in common which are counted together.
const COMMON: [usize; 5] = [
    at::DATABASE,
    at::USER,
    at::APPLICATION,
    at::ADDRESS,
    at::STATE,
];

/// Sessions that are counted together. What they have in common is read once for all of them.
struct Group {
    alike: Alike,
    ours: Option<Ours>,
    /// Whether the facts do not name their role or their database.
    lacks_names: bool,
}

/// When what a session does began, in the server's microseconds: the session, its transaction, its statement
/// and its state.
type Times = [Option<i64>; 4];

/// Reads the rows, one after the other.
struct Reader<'a> {
    facts: &'a Facts,
    tag: &'a str,
    /// Whether the server has counted all that it lists.
    counted: bool,
    sessions: Sessions,
    /// Those of the sessions that are listed.
    times: Vec<Times>,
    /// The server's clock.
    clock: i64,
    groups: Vec<Group>,
    /// Their places, by their common fields, each with its length before it.
    places: HashMap<Vec<u8>, usize>,
    /// Those of the row that is read.
    key: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(facts: &'a Facts, tag: &'a str, counted: bool) -> Self {
        Reader {
            facts,
            tag,
            counted,
            sessions: Sessions::default(),
            times: Vec::new(),
            clock: 0,
            groups: Vec::new(),
            places: HashMap::new(),
            key: Vec::new(),
        }
    }

    fn take(&mut self, row: &Fields<'_>) {
        if let Some(clock) = int8(row[at::CLOCK]) {
            self.clock = clock;
        }
        if row[at::PID].is_none() && row[at::CLOCK].is_some() {
            self.sessions.in_recovery = int8(row[at::SESSIONS]) == Some(1);
            return;
        }
        self.key.clear();
        for at in COMMON {
            let field = row[at].unwrap_or_default();
            let length = row[at].map_or(u32::MAX, |field| field.len() as u32);
            self.key.extend(length.to_be_bytes());
            self.key.extend(field);
        }
        let known = self.places.get(&self.key).copied();
        let place = known.unwrap_or_else(|| self.add(row));
        let Some(group) = self.groups.get_mut(place) else {
            return;
        };
        let mut alone = 0;
        if row[at::PID].is_some() {
            let session = session(row, group);
            // Where all are listed, the server has not counted those.
            if !self.counted && is_client(row) {
                self.sessions.waiting += u32::from(session.waits_for_others());
                alone = 1;
            }
            self.sessions.listed.push(session);
            let times = [at::STARTED, at::TRANSACTION, at::QUERY, at::CHANGED];
            self.times.push(times.map(|at| int8(row[at])));
        }
        let number = |at: usize| int8(row[at]).and_then(|number| u32::try_from(number).ok());
        let waiting = number(at::WAITING).unwrap_or_default();
        match group.alike.state {
            // Of no database yet; whom it waits for is looked up among the locks.
            State::Starting => {}
            _ if group.alike.here => self.sessions.waiting += waiting,
            _ => self.sessions.waiting_elsewhere += waiting,
        }
        group.alike.sessions += number(at::SESSIONS).unwrap_or(alone);
    }

    /// Adds the group of the row, and tells where.
    fn add(&mut self, row: &Fields<'_>) -> usize {
        let place = self.groups.len();
        self.groups.push(self.group(row));
        self.places.insert(self.key.clone(), place);
        place
    }

    fn group(&self, row: &Fields<'_>) -> Group {
        let [database, user] = [at::DATABASE, at::USER].map(|at| oid(row[at]));
        let name = |oid: Option<u32>, names: &HashMap<u32, String>| names.get(&oid?).cloned();
        let lacks = |oid: Option<u32>, names: &HashMap<u32, String>| {
            oid.is_some_and(|oid| oid != 0 && !names.contains_key(&oid))
        };
        let facts = self.facts;
        let application = word(row[at::APPLICATION]).unwrap_or_default();
        let ours = named(&application, self.tag);
        let state = row[at::STATE].and_then(|word| std::str::from_utf8(word).ok());
        Group {
            lacks_names: lacks(database, &facts.databases) || lacks(user, &facts.roles),
            alike: Alike {
                user: name(user, &facts.roles),
                ours: ours.is_some(),
                application,
                database: name(database, &facts.databases),
                address: ip(row[at::ADDRESS]).map(|ip| ip.to_string()),
                state: State::of(state, facts.server.rights.may_see_all),
                here: database == Some(facts.database),
                sessions: 0,
            },
            ours,
        }
    }

    /// All that was read.
    fn sessions(self) -> Sessions {
        let mut sessions = self.sessions;
        // Two processors' clocks differ by a little: what seems to lie ahead has just begun.
        let age = |began: Option<i64>| {
            let micros = self.clock.saturating_sub(began?);
            Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
        };
        for (session, times) in sessions.listed.iter_mut().zip(self.times) {
            let [started, transaction, query, changed] = times.map(age);
            session.session_age = started;
            session.transaction_age = transaction;
            session.query_age = query;
            session.state_age = changed;
        }
        let counted = self.groups.into_iter();
        let counted: Vec<Group> = counted.filter(|group| group.alike.sessions > 0).collect();
        sessions.unnamed = counted.iter().any(|group| group.lacks_names);
        sessions.alike = counted.into_iter().map(|group| group.alike).collect();
        sessions
    }
}

/// The session of a row, but for the ages, which take the clock.
fn session(row: &Fields<'_>, group: &Group) -> Session {
    let alike = &group.alike;
    let kind = word(row[at::KIND]);
    // The process that replays the log of another server has neither a name nor a state.
    let recovers = kind.as_deref() == Some(RECOVERY);
    let (application, state) = match alike.state {
        _ if recovers => ("recovery".to_owned(), State::Other),
        State::Starting => (NEW.to_owned(), State::Starting),
        state => (alike.application.clone(), state),
    };
    let [known, raw] = at::STATEMENT.map(|at| row[at]);
    let moment = |at: usize| int8(row[at]).map(|at| at + UNIX_EPOCH);
    Session {
        started: moment(at::STARTED),
        user: alike.user.clone(),
        application,
        database: alike.database.clone(),
        client: client(row),
        kind,
        wait: wait(row),
        statement_started: moment(at::QUERY),
        snapshot_age: int4(row[at::SNAPSHOT]).and_then(|age| u32::try_from(age).ok()),
        // In its place the server puts a remark about privileges.
        statement: word(known.or(raw)).filter(|_| state != State::Hidden),
        ours: group.ours.clone(),
        ..Session::unknown(int4(row[at::PID]).unwrap_or_default(), state)
    }
}

/// Whether a session is a client's, as the server decides it for those that it adds up itself: where the kind
/// is hidden, a session that has a role and a database is taken for one.
fn is_client(row: &Fields<'_>) -> bool {
    match row[at::KIND] {
        Some(kind) => kind == b"client backend",
        None => row[at::USER].and(row[at::DATABASE]).is_some(),
    }
}

fn wait(row: &Fields<'_>) -> Option<String> {
    let [kind, event] = at::WAIT.map(|at| row[at]);
    let (kind, event) = (kind?, event?);
    let words = [
        String::from_utf8_lossy(kind),
        String::from_utf8_lossy(event),
    ];
    Some(words.join(": "))
}

/// A unix socket has no address, and -1 for a port.
fn client(row: &Fields<'_>) -> Option<Client> {
    let port = int4(row[at::PORT])?;
    match row[at::ADDRESS] {
        Some(address) => {
            let port = u16::try_from(port).ok()?;
            Some(Client::At(SocketAddr::new(ip(Some(address))?, port)))
        }
        None => (port < 0).then_some(Client::Local),
    }
}
