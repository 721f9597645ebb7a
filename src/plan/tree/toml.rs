//! TOML as a tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entries, MAX_DEPTH, Node, Value};
use crate::plan::draft::Placed;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Reads `text`, which begins at the byte `from` of its file. What can't be read is a problem, and
/// the rest is read all the same.
pub(in crate::plan) fn parse(text: &str, from: usize, problems: &mut Vec<Problem>) -> Node {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error
            .span()
            .map_or(Span::at(from), |span| shift(span, from));
        problems.push(Problem::error("toml-syntax", span, error.message()));
    }
    Node::new(
        Value::Table(entries(root.get_ref(), text, from, 0)),
        Span::at(from),
    )
}

fn shift(span: std::ops::Range<usize>, from: usize) -> Span {
    Span::new(span.start + from, span.end + from)
}

fn entries(table: &DeTable<'_>, text: &str, from: usize, depth: usize) -> Entries {
    let mut all: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let name = Placed::new(key.get_ref().to_string(), shift(key.span(), from));
            (name, node(value, text, from, depth + 1))
        })
        .collect();
    all.sort_by_key(|(key, _)| key.span);
    Entries(all)
}

/// `text`, in which lines end as in scripts, whatever ends them in the file, where it is `raw`. A `\r`
/// that the author has written as such is meant.
fn with_plain_lines(text: &str, raw: &str) -> String {
    let meant = raw.starts_with('"') && raw.contains("\\r");
    if raw.contains("\r\n") && !meant {
        text.replace("\r\n", "\n")
    } else {
        text.to_owned()
    }
}

fn node(value: &Spanned<DeValue<'_>>, text: &str, from: usize, depth: usize) -> Node {
    let found = match value.get_ref() {
        _ if depth > MAX_DEPTH => Value::Nothing,
        DeValue::String(found) => {
            let raw = text.get(value.span()).unwrap_or("");
            Value::Text(with_plain_lines(found, raw))
        }
        DeValue::Integer(n) => Value::Integer(n.as_str().to_owned(), n.radix()),
        DeValue::Float(n) => Value::Float(n.as_str().to_owned()),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| node(item, text, from, depth + 1))
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(entries(table, text, from, depth)),
    };
    Node::new(found, shift(value.span(), from))
}
