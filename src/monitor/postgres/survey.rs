//! One look at a database before anything is changed: how large its tables are, who is in the way, and
//! which migrations are applied. Nothing here waits for a lock. What they are made of is asked in
//! [`details`].

mod details;
mod names;

use std::collections::HashSet;
use std::time::Duration;

use super::connect::Purpose;
use super::line::{Line, query};
use super::rows::{field, flag, seconds, text};
use super::target::Target;
use super::trouble::Trouble;
use crate::plan::{Busy, Facts};

/// How long the server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sizes by the pages that the catalogs tell, so that no table has to be opened. Of what is below a table nothing is
/// counted here.
const TABLES: &str = "
    SELECT CASE n.nspname WHEN 'public' THEN c.relname::text
                ELSE n.nspname || '.' || c.relname END AS name,
           c.reltuples::float8 AS rows,
           c.relpages > 0 OR c.relkind = 'p' AS known,
           (greatest(c.relpages, 0)::int8
            + coalesce((SELECT sum(greatest(i.relpages, 0)) FROM pg_index AS x
                          JOIN pg_class AS i ON i.oid = x.indexrelid
                         WHERE x.indrelid = c.oid), 0)::int8
            + coalesce(greatest(t.relpages, 0), 0)::int8)
           * current_setting('block_size')::int8 AS bytes
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid
     WHERE c.relkind IN ('r', 'p', 'm')
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname NOT LIKE 'pg\\_t%'";

/// The sizes of tables that nobody has counted yet. This opens them, so it may fail on a lock.
const UNCOUNTED: &str = "
    SELECT CASE n.nspname WHEN 'public' THEN c.relname::text
                ELSE n.nspname || '.' || c.relname END AS name,
           pg_total_relation_size(c.oid) AS bytes
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND c.relpages = 0
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND n.nspname NOT LIKE 'pg\\_t%'";

/// The oldest transaction that holds a lock on each table, where it is not a moment old.
const BUSY: &str = "
    SELECT DISTINCT ON (l.relation)
           CASE n.nspname WHEN 'public' THEN c.relname::text
                ELSE n.nspname || '.' || c.relname END AS name,
           a.pid AS pid,
           coalesce(nullif(a.application_name, ''), 'a session') AS application,
           extract(epoch FROM now() - a.xact_start)::float8 AS since
      FROM pg_locks AS l
      JOIN pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'm')
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_stat_activity AS a ON a.pid = l.pid
     WHERE l.granted AND l.locktype = 'relation'
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND a.pid <> pg_backend_pid()
       AND a.xact_start < now() - interval '5 seconds'
     ORDER BY l.relation, a.xact_start";

/// Where tools keep what is applied, and how to read the names.
const APPLIED: [(&str, &str); 5] = [
    (
        "_prisma_migrations",
        "SELECT migration_name::text AS name FROM _prisma_migrations \
         WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
    ),
    (
        "_sqlx_migrations",
        "SELECT version::text AS name FROM _sqlx_migrations WHERE success",
    ),
    (
        "flyway_schema_history",
        "SELECT version::text AS name FROM flyway_schema_history WHERE success AND version IS NOT NULL",
    ),
    (
        "__diesel_schema_migrations",
        "SELECT version::text AS name FROM __diesel_schema_migrations",
    ),
    (
        "schema_migrations",
        "SELECT version::text AS name FROM schema_migrations",
    ),
];

/// Looks at the database at `url` once. The error says what is wrong without repeating the URL.
pub async fn survey(url: &str) -> Result<Facts, String> {
    let target = Target::parse(url)?;
    let connected = target.connect(Purpose::Asking, PATIENCE).await;
    let mut line = connected.map_err(|trouble| trouble.words)?;
    let mut facts = basics(&mut line).await.map_err(|trouble| trouble.words)?;
    // What follows only adds to it: a role may not be allowed to see all of it.
    if let Ok(rows) = line.rows(query(UNCOUNTED)).await {
        for row in &rows {
            let name = text(row, "name").unwrap_or_default();
            let bytes: Option<i64> = field(row, "bytes");
            if let Some(table) = facts.tables.get_mut(&name) {
                table.bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok());
            }
        }
    }
    details::add(&mut line, &mut facts).await;
    names::add(&mut line, &mut facts).await;
    facts.applied = applied(&mut line).await;
    if let Ok(rows) = line.rows(query(BUSY)).await {
        for row in &rows {
            let name = text(row, "name").unwrap_or_default();
            if let Some(table) = facts.tables.get_mut(&name) {
                table.busy = Some(Busy {
                    pid: field(row, "pid").unwrap_or_default(),
                    application: text(row, "application").unwrap_or_default(),
                    since: seconds(row, "since").unwrap_or_default(),
                });
            }
        }
    }
    Ok(facts)
}

async fn basics(line: &mut Line) -> Result<Facts, Trouble> {
    const VERSION: &str = "SELECT current_setting('server_version_num')::int4 / 10000 AS version";
    let mut facts = Facts::default();
    let rows = line.rows(query(VERSION)).await?;
    let version: Option<i32> = rows.first().and_then(|row| field(row, "version"));
    facts.server = version.and_then(|version| u32::try_from(version).ok());
    for row in &line.rows(query(TABLES)).await? {
        let bytes: i64 = field(row, "bytes").unwrap_or_default();
        let rows: Option<f64> = field(row, "rows");
        let table = crate::plan::TableFacts {
            bytes: u64::try_from(bytes).ok().filter(|_| flag(row, "known")),
            // Without statistics it is less than nothing.
            rows: rows.filter(|rows| *rows >= 0.0).map(|rows| rows as u64),
            ..crate::plan::TableFacts::default()
        };
        facts
            .tables
            .insert(text(row, "name").unwrap_or_default(), table);
    }
    Ok(facts)
}

/// The migrations that are applied, by name. Where no tool has left a table, none are.
async fn applied(line: &mut Line) -> Option<HashSet<String>> {
    let mut names = HashSet::new();
    for (table, sql) in APPLIED {
        let there = line
            .rows(query("SELECT to_regclass($1) IS NOT NULL AS there").bind(table))
            .await
            .ok()?;
        let there = there
            .first()
            .and_then(|row| field(row, "there"))
            .unwrap_or(false);
        if there {
            let rows = line.rows(query(sql)).await.ok()?;
            names.extend(rows.iter().filter_map(|row| text(row, "name")));
        }
    }
    Some(names)
}
