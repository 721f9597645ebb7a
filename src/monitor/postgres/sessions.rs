//! The sessions of a server, in one scan.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::Line;
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

/// The fields of a session, from a row of `pg_stat_get_activity`. The function is asked instead of the
/// view, whose joins cost more than the scan, and what can be computed here is not computed by the server.
/// A database of another encoding than ours may hold bytes that its server can't translate, so it sends a
/// statement as the bytes that it has.
macro_rules! session_fields {
    () => {
        "pid, datid, usesysid, application_name, client_addr, client_port, state, backend_type,
         wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
         age(backend_xmin), CASE WHEN $1 THEN left(query, 300) END,
         CASE WHEN NOT $1 THEN convert_to(left(query, 300), getdatabaseencoding()) END"
    };
}

/// Where the fields are in a row; those of a number of sessions that are alike end with their number, and how
/// many of them wait for a lock here. A row of its own, the last, has the server's clock, and instead of a
/// number whether it is a standby.
mod at {
    pub(super) const PID: usize = 0;
    pub(super) const DATABASE: usize = 1;
    pub(super) const USER: usize = 2;
    pub(super) const APPLICATION: usize = 3;
    pub(super) const ADDRESS: usize = 4;
    pub(super) const PORT: usize = 5;
    pub(super) const STATE: usize = 6;
    pub(super) const KIND: usize = 7;
    pub(super) const WAIT: [usize; 2] = [8, 9];
    pub(super) const STARTED: usize = 10;
    pub(super) const TRANSACTION: usize = 11;
    pub(super) const QUERY: usize = 12;
    pub(super) const CHANGED: usize = 13;
    pub(super) const SNAPSHOT: usize = 14;
    pub(super) const STATEMENT: [usize; 2] = [15, 16];
    pub(super) const SESSIONS: usize = 17;
    pub(super) const WAITING: usize = 18;
    pub(super) const CLOCK: usize = 19;
}

/// All sessions of the server, in one scan, and which of them are listed: those of this database, idle ones
/// where they are wanted.
macro_rules! activity {
    () => {
        "WITH a AS MATERIALIZED (
             SELECT pid, datid, usesysid, application_name, client_addr, client_port, state, backend_type,
                    wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
                    backend_xmin, query,
                    coalesce(datid = $2 AND application_name <> $3 AND (state <> 'idle' OR $4 > 0),
                             false) AS listed
               FROM pg_stat_get_activity(NULL))"
    };
}

/// All clients, those that are alike added up, and the server's clock. Who sees nothing of other roles gets
/// neither the kind nor the state of their sessions, but still counts them.
macro_rules! alike {
    ($of:literal) => {
        concat!(
            "SELECT NULL::int4, datid, usesysid, application_name, client_addr, NULL::int4, state, NULL,
                    NULL, NULL, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
                    NULL::timestamptz, NULL::int4, NULL, NULL::bytea, count(*),
                    count(*) FILTER (WHERE datid = $2 AND wait_event_type = 'Lock'), NULL::timestamptz
               FROM a
              WHERE (backend_type = 'client backend'
                     OR backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)",
            $of,
            " GROUP BY datid, usesysid, application_name, client_addr, state
             UNION ALL
             SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL, pg_is_in_recovery()::int::int8, NULL, clock_timestamp()"
        )
    };
}

/// Every session that is listed, and the others added up.
const SESSIONS: &str = concat!(
    activity!(),
    " SELECT ",
    session_fields!(),
    ", NULL::int8, NULL::int8, NULL::timestamptz FROM a WHERE listed UNION ALL ",
    alike!(" AND NOT listed")
);

/// Some of those that are listed. Ours come before all others, whether their name says so or their number
/// is known; then those that come first in this order.
macro_rules! some {
    ($which:literal, $first:literal, $limit:literal) => {
        concat!(
            "(SELECT ",
            session_fields!(),
            ", NULL::int8, NULL::int8, NULL::timestamptz FROM a WHERE listed AND ",
            $which,
            " ORDER BY (application_name = $5 OR starts_with(application_name, $5 || ':')
                        OR pid = ANY($6)) DESC, ",
            $first,
            " LIMIT ",
            $limit,
            ") UNION ALL "
        )
    };
}

/// Where there are too many to list them all: those that wait for locks apart from the others, so that many
/// of one kind do not push out the other, and then the idle ones; and all of them added up.
const SOME_SESSIONS: &str = concat!(
    activity!(),
    some!(
        "state <> 'idle' AND wait_event_type = 'Lock'",
        "query_start",
        "greatest(200, $4)"
    ),
    some!(
        "state <> 'idle' AND wait_event_type IS DISTINCT FROM 'Lock'",
        "xact_start NULLS LAST",
        "greatest(200, $4)"
    ),
    some!("state = 'idle'", "state_change", "$4"),
    alike!("")
);

/// Sessions by their pids, idle ones and those of other databases included.
const SESSIONS_OF: &str = concat!(
    "SELECT ",
    session_fields!(),
    ", NULL::int8, NULL::int8, clock_timestamp()
       FROM unnest($2::int4[]) AS wanted (wanted), LATERAL pg_stat_get_activity(wanted)"
);

/// The sessions that a poll found.
#[derive(Default)]
pub(super) struct Sessions {
    pub(super) alike: Vec<Alike>,
    /// The busy ones of this database and, as many as were wanted, the idle ones.
    pub(super) listed: Vec<Session>,
    /// How many wait for a lock in this database, as far as this role may see.
    pub(super) waiting: u32,
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
        let mut statement = sqlx::query(sql)
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
        let in_recovery = last.first().and_then(|row| int8(row, at::SESSIONS));
        sessions.in_recovery = in_recovery == Some(1);
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
        let counted = self.alike.iter().filter(listable);
        counted.map(|alike| alike.sessions).sum()
    }
}

/// The sessions with these pids that are there.
pub(super) async fn sessions_of(
    line: &mut Line,
    facts: &Facts,
    pids: Vec<i32>,
    tag: &str,
) -> Result<Vec<Session>, Trouble> {
    let statement = sqlx::query(SESSIONS_OF).bind(facts.is_utf8).bind(pids);
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
                    sessions.waiting += u32::from(session.waits_for_lock());
                    alone = 1;
                }
                sessions.listed.push(session);
            }
            let number = |at: usize| int8(row, at).and_then(|number| u32::try_from(number).ok());
            sessions.waiting += number(at::WAITING).unwrap_or_default();
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
