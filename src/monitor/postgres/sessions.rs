//! The sessions of a server, in one scan.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::activity::{SESSIONS, SESSIONS_OF, SOME_SESSIONS, at};
use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{bytes, int4, int8, ip, oid, word};
use super::trouble::Trouble;
use crate::monitor::MONITOR_NAME;
use crate::monitor::connections::Alike;
use crate::monitor::ours::named;
use crate::monitor::session::{Client, RECOVERY, Session, State};

/// How many sessions of a kind are listed at least.
const LISTED: u32 = 200;
/// How many times as many are listed before it is worth the server's time to choose among them.
const MANY: u32 = 2;
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
        let rows = line.rows(statement).await?;
        let last = rows.iter().rposition(|row| int8(row, at::CLOCK).is_some());
        let (rows, last) = rows.split_at(last.unwrap_or(rows.len()));
        let clock = last.first().and_then(|row| int8(row, at::CLOCK));
        let reader = Reader {
            facts,
            tag: wanted.tag,
            clock: clock.unwrap_or_default(),
        };
        let mut sessions = reader.sessions(rows, wanted.crowded);
        sessions.in_recovery = last.first().and_then(|row| int8(row, at::SESSIONS)) == Some(1);
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
    let rows = line.rows(statement).await?;
    let one = |row: &PgRow| {
        let clock = int8(row, at::CLOCK).unwrap_or_default();
        Reader { facts, tag, clock }.session(row)
    };
    Ok(rows.iter().map(one).collect())
}

/// What sessions have in common that are counted together: the fields as the server sends them.
type Common<'r> = [Option<&'r [u8]>; 5];

const COMMON: [usize; 5] = [
    at::DATABASE,
    at::USER,
    at::APPLICATION,
    at::ADDRESS,
    at::STATE,
];

/// What is needed to read the rows.
struct Reader<'a> {
    facts: &'a Facts,
    tag: &'a str,
    /// The server's clock, in its own microseconds.
    clock: i64,
}

impl Reader<'_> {
    fn sessions(&self, rows: &[PgRow], crowded: bool) -> Sessions {
        let mut sessions = Sessions::default();
        let mut groups: HashMap<Common<'_>, u32> = HashMap::new();
        for row in rows {
            let mut alone = 0;
            if bytes(row, at::PID).is_some() {
                let session = self.session(row);
                // Where all are listed, the server has not counted those.
                if !crowded && is_client(row) {
                    sessions.waiting += u32::from(session.waits_for_others());
                    alone = 1;
                }
                sessions.listed.push(session);
            }
            let number = |at: usize| int8(row, at).and_then(|number| u32::try_from(number).ok());
            let waiting = number(at::WAITING).unwrap_or_default();
            match oid(bytes(row, at::DATABASE)) {
                Some(here) if here == self.facts.database => sessions.waiting += waiting,
                _ => sessions.waiting_elsewhere += waiting,
            }
            let count = number(at::SESSIONS).unwrap_or(alone);
            if count > 0 {
                *groups.entry(COMMON.map(|at| bytes(row, at))).or_default() += count;
            }
        }
        sessions.unnamed = groups.keys().any(|common| self.lack_names(common));
        let groups = groups.into_iter();
        sessions.alike = groups
            .map(|(common, count)| self.alike(common, count))
            .collect();
        sessions
    }

    fn lack_names(&self, [database, user, ..]: &Common<'_>) -> bool {
        let lacks = |field: Option<&[u8]>, names: &HashMap<u32, String>| {
            oid(field).is_some_and(|oid| oid != 0 && !names.contains_key(&oid))
        };
        lacks(*database, &self.facts.databases) || lacks(*user, &self.facts.roles)
    }

    fn alike(&self, common: Common<'_>, sessions: u32) -> Alike {
        let [database, user, application, address, state] = common;
        let application = word(application).unwrap_or_default();
        Alike {
            user: self.role(user),
            ours: named(&application, self.tag).is_some(),
            application,
            database: self.database(database),
            address: ip(address).map(|ip| ip.to_string()),
            state: self.state(state),
            here: oid(database) == Some(self.facts.database),
            sessions,
        }
    }

    fn session(&self, row: &PgRow) -> Session {
        let kind = word(bytes(row, at::KIND));
        let state = self.state(bytes(row, at::STATE));
        // The process that replays the log of another server has neither a name nor a state.
        let recovers = kind.as_deref() == Some(RECOVERY);
        let (application, state) = if recovers {
            ("recovery".to_owned(), State::Other)
        } else {
            (word(bytes(row, at::APPLICATION)).unwrap_or_default(), state)
        };
        let [known, raw] = at::STATEMENT.map(|at| bytes(row, at));
        Session {
            pid: int4(row, at::PID).unwrap_or_default(),
            started: int8(row, at::STARTED).map(|at| at + UNIX_EPOCH),
            user: self.role(bytes(row, at::USER)),
            ours: named(&application, self.tag),
            application,
            database: self.database(bytes(row, at::DATABASE)),
            client: client(row),
            kind,
            state,
            wait: wait(row),
            session_age: self.age(row, at::STARTED),
            transaction_age: self.age(row, at::TRANSACTION),
            statement_started: int8(row, at::QUERY).map(|at| at + UNIX_EPOCH),
            query_age: self.age(row, at::QUERY),
            state_age: self.age(row, at::CHANGED),
            snapshot_age: int4(row, at::SNAPSHOT).and_then(|age| u32::try_from(age).ok()),
            // In its place the server puts a remark about privileges.
            statement: word(known.or(raw)).filter(|_| state != State::Hidden),
        }
    }

    /// How long ago something was. Two processors' clocks differ by a little: what seems to lie ahead has
    /// just begun.
    fn age(&self, row: &PgRow, at: usize) -> Option<Duration> {
        let micros = self.clock.saturating_sub(int8(row, at)?);
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    fn state(&self, word: Option<&[u8]>) -> State {
        let word = word.and_then(|word| std::str::from_utf8(word).ok());
        State::of(word, self.facts.server.rights.may_see_all)
    }

    fn role(&self, field: Option<&[u8]>) -> Option<String> {
        self.facts.roles.get(&oid(field)?).cloned()
    }

    fn database(&self, field: Option<&[u8]>) -> Option<String> {
        self.facts.databases.get(&oid(field)?).cloned()
    }
}

/// Whether a session is a client's, as the server decides it for those that it adds up itself: where the kind
/// is hidden, a session that has a role and a database is taken for one.
fn is_client(row: &PgRow) -> bool {
    match bytes(row, at::KIND) {
        Some(kind) => kind == b"client backend",
        None => bytes(row, at::USER).and(bytes(row, at::DATABASE)).is_some(),
    }
}

fn wait(row: &PgRow) -> Option<String> {
    let [kind, event] = at::WAIT.map(|at| bytes(row, at));
    let (kind, event) = (kind?, event?);
    let words = [
        String::from_utf8_lossy(kind),
        String::from_utf8_lossy(event),
    ];
    Some(words.join(": "))
}

/// A unix socket has no address, and -1 for a port.
fn client(row: &PgRow) -> Option<Client> {
    let port = int4(row, at::PORT)?;
    match bytes(row, at::ADDRESS) {
        Some(address) => {
            let port = u16::try_from(port).ok()?;
            Some(Client::At(SocketAddr::new(ip(Some(address))?, port)))
        }
        None => (port < 0).then_some(Client::Local),
    }
}
