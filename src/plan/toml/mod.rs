//! Typed plans: TOML in, a [`Draft`] out, with every problem of the file and not only the first.
//!
//! The file is read as a tree whose every node knows its place ([`table::Table`]); `top`, `phase`
//! and `step` take from it what they know, and what nobody asked for is an unknown key.

mod phase;
mod step;
mod table;
mod top;

use ::toml::de::DeTable;

use self::table::{Problems, Table};
use super::draft::Draft;
use super::problem::Problem;
use super::source::{Source, Span};

/// Reads a TOML plan. What can't be read is reported and left out of the draft.
pub(super) fn read(source: &Source) -> (Draft, Vec<Problem>) {
    let problems = Problems::default();
    let (root, errors) = DeTable::parse_recoverable(source.text());
    for error in errors {
        let span = error.span().map_or(Span::at(0), Span::from);
        problems.add(Problem::error("toml-syntax", span, error.message()));
    }
    let draft = {
        let table = Table::root(root.get_ref(), &problems);
        let draft = top::read(&table);
        table.finish();
        draft
    };
    (draft, problems.into_vec())
}

#[cfg(test)]
mod tests;
