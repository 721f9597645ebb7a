//! The journal: what happened, in order, and nothing that did not.
//!
//! ```text
//!  Event ─► Entry (sequence, moment, actor) ─► codec (kind, version, json) ─► chain (hash) ─► Store
//!  Store ─► chain (checked) ─► codec ─► Entry ─► whoever folds it
//! ```
//!
//! An entry is acknowledged only when it is on the disk. Entries are never changed or removed; each
//! carries the hash of the one before it. The types in [`event`] are the journal's own: they keep
//! their meaning for as long as old journals are to be read, whatever the rest of the program
//! becomes. One process writes at a time ([`Lease`]); any number may read.

mod chain;
mod codec;
mod end;
mod entry;
mod error;
pub mod event;
mod lease;
mod memory;
mod sqlite;
mod store;

pub use chain::GENESIS;
pub use entry::{Actor, Entry, Via};
pub use error::JournalError;
pub use event::Event;
pub use lease::{Lease, LeaseError};
pub use memory::MemoryStore;
pub use sqlite::{Reader, SqliteStore, verify};
pub use store::{Store, Unwritten};
