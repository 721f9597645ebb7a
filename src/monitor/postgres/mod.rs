//! The monitor's side of PostgreSQL. Nothing outside this folder speaks to a server.
//!
//! ```text
//!  Target (a URL, read) ─► connect ─► Line (a connection with deadlines)
//!      ├─ watch:  one line, polled for ever: facts, poll, rarely ─► Picture ─► board
//!      ├─ keep:   one spare line, opened up front and kept open
//!      │     ├─ Signaller: what is urgent, over the other line if this one is busy (errand)
//!      │     └─ SqlProbe:  the queries of the plan
//!      └─ survey: one look at sizes, before anything is changed
//! ```
//!
//! Every statement is bounded twice: by the server (`statement_timeout`, `lock_timeout`), because
//! dropping its future does not stop it, and by a deadline on this side, because a frozen server
//! keeps to no timeout. No transaction is open between two polls, and nothing is asked that could
//! wait behind a lock of the tables that a deployment changes.

mod activity;
mod connect;
mod errand;
mod explain;
mod facts;
mod greet;
mod indexes;
mod inspect;
mod keep;
mod line;
mod lock_details;
mod locks;
mod migrations;
mod passfile;
mod poll;
mod progress;
mod rarely;
mod row_counts;
mod rows;
mod service;
mod sessions;
mod signaller;
mod statements;
mod survey;
mod target;
mod trouble;
mod uncounted;
mod value;
mod views;
mod vitals;
mod watch;

pub use inspect::Inspector;
pub use signaller::Signaller;
pub use survey::survey;

pub(super) use errand::Desk;
pub(super) use keep::{KeptLine, keep_spare};
pub(super) use poll::Wishes;
pub(super) use rarely::WantedRarely;
pub use target::Target;
pub use trouble::certificate_words;
pub(super) use value::SqlProbe;
pub(super) use watch::Watcher;
