//! Scripts that a shell can't read to their end, and lines in them that are for something else: SQL, what is typed at
//! the prompt of `psql`, settings in YAML.

use super::here;
use super::text::Text;
use crate::plan::commands::Command;
use crate::plan::problem::Problem;
use crate::plan::shell;

/// Finds them, each sort once.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if !text.runs() || text.is_sql() || text.is_reference() {
        return;
    }
    let body = text.body();
    let end = body.trim_end();
    let open = shell::scan(&format!("{end}\n")).boundaries.last() == Some(&false);
    if open && !end.ends_with('\\') {
        let start = end.rfind('\n').map_or(0, |at| at + 1);
        let message = "something is left open here, a quote, an `if` or a parenthesis: the shell refuses all of this";
        let hint = "close it, or look whether a line is missing: `bash -n` says where it gave up";
        out.push(text.warning("shell-syntax", start..end.len(), message, hint));
    }
    if here::opener(&text.script).is_some() {
        // That is told of the session that such lines are typed into.
        return;
    }
    let mut commands = text.script.commands.iter();
    if let Some((command, what)) =
        commands.find_map(|command| Some((command, other(body, command)?)))
    {
        let start = command.span.start;
        let line = body[start..].lines().next().unwrap_or_default();
        let message = format!(
            "`{}` is {what}, and this is a block of the shell: it fails",
            line.trim()
        );
        let hint =
            "put it into a block of its own in its own language, or give SQL to `psql -c '…'`";
        out.push(text.warning("shell-syntax", start..start + line.len(), message, hint));
    }
}

/// What `command` is, if that is nothing for a shell.
fn other(body: &str, command: &Command<'_>) -> Option<&'static str> {
    if !command.wrappers.is_empty() || !command.assigned.is_empty() {
        return None;
    }
    let mut words = command.words.iter().map(|word| word.text.as_ref());
    let (first, second) = (words.next()?, words.next().unwrap_or(""));
    let lower = (first.to_ascii_lowercase(), second.to_ascii_lowercase());
    let known = |(verb, things): &(&str, &[&str])| {
        *verb == lower.0 && (first != lower.0 || things.contains(&lower.1.as_str()))
    };
    let capitals = first.bytes().all(|byte| byte.is_ascii_uppercase());
    let all = first == lower.0 || capitals;
    if all && STATEMENTS.iter().any(known) {
        return Some("SQL");
    }
    let typed = body.get(command.span.start..)?.strip_prefix('\\');
    if typed.is_some() && PSQL.contains(&first) {
        return Some("a command of psql");
    }
    let key = first.strip_suffix(':')?;
    let named = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    (named && !key.is_empty()).then_some("no command")
}

/// How statements begin; behind the words in small letters, with one of these.
const STATEMENTS: [(&str, &[&str]); 18] = [
    ("select", &[]),
    ("insert", &["into"]),
    ("update", &[]),
    ("delete", &["from"]),
    (
        "alter",
        &["table", "database", "role", "index", "sequence", "system"],
    ),
    (
        "create",
        &[
            "table",
            "index",
            "unique",
            "database",
            "role",
            "extension",
            "view",
            "function",
        ],
    ),
    (
        "drop",
        &[
            "table", "index", "database", "role", "view", "function", "column",
        ],
    ),
    ("truncate", &["table"]),
    ("begin", &[]),
    ("commit", &[]),
    ("rollback", &[]),
    ("grant", &[]),
    ("revoke", &[]),
    ("vacuum", &[]),
    ("analyze", &[]),
    ("reindex", &[]),
    ("explain", &[]),
    ("with", &[]),
];
/// What is typed at the prompt of `psql`, and is no command of the shell.
const PSQL: [&str; 14] = [
    "c", "conninfo", "copy", "d", "di", "dn", "dt", "du", "dx", "l", "q", "timing", "watch", "x",
];
