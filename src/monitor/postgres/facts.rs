//! What changes rarely about a server.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::line::{Line, query};
use super::rows::{field, flag, text};
use super::trouble::Trouble;
use crate::monitor::health::{Rights, ServerFacts};
use crate::monitor::identity::IDENTITY;
use crate::monitor::limits::Limits;
use crate::monitor::progress::View;

/// Columns are looked for rather than concluded from the version.
const FACTS: &str = "
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
           current_database()::text AS database,
           current_user::text AS role,
           quote_ident(current_user) AS quoted_role,
           d.oid AS database_oid,
           host(inet_client_addr()) AS seen_as,
           (SELECT array_agg(oid) FROM pg_database) AS oids,
           (SELECT array_agg(datname::text) FROM pg_database) AS names,
           (SELECT array_agg(oid) FROM pg_roles) AS role_oids,
           (SELECT array_agg(rolname::text) FROM pg_roles) AS role_names,
           (SELECT array_agg(rolname::text ORDER BY oid) FROM pg_roles WHERE rolsuper) AS superusers,
           getdatabaseencoding() = 'UTF8' AS is_utf8,
           r.rolsuper AS superuser,
           r.rolsuper OR pg_has_role(r.oid, 'pg_read_all_stats', 'USAGE') AS may_see_all,
           r.rolsuper OR pg_has_role(r.oid, 'pg_signal_backend', 'USAGE') AS may_signal,
           pg_is_in_recovery() AS in_recovery,
           extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS up,
           current_setting('max_connections')::int4 AS max_connections,
           current_setting('superuser_reserved_connections')::int4 AS superuser_reserved,
           current_setting('reserved_connections', true)::int4 AS reserved,
           d.datconnlimit AS database_limit,
           (SELECT array_agg(rolname::text ORDER BY oid) FROM pg_roles
             WHERE rolconnlimit >= 0 AND NOT rolsuper) AS limited_roles,
           (SELECT array_agg(rolconnlimit ORDER BY oid) FROM pg_roles
             WHERE rolconnlimit >= 0 AND NOT rolsuper) AS role_limits,
           to_regclass('pg_stat_checkpointer') IS NOT NULL AS checkpointer,
           ARRAY(SELECT c.relname::text FROM pg_class AS c
                  WHERE c.relnamespace = 'pg_catalog'::regnamespace
                    AND starts_with(c.relname::text, 'pg_stat_progress_')) AS progress,
           EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = 'pg_stat_progress_vacuum'::regclass
                      AND attname = 'indexes_total') AS vacuumed_indexes,
           EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = 'pg_locks'::regclass AND attname = 'waitstart') AS waitstart
      FROM pg_roles AS r, pg_database AS d
     WHERE r.rolname = current_user AND d.datname = current_database()";

/// The facts for the screen, and those that only the polls need.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) server: ServerFacts,
    /// The number of this database.
    pub(super) database: u32,
    /// The names of all databases of the server.
    pub(super) databases: HashMap<u32, String>,
    /// The names of all roles of the server.
    pub(super) roles: HashMap<u32, String>,
    /// Whether texts are encoded as they are here.
    pub(super) is_utf8: bool,
    /// The role, as it is written without quotes.
    pub(super) role: String,
    /// The address from which the server sees us; none over a unix socket.
    pub(super) seen_as: Option<IpAddr>,
    /// The question for all its progress views; empty if it has none.
    pub(super) progress: String,
    /// The views that it has of those.
    pub(super) counted: Vec<View>,
    /// Whether checkpoints are counted in a view of their own.
    pub(super) checkpointer: bool,
    /// Whether the server tells since when a lock is waited for.
    pub(super) waitstart: bool,
}

impl Facts {
    /// Asks for them.
    pub(super) async fn read(line: &mut Line) -> Result<Facts, Trouble> {
        line.begin().await?;
        let rows = line.rows(query(FACTS)).await;
        let identity = match &rows {
            Ok(_) => identity(line).await,
            Err(_) => Ok(None),
        };
        let ended = line.end().await;
        let (rows, identity) = (rows?, identity?);
        ended?;
        let mut facts = rows.first().map(facts).unwrap_or_default();
        facts.server.identity = identity;
        facts.server.pooled = line.is_pooled();
        Ok(facts)
    }
}

/// Who the server says that it is.
async fn identity(line: &mut Line) -> Result<Option<String>, Trouble> {
    for sql in IDENTITY {
        let asked = line.rows(query(sql)).await;
        if let Ok(rows) = line.part(asked).await? {
            return Ok(rows.first().and_then(|row| text(row, "identity")));
        }
    }
    Ok(None)
}

fn facts(row: &PgRow) -> Facts {
    let counted = views(row);
    let number = |name: &str| field::<i32>(row, name).and_then(|n| u32::try_from(n).ok());
    Facts {
        server: ServerFacts {
            version: text(row, "version").unwrap_or_default(),
            database: text(row, "database").unwrap_or_default(),
            role: text(row, "quoted_role").unwrap_or_default(),
            rights: Rights {
                superuser: flag(row, "superuser"),
                may_see_all: flag(row, "may_see_all"),
                may_signal: flag(row, "may_signal"),
            },
            superusers: field(row, "superusers").unwrap_or_default(),
            identity: None,
            news: None,
            in_recovery: flag(row, "in_recovery"),
            up: field(row, "up").and_then(|secs| Duration::try_from_secs_f64(secs).ok()),
            pooled: false,
            limits: Limits {
                max_connections: number("max_connections").unwrap_or_default(),
                superuser_reserved: number("superuser_reserved").unwrap_or_default(),
                reserved: number("reserved").unwrap_or_default(),
                // -1 says that there is no limit, and is no number of sessions.
                database: number("database_limit"),
                roles: role_limits(row),
            },
        },
        database: field(row, "database_oid").map_or(0, |Oid(oid)| oid),
        databases: names(row, "oids", "names"),
        roles: names(row, "role_oids", "role_names"),
        is_utf8: flag(row, "is_utf8"),
        role: text(row, "role").unwrap_or_default(),
        seen_as: text(row, "seen_as").and_then(|address| address.parse().ok()),
        progress: progress(&counted, row),
        counted,
        checkpointer: flag(row, "checkpointer"),
        waitstart: flag(row, "waitstart"),
    }
}

fn names(row: &PgRow, oids: &str, names: &str) -> HashMap<u32, String> {
    let oids: Vec<Oid> = field(row, oids).unwrap_or_default();
    let names: Vec<String> = field(row, names).unwrap_or_default();
    oids.into_iter().map(|Oid(oid)| oid).zip(names).collect()
}

/// No limit holds superusers up, so theirs are not asked for.
fn role_limits(row: &PgRow) -> BTreeMap<String, u32> {
    let names: Vec<String> = field(row, "limited_roles").unwrap_or_default();
    let limits: Vec<i32> = field(row, "role_limits").unwrap_or_default();
    let limits = limits
        .into_iter()
        .map(|limit| limit.try_into().unwrap_or(0));
    names.into_iter().zip(limits).collect()
}

fn views(row: &PgRow) -> Vec<View> {
    let names: Vec<String> = field(row, "progress").unwrap_or_default();
    let known = View::ALL.iter();
    let known = known.filter(|(_, name)| names.iter().any(|known| known == name));
    known.map(|(view, _)| *view).collect()
}

fn progress(views: &[View], row: &PgRow) -> String {
    if views.is_empty() {
        return String::new();
    }
    super::views::question(views, flag(row, "vacuumed_indexes"))
}
