//! The connection that a picture is taken over.

use std::time::Duration;

use futures_util::StreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::run::work::sql::{connect, row, words};

/// The first version whose sessions can end with their clients.
const CHECKS_CLIENTS: i32 = 140_000;

/// A connection that only looks.
pub(super) struct Link {
    pub(super) connection: PgConnection,
    /// Its process on the server.
    pub(super) pid: u32,
    /// The server's version, as it says it.
    pub(super) server: String,
    /// The database's name in the plan.
    name: String,
    version: i32,
}

impl Link {
    /// Connects to the database called `name`, and learns who it is there.
    pub(super) async fn open(name: &str, url: &str, application: &str) -> Result<Self, String> {
        let mut connection = connect(name, url, application).await?;
        let row = row(
            &mut connection,
            "select pg_backend_pid(), current_setting('server_version'), current_setting('server_version_num')::int",
        );
        let known = row.await.and_then(|row| {
            let pid: i32 = row.try_get(0)?;
            Ok((pid.unsigned_abs(), row.try_get(1)?, row.try_get(2)?))
        });
        let (pid, server, version) = known.map_err(|error| words(&error))?;
        Ok(Link {
            connection,
            pid,
            server,
            name: name.to_owned(),
            version,
        })
    }

    /// Begins the transaction. Everything is set for it alone, so that a pooler gives nothing of it to
    /// others; definitions read the same whatever the server's own settings are.
    pub(super) async fn begin(&mut self, lock: Duration, limit: Duration) -> Result<(), String> {
        let ends_with_us = if self.version >= CHECKS_CLIENTS {
            "set local client_connection_check_interval = '2s';"
        } else {
            ""
        };
        let sql = format!(
            "begin transaction isolation level repeatable read, read only;
             {ends_with_us}
             set local lock_timeout = {};
             set local statement_timeout = {};
             set local idle_in_transaction_session_timeout = 0;
             set local search_path = pg_catalog;
             set local row_security = off;
             set local timezone = 'UTC';
             set local datestyle = 'ISO, MDY';
             set local intervalstyle = 'postgres'",
            millis(lock),
            millis(limit),
        );
        self.tell(sql)
            .await
            .map_err(|error| format!("`{}` can't be looked at: {}", self.name, words(&error)))
    }

    /// Runs statements of our own that answer nothing.
    pub(super) async fn tell(&mut self, sql: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// The one row that statements answer, if they answer any.
    pub(super) async fn one(&mut self, sql: String) -> Result<Option<PgRow>, sqlx::Error> {
        let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
        let mut first = None;
        while let Some(row) = stream.next().await {
            first.get_or_insert(row?);
        }
        Ok(first)
    }

    /// What is said where the catalogs can't be read.
    pub(super) fn unread(&self, what: &str, error: &sqlx::Error) -> String {
        format!(
            "failed to read the {what} of `{}`: {}",
            self.name,
            words(error)
        )
    }

    /// Lets everything go.
    pub(super) async fn end(mut self) {
        let _ = self.tell("rollback".to_owned()).await;
        let _ = self.connection.close().await;
    }
}

/// Milliseconds as the server takes them: none is no limit there.
pub(super) fn millis(time: Duration) -> u128 {
    time.as_millis().clamp(1, 2_000_000_000)
}
