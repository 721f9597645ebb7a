//! A journal that is only remembered, and that fails on demand: for tests of what keeps one.

use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Entry;
use super::error::JournalError;
use super::store::{Store, Unwritten};

/// Entries in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    full: bool,
}

impl MemoryStore {
    /// From now on writing fails as on a full disk, or no longer.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Everything that was written.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn append(&mut self, entries: Vec<Unwritten>) -> Result<Vec<Entry>, JournalError> {
        let mut inner = self.lock();
        if inner.full {
            return Err(JournalError::Storage {
                doing: "failed to write to the journal",
                why: "no space left on device".to_owned(),
            });
        }
        let first = inner.entries.len() as u64 + 1;
        let new: Vec<Entry> = (first..)
            .zip(entries)
            .map(|(seq, Unwritten { at, actor, event })| Entry {
                seq,
                at,
                actor,
                event,
            })
            .collect();
        inner.entries.extend(new.iter().cloned());
        Ok(new)
    }

    async fn close(self) {}
}
