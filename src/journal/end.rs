//! Where a journal ended when it was last written, in a file beside it. What is taken from its end, by
//! a copy without SQLite's own files, a disk that was restored or a careless hand, leaves no gap that
//! could be seen: here it is missed.
//!
//! The file is written after the journal and never before, and nobody waits until it is on the disk. So
//! it may say less than there is, and never more.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::chain::GENESIS;
use super::error::JournalError;

/// The last entry that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Its number.
    pub(super) seq: u64,
    /// Its hash.
    pub(super) hash: String,
}

fn file(journal: &Path) -> PathBuf {
    journal.with_extension("end")
}

impl End {
    /// Where a journal without entries ends.
    pub(super) fn none() -> Self {
        End {
            seq: 0,
            hash: GENESIS.to_owned(),
        }
    }

    /// Notes where `journal` ends now: the number in 20 digits and the hash, in one line.
    pub(super) fn note(&self, journal: &Path) -> io::Result<()> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(file(journal))?;
        file.write_all_at(format!("{:020} {}\n", self.seq, self.hash).as_bytes(), 0)
    }

    /// What was noted of `journal` last. None: nothing, or nothing that can be read, as in journals of
    /// older versions or after a machine's end.
    pub(super) fn noted(journal: &Path) -> Option<Self> {
        let text = fs::read_to_string(file(journal)).ok()?;
        let (seq, hash) = text.strip_suffix('\n')?.split_once(' ')?;
        Some(End {
            seq: seq.parse().ok()?,
            hash: hash.to_owned(),
        })
    }

    /// Holds the entry `seq` with `hash` against what was noted.
    pub(super) fn check(&self, seq: u64, hash: &str) -> Result<(), JournalError> {
        if seq == self.seq && hash != self.hash {
            return Err(JournalError::Broken { seq });
        }
        Ok(())
    }

    /// Complains if the journal ends with the entry `last`, and more was noted.
    pub(super) fn reached(&self, last: u64) -> Result<(), JournalError> {
        if last < self.seq {
            return Err(JournalError::EndMissing {
                last,
                written: self.seq,
            });
        }
        Ok(())
    }
}
