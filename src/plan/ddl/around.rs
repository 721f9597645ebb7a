//! What stands around a statement in the same text, and makes good what it takes away.

use super::name;
use crate::plan::sql_text::{self, Token, TokenSort};

/// Whether a policy is made for the table `table` in `sql`.
pub(super) fn has_policy(sql: &str, table: &str) -> bool {
    let words = words(sql);
    let own = last(table);
    words.windows(5).enumerate().any(|(at, found)| {
        let [create, policy, _, on, first] = found else {
            return false;
        };
        let name = match (words.get(at + 5), words.get(at + 6)) {
            (Some(dot), Some(name)) if dot == "." => name,
            _ => first,
        };
        (create == "create" && policy == "policy" && on == "on") && name == own
    })
}

/// Whether a table is attached to `parent` in `sql`.
pub(super) fn attaches(sql: &str, parent: &str) -> bool {
    has(sql, &[last(parent), "attach", "partition"])
}

/// Whether `sql` says where the values of `column` come from.
pub(super) fn fills(sql: &str, column: &str) -> bool {
    has(sql, &[column, "set", "default"]) || has(sql, &[column, "add", "generated"])
}

/// Whether `sql` makes the role `role`.
pub(super) fn makes_role(sql: &str, role: &str) -> bool {
    let made = |sort| has(sql, &["create", sort, role]);
    made("role") || made("user")
}

fn has(sql: &str, wanted: &[&str]) -> bool {
    words(sql)
        .windows(wanted.len())
        .any(|found| found == wanted)
}

/// The name itself, without the schema that it belongs to.
fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn words(sql: &str) -> Vec<String> {
    let word = |token: Token| match token.sort {
        TokenSort::Sign => sql[token.range].to_owned(),
        _ => name::canonical(&sql[token.range]),
    };
    sql_text::tokens(sql).map(word).collect()
}
