//! What SQL does to those who use the database while it runs, told before it runs.
//!
//! ```text
//!  text ─► read      statements; a library's parser makes trees of them, of many texts at once
//!       └► judge     which forms a statement has, and which relations they lock   ◄─ form: the table
//!            ├► column, constraint, drop, object, …                                        of locks, measured
//!            └► learn    what is known of tables afterwards ─► catalog
//!  Judged ─► Verdict     two axes: compatibility, and availability (lock and effect for each relation)
//! ```
//!
//! The table of locks is ours and is tested against what servers of seven versions did
//! (`tests/ddl/locks.toml`). What a statement does may depend on what a column was before: that is
//! told by the [`Catalog`], which learns from the statements that are judged in their order.

mod around;
mod asked;
mod catalog;
mod certain;
mod client;
mod column;
mod constraint;
mod constraints;
mod drop;
mod form;
mod judge;
mod learn;
mod lock;
mod name;
mod named;
mod object;
mod partition;
mod read;
mod refused;
mod retype;
mod rows;
mod schemas;
mod since;
mod skipped;
mod slip;
mod stable;
mod stands;
mod verdict;
mod view;
mod words;

#[cfg(test)]
mod tests;

pub use catalog::Catalog;
pub use certain::{Live, Outcome, Sure};
pub use client::{Include, includes};
pub use form::{Form, Row, TABLE};
pub use judge::{judge, judge_script};
pub use lock::LockMode;
pub use read::{Script, read};
pub use verdict::{Compatibility, Effect, Judged, Part, Sort, Touch, Verdict};
