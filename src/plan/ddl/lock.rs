//! The eight modes of PostgreSQL's table locks.

use std::fmt;

use serde::Serialize;

/// A mode of lock on a table, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum LockMode {
    /// What reading takes.
    AccessShare,
    /// What `SELECT … FOR UPDATE` takes.
    RowShare,
    /// What writing takes.
    RowExclusive,
    /// Blocks other changes of the table and vacuum, neither reading nor writing.
    ShareUpdateExclusive,
    /// Blocks writing.
    Share,
    /// Blocks writing.
    ShareRowExclusive,
    /// Blocks writing and `SELECT … FOR UPDATE`.
    Exclusive,
    /// Blocks everything, reading too.
    AccessExclusive,
}

impl LockMode {
    /// All modes, weakest first.
    pub const ALL: [LockMode; 8] = [
        LockMode::AccessShare,
        LockMode::RowShare,
        LockMode::RowExclusive,
        LockMode::ShareUpdateExclusive,
        LockMode::Share,
        LockMode::ShareRowExclusive,
        LockMode::Exclusive,
        LockMode::AccessExclusive,
    ];

    /// Its name in `pg_locks`, such as `AccessExclusiveLock`.
    pub fn name(self) -> &'static str {
        match self {
            LockMode::AccessShare => "AccessShareLock",
            LockMode::RowShare => "RowShareLock",
            LockMode::RowExclusive => "RowExclusiveLock",
            LockMode::ShareUpdateExclusive => "ShareUpdateExclusiveLock",
            LockMode::Share => "ShareLock",
            LockMode::ShareRowExclusive => "ShareRowExclusiveLock",
            LockMode::Exclusive => "ExclusiveLock",
            LockMode::AccessExclusive => "AccessExclusiveLock",
        }
    }

    /// Its name in `LOCK TABLE`, such as `ACCESS EXCLUSIVE`.
    pub fn words(self) -> &'static str {
        match self {
            LockMode::AccessShare => "ACCESS SHARE",
            LockMode::RowShare => "ROW SHARE",
            LockMode::RowExclusive => "ROW EXCLUSIVE",
            LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            LockMode::Share => "SHARE",
            LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            LockMode::Exclusive => "EXCLUSIVE",
            LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Whether nobody can read the table meanwhile.
    pub fn blocks_reads(self) -> bool {
        self == LockMode::AccessExclusive
    }

    /// Whether nobody can write into the table meanwhile.
    pub fn blocks_writes(self) -> bool {
        self >= LockMode::Share
    }

    /// What others can't do meanwhile, in words.
    pub fn blocks(self) -> &'static str {
        match self {
            _ if self.blocks_reads() => "reads and writes",
            _ if self.blocks_writes() => "writes",
            LockMode::ShareUpdateExclusive => "other changes and vacuum",
            _ => "nothing of everyday work",
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
