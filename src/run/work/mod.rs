//! The work that a step's kind stands for, done for real: [`shell`] under a shim, [`sql`] on the
//! run's sessions, [`http`], [`snapshot`]. Checks and waits need nobody but a person and the clock.
//!
//! Each piece of work is a task that owns what it runs and ends with one notice. What it printed is
//! in its output file; `output` searches that, and [`judge`] holds it against the expectations.

pub(super) mod backends;
pub(super) mod facts;
pub(super) mod files;
pub(super) mod http;
pub(super) mod judge;
mod output;
pub(super) mod prepare;
mod rows;
pub(super) mod shell;
pub(super) mod snapshot;
pub(super) mod sql;
mod syntax;
mod table;
