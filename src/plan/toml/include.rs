//! Which other files a plan takes in.

use super::table::Table;
use crate::plan::include::Include;
use crate::plan::tree::Value;

/// `include` at the top: a file, or several; each a path, or a table with `file` and `vars`.
pub(super) fn includes(root: &Table<'_>) -> Vec<Include> {
    let Some(node) = root.value("include") else {
        return Vec::new();
    };
    let nodes = match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![node],
    };
    let mut all = Vec::new();
    for node in nodes {
        if node.is_table() {
            let table = root.as_table(node, "include");
            all.extend(table.and_then(|table| named(table, "file", None)));
        } else if let Value::Text(path) = &node.value {
            all.push(Include {
                file: crate::plan::draft::Placed::new(path.clone(), node.span),
                vars: Vec::new(),
                place: None,
            });
        } else {
            all.extend(root.wrong("include", node, "a path or a table"));
        }
    }
    all
}

/// A phase that is another file's phases, to stand at `place`.
pub(super) fn include(table: Table<'_>, place: Option<usize>) -> Option<Include> {
    named(table, "include", place)
}

fn named(table: Table<'_>, key: &'static str, place: Option<usize>) -> Option<Include> {
    let file = table.required(key);
    let vars = table.pairs("vars");
    table.finish();
    Some(Include {
        file: file?,
        vars,
        place,
    })
}
