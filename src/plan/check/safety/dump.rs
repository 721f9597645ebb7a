//! Dumps, and other commands whose failure must not pass unseen: hidden by a pipe, or given options that make the dump
//! something else than a backup.

use super::names::{base, is_backup};
use super::psql::{Psql, from_program};
use super::text::Text;
use crate::plan::commands::{Command, Given, Known, Pipefail, RedirectKind, Word};
use crate::plan::problem::{Problem, Severity};

/// The options of `pg_dump` that take a value.
const PG_DUMP: Known = Known {
    short: "deEfFhjlnNpStTUZ",
    long: &[
        "dbname",
        "encoding",
        "exclude-schema",
        "exclude-table",
        "exclude-table-data",
        "extension",
        "file",
        "format",
        "host",
        "jobs",
        "lock-wait-timeout",
        "port",
        "role",
        "schema",
        "section",
        "snapshot",
        "superuser",
        "table",
        "username",
        "compress",
        "filter",
        "rows-per-insert",
    ],
    leading: false,
};

/// What it would mean if a command failed and nobody saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// A broken dump.
    Dump,
    /// A migration that was not applied.
    Migration,
    /// A database that was restored in part.
    Restore,
}

/// What it would mean if `command` failed and nobody saw it; none: not much.
pub(super) fn loss(command: &Command<'_>) -> Option<Loss> {
    if is_dump(command) {
        return Some(Loss::Dump);
    }
    if super::tools::applies(command) || super::applied::another_script(command).is_some() {
        return Some(Loss::Migration);
    }
    let psql = Psql::of(command);
    if psql.as_ref().is_some_and(Psql::changes) {
        return Some(Loss::Migration);
    }
    let script = psql.is_some_and(|psql| psql.runs_script());
    let restore = command.program() == "pg_restore"
        && Given::read(command.arguments(), super::restore::PG_RESTORE).has(&["d", "dbname"]);
    (script || restore).then_some(Loss::Restore)
}

/// Whether `command` writes a dump.
pub(super) fn is_dump(command: &Command<'_>) -> bool {
    let program = command.program();
    let named = matches!(
        program,
        "pg_dump" | "pg_dumpall" | "pg_basebackup" | "mysqldump" | "mongodump"
    );
    let told = |word: &&str| matches!(*word, "--version" | "--help" | "-V" | "-?");
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    named && !words().any(|word| told(&word))
}

/// Whether `command` dumps only what all databases share, or some tables.
pub(super) fn is_of_part(command: &Command<'_>) -> bool {
    let given = Given::read(command.arguments(), PG_DUMP);
    match command.program() {
        "pg_dumpall" => given.has(&[
            "globals-only",
            "g",
            "roles-only",
            "r",
            "tablespaces-only",
            "t",
        ]),
        "pg_dump" => given.has(&["table", "t"]),
        _ => false,
    }
}

/// The file that `command` dumps into.
pub(super) fn written(command: &Command<'_>) -> Option<String> {
    if !is_dump(command) {
        return None;
    }
    let given = Given::read(command.arguments(), PG_DUMP);
    let file = given.value(&["f", "file"]).map(str::to_owned);
    file.or_else(|| command.output().map(|word| word.text.to_string()))
}

/// The file that `command` dumps into in a format that only `pg_restore` reads.
pub(super) fn archive(command: &Command<'_>) -> Option<String> {
    if command.program() != "pg_dump" {
        return None;
    }
    let given = Given::read(command.arguments(), PG_DUMP);
    let format = given.value(&["F", "format"])?;
    written(command).filter(|_| !format.starts_with('p'))
}

/// Finds failures that a pipe keeps from being seen.
pub(super) fn hidden(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        if let Some(loss) = loss(command) {
            out.extend(piped(text, ix, command, loss));
        }
    }
}

fn piped(text: &Text<'_>, ix: usize, command: &Command<'_>, loss: Loss) -> Option<Problem> {
    let readers = text.script.readers(ix);
    let last = readers.last()?;
    let pipefail = text.script.piping(ix).pipefail;
    // What `grep -v` leaves over says nothing about a failure.
    let leaves = |word: &Word<'_>| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        word.text == "--invert-match" || (!letters.starts_with('-') && letters.contains('v'))
    };
    let looks = matches!(last.program(), "grep" | "egrep" | "rg")
        && loss == Loss::Migration
        && !last.arguments().iter().any(leaves);
    let kept = text.body().contains("PIPESTATUS") || text.body().contains("pipestatus");
    if looks || kept || pipefail == Pipefail::Written {
        return None;
    }
    let here = pipefail == Pipefail::Given;
    if here && (loss == Loss::Restore || text.before(command.span.start).contains("pipefail")) {
        return None;
    }
    let (program, behind) = (command.program(), readers[0].program());
    let harm = match loss {
        Loss::Dump => "a broken dump passes for a backup",
        Loss::Migration => "a migration that failed passes for one that was applied",
        Loss::Restore => "what was restored in part passes for the whole",
    };
    let message = format!("`{behind}` returns 0 even if `{program}` fails: {harm}");
    let end = readers[0]
        .words
        .first()
        .map_or(command.span.end, |word| word.span.end);
    let range = from_program(command).start..end.max(command.span.end);
    if here {
        let message = format!("{message} wherever `pipefail` is off, as in a terminal");
        let hint =
            "it is on for the steps that gonogo runs; `set -o pipefail` makes it so for everybody";
        return Some(text.finding(Severity::Note, "pipe-hides-failure", range, message, hint));
    }
    let hint = match (loss, text.passage.shell) {
        (Loss::Dump, _) => {
            "`set -o pipefail` first (in bash), or let `pg_dump` write the file: `-Z 6 -f …`"
        }
        (_, "sh" | "dash" | "ash") => "run it with bash and `set -o pipefail`",
        _ => "`set -o pipefail` first",
    };
    Some(text.warning("pipe-hides-failure", range, message, hint))
}

/// Finds dumps that are not what they seem.
pub(super) fn options(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let whole = |command: &Command<'_>| is_dump(command) && part(command).is_none();
    let backed_up = texts
        .iter()
        .filter(|t| !t.is_reference())
        .flat_map(|t| &t.script.commands)
        .any(whole);
    for text in texts {
        let commands = text.script.commands.iter().enumerate();
        for (ix, command) in commands.filter(|(_, command)| is_dump(command)) {
            let found = refused(command)
                .or_else(|| mixed(text, ix, command))
                .or_else(|| {
                    let part =
                        part(command).filter(|_| !backed_up && names_backup(text, command))?;
                    Some((
                        format!("there {part} in this dump: it is no backup"),
                        "dump all of the database",
                    ))
                });
            if let Some((message, hint)) = found {
                out.push(text.warning("dump-options", from_program(command), message, hint));
            }
        }
    }
}

/// What is missing from the dump.
fn part(command: &Command<'_>) -> Option<&'static str> {
    let given = Given::read(command.arguments(), PG_DUMP);
    if command.program() == "pg_basebackup" {
        None
    } else if given.has(&["schema-only", "s", "globals-only", "roles-only"]) {
        Some("are no rows")
    } else if given.has(&["data-only", "a"]) {
        Some("are no tables, only rows,")
    } else {
        None
    }
}

fn names_backup(text: &Text<'_>, command: &Command<'_>) -> bool {
    // What all databases share is told from the dump of one by its option: only its file may say more.
    if command.program() == "pg_dumpall" {
        return written(command).is_some_and(|file| is_backup(base(&file)));
    }
    let named = command.output().is_some_and(|word| is_backup(&word.text));
    named
        || text.words().contains("backup")
        || command.arguments().iter().any(|word| is_backup(&word.text))
}

/// Options that `pg_dump` refuses.
fn refused(command: &Command<'_>) -> Option<(String, &'static str)> {
    let given = Given::read(command.arguments(), PG_DUMP);
    let format = given.value(&["F", "format"]).unwrap_or("p");
    if command.program() == "pg_dumpall" && !format.starts_with('p') {
        let message = "`pg_dumpall` writes SQL only up to PostgreSQL 18: with `--format` it fails";
        return Some((
            message.to_owned(),
            "`pg_dumpall --globals-only`, and `pg_dump --format=custom` of each database",
        ));
    }
    if command.program() != "pg_dump" {
        return None;
    }
    let directory = format.starts_with('d');
    if given.has(&["j", "jobs"]) && !directory && given.value(&["j", "jobs"]) != Some("1") {
        let message = "`pg_dump --jobs` works with the directory format only: this fails";
        return Some((message.to_owned(), "add `--format=directory --file=DIR`"));
    }
    if directory && !given.has(&["f", "file"]) {
        let message = "a dump in the directory format needs a directory: this fails";
        return Some((message.to_owned(), "add `--file=DIR`"));
    }
    None
}

/// Messages, or a terminal's line ends, in the dump.
fn mixed(text: &Text<'_>, ix: usize, command: &Command<'_>) -> Option<(String, &'static str)> {
    let given = Given::read(command.arguments(), PG_DUMP);
    if command.program() == "pg_basebackup" || given.has(&["f", "file", "r", "result-file"]) {
        return None;
    }
    let piped = !text.script.readers(ix).is_empty();
    let double = |r: &crate::plan::commands::Redirect<'_>| {
        r.kind == RedirectKind::Double && r.descriptor == Some(2) && r.target.text == "1"
    };
    let at = command.redirects.iter().position(double);
    let file = command
        .redirects
        .iter()
        .position(|r| r.kind == RedirectKind::Out && r.descriptor != Some(2));
    let both = command
        .redirects
        .iter()
        .any(|r| r.kind == RedirectKind::Both);
    let later = matches!((file, at), (Some(file), Some(double)) if double > file);
    if both || later || (piped && at.is_some() && file.is_none()) {
        let message = "messages of the dump are written into it, between its lines";
        return Some((message.to_owned(), "send them elsewhere: `2> dump.log`"));
    }
    let terminal = |words: &[Word<'_>]| {
        words.iter().skip(1).any(|word| {
            let letters = word.text.strip_prefix('-').unwrap_or("");
            word.text == "--tty"
                || (!letters.starts_with('-') && letters.len() < 4 && letters.contains('t'))
        })
    };
    let wrapped = ["docker", "podman"]
        .into_iter()
        .filter_map(|name| command.wrapper(name));
    if wrapped.into_iter().any(terminal) && (piped || command.output().is_some()) {
        let message = "a terminal (`-t`) changes the line ends in the dump: it can't be restored";
        return Some((
            message.to_owned(),
            "leave `-t` away: `docker exec DB pg_dump … > FILE`",
        ));
    }
    None
}
