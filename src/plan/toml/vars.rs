//! Variables: where their values come from, and what is asked of them.

use super::table::Table;
use crate::plan::draft::Placed;
use crate::plan::parts::Var;
use crate::plan::problem::Problem;
use crate::plan::tree::{Node, Value};

/// `[vars]`: each a default, or a table.
pub(super) fn vars(root: &Table<'_>) -> Vec<Var> {
    let Some(table) = root.table("vars") else {
        return Vec::new();
    };
    table
        .named()
        .into_iter()
        .map(|(name, value)| var(&table, &name, value))
        .collect()
}

fn var<'t>(vars: &Table<'t>, name: &Placed<String>, value: &'t Node) -> Var {
    let mut var = Var::new(name.value.clone(), name.span);
    if let Value::Text(text) = &value.value {
        var.default = Some(text.clone());
        return var;
    }
    if let Some(table) = vars.as_own_table(value, "variable", &name.value) {
        var.default = table.scalar("default").map(|text| text.value);
        var.prompt = table.string("prompt");
        var.pattern = table.pattern("pattern");
        var.choices = table
            .strings("choices")
            .into_iter()
            .map(|c| c.value)
            .collect();
        if let Some(node) = table.value("choices")
            && matches!(&node.value, Value::List(choices) if choices.is_empty())
        {
            let message = format!("`{}` has no value to choose from", name.value);
            table.problem(
                Problem::error("no-choice", node.span, message)
                    .hint("list its values, or leave `choices` out"),
            );
        }
        var.env = table.string("env");
        var.secret = table.flag("secret");
        table.finish();
    }
    var
}
