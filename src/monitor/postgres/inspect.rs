//! What somebody wants to know about one session: its whole statement, and its locks.

use std::sync::Arc;

use sqlx::postgres::PgRow;

use super::explain::explain;
use super::keep::KeptLine;
use super::line::query;
use super::locks::prepared;
use super::rows::{field, flag, relation, seconds, statement, text};
use super::trouble::Trouble;
use crate::monitor::inspection::{Inspection, Planned, SessionLock, Shown, Subject};
use crate::monitor::locks::Prepared;
use crate::monitor::session::Backend;

/// Whom the process that replays the log of another server waits for: it has a queue of its own, of which
/// the server says nothing but what is seen among the locks.
macro_rules! recovery {
    ($wanted:literal, $of:literal) => {
        concat!(
            "CASE WHEN pg_catalog.pg_is_in_recovery() THEN
             ARRAY(SELECT DISTINCT ",
            $wanted,
            ".pid
                 FROM pg_catalog.pg_locks AS w
                 JOIN pg_catalog.pg_locks AS h ON h.granted AND h.pid <> w.pid AND h.database = w.database
                                                  AND h.relation = w.relation
                WHERE NOT w.granted AND w.locktype = 'relation'
                  AND (SELECT s.backend_type
                         FROM pg_catalog.pg_stat_get_activity(w.pid) AS s) = 'startup'
                  AND ",
            $of,
            ".pid = $1)
             ELSE '{}' END"
        )
    };
}

/// Who waits for a session. Asking that of a session stops the whole server for a moment, so only those are
/// asked that have waited longest. That they wait, every role may see among the locks, and only there; but
/// who waits for a snapshot is not among them.
macro_rules! blocks {
    () => {
        concat!(
            "ARRAY(SELECT w.pid
                 FROM (SELECT o.pid
                         FROM (SELECT DISTINCT pid FROM pg_catalog.pg_locks
                                WHERE NOT granted AND pid <> $1) AS o
                         LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(o.pid) AS s ON true
                        ORDER BY s.query_start LIMIT 50) AS w
                WHERE $1 = ANY(pg_catalog.pg_blocking_pids(w.pid))
               UNION
               SELECT w.pid FROM pg_catalog.pg_stat_get_activity(NULL) AS w
                WHERE w.wait_event = 'SafeSnapshot'
                  AND $1 = ANY(pg_catalog.pg_safe_snapshot_blocking_pids(w.pid)))
             || ",
            recovery!("w", "h"),
            " AS blocks"
        )
    };
}

/// The session with its statement, with whom it waits for and who waits for it. Who may not see when it
/// began does not see its statement either.
const SESSION: &str = concat!(
    "SELECT a.pid, a.backend_start IS NULL AS hidden, octet_length(a.query) + 4 >= s.setting::int4 AS cut,
            CASE WHEN pg_catalog.getdatabaseencoding() = 'UTF8' THEN a.query END AS statement,
            CASE WHEN pg_catalog.getdatabaseencoding() <> 'UTF8'
                 THEN pg_catalog.convert_to(a.query, pg_catalog.getdatabaseencoding()) END AS raw_statement,
            pg_catalog.pg_blocking_pids(a.pid) || pg_catalog.pg_safe_snapshot_blocking_pids(a.pid)
              || ",
    recovery!("h", "w"),
    " AS blocked_by, ",
    blocks!(),
    " FROM pg_catalog.pg_settings AS s, pg_catalog.pg_stat_get_activity($1) AS a
      WHERE s.name = 'track_activity_query_size'
        AND ($2::int8 IS NULL OR (extract(epoch FROM a.backend_start) * 1000000)::int8 = $2)"
);

const WAITING: &str = concat!("SELECT ", blocks!());

/// What is prepared in this database, each lock of it in a row of its own. The locks belong to no process;
/// what they have in common is the lock on the transaction's own number.
const PREPARED: &str = "
    SELECT p.gid, p.owner::text AS owner, pg_catalog.age(p.transaction) AS transactions,
           extract(epoch FROM clock_timestamp() - p.prepared)::float8 AS age,
           l.locktype, l.mode, l.granted,
           CASE WHEN l.database = d.oid THEN l.relation::pg_catalog.regclass::text END AS relation,
           l.transactionid::text AS transaction, l.classid::int8 AS class, l.objid::int8 AS object,
           NULL::float8 AS waited
      FROM pg_catalog.pg_prepared_xacts AS p
      JOIN pg_catalog.pg_database AS d ON d.datname = p.database
      LEFT JOIN (pg_catalog.pg_locks AS own
                 JOIN pg_catalog.pg_locks AS l
                   ON l.pid IS NULL AND l.virtualtransaction = own.virtualtransaction)
        ON own.pid IS NULL AND own.transactionid = p.transaction
     WHERE p.database = current_database()
     ORDER BY p.prepared, p.gid, l.locktype <> 'relation', relation, l.mode
     LIMIT 200";

const LOCKS: &str = "
    SELECT l.locktype, l.mode, l.granted,
           CASE WHEN l.database = d.oid THEN l.relation::pg_catalog.regclass::text END AS relation,
           l.transactionid::text AS transaction, l.classid::int8 AS class, l.objid::int8 AS object,
           extract(epoch FROM clock_timestamp()
                   - (pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz)::float8 AS waited
      FROM pg_catalog.pg_locks AS l, pg_catalog.pg_database AS d
     WHERE l.pid = $1 AND d.datname = current_database() AND l.locktype <> 'virtualxid'
     ORDER BY l.granted, l.locktype <> 'relation', relation, l.mode
     LIMIT 200";

/// Looks into single sessions of one database.
#[derive(Clone)]
pub struct Inspector(Result<Arc<KeptLine>, String>);

impl Inspector {
    /// Over the spare connection, or with the reason why there is none.
    pub(in crate::monitor) fn new(spare: Result<Arc<KeptLine>, String>) -> Self {
        Inspector(spare)
    }

    /// What there is to know about a session, or about what is prepared. The error says why it is not known.
    pub async fn inspect(&self, subject: impl Into<Subject>) -> Result<Inspection, String> {
        let spare = self.0.as_ref().map_err(Clone::clone)?;
        let found = match subject.into() {
            Subject::Session { pid, started } => of_session(spare, pid, started).await,
            Subject::Prepared => of_prepared(spare).await,
        };
        found.map_err(|trouble| trouble.words)?
    }

    /// How the server would carry the statement of a session out that begins with what is `shown` of it. It
    /// is planned and not run, but whoever plans runs the functions in it that count as constant, so that of
    /// another role is planned only once somebody has `agreed` to that. The error says why there is no plan.
    pub async fn explain(
        &self,
        backend: Backend,
        shown: &Shown,
        agreed: bool,
    ) -> Result<Planned, String> {
        let spare = self.0.as_ref().map_err(Clone::clone)?;
        explain(spare, backend, shown, agreed).await
    }
}

async fn of_session(
    spare: &KeptLine,
    pid: i32,
    started: Option<i64>,
) -> Result<Result<Inspection, String>, Trouble> {
    let found = spare.ask(|| query(SESSION).bind(pid).bind(started));
    let found = found.await?;
    let Some(row) = found.first() else {
        return Ok(Err(format!("session {pid} has ended")));
    };
    let locks = spare.ask(|| query(LOCKS).bind(pid)).await?;
    let hidden = flag(row, "hidden");
    Ok(Ok(Inspection {
        // In its place the server puts a remark about privileges.
        statement: statement(row).filter(|_| !hidden).unwrap_or_default(),
        cut: flag(row, "cut"),
        locks: locks.iter().map(lock).collect(),
        blocked_by: field(row, "blocked_by").unwrap_or_default(),
        blocks: field(row, "blocks").unwrap_or_default(),
        prepared: Vec::new(),
    }))
}

async fn of_prepared(spare: &KeptLine) -> Result<Result<Inspection, String>, Trouble> {
    let rows = spare.ask(|| query(PREPARED)).await?;
    let mut all: Vec<(Prepared, Vec<SessionLock>)> = Vec::new();
    for row in &rows {
        let one = prepared(row);
        if all.last().is_none_or(|(last, _)| last.gid != one.gid) {
            all.push((one, Vec::new()));
        }
        if let (Some((_, locks)), Some(_)) = (all.last_mut(), text(row, "mode")) {
            locks.push(lock(row));
        }
    }
    if all.is_empty() {
        return Ok(Err("nothing is prepared any more".to_owned()));
    }
    let waiting = spare.ask(|| query(WAITING).bind(0)).await?;
    let blocks = waiting.first().and_then(|row| field(row, "blocks"));
    Ok(Ok(Inspection {
        blocks: blocks.unwrap_or_default(),
        prepared: all,
        ..Inspection::default()
    }))
}

fn lock(row: &PgRow) -> SessionLock {
    let locktype = text(row, "locktype").unwrap_or_default();
    let number = |name: &str| field::<i64>(row, name);
    let object = match (relation(row, "relation"), text(row, "transaction")) {
        (Some(relation), _) => match locktype.as_str() {
            "tuple" => format!("a row of {relation}"),
            "page" => format!("a page of {relation}"),
            "extend" => format!("more room for {relation}"),
            _ => relation,
        },
        (None, Some(transaction)) => format!("transaction {transaction}"),
        (None, None) => match (number("class"), number("object")) {
            (Some(class), Some(object)) => format!("{locktype} {class}/{object}"),
            _ => locktype,
        },
    };
    let mode = text(row, "mode").unwrap_or_default();
    SessionLock {
        mode: mode.strip_suffix("Lock").unwrap_or(&mode).to_owned(),
        object,
        granted: flag(row, "granted"),
        waited: seconds(row, "waited"),
    }
}
