//! What keeps data whole, switched off by what a program is given: `PGOPTIONS`, `postgres -c fsync=off`, a line for the
//! server's file of settings.

use super::development::is_own;
use super::psql::from_program;
use super::sql::{CONSTRAINTS, lost_without};
use super::text::Text;
use crate::plan::commands::{Command, Word};
use crate::plan::problem::{Problem, Severity};

/// Finds such programs.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_kept() {
        return;
    }
    for command in text.script.commands.iter().filter(|it| !is_own(it)) {
        let code = "protection-off";
        if let Some((name, lost)) = for_server(command) {
            let message =
                format!("this switches `{name}` for the whole server, and it stays so: {lost}");
            let hint = "leave it as it is, and make the work itself smaller: batches, `maintenance_work_mem`, `max_wal_size`";
            out.push(text.warning(code, from_program(command), message, hint));
        }
        if is_replica(command) {
            let message = format!(
                "this switches off triggers, those of foreign keys as well, for all tables: {CONSTRAINTS}"
            );
            let hint = "`DISABLE TRIGGER` of the one that is in the way, by its name";
            out.push(text.warning(code, command.span.clone(), message, hint));
        }
        if command.program() == "pg_restore" && has(command, "--disable-triggers") {
            let message =
                format!("this switches off triggers while rows are restored: {CONSTRAINTS}");
            let hint = "restore tables and rows together: foreign keys are made behind the rows, and tested";
            out.push(text.finding(Severity::Note, code, from_program(command), message, hint));
        }
    }
}

fn has(command: &Command<'_>, option: &str) -> bool {
    command.arguments().iter().any(|word| word.text == option)
}

/// `PGOPTIONS='-c session_replication_role=replica'`, in front of a program or for those behind it.
fn is_replica(command: &Command<'_>) -> bool {
    let exported = command.arguments().iter();
    let exported = exported.filter(|_| command.program() == "export");
    let mut words = command.assigned.iter().chain(exported);
    words.any(|word| {
        let options = word.text.strip_prefix("PGOPTIONS=");
        options.is_some_and(|options| options.contains("session_replication_role=replica"))
    })
}

/// The setting that `command` switches for a whole server, and what is lost without it.
fn for_server<'c>(command: &'c Command<'_>) -> Option<(&'c str, &'static str)> {
    let settings =
        |word: &Word<'_>| word.text.ends_with(".conf") && word.text.contains("postgresql");
    let written =
        matches!(command.program(), "echo" | "printf") && command.output().is_some_and(settings);
    let mut words = command.words.iter();
    words.find_map(|word| {
        let (name, value) = word.text.split_once('=')?;
        let name = if written {
            name.trim()
        } else {
            is_option(command, word).then(|| name.trim_start_matches(['-', 'c']))?
        };
        Some((name, lost_without(name, value.trim())?))
    })
}

/// Whether `word` of `command` is a setting for a server that is started: `-c NAME=…`, `-cNAME=…`, `--NAME=…`.
fn is_option(command: &Command<'_>, word: &Word<'_>) -> bool {
    let starts = matches!(command.program(), "-c" | "postgres" | "postmaster");
    let mut pairs = command.words.windows(2);
    let mut behind = || pairs.any(|pair| pair[0].text == "-c" && pair[1].span == word.span);
    starts && (word.is_option() || behind())
}
