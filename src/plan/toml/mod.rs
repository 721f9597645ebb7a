//! Typed plans: TOML in, a [`Draft`] out, with every problem of the file and not only the first.
//!
//! The file is read as a tree whose every node knows its place ([`table::Table`]); `top`, `phase`,
//! `step`, `probe` and `alert` take from it what they know, and what nobody asked for is an unknown key.

mod alert;
mod capture;
mod expect;
mod holes;
mod include;
mod phase;
mod probe;
mod remark;
mod snapshot;
mod step;
mod table;
mod top;
mod vars;

pub(super) use self::expect::refused;
pub(super) use self::phase::clock_place;
pub(super) use self::snapshot::block;
use self::table::{Problems, Table};
pub use self::top::URL_IN_PLAN;
use super::draft::Draft;
use super::problem::{Problem, Severity};
use super::source::Source;
use super::tree::{self, Entries, Node, Value};

/// Reads a TOML plan. What can't be read is reported and left out of the draft.
pub(super) fn read(source: &Source) -> (Draft, Vec<Problem>) {
    read_from(source, 0, top::read)
}

/// Reads a plan that another one includes, from the byte `base` of `source` to its end. It needs no
/// title.
pub(super) fn read_part(source: &Source, base: usize) -> (Draft, Vec<Problem>) {
    read_from(source, base, top::read_part)
}

fn read_from(
    source: &Source,
    base: usize,
    read: impl Fn(&Table<'_>) -> Draft,
) -> (Draft, Vec<Problem>) {
    let mut syntax = Vec::new();
    let text = source.text().get(base..).unwrap_or_default();
    let root = tree::toml::parse(text, base, &mut syntax);
    let (mut draft, mut problems) = read_tree(&root, read);
    holes::guard(&mut draft, source, &mut problems);
    if !syntax.is_empty() {
        // What seems to be missing may stand where the file could not be read.
        problems.retain(|problem| !matches!(problem.code, "missing-key" | "no-work"));
    }
    syntax.extend(problems);
    (draft, syntax)
}

/// Reads the front matter of a runbook. It may be another tool's, so that what is not as expected
/// is no error; keys that are not known are in the second part of the answer.
pub(super) fn read_front(root: &Node) -> (Draft, Vec<Problem>) {
    let (mut draft, problems) = read_tree(root, top::read_front);
    // It is told about, and nothing can be asked of it.
    draft
        .databases
        .retain(|database| !database.url_env.is_empty());
    let soft = |mut problem: Problem| {
        match problem.code {
            "unknown-key" => problem.severity = Severity::Note,
            "wrong-type" | "missing-key" | "empty" => problem.severity = Severity::Warning,
            _ => {}
        }
        problem
    };
    (draft, problems.into_iter().map(soft).collect())
}

fn read_tree(root: &Node, read: impl Fn(&Table<'_>) -> Draft) -> (Draft, Vec<Problem>) {
    let problems = Problems::default();
    let none = Entries::default();
    let entries = match &root.value {
        Value::Table(entries) => entries,
        _ => &none,
    };
    let draft = {
        let table = Table::root(entries, &problems);
        let draft = read(&table);
        table.finish();
        draft
    };
    (draft, problems.into_vec())
}

#[cfg(test)]
mod tests;
