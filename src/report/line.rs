//! Lines of the record in Markdown.

use crate::plan::Plan;

/// Text in a cell of a table, or in a line of a list.
pub(super) fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;")
}

/// `lines` below a title of their own; nothing where there are none.
pub(super) fn titled(title: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return Vec::new();
    }
    let head = [format!("## {title}"), String::new()];
    head.into_iter()
        .chain(lines)
        .chain([String::new()])
        .collect()
}

/// The step with the id `id`, by its number and its title, or its undo: `the undo of 2.3 Apply`.
pub(super) fn called(plan: &Plan, id: &str, undo: bool) -> String {
    let undo = if undo { "the undo of " } else { "" };
    match plan.find(id).map(|ix| &plan.steps[ix]) {
        Some(step) => format!("{undo}{} {}", step.number, cell(&step.spec.title)),
        None => format!("{undo}{}", cell(id)),
    }
}

/// `: why` where there is one, ready for a line.
pub(super) fn because(why: Option<&str>) -> String {
    why.map(|why| format!(": {}", cell(why)))
        .unwrap_or_default()
}
