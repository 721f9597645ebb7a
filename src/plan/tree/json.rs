//! JSON as a tree.

use super::{Node, yaml};
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Reads `text`, which begins at the byte `from` of its file.
///
/// Whoever says whether it is JSON is a library for JSON; where its parts stand tells the reader of
/// YAML, of which JSON is a part.
pub(in crate::plan) fn parse(text: &str, from: usize, problems: &mut Vec<Problem>) -> Node {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let at = from + offset(text, error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        problems.push(Problem::error("json-syntax", Span::at(at), message));
        return yaml::parse(&without_tabs(text), from, &mut Vec::new());
    }
    yaml::parse(&without_tabs(text), from, problems)
}

/// Tabs between values are spaces; in a string JSON has none.
fn without_tabs(text: &str) -> String {
    text.replace('\t', " ")
}

/// The byte that the library means by a line and a column, which counts bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
    let at = before + column.saturating_sub(1);
    text.floor_char_boundary(at.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tree::Value;

    #[test]
    fn values_and_mistakes_have_their_places() {
        let text = "{\n\t\"title\": \"a \\u00e9 \\\"b\\\"\",\n\t\"list\": [1, true]\n}";
        let mut problems = Vec::new();
        let node = parse(text, 0, &mut problems);
        let Value::Table(entries) = &node.value else {
            panic!("{node:?}")
        };
        let title = entries.get("title").unwrap();
        assert_eq!(title.scalar().as_deref(), Some("a é \"b\""));
        assert!(text[title.span.start..].starts_with("\"a "));
        assert!(problems.is_empty(), "{problems:?}");
        parse("{\n  \"a\": 1,\n  \"b\": oh\n}", 0, &mut problems);
        assert_eq!(problems[0].code, "json-syntax");
        assert_eq!(problems[0].span.start, 19);
    }
}
