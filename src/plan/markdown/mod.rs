//! Runbooks in Markdown, as people already write them: nothing in a file has to change for it to
//! open, and nothing in it is lost.
//!
//! ```text
//!  text ─► elements  `+++` or `---` at the start, blocks in blocks; every heading, item and block counted
//!       └► steps     implied ways back, blocks at the margin: put where they belong
//!            └► headings  sections ─► roles: what each is for, by its words and those around it
//!                 └► sections  each read as what it is ─► steps, lines (criteria), people, notes
//!                      └► course   phases, the order in which they are driven; ways back and their windows
//! ```
//!
//! Each folder uses those below it only: course, steps, people, code, holes, headings, lines, names, figures,
//! tongues, elements. What is read for certain becomes a step that runs; what is not becomes text, or a check for
//! a person, with a problem that has its line. The [`book`] keeps the account: where each element of the file went.
//! The words by which all is understood are in [`tongues`], language by language.

mod book;
mod code;
mod course;
mod elements;
mod figures;
mod found;
mod headings;
mod holes;
mod lines;
mod names;
mod notes;
mod people;
mod reading;
mod sections;
mod steps;
mod tongues;

pub(super) use self::code::host_names::says_here;
pub(super) use self::reading::{read, read_part};
pub(super) use self::steps::work::placeholders;

#[cfg(test)]
pub(super) mod tests;
