//! Snapshots as a typed plan writes them, and as a block of a runbook does.

use super::table::{Problems, Table};
use crate::plan::draft::Placed;
use crate::plan::problem::{Problem, nearest};
use crate::plan::snapshot::{Aspect, Flaw, Kept, Snapshot};
use crate::plan::tree::{Entries, Node, Value};

/// What stands for all sorts of things together.
const EVERYTHING: &str = "everything";

/// The snapshot that `table` describes, named by the value of `key`.
pub(super) fn snapshot(table: &Table<'_>, key: &'static str) -> Option<Snapshot> {
    let texts = |key| table.strings(key).into_iter().map(|text| text.value);
    let snapshot = Snapshot {
        name: Placed::default(),
        compare: table.text("compare"),
        databases: table.strings("database"),
        schemas: texts("schemas").collect(),
        uncounted: texts("uncounted").collect(),
        deadline: table.duration("deadline"),
        lock_timeout: table.duration("lock_timeout"),
    };
    Some(Snapshot {
        name: table.required(key)?,
        ..snapshot
    })
}

/// What is expected of a snapshot, if anything is.
pub(super) fn kept(table: &Table<'_>) -> Option<Box<Kept>> {
    let kept = Kept {
        keeps: aspects(table, "keeps"),
        same: aspects(table, "same"),
        none: words(table, "none", &Flaw::ALL, Flaw::word),
        except: table
            .strings("except")
            .into_iter()
            .map(|text| text.value)
            .collect(),
        span: table.span(),
    };
    let says_nothing = Kept {
        span: kept.span,
        ..Kept::default()
    };
    (kept != says_nothing).then(|| Box::new(kept))
}

/// The sorts of things at `key`: a list of them, or all.
fn aspects(table: &Table<'_>, key: &'static str) -> Vec<Aspect> {
    if let Some(node) = table.value(key)
        && matches!(&node.value, Value::Text(text) if text == EVERYTHING)
    {
        return Aspect::ALL.to_vec();
    }
    words(table, key, &Aspect::ALL, Aspect::word)
}

/// The words at `key`, each of which must be one that `all` have.
fn words<T: Copy + PartialEq>(
    table: &Table<'_>,
    key: &'static str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Vec<T> {
    let mut found = Vec::new();
    for text in table.strings(key) {
        let meant = all.iter().find(|one| word(**one) == text.value);
        match meant {
            Some(one) if found.contains(one) => {}
            Some(one) => found.push(*one),
            None => {
                let known: Vec<&str> = all.iter().map(|one| word(*one)).collect();
                let hint = match nearest(&text.value, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => known.join(", "),
                };
                let message = format!("`{}` is nothing that `{key}` knows", text.value);
                table.problem(Problem::error("bad-word", text.span, message).hint(hint));
            }
        }
    }
    found
}

/// What a block of a runbook says.
#[derive(Default)]
pub(in crate::plan) struct Block {
    /// The snapshot; none where it has no name.
    pub(in crate::plan) snapshot: Option<Snapshot>,
    /// What is expected of it.
    pub(in crate::plan) kept: Option<Box<Kept>>,
    /// What is wrong with it, at places in the block.
    pub(in crate::plan) problems: Vec<Problem>,
}

/// Reads the block whose keys are `root`; `attributes` are keys that stand behind its fence.
pub(in crate::plan) fn block(root: Node, attributes: &[(&str, &str)]) -> Block {
    let mut entries = match root.value {
        Value::Table(entries) => entries,
        _ => Entries::default(),
    };
    for (key, value) in attributes {
        if entries.get(key).is_none() {
            let node = Node::new(Value::Text((*value).to_owned()), root.span);
            let key = Placed::new((*key).to_owned(), root.span);
            entries.0.push((key, node));
        }
    }
    let problems = Problems::default();
    let mut block = Block::default();
    let outside = Entries::default();
    let node = Node::new(Value::Table(entries), root.span);
    if let Some(table) = Table::root(&outside, &problems).as_table(&node, "snapshot") {
        block.snapshot = snapshot(&table, "name");
        block.kept = kept(&table);
        table.finish();
    }
    block.problems = problems.into_vec();
    block
}
