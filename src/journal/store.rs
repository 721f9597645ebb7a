//! What the engine needs of a journal.

use std::future::Future;

use super::entry::{Actor, Entry};
use super::error::JournalError;
use super::event::Event;
use crate::clock::Moment;

/// An entry that has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unwritten {
    /// When.
    pub at: Moment,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// Where entries are kept.
pub trait Store: Send {
    /// Writes `entries` all together or not at all, and answers when they are durable.
    fn append(
        &mut self,
        entries: Vec<Unwritten>,
    ) -> impl Future<Output = Result<Vec<Entry>, JournalError>> + Send;

    /// Ends writing in good order, so that the next one to open the journal finds it at rest.
    fn close(self) -> impl Future<Output = ()> + Send;
}
