//! The sessions of a server, in one scan.

use std::net::SocketAddr;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::Line;
use super::rows::{count, field, flag, seconds, statement, text};
use super::trouble::Trouble;
use crate::monitor::MONITOR_NAME;
use crate::monitor::connections::Alike;
use crate::monitor::ours::named;
use crate::monitor::session::{Client, RECOVERY, Session, State};

/// The fields of a session, from a row of `pg_stat_get_activity`. The function is asked instead of the
/// view, whose joins cost more than the scan. A database of another encoding than ours may hold bytes that
/// its server can't translate, so it sends a statement as the bytes that it has. The ages come from the older
/// of two functions: the newer one computes decimal digits, which takes a sixth of the whole time.
macro_rules! session_fields {
    () => {
        "datid, pid, (extract(epoch FROM backend_start) * 1000000)::int8 AS started,
         CASE WHEN usesysid IS NOT NULL THEN pg_get_userbyid(usesysid)::text END AS username,
         application_name, host(client_addr) AS client_address, client_port, backend_type, state,
         wait_event_type || ': ' || wait_event AS wait,
         date_part('epoch', clock_timestamp() - backend_start) AS session_age,
         date_part('epoch', clock_timestamp() - xact_start) AS transaction_age,
         date_part('epoch', clock_timestamp() - query_start) AS query_age,
         date_part('epoch', clock_timestamp() - state_change) AS state_age,
         age(backend_xmin) AS snapshot_age,
         CASE WHEN getdatabaseencoding() = 'UTF8' THEN left(query, 300) END AS statement,
         CASE WHEN getdatabaseencoding() <> 'UTF8'
              THEN convert_to(left(query, 300), getdatabaseencoding()) END AS raw_statement"
    };
}

/// Ours come before all others, whether their name says so or their number is known.
macro_rules! ours_first {
    () => {
        "(application_name = $1 OR starts_with(application_name, $1 || ':') OR pid = ANY($3)) DESC"
    };
}

/// First all clients of the server, those that are alike added up; then the busy sessions of this
/// database, those that wait for locks apart from the others, so that many of one kind do not push
/// out the other; then the idle ones, where they are wanted. Who sees nothing of other roles gets
/// neither the kind nor the state of their sessions, but still counts them.
const SESSIONS: &str = concat!(
    "WITH a AS MATERIALIZED (
         SELECT *, coalesce(datid = $4, false) AS here FROM pg_stat_get_activity(NULL))
     (SELECT true AS alike, here, count(*) AS sessions,
             count(*) FILTER (WHERE here AND wait_event_type = 'Lock') AS waiting,
             datid, NULL::int4 AS pid, NULL::int8 AS started,
             pg_get_userbyid(usesysid)::text AS username, application_name,
             host(client_addr) AS client_address, NULL::int4 AS client_port,
             NULL AS backend_type, state, NULL AS wait, NULL::float8 AS session_age,
             NULL::float8 AS transaction_age, NULL::float8 AS query_age, NULL::float8 AS state_age,
             NULL::int4 AS snapshot_age, NULL AS statement, NULL::bytea AS raw_statement
        FROM a
       WHERE backend_type = 'client backend' OR backend_type IS NULL AND usesysid IS NOT NULL
       GROUP BY here, datid, usesysid, application_name, client_addr, state)
     UNION ALL
     (SELECT false, here, 1, 0, ",
    session_fields!(),
    "   FROM a
       WHERE here AND state <> 'idle' AND application_name <> $2 AND wait_event_type = 'Lock'
       ORDER BY ",
    ours_first!(),
    ", query_start
       LIMIT greatest(200, $5))
     UNION ALL
     (SELECT false, here, 1, 0, ",
    session_fields!(),
    "   FROM a
       WHERE here AND state <> 'idle' AND application_name <> $2
         AND wait_event_type IS DISTINCT FROM 'Lock'
       ORDER BY ",
    ours_first!(),
    ", xact_start NULLS LAST
       LIMIT greatest(200, $5))
     UNION ALL
     (SELECT false, here, 1, 0, ",
    session_fields!(),
    "   FROM a
       WHERE here AND state = 'idle' AND application_name <> $2
       ORDER BY ",
    ours_first!(),
    ", state_change
       LIMIT $5)"
);

/// Sessions by their pids, idle ones and those of other databases included.
const SESSIONS_OF: &str = concat!(
    "SELECT ",
    session_fields!(),
    " FROM unnest($1::int4[]) AS wanted (wanted), LATERAL pg_stat_get_activity(wanted)"
);

/// The sessions that a poll found.
#[derive(Default)]
pub(super) struct Sessions {
    pub(super) alike: Vec<Alike>,
    /// The busy ones of this database and, as many as were wanted, the idle ones.
    pub(super) listed: Vec<Session>,
    /// How many wait for a lock in this database, as far as this role may see.
    pub(super) waiting: u32,
}

/// What is wanted of the sessions.
pub(super) struct Wanted<'a> {
    /// What the sessions of this run are called.
    pub(super) tag: &'a str,
    /// Sessions that are known to be ours by other signs.
    pub(super) ours: &'a [i32],
    /// How many idle sessions are listed.
    pub(super) idle: u32,
}

impl Sessions {
    /// Reads them.
    pub(super) async fn read(
        line: &mut Line,
        facts: &Facts,
        wanted: &Wanted<'_>,
    ) -> Result<Sessions, Trouble> {
        let statement = sqlx::query(SESSIONS)
            .bind(wanted.tag)
            .bind(MONITOR_NAME)
            .bind(wanted.ours)
            .bind(Oid(facts.database))
            .bind(i64::from(wanted.idle));
        let mut sessions = Sessions::default();
        for row in &line.rows(statement).await? {
            if flag(row, "alike") {
                sessions.waiting += count(row, "waiting");
                sessions.alike.push(alike(row, facts, wanted.tag));
            } else {
                sessions.listed.push(session(row, facts, wanted.tag));
            }
        }
        Ok(sessions)
    }
}

/// The sessions with these pids that are there.
pub(super) async fn sessions_of(
    line: &mut Line,
    facts: &Facts,
    pids: Vec<i32>,
    tag: &str,
) -> Result<Vec<Session>, Trouble> {
    let rows = line.rows(sqlx::query(SESSIONS_OF).bind(pids)).await?;
    Ok(rows.iter().map(|row| session(row, facts, tag)).collect())
}

fn alike(row: &PgRow, facts: &Facts, tag: &str) -> Alike {
    let application = text(row, "application_name").unwrap_or_default();
    Alike {
        user: text(row, "username"),
        ours: named(&application, tag).is_some(),
        application,
        database: database(row, facts),
        address: text(row, "client_address"),
        state: state(row, facts),
        here: flag(row, "here"),
        sessions: count(row, "sessions"),
    }
}

fn session(row: &PgRow, facts: &Facts, tag: &str) -> Session {
    let kind = text(row, "backend_type");
    let state = state(row, facts);
    // The process that replays the log of another server has neither a name nor a state.
    let recovers = kind.as_deref() == Some(RECOVERY);
    let (application, state) = if recovers {
        ("recovery".to_owned(), State::Other)
    } else {
        (text(row, "application_name").unwrap_or_default(), state)
    };
    Session {
        pid: field(row, "pid").unwrap_or_default(),
        started: field(row, "started"),
        user: text(row, "username"),
        ours: named(&application, tag),
        application,
        database: database(row, facts),
        client: client(row),
        kind,
        state,
        wait: text(row, "wait"),
        session_age: seconds(row, "session_age"),
        transaction_age: seconds(row, "transaction_age"),
        query_age: seconds(row, "query_age"),
        state_age: seconds(row, "state_age"),
        snapshot_age: field::<i32>(row, "snapshot_age").and_then(|age| u32::try_from(age).ok()),
        // In its place the server puts a remark about privileges.
        statement: statement(row).filter(|_| state != State::Hidden),
    }
}

fn state(row: &PgRow, facts: &Facts) -> State {
    let word = text(row, "state");
    State::of(word.as_deref(), facts.server.rights.may_see_all)
}

fn database(row: &PgRow, facts: &Facts) -> Option<String> {
    let Oid(oid) = field(row, "datid")?;
    facts.databases.get(&oid).cloned()
}

/// A unix socket has no address, and -1 for a port.
fn client(row: &PgRow) -> Option<Client> {
    let port: i32 = field(row, "client_port")?;
    match text(row, "client_address") {
        Some(address) => Some(Client::At(SocketAddr::new(
            address.parse().ok()?,
            u16::try_from(port).ok()?,
        ))),
        None => (port < 0).then_some(Client::Local),
    }
}
