//! The journal on the disk: an SQLite file beside the plan it is about.

mod reader;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use self::reader::Checked;
pub use self::reader::{Reader, verify};

use super::chain;
use super::codec;
use super::end::End;
use super::entry::Entry;
use super::error::JournalError;
use super::store::{Store, Unwritten};

/// The schema, one file a version; `user_version` says how many of them a file has.
const SCHEMA: [&str; 1] = [include_str!("schema/1.sql")];

/// How long another process, a reader taking a backup say, may keep the writer waiting.
const BUSY: Duration = Duration::from_secs(5);

/// SQLite's code for what a trigger refuses: an entry that is not the next one.
const OUT_OF_ORDER: &str = "1811";

/// The one writer of a run's journal. Who makes one holds the run's [`super::Lease`].
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// None after a write that failed: what SQLite made of it is only known to a new connection.
    connection: Option<SqliteConnection>,
    tip: End,
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
}

impl SqliteStore {
    /// Opens the journal at `path`, making it if there is none, and reads what it holds. The whole
    /// chain is checked on the way.
    pub async fn open(path: &Path) -> Result<(Self, Vec<Entry>), JournalError> {
        let mut connection = connect(path).await?;
        migrate(&mut connection).await?;
        let mut checked = Checked::of(path);
        let entries = checked.read(&mut connection, u64::MAX).await?;
        checked.at_the_end()?;
        let store = SqliteStore {
            path: path.to_owned(),
            connection: Some(connection),
            tip: checked.tip,
        };
        Ok((store, entries))
    }

    /// The connection; a new one after a failure, if the journal still ends where it did.
    async fn connected(&mut self) -> Result<SqliteConnection, JournalError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let mut connection = connect(&self.path).await?;
        let last: Option<i64> = sqlx::query_scalar("select max(seq) from entry")
            .fetch_one(&mut connection)
            .await
            .map_err(JournalError::storage("failed to read the journal"))?;
        if last.unwrap_or(0) == number(self.tip.seq) {
            return Ok(connection);
        }
        // What failed was written all the same, or somebody else goes on: either way we do not know
        // any more where the run stands, and whoever begins with the journal does.
        Err(JournalError::LeaseLost)
    }
}

impl Store for SqliteStore {
    async fn append(&mut self, entries: Vec<Unwritten>) -> Result<Vec<Entry>, JournalError> {
        let entries: Vec<Entry> = (self.tip.seq + 1..)
            .zip(entries)
            .map(|(seq, Unwritten { at, actor, event })| Entry {
                seq,
                at,
                actor,
                event,
            })
            .collect();
        let mut connection = self.connected().await?;
        self.tip = write(&mut connection, self.tip.clone(), &entries)
            .await
            .map_err(|error| {
                // Our next number is taken: another engine goes on where we stood still.
                let code = error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code);
                if code.as_deref() == Some(OUT_OF_ORDER) {
                    JournalError::LeaseLost
                } else {
                    JournalError::storage("failed to write to the journal")(error)
                }
            })?;
        self.connection = Some(connection);
        if let Err(error) = self.tip.note(&self.path) {
            tracing::warn!(%error, "where the journal ends could not be noted");
        }
        Ok(entries)
    }

    async fn close(self) {
        if let Some(connection) = self.connection
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the journal was not closed in good order");
        }
    }
}

/// Writes `entries` behind `tip` in one transaction; tells where the journal ends then.
async fn write(
    connection: &mut SqliteConnection,
    mut tip: End,
    entries: &[Entry],
) -> Result<End, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for entry in entries {
        let encode = |error: String| sqlx::Error::Encode(error.into());
        let stored = codec::encode(&entry.event).map_err(encode)?;
        let actor = serde_json::to_string(&entry.actor).map_err(|e| encode(e.to_string()))?;
        tip = End {
            seq: entry.seq,
            hash: chain::hash(&tip.hash, entry.seq, entry.at, &actor, &stored),
        };
        sqlx::query(
            "insert into entry (seq, wall, mono, boot, actor, kind, version, body, hash)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(number(entry.seq))
        .bind(entry.at.wall)
        .bind(number(entry.at.mono))
        .bind(i64::from(entry.at.boot))
        .bind(actor)
        .bind(stored.kind)
        .bind(i64::from(stored.version))
        .bind(stored.body)
        .bind(tip.hash.clone())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(tip)
}

/// SQLite's numbers are signed; ours are never that large.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The writer's connection.
async fn connect(path: &Path) -> Result<SqliteConnection, JournalError> {
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .map_err(JournalError::storage("failed to open the journal"))?;
    check_durable(&mut connection).await?;
    Ok(connection)
}

/// A file system that can't do WAL, or a library built otherwise, must not go unnoticed.
async fn check_durable(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let mode: String = pragma(connection, "pragma journal_mode").await?;
    let synchronous: i64 = pragma(connection, "pragma synchronous").await?;
    if mode == "wal" && synchronous >= 2 {
        Ok(())
    } else {
        Err(JournalError::NotDurable(format!(
            "journal_mode is {mode} and synchronous is {synchronous}, where wal and 2 are needed"
        )))
    }
}

async fn pragma<T>(connection: &mut SqliteConnection, sql: &'static str) -> Result<T, JournalError>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
{
    sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await
        .map_err(JournalError::storage(
            "failed to read the journal's settings",
        ))
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let failed = || JournalError::storage("failed to set up the journal");
    let version: i64 = pragma(connection, "pragma user_version").await?;
    let have = usize::try_from(version).unwrap_or(0);
    if have > SCHEMA.len() {
        return Err(JournalError::Storage {
            doing: "failed to open the journal",
            why: format!("it was written by a newer version of this program (schema {have})"),
        });
    }
    for (ix, sql) in SCHEMA.iter().enumerate().skip(have) {
        let mut transaction = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed())?;
        let bump = format!("pragma user_version = {}", ix + 1);
        for sql in [(*sql).to_owned(), bump] {
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut *transaction)
                .await
                .map_err(failed())?;
        }
        transaction.commit().await.map_err(failed())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
