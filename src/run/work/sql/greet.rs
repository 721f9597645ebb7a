//! Learning who a session is, and setting it up.

use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::ask::identity;
use super::link::Link;
use super::simple::{literal, row, tell};

/// The first version whose sessions can end with their clients.
const CHECKS_CLIENTS: i32 = 140_000;

impl Link {
    /// Learns who the session is that was opened by `options`, and sets it up.
    pub async fn greet(
        mut connection: PgConnection,
        pooled: bool,
        options: PgConnectOptions,
    ) -> Result<Self, sqlx::Error> {
        let row = row(
            &mut connection,
            "select pid, (extract(epoch from backend_start) * 1000000)::bigint, pg_is_in_recovery(), current_setting('server_version_num')::int, session_user::text
             from pg_stat_activity where pid = pg_backend_pid()",
        )
        .await?;
        Ok(Link {
            server: identity(&mut connection).await,
            pid: row.try_get(0)?,
            started: row.try_get(1)?,
            in_recovery: row.try_get(2)?,
            version: row.try_get(3)?,
            user: row.try_get(4)?,
            pooled,
            is_new: true,
            connection,
            options,
        })
    }

    /// If we are killed, the server ends what we had begun instead of carrying on for nobody. Holds for the
    /// `session`, or where that is somebody else's next, as `local` for the transaction.
    pub(super) async fn end_with_us(&mut self, scope: &str) -> Result<(), sqlx::Error> {
        if self.version >= CHECKS_CLIENTS {
            self.tell(format!(
                "set {scope} client_connection_check_interval = '2s'"
            ))
            .await?;
        }
        Ok(())
    }

    /// Runs a statement of our own.
    pub(super) async fn tell(&mut self, sql: impl Into<String>) -> Result<(), sqlx::Error> {
        tell(&mut self.connection, sql).await
    }

    /// Sets something for the session.
    pub(super) async fn set(&mut self, name: &str, value: &str) -> Result<(), sqlx::Error> {
        let (name, value) = (literal(name), literal(value));
        self.tell(format!("select set_config({name}, {value}, false)"))
            .await
    }
}
