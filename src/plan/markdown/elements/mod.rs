//! The elements of a file, without a word of what they mean: `builder` makes them while `parse` reads what the
//! library tells, `front` is what stands before them.
//!
//! ```text
//!  text ─► front ─► parse ─► builder ─► blocks   headings, lists, tables, fenced blocks, each with its place
//!                                         ├► inline      running text, without its marks
//!                                         ├► boxes, task what is ticked
//!                                         └► fence       language and attributes ─► transcript, line, programs
//! ```

pub(super) mod allow;
pub(super) mod blocks;
pub(super) mod boxes;
mod builder;
mod bullets;
pub(super) mod fence;
pub(super) mod foreign;
pub(super) mod front;
pub(super) mod html;
mod inline;
pub(super) mod line;
pub(super) mod parse;
pub(super) mod programs;
pub(super) mod swallowed;
mod task;
pub(super) mod transcript;
