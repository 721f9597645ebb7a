//! Pictures of databases: what was there and how much of it, and what became of it until the next one.
//!
//! ```text
//!  work::snapshot ─► Picture ─► a file of the run        (its digest in the journal)
//!                       └─ compare(earlier) ─► Changes ─► verdict: findings
//!                                                 └────► print: one table, the step's output
//! ```
//!
//! Nothing here asks a server or the disk.

mod compare;
mod picture;
mod print;
mod verdict;

pub(super) use compare::compare;
pub(super) use picture::{
    Column, Constraint, DatabasePicture, Index, Picture, Rows, Sequence, Sort, Table, VERSION,
};
pub(super) use print::{print, summary};
pub(super) use verdict::verdict;

#[cfg(test)]
mod tests;
