//! What somebody wants to know about one session: its whole statement, its locks, and how the server
//! would carry the statement out.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgRow;

use super::keep::KeptLine;
use super::rows::{field, flag, relation, seconds, statement, text};
use super::sessions::LISTED;
use crate::monitor::inspection::{Inspection, SessionLock, explainable};
use crate::monitor::session::Backend;

/// The statement as a whole, as far as the server keeps it; it cuts one between two letters.
const STATEMENT: &str = "
    SELECT CASE WHEN pg_catalog.getdatabaseencoding() = 'UTF8' THEN query END AS statement,
           CASE WHEN pg_catalog.getdatabaseencoding() <> 'UTF8'
                THEN pg_catalog.convert_to(query, pg_catalog.getdatabaseencoding()) END
               AS raw_statement,
           octet_length(query) + 4
           >= pg_catalog.pg_size_bytes(pg_catalog.current_setting('track_activity_query_size'))
               AS cut,
           pg_catalog.pg_blocking_pids(pid) AS blocked_by,
           ARRAY(SELECT a.pid FROM pg_catalog.pg_stat_get_activity(NULL) AS a
                  WHERE a.wait_event_type = 'Lock'
                    AND $1 = ANY(pg_catalog.pg_blocking_pids(a.pid)) LIMIT 50) AS blocks
      FROM pg_catalog.pg_stat_get_activity($1)
     WHERE (extract(epoch FROM backend_start) * 1000000)::int8 = $2";

const LOCKS: &str = "
    SELECT l.locktype, l.mode, l.granted, l.fastpath,
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

    /// What there is to know about a session. The error says why it is not known.
    pub async fn inspect(&self, backend: Backend) -> Result<Inspection, String> {
        let spare = self.0.as_ref().map_err(Clone::clone)?;
        let Backend { pid, started } = backend;
        let found = spare.ask(|| sqlx::query(STATEMENT).bind(pid).bind(started));
        let found = found.await.map_err(|trouble| trouble.words)?;
        let row = found
            .first()
            .ok_or_else(|| format!("session {pid} has ended"))?;
        let locks = spare.ask(|| sqlx::query(LOCKS).bind(pid)).await;
        let locks = locks.map_err(|trouble| trouble.words)?;
        Ok(Inspection {
            statement: statement(row).unwrap_or_default(),
            locks: locks.iter().map(lock).collect(),
            blocked_by: field(row, "blocked_by").unwrap_or_default(),
            blocks: field(row, "blocks").unwrap_or_default(),
        })
    }

    /// How the server would carry the statement of a session out that begins with what is `shown` of it, a
    /// line each; it is only planned, never run. The error says why there is no plan: half a statement may
    /// be another one.
    pub async fn explain(&self, backend: Backend, shown: &str) -> Result<Vec<String>, String> {
        let spare = self.0.as_ref().map_err(Clone::clone)?;
        let Backend { pid, started } = backend;
        let found = spare.ask(|| sqlx::query(STATEMENT).bind(pid).bind(started));
        let found = found.await.map_err(|trouble| trouble.words)?;
        let whole = found.first().and_then(statement).unwrap_or_default();
        let statement = if whole.starts_with(shown) {
            if found.first().is_some_and(|row| flag(row, "cut")) {
                return Err("the server keeps only the beginning of this statement \
                            (track_activity_query_size), so it can't be planned"
                    .to_owned());
            }
            whole
        } else if shown.chars().count() < LISTED {
            shown.to_owned()
        } else {
            return Err(format!(
                "{pid} is at something else now, and only the beginning of this is known"
            ));
        };
        Self::explain_whole(spare, &statement).await
    }

    async fn explain_whole(spare: &KeptLine, statement: &str) -> Result<Vec<String>, String> {
        let statement = explainable(statement)?;
        // Statements of applications often have places for values, for which newer servers can plan.
        let (options, generic) = if statement.contains("$1") {
            ("(GENERIC_PLAN)", true)
        } else {
            ("", false)
        };
        // A prepared statement is one statement: nothing can hide behind a semicolon.
        let sql = format!("EXPLAIN {options} {statement}");
        let asked = spare.ask(|| sqlx::query(AssertSqlSafe(sql.clone())).persistent(false));
        let rows = asked.await.map_err(|trouble| {
            if generic && trouble.words.contains("generic_plan") {
                "it has places for values ($1): PostgreSQL 16 and newer can plan that".to_owned()
            } else {
                trouble.words
            }
        })?;
        let line = |row: &PgRow| text(row, "QUERY PLAN");
        Ok(rows.iter().filter_map(line).collect())
    }
}

fn lock(row: &PgRow) -> SessionLock {
    let locktype = text(row, "locktype").unwrap_or_default();
    let number = |name: &str| field::<i64>(row, name);
    let object = match (relation(row, "relation"), text(row, "transaction")) {
        (Some(relation), _) => relation,
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
