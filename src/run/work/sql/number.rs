//! The number of a step's transaction. A server that crashes forgets the numbers of transactions that
//! had written nothing yet, and gives them to others; what it says of such a number afterwards would be
//! about somebody else. So the number is written to the server's log before anything is done under it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::ask::XID8;

/// The first version that writes a message through to the disk when asked to.
const FLUSHES: i32 = 170_000;
/// How long it may take until the number is on the disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// The number of a transaction.
pub struct Number {
    /// With its epoch.
    pub xid: Option<u64>,
    /// A place in the server's log behind the first record of it, where one was written.
    pub lsn: Option<String>,
    /// Whether a crash of the server leaves it to the transaction.
    pub is_durable: bool,
}

/// Gives the transaction that `connection`, on a server of `version`, has just begun its number, and
/// writes that through to the disk where the role may, if need be by a second connection.
pub async fn take(
    connection: &mut PgConnection,
    version: i32,
    options: &PgConnectOptions,
) -> Result<Number, sqlx::Error> {
    let current = if version >= XID8 {
        "pg_current_xact_id()"
    } else {
        "txid_current()"
    };
    // The message takes no part in anything: it makes the number known to whoever reads the log.
    let sql = format!(
        "select {current}::text, bool_and(has_function_privilege(oid, 'execute'))
         from pg_proc where proname = 'pg_logical_emit_message' and pronamespace = 'pg_catalog'::regnamespace"
    );
    let (xid, may_write): (String, Option<bool>) = sqlx::query_as(AssertSqlSafe(sql))
        .persistent(false)
        .fetch_one(&mut *connection)
        .await?;
    let mut lsn = None;
    let is_durable = if may_write != Some(true) {
        false
    } else if version >= FLUSHES {
        // Only what takes no part in the transaction is written through; it bears its number all the same.
        lsn = Some(emit(connection, "false, 'gonogo', '', true").await?);
        true
    } else {
        lsn = Some(emit(connection, "true, 'gonogo', ''").await?);
        let through = tokio::time::timeout(PATIENCE, write_through(options));
        matches!(through.await, Ok(Ok(())))
    };
    Ok(Number {
        xid: xid.parse().ok(),
        lsn,
        is_durable,
    })
}

/// Writes a message to the server's log, and tells where it stands there.
async fn emit(connection: &mut PgConnection, message: &str) -> Result<String, sqlx::Error> {
    let sql = format!("select pg_logical_emit_message({message})::text");
    let place = sqlx::query_scalar(AssertSqlSafe(sql));
    place.persistent(false).fetch_one(connection).await
}

async fn write(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(connection).await?;
    Ok(())
}

/// A commit on another connection takes everything to the disk that was written to the log before it.
async fn write_through(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut other = PgConnection::connect_with(options).await?;
    write(&mut other, "set synchronous_commit = local").await?;
    write(
        &mut other,
        "select pg_logical_emit_message(true, 'gonogo', '')",
    )
    .await?;
    other.close().await
}
