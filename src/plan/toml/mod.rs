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
use super::draft::{Draft, Placed};
use super::problem::{Problem, Severity, nearest};
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
/// is no error; keys that are not known are in the second part of the answer. One that is nearly ours, with a value
/// that we would read, is hardly another tool's: that nothing of it is used is a warning.
pub(super) fn read_front(root: Node) -> (Draft, Vec<Problem>) {
    let (mut draft, problems) = read_tree(&root, top::read_front);
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
    let mut problems: Vec<Problem> = problems.into_iter().map(soft).collect();
    for (key, value) in entries_of(root).0 {
        let is_of =
            |problem: &&mut Problem| problem.code == "unknown-key" && problem.span == key.span;
        if let Some(problem) = problems.iter_mut().find(is_of)
            && let Some(near) = meant(&key, value)
        {
            problem.severity = Severity::Warning;
            problem
                .message
                .push_str(": nothing of it is used or watched");
            problem.hint = Some(format!("did you mean `{near}`?"));
        }
    }
    (draft, problems)
}

/// The key of ours that `key` was probably meant to be, if its `value` could stand there.
fn meant(key: &Placed<String>, value: Node) -> Option<&'static str> {
    let near = nearly(
        &key.value,
        matches!(value.value, Value::List(_) | Value::Table(_)),
    )?;
    let renamed = Placed::new(near.to_owned(), key.span);
    let span = value.span;
    let root = Node::new(Value::Table(Entries(vec![(renamed, value)])), span);
    let (_, problems) = read_tree(&root, top::read_front);
    let fits = |problem: &Problem| !matches!(problem.code, "wrong-type" | "missing-key");
    problems.iter().all(fits).then_some(near)
}

/// The key that `word` is a slip of, or another form of: `probes`, `database`, `variables`. A short word is near to
/// many, and one for a text (`titles`) has no other forms.
fn nearly(word: &str, many: bool) -> Option<&'static str> {
    let word = word.to_lowercase();
    let form_of = |known: &&&'static str| {
        let behind = word.strip_prefix(known.trim_end_matches('s'));
        many && behind.is_some_and(|behind| behind.chars().all(char::is_alphabetic))
    };
    let known = keys_of_front();
    let form = known.iter().find(form_of).copied();
    form.or_else(|| nearest(&word, known).filter(|_| word.len() > 5))
}

/// What is asked of front matter, also where it says nothing.
fn keys_of_front() -> Vec<&'static str> {
    let (problems, none) = (Problems::default(), Entries::default());
    let table = Table::root(&none, &problems);
    top::read_front(&table);
    table.known()
}

fn entries_of(root: Node) -> Entries {
    match root.value {
        Value::Table(entries) => entries,
        _ => Entries::default(),
    }
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
