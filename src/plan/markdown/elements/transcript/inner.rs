//! Sessions inside of a session: what stands behind `$ psql shop` was typed into that, and looks as if it had been
//! printed.

use super::{named_prompt, prompt_of_psql};
use crate::plan::check::opens_session;

/// The longest prompt of a program.
const MAX_PROMPT: usize = 40;

/// Whether `line`, which no prompt of a shell begins, may have been typed into what `command` has opened: the lines
/// of the command right above it, none if something was printed in between.
pub(super) fn is_typed(line: &str, command: &[&str]) -> bool {
    let above = command.join("\n");
    let program = above.trim();
    // `node`, and its `> `: what has arguments prints such lines itself.
    let alone = !program.is_empty() && !program.contains(|c: char| c.is_whitespace() || c == '/');
    has_prompt(line) || (alone && line.starts_with("> ")) || opens_session(&above)
}

/// Whether `line` is a comment by its looks, and may be what root typed: `# systemctl stop shop` behind `$ sudo -i`.
pub(super) fn is_typed_by_root(line: &str, command: &[&str]) -> bool {
    line.starts_with('#') && opens_session(&command.join("\n"))
}

/// `shop=# \q`, `mysql> show tables;`, `127.0.0.1:6379> FLUSHALL`, `irb(main):001:0> User.count`, `/app # ls`
fn has_prompt(line: &str) -> bool {
    let of_psql = || {
        let typed = line.split_once("=> ").or_else(|| line.split_once("# "));
        let is_sql = |(_, typed): (&str, &str)| typed.starts_with('\\') || line.ends_with(';');
        prompt_of_psql(line).is_some() && typed.is_some_and(is_sql)
    };
    let of_program = |(head, typed): (&str, &str)| {
        let inside = |c: char| c.is_alphanumeric() || ".:_-@()[]".contains(c);
        let ends = head.ends_with(|c: char| c.is_alphanumeric() || c == ')' || c == ']');
        let fits = head.starts_with(char::is_alphanumeric) && ends && head.chars().all(inside);
        fits && head.len() <= MAX_PROMPT && !typed.trim().is_empty()
    };
    let of_container = |(head, typed): (&str, &str)| {
        let path = head.starts_with('/') && !head.contains(char::is_whitespace);
        path && typed.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '.')
    };
    line.starts_with(">>> ")
        || named_prompt(line)
        || of_psql()
        || line.split_once("> ").is_some_and(of_program)
        || line.split_once(" # ").is_some_and(of_container)
}
