//! Values: the quotes of strings, the spaces in lists and tables.

use toml_edit::{Array, InlineTable, Value};

use crate::plan::import::one_line_string;

/// Lays out `value`; what stands around it is not touched.
pub(super) fn value(value: &mut Value) {
    match value {
        Value::String(text) => {
            let raw = text.as_repr().and_then(|repr| repr.as_raw().as_str());
            let wanted = one_line_string(text.value());
            if raw.is_some_and(|raw| raw != wanted && is_plain(raw)) {
                let decor = text.decor().clone();
                if let Ok(mut quoted) = wanted.parse::<Value>() {
                    *quoted.decor_mut() = decor;
                    *value = quoted;
                }
            }
        }
        Value::Array(array) => list(array),
        Value::InlineTable(table) => inline(table),
        _ => {}
    }
}

/// Whether `raw` is a string on one line without escapes that somebody has chosen: an escaped
/// letter may be one that nobody would see.
fn is_plain(raw: &str) -> bool {
    let long = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let mut chars = raw.chars();
    let mut plain = !long;
    while let Some(c) = chars.next() {
        if c == '\\' && raw.starts_with('"') {
            plain &= matches!(chars.next(), Some('"' | '\\'));
        }
    }
    plain
}

/// `[1, 2]`; a list over several lines is left as it is.
fn list(array: &mut Array) {
    array.iter_mut().for_each(value);
    if is_one_line(&Value::Array(array.clone())) {
        array.fmt();
        array.set_trailing("");
        array.set_trailing_comma(false);
    }
}

/// `{ a = 1, b = 2 }`; the same.
fn inline(table: &mut InlineTable) {
    for (_, item) in table.iter_mut() {
        value(item);
    }
    if is_one_line(&Value::InlineTable(table.clone())) {
        spaces(table);
        table.set_trailing("");
        table.set_trailing_comma(false);
        let last = table.iter_mut().last();
        if let Some((_, last)) = last {
            end(last);
        }
    }
}

/// One space around each sign of `table`, and none before a comma.
fn spaces(table: &mut InlineTable) {
    for (mut key, item) in table.iter_mut() {
        key.fmt();
        key.leaf_decor_mut().set_prefix(" ");
        key.leaf_decor_mut().set_suffix(" ");
        match item {
            Value::InlineTable(inside) if inside.is_dotted() => spaces(inside),
            item => {
                item.decor_mut().set_prefix(" ");
                item.decor_mut().set_suffix("");
            }
        }
    }
}

/// One space behind the last value.
fn end(last: &mut Value) {
    match last {
        Value::InlineTable(inside) if inside.is_dotted() => {
            if let Some((_, last)) = inside.iter_mut().last() {
                end(last);
            }
        }
        last => last.decor_mut().set_suffix(" "),
    }
}

/// Whether there is neither a line end nor a comment in `value`, what stands around it aside.
fn is_one_line(value: &Value) -> bool {
    let mut value = value.clone();
    value.decor_mut().clear();
    let text = value.to_string();
    !text.contains('\n') && super::text::comments(&text).is_empty()
}
