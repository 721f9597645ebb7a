//! Transcripts of a terminal: the commands behind the prompts, and what they printed.
//!
//! What a transcript shows was typed by somebody, so it can be run; what stands between the
//! commands was printed, so it must never be. Where the two can't be told apart for certain, the
//! block is for reading.

mod inner;

use super::line::Line;
use crate::plan::shell;

/// The longest prompt there is, in bytes.
const MAX_PROMPT: usize = 80;
/// The most lines that are looked at to find the end of one command.
const MAX_COMMAND: usize = 400;

/// Leaves only the commands of a transcript in `lines`, and returns what was printed. Lines that
/// are no transcript stay as they are.
pub(in crate::plan::markdown) fn take_commands(
    lines: &mut Vec<Line<'_>>,
    console: bool,
) -> Option<String> {
    let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
    let read = Read::of(&texts, console)?;
    let mut commands = Vec::with_capacity(lines.len());
    let mut printed: Vec<&str> = Vec::new();
    for (line, sort) in lines.iter().zip(&read.sorts) {
        match sort {
            Sort::Typed(from) => commands.push(line.from(&line.text[*from..])),
            Sort::Printed => printed.push(line.text),
        }
    }
    *lines = commands;
    (!printed.is_empty()).then(|| printed.join("\n"))
}

/// Whether the block `text` can't be told into what was typed and what was printed. A console
/// without a prompt of a shell is such a block: any of its lines may have been printed.
pub(in crate::plan::markdown) fn is_unclear(text: &str, console: bool) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    match Read::of(&lines, console) {
        Some(read) => read.unclear,
        None if console => !text.trim().is_empty(),
        None => {
            let odd = |line: &&str| is_no_command(line.trim());
            // Few blocks have such a line, and only there it matters where commands begin.
            if !lines.iter().any(odd) {
                return false;
            }
            let starts = shell::scan(text).boundaries;
            let starts = starts.iter().chain(std::iter::repeat(&true));
            lines
                .iter()
                .zip(starts)
                .any(|(line, starts)| *starts && odd(line))
        }
    }
}

/// Whether a block of SQL was copied from a client, with its prompts and what it printed: its first line
/// begins with a prompt, or any with one that no SQL looks like.
pub(in crate::plan::markdown) fn is_of_client(text: &str) -> bool {
    let lines = text.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with("--"));
    lines.next().is_some_and(client_prompt)
        || lines.any(|line| named_prompt(line) || prompt_of_psql(line) == Some('#'))
}

/// The hosts that the prompts in the transcript `text` name, and where each line begins; none, if it is no
/// transcript.
pub(in crate::plan::markdown) fn hosts(text: &str, console: bool) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let Some(read) = Read::of(&lines, console) else {
        return Vec::new();
    };
    let mut start = 0;
    let mut found = Vec::new();
    for (line, sort) in text.split_inclusive('\n').zip(&read.sorts) {
        if matches!(sort, Sort::Typed(from) if *from > 0) {
            found.extend(host_of(line.trim_start()).map(|host| (start, host)));
        }
        start += line.len();
    }
    found
}

/// What stands behind the `@` of the prompt that `text` begins with.
fn host_of(text: &str) -> Option<&str> {
    let rest = &text[environment(text)..];
    let prompt = &rest[..named(rest)?];
    let (_, host) = prompt.split_once('@')?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let end = host.find(|c: char| !fits(c)).unwrap_or(host.len());
    Some(host[..end].trim_end_matches('.')).filter(|host| !host.is_empty())
}

/// Whether a line of a script can be no command: it begins with a prompt, or stands for lines that were
/// left out.
fn is_no_command(line: &str) -> bool {
    let prompts = ["> ", "% ", ">>> ", "PS> ", "PS C:"];
    let left_out = ["...", "…", "[...]", "[…]", "(...)", "<...>", "[snip]"];
    // `./x.sh <- here`
    let remark = line.contains(" <- ") || line.contains(" <-- ") || line.contains(" <== ");
    let quoted = line.contains(['"', '\'', '#']);
    prompts.iter().any(|prompt| line.starts_with(prompt))
        || left_out.contains(&line)
        || (remark && !quoted)
        || client_prompt(line)
        || host_prompt(line)
}

/// `shop=> select 1;`, `shop-# ;`, `mysql> show tables;`, `MariaDB [shop]> …`
fn client_prompt(line: &str) -> bool {
    named_prompt(line) || prompt_of_psql(line).is_some()
}

/// A prompt that says which client it is.
fn named_prompt(line: &str) -> bool {
    let clients = [
        "mysql> ",
        "MariaDB [",
        "sqlite> ",
        "redis> ",
        "mongo> ",
        "mongosh> ",
        "irb> ",
        "cqlsh> ",
        "sftp> ",
        "ftp> ",
        "psql> ",
        "postgres> ",
    ];
    clients.iter().any(|client| line.starts_with(client))
}

/// What the prompt of `psql` that `line` begins with ends with: `shop=> `, `shop=# `, `shop-# `.
fn prompt_of_psql(line: &str) -> Option<char> {
    let name = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
    let (name, rest) = line.split_at(name.unwrap_or(line.len()));
    let mut signs = rest.chars();
    let state = signs.next().is_some_and(|c| "=-*'\"($!^".contains(c));
    let rights = signs.next().filter(|c| matches!(c, '#' | '>'))?;
    let ends = signs.next().is_none_or(char::is_whitespace);
    (!name.is_empty() && state && ends).then_some(rights)
}

/// `db1$ ls`, `db1# ls`: no program is called so.
fn host_prompt(line: &str) -> bool {
    let Some((first, _)) = line.split_once(' ') else {
        return false;
    };
    let name = first.strip_suffix(['$', '#']).unwrap_or_default();
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '/' | ':');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits)
}

/// What a line of a transcript is.
enum Sort {
    /// A command or a comment, from this byte on.
    Typed(usize),
    Printed,
}

/// A transcript, read.
struct Read {
    sorts: Vec<Sort>,
    /// Whether a command had not ended when the next prompt came, or the end; or what seems printed was typed into a
    /// session that it opened.
    unclear: bool,
}

/// The prompts of a block that are sure only because it begins with one. `# ` is never one: without
/// a name in front of it, it begins a comment as well.
#[derive(Default)]
struct Bare {
    /// What the first line begins with, if that is `> ` or `% `.
    first: Option<&'static str>,
}

impl Read {
    /// Reads `lines`, if they are a transcript.
    fn of(lines: &[&str], console: bool) -> Option<Self> {
        let bare = bare_prompts(lines, console)?;
        let mut read = Read {
            sorts: Vec::with_capacity(lines.len()),
            unclear: false,
        };
        let mut command: Vec<&str> = Vec::new();
        for line in lines {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            let prompt = prompt(text, &bare);
            let open = is_open(&command);
            let sort = match prompt {
                Some(length)
                    if !open || bare.first.is_none_or(|first| !text.starts_with(first)) =>
                {
                    read.unclear |= open;
                    command.clear();
                    Sort::Typed(indent + length + spaces(&text[length..]))
                }
                _ if open => Sort::Typed(continued(text).map_or(0, |length| indent + length)),
                _ if text.is_empty() || text.starts_with('#') => Sort::Typed(indent),
                _ => Sort::Printed,
            };
            read.unclear |= match sort {
                Sort::Printed => inner::is_typed(text, &command),
                Sort::Typed(_) => {
                    prompt.is_none() && !open && inner::is_typed_by_root(text, &command)
                }
            };
            if let Sort::Typed(from) = sort {
                command.push(&line[from..]);
            } else {
                command.clear();
            }
            read.sorts.push(sort);
        }
        read.unclear |= is_open(&command);
        Some(read)
    }
}

/// How the prompts of a transcript look; none if it is no transcript. A block that calls itself a
/// script is one only if its first command has a prompt that no script begins with.
fn bare_prompts(lines: &[&str], console: bool) -> Option<Bare> {
    let mut texts = lines.iter().map(|line| line.trim_start());
    let first = texts
        .clone()
        .find(|text| !text.is_empty() && !text.starts_with('#'));
    let first = first?;
    let none = Bare::default();
    if !console {
        return prompt(first, &none).map(|_| none);
    }
    if texts.any(|text| prompt(text, &none).is_some()) {
        return Some(none);
    }
    let mut signs = ["> ", "% "].into_iter();
    let sign = signs.find(|sign| first.starts_with(sign));
    sign.map(|sign| Bare { first: Some(sign) })
}

/// The length of the prompt that `text` begins with, the space behind it included.
fn prompt(text: &str, bare: &Bare) -> Option<usize> {
    let start = environment(text);
    let rest = &text[start..];
    let sign = |sign: &str| rest.starts_with(sign).then_some(start + sign.len());
    if let Some(length) = sign("$ ") {
        return Some(length);
    }
    if let Some(length) = bare.first.and_then(sign) {
        return Some(length);
    }
    named(rest).map(|length| start + length)
}

/// The length of `(venv) ` in front of a prompt.
fn environment(text: &str) -> usize {
    let inside = text
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") "));
    match inside {
        Some((name, _)) if name.len() < 40 && !name.contains(char::is_whitespace) => name.len() + 3,
        _ => 0,
    }
}

/// `user@host:~$ `, `[root@db ~]# `, `ada@mac shop % `, `bash-5.1$ `.
fn named(text: &str) -> Option<usize> {
    let near = &text[..text.floor_char_boundary(MAX_PROMPT)];
    let end = ["$ ", "# ", "% "]
        .iter()
        .filter_map(|sign| near.find(sign))
        .min()?;
    let head = &near[..end];
    let bracketed = head.starts_with('[');
    let name = head.trim_start_matches('[');
    let user = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')));
    let user = user.unwrap_or(name.len());
    let of_host = user > 0
        && name[user..].starts_with('@')
        && name[user + 1..].starts_with(char::is_alphanumeric)
        && head.matches(' ').count() <= 2
        && bracketed == head.ends_with(']');
    let of_shell = ["bash-", "sh-", "zsh-", "ash-"]
        .iter()
        .filter_map(|shell| head.strip_prefix(shell))
        .any(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'));
    (of_host || of_shell).then_some(end + 2)
}

/// Whether the shell would wait for more of `command`.
fn is_open(command: &[&str]) -> bool {
    if command.is_empty() || command.len() > MAX_COMMAND {
        return false;
    }
    // What would another command be, if it came now?
    let script = command.join("\n") + "\n:";
    shell::scan(&script).boundaries.last() == Some(&false)
}

/// How much of `text` is the prompt of a line that goes on with a command; none: it has none, and
/// is as it was pasted.
fn continued(text: &str) -> Option<usize> {
    match text {
        ">" => Some(1),
        text => text.starts_with("> ").then_some(2),
    }
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests;
