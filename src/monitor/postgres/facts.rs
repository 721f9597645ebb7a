//! What changes rarely about a server.

use sqlx::postgres::PgRow;

use super::line::Line;
use super::rows::{field, flag, text};
use super::trouble::Trouble;
use crate::monitor::connections::Limits;
use crate::monitor::health::{Rights, ServerFacts};

/// Columns are looked for rather than concluded from the version.
const FACTS: &str = "
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
           current_database()::text AS database,
           quote_ident(current_user) AS role,
           r.rolsuper AS superuser,
           r.rolsuper OR pg_has_role(r.oid, 'pg_read_all_stats', 'USAGE') AS may_see_all,
           r.rolsuper OR pg_has_role(r.oid, 'pg_signal_backend', 'USAGE') AS may_signal,
           pg_is_in_recovery() AS in_recovery,
           current_setting('max_connections')::int4 AS max_connections,
           current_setting('superuser_reserved_connections')::int4 AS superuser_reserved,
           current_setting('reserved_connections', true)::int4 AS reserved,
           d.datconnlimit AS database_limit,
           EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = 'pg_locks'::regclass AND attname = 'waitstart') AS waitstart
      FROM pg_roles AS r, pg_database AS d
     WHERE r.rolname = current_user AND d.datname = current_database()";

/// The facts for the screen, and those that only the polls need.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) server: ServerFacts,
    /// Whether the server tells since when a lock is waited for.
    pub(super) waitstart: bool,
}

impl Facts {
    /// Asks for them.
    pub(super) async fn read(line: &mut Line) -> Result<Facts, Trouble> {
        line.begin().await?;
        let rows = line.rows(sqlx::query(FACTS)).await;
        let ended = line.end().await;
        let rows = rows?;
        ended?;
        let mut facts = rows.first().map(facts).unwrap_or_default();
        facts.server.pooled = line.is_pooled();
        Ok(facts)
    }
}

fn facts(row: &PgRow) -> Facts {
    let number = |name: &str| field::<i32>(row, name).and_then(|n| u32::try_from(n).ok());
    Facts {
        server: ServerFacts {
            version: text(row, "version").unwrap_or_default(),
            database: text(row, "database").unwrap_or_default(),
            role: text(row, "role").unwrap_or_default(),
            rights: Rights {
                superuser: flag(row, "superuser"),
                may_see_all: flag(row, "may_see_all"),
                may_signal: flag(row, "may_signal"),
            },
            in_recovery: flag(row, "in_recovery"),
            pooled: false,
            limits: Limits {
                max_connections: number("max_connections").unwrap_or_default(),
                superuser_reserved: number("superuser_reserved").unwrap_or_default(),
                reserved: number("reserved").unwrap_or_default(),
                // -1 says that there is no limit, and is no number of sessions.
                database: number("database_limit"),
            },
        },
        waitstart: flag(row, "waitstart"),
    }
}
