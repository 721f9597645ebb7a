//! What can go wrong with a journal.

use std::path::PathBuf;

/// Why a journal can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file is not there.
    #[error("there is no journal at {}", .0.display())]
    Missing(PathBuf),
    /// The disk, or the database on it, refused.
    #[error("{doing}: {why}")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        why: String,
    },
    /// The file is not set up so that what is acknowledged is on the disk.
    #[error("the journal would not be durable: {0}")]
    NotDurable(String),
    /// An entry is missing, doubled or out of order.
    #[error("entry {wanted} is missing: the next one in the file is {found}")]
    Gap {
        /// The number that should come.
        wanted: u64,
        /// The number that came.
        found: u64,
    },
    /// An entry is not the one that was written.
    #[error("entry {seq} was changed after it was written: its hash does not match")]
    Broken {
        /// Its number.
        seq: u64,
    },
    /// There are fewer entries than were written.
    #[error("its end is missing: {written} entries were written, and there are {last}")]
    EndMissing {
        /// The number of the last one that is there.
        last: u64,
        /// The number of the last one that was written.
        written: u64,
    },
    /// There is no entry at all.
    #[error("it holds no entry, not even the run's creation")]
    NoBeginning,
    /// An entry can't be understood.
    #[error("entry {seq} can't be read: {why}")]
    Unreadable {
        /// Its number.
        seq: u64,
        /// Why.
        why: String,
    },
    /// Reading should go on after an entry that was never written.
    #[error("there is no entry {0} in the journal")]
    NoSuchEntry(u64),
    /// Another engine has taken the run over.
    #[error("another engine has this run now")]
    LeaseLost,
}

impl JournalError {
    /// Wraps what the database said while `doing` something.
    pub(super) fn storage(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| JournalError::Storage {
            doing,
            why: match error {
                sqlx::Error::Database(database) => database.message().to_owned(),
                other => other.to_string(),
            },
        }
    }
}
