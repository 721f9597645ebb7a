//! Reading a journal: each entry is held against the chain, and the last one against what was noted
//! of the end.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use super::{number, options};
use crate::clock::Moment;
use crate::journal::chain;
use crate::journal::codec::{self, Stored};
use crate::journal::end::End;
use crate::journal::entry::Entry;
use crate::journal::error::JournalError;

/// How many entries are fetched at a time.
const BATCH: u64 = 1000;

const ROWS: &str = "select seq, wall, mono, boot, actor, kind, version, body, hash
                    from entry where seq > ?1 order by seq limit ?2";

/// The same in one value, which is fetched in a third of the time.
const PACKED: &str =
    "select json_group_array(json_array(seq, wall, mono, boot, actor, kind, version, body, hash))
                      from (select * from entry where seq > ?1 order by seq limit ?2)";

/// Reading in order, each entry held against the chain.
pub(super) struct Checked {
    pub(super) tip: End,
    /// Where the journal ended before anything was read.
    end: Option<End>,
}

impl Checked {
    /// Begins with the journal at `path`.
    pub(super) fn of(path: &Path) -> Self {
        Checked {
            tip: End::none(),
            end: End::noted(path),
        }
    }

    /// Complains unless what was read last is the end.
    pub(super) fn at_the_end(&self) -> Result<(), JournalError> {
        self.end
            .as_ref()
            .map_or(Ok(()), |end| end.reached(self.tip.seq))
    }

    /// The entries after the tip, at most `limit` of them; the tip moves on to the last of them.
    pub(super) async fn read(
        &mut self,
        connection: &mut SqliteConnection,
        limit: u64,
    ) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        loop {
            let wanted = BATCH.min(limit - entries.len() as u64);
            let batch = self.batch(connection, wanted).await?;
            let is_last = (batch.len() as u64) < BATCH;
            entries.extend(batch);
            if is_last || entries.len() as u64 >= limit {
                return Ok(entries);
            }
        }
    }

    /// The next entries, at most `limit` of them.
    async fn batch(
        &mut self,
        connection: &mut SqliteConnection,
        limit: u64,
    ) -> Result<Vec<Entry>, JournalError> {
        let tip = self.tip.clone();
        let packed: Result<String, _> = sqlx::query_scalar(PACKED)
            .bind(number(tip.seq))
            .bind(number(limit))
            .fetch_one(&mut *connection)
            .await;
        if let Ok(packed) = packed
            && let Ok(rows) = serde_json::from_str::<Vec<Columns>>(&packed)
            && let Ok(entries) = rows.into_iter().map(|row| self.entry(row)).collect()
        {
            return Ok(entries);
        }
        // What is wrong, and with which of them, is found by looking at one after the other.
        self.tip = tip;
        let rows = sqlx::query(ROWS)
            .bind(number(self.tip.seq))
            .bind(number(limit))
            .fetch_all(connection)
            .await
            .map_err(JournalError::storage("failed to read the journal"))?;
        let entry = |row: &SqliteRow| {
            let columns = columns(row).map_err(|error| JournalError::Unreadable {
                seq: self.tip.seq + 1,
                why: error.to_string(),
            })?;
            self.entry(columns)
        };
        rows.iter().map(entry).collect()
    }

    fn entry(&mut self, row: Columns) -> Result<Entry, JournalError> {
        let (seq, wall, mono, boot, actor, kind, version, body, stored_hash) = row;
        let (seq, wanted) = (seq.cast_unsigned(), self.tip.seq + 1);
        if seq != wanted {
            return Err(JournalError::Gap { wanted, found: seq });
        }
        let at = Moment {
            wall,
            mono: mono.cast_unsigned(),
            boot: u32::try_from(boot).unwrap_or(0),
        };
        let stored = Stored {
            kind,
            version: u16::try_from(version).unwrap_or(u16::MAX),
            body,
        };
        let hash = chain::hash(&self.tip.hash, seq, at, &actor, &stored);
        if hash != stored_hash {
            return Err(JournalError::Broken { seq });
        }
        if let Some(end) = &self.end {
            end.check(seq, &hash)?;
        }
        self.tip = End { seq, hash };
        let unreadable = |why: String| JournalError::Unreadable { seq, why };
        Ok(Entry {
            seq,
            at,
            actor: serde_json::from_str(&actor).map_err(|e| unreadable(e.to_string()))?,
            event: codec::decode(&stored).map_err(unreadable)?,
        })
    }
}

/// The columns of an entry, as they are stored: its number, the wall clock, the monotonic clock and the
/// boot of its moment, who, the kind, its version, the body and the hash.
type Columns = (i64, i64, i64, i64, String, String, i64, String, String);

/// What a broken disk has made of a column need not be a number or text any more.
fn columns(row: &SqliteRow) -> Result<Columns, sqlx::Error> {
    Ok((
        row.try_get(0)?,
        row.try_get(1)?,
        row.try_get(2)?,
        row.try_get(3)?,
        row.try_get(4)?,
        row.try_get(5)?,
        row.try_get(6)?,
        row.try_get(7)?,
        row.try_get(8)?,
    ))
}

/// A connection that has read something: only then is it known whether the file can be read.
async fn opened(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(options).await?;
    sqlx::query("select 1 from sqlite_schema")
        .fetch_optional(&mut connection)
        .await?;
    Ok(connection)
}

/// One of the files that SQLite keeps beside a database.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Reads a journal while another process may be writing it.
pub struct Reader {
    connection: SqliteConnection,
    checked: Checked,
}

impl Reader {
    /// Opens the journal at `path` for reading from its beginning.
    pub async fn open(path: &Path) -> Result<Self, JournalError> {
        if !path.exists() {
            return Err(JournalError::Missing(path.to_owned()));
        }
        let checked = Checked::of(path);
        let options = options(path).read_only(true);
        let opened = match opened(&options).await {
            // SQLite wants to write its two files beside a journal, where it may not. With nothing
            // left in them the journal is whole without.
            Err(_) if !beside(path, "-wal").exists() => {
                self::opened(&options.immutable(true)).await
            }
            opened => opened,
        };
        Ok(Reader {
            connection: opened.map_err(JournalError::storage("failed to open the journal"))?,
            checked,
        })
    }

    /// Opens the journal at `path` for reading what comes after the entry `seq`. What comes before
    /// is taken on trust. Fails if there is no such entry.
    pub async fn open_after(path: &Path, seq: u64) -> Result<Self, JournalError> {
        let mut reader = Reader::open(path).await?;
        if seq > 0 {
            let hash: Option<String> = sqlx::query_scalar("select hash from entry where seq = ?1")
                .bind(number(seq))
                .fetch_optional(&mut reader.connection)
                .await
                .map_err(JournalError::storage("failed to read the journal"))?;
            let hash = hash.ok_or(JournalError::NoSuchEntry(seq))?;
            reader.checked.tip = End { seq, hash };
        }
        Ok(reader)
    }

    /// Whether the journal says that its run is over. Nothing is checked for that.
    pub async fn is_over(&mut self) -> Result<bool, JournalError> {
        sqlx::query_scalar("select exists (select 1 from entry where kind = 'run_finished')")
            .fetch_one(&mut self.connection)
            .await
            .map_err(JournalError::storage("failed to read the journal"))
    }

    /// The next entries, at most `limit` of them; empty when there are no more yet.
    pub async fn next(&mut self, limit: u64) -> Result<Vec<Entry>, JournalError> {
        self.checked.read(&mut self.connection, limit).await
    }

    /// All entries that are left. Fails if there were more of them once.
    pub async fn rest(&mut self) -> Result<Vec<Entry>, JournalError> {
        let entries = self.next(u64::MAX).await?;
        self.checked.at_the_end()?;
        Ok(entries)
    }
}

/// What a whole journal looks like: the number of its entries and the hash of the last one.
pub async fn verify(path: &Path) -> Result<(u64, String), JournalError> {
    let mut reader = Reader::open(path).await?;
    while !reader.next(10_000).await?.is_empty() {}
    reader.checked.at_the_end()?;
    let End { seq, hash } = reader.checked.tip;
    if seq == 0 {
        return Err(JournalError::NoBeginning);
    }
    Ok((seq, hash))
}
