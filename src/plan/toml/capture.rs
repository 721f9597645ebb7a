//! Variables that a step takes from its output.

use super::table::Table;
use crate::plan::capture::{Capture, Find};
use crate::plan::draft::Placed;
use crate::plan::json_path::JsonPath;
use crate::plan::problem::Problem;
use crate::plan::tree::Node;

/// `capture = "(?<release>v[0-9]+)"`, or a table of names, each with a pattern, `{ json = ".a[0]" }` or
/// `{ value = true }`.
pub(super) fn captures(table: &Table<'_>) -> Vec<Capture> {
    let Some(node) = table.value("capture") else {
        return Vec::new();
    };
    if node.is_text() {
        return table
            .text("capture")
            .map_or(Vec::new(), |text| groups(table, &text));
    }
    let Some(named) = table.table("capture") else {
        return Vec::new();
    };
    let each = named.named().into_iter();
    each.filter_map(|(name, node)| {
        Some(Capture {
            from: find(&named, &name, node)?,
            name: name.value,
        })
    })
    .collect()
}

fn groups(table: &Table<'_>, text: &Placed<String>) -> Vec<Capture> {
    let Some(pattern) = table.as_pattern(text) else {
        return Vec::new();
    };
    let captures = Capture::of_groups(&pattern);
    if captures.is_empty() {
        let message = "no group of this pattern has a name, so that nothing is captured";
        table.problem(
            Problem::error("captures-nothing", text.span, message)
                .hint("name the group as the variable: `(?<release>v[0-9]+)`"),
        );
    }
    captures
}

fn find(table: &Table<'_>, name: &Placed<String>, node: &Node) -> Option<Find> {
    if node.is_table() {
        let from = table.as_table(node, "capture")?;
        let path = from.text("json");
        let value = from.boolean("value");
        from.finish();
        return match (path, value) {
            (Some(path), None) => json_path(table, &path).map(Find::Json),
            (None, Some(true)) => Some(Find::Value),
            _ => {
                let message = format!("it is not said where `{}` is found", name.value);
                table.problem(
                    Problem::error("captures-nothing", node.span, message)
                        .hint("a pattern, `{ json = \".a.b[0]\" }` or `{ value = true }`"),
                );
                None
            }
        };
    }
    let text = node.scalar();
    let Some(text) = text else {
        return table.wrong(&name.value, node, "a pattern or a table");
    };
    let pattern = table.as_pattern(&Placed::new(text, node.span))?;
    Some(Find::Pattern(pattern))
}

fn json_path(table: &Table<'_>, text: &Placed<String>) -> Option<JsonPath> {
    JsonPath::parse(&text.value)
        .map_err(|bad| {
            let message = format!(
                "`{}` is not a path into JSON: {}, at `{}`",
                text.value,
                bad.why,
                &text.value[bad.at..]
            );
            table.problem(
                Problem::error("bad-path", text.span, message).hint("such as `.data.items[0].id`"),
            );
        })
        .ok()
}
