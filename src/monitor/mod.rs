//! The monitor: what the screen shows of databases and probes.
//!
//! ```text
//!  Config ─► start ─► one task a database ── polls ──► Picture ─┐
//!                  ├─ one task a probe ───── measures ► Reading ─┴► board ─► Receiver<Arc<Health>>
//!                  └─ Signaller, one a database ─► Outcome
//! ```
//!
//! [`Health`] is the newest that is known, and says how old each part of it is. No task waits for
//! another: a server that hangs makes its own picture old and nothing else. A task that loses its
//! server tries again by itself, for ever. What may not be seen is `None` and is said
//! ([`DatabaseHealth::notes`]); zero always means none.
//!
//! Trees, counts, percentiles and paces are pure. Only `postgres` and `http` do I/O.

mod board;
mod connections;
mod health;
mod http;
mod locks;
mod ours;
mod pace;
mod postgres;
mod probe;
mod running;
mod series;
mod session;
mod signal;
mod start;

pub use connections::{ByState, Connections, Group, Limits, OldSnapshot, OldTransaction};
pub use health::{DatabaseHealth, Health, Link, Picture, Rights, ServerFacts};
pub use locks::{LockNode, LockTree, Prepared, Queue, Wanted};
pub use ours::{AtWork, Evidence, Ours, OursBook, Worker};
pub use postgres::{Signaller, survey};
pub use probe::{ProbeHealth, ProbeState};
pub use running::Running;
pub use series::Series;
pub use session::{Backend, Client, MONITOR_NAME, Session, State};
pub use signal::{Effect, Outcome, Signal};
pub use start::{Config, Monitor, WatchedDatabase, start};
