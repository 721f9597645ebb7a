//! The monitor: what the screen shows of databases and probes.
//!
//! ```text
//!  Config ─► start ─► one task a database ── polls ──► Picture ─┐
//!                  ├─ one task a probe ───── measures ► Reading ─┴► board ─► Receiver<Arc<Health>>
//!                  └─ Inspector, Signaller, one a database ─► Outcome
//! ```
//!
//! [`Health`] is the newest that is known, and says how old each part of it is. No task waits for
//! another: a server that hangs makes its own picture old and nothing else. A task that loses its
//! server tries again by itself, for ever. What may not be seen is `None` and is said
//! ([`DatabaseHealth::notes`]); zero always means none.
//!
//! Trees, counts, percentiles and paces are pure. Only `postgres`, `http`, `log` and `script` do I/O.

mod alarm;
mod alert;
mod alert_health;
mod baseline;
mod blockers;
mod board;
mod command;
mod connections;
mod downtime;
mod health;
mod http;
mod identity;
mod inspection;
mod known;
mod limits;
mod locks;
mod log;
mod metric;
mod migrations;
mod names;
mod ours;
mod pace;
mod postgres;
mod probe;
mod progress;
mod prometheus;
mod reach;
mod rules;
mod running;
mod script;
mod series;
mod session;
mod signal;
mod start;
mod statements;
mod tape;
#[cfg(test)]
pub(crate) mod testing;
mod threshold;
mod vitals;

pub use alarm::lost_database;
pub use alert::{Alert, AlertStanding, Awaited, ReadingKind};
pub use alert_health::AlertHealth;
pub use baseline::{Baseline, Normal, Readings, unread, unsettled};
pub use connections::{ByState, Connections, Group, OldSnapshot, OldTransaction};
pub use downtime::{Downtime, Outage};
pub use health::{
    Blind, DatabaseHealth, Health, Link, Picture, Rights, RowCount, Seen, ServerFacts,
};
pub use http::{client, is_here};
pub use identity::{IDENTITY, Likeness, server_of};
pub use inspection::{Inspection, Planned, SessionLock, Shown, Subject};
pub use known::Known;
pub use limits::{Bound, Limits};
pub use locks::{LockNode, LockTree, OurWait, Prepared, Queue, Wanted, lock_on};
pub use metric::value_of;
pub use migrations::{Migration, MigrationState, Migrations};
pub use ours::{AtWork, Evidence, Ours, OursBook, Worker};
pub use postgres::{Inspector, Signaller, Target, certificate_words, survey};
pub use probe::{ProbeHealth, ProbeState};
pub use progress::{InvalidIndex, Progress, WaitsFor};
pub use running::Running;
pub use series::Series;
pub use session::{Backend, Client, MONITOR_NAME, Session, State};
pub use signal::{Effect, Outcome, Signal};
pub use start::{Config, Monitor, WatchedDatabase, start};
pub use statements::{Rate, Statements, Trend};
pub use tape::{Frame, Missing, Recorder, Tape, TapeError};
pub use vitals::{Checkpoints, Disk, HeldUp, Rates, Replica, Slot, Standby, TableChanges, Vitals};
