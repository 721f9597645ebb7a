//! Backups that nobody has tried to read.

use super::dump::is_dump;
use super::names::is_backup;
use super::psql::from_program;
use super::restore::PG_RESTORE;
use super::text::Text;
use crate::plan::commands::{Command, Given};
use crate::plan::problem::Problem;

/// How much is known of a backup once a command has looked at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// It is there.
    Exists,
    /// All of it was read, or restored.
    Read,
}

/// Words of what a person does to a backup, and words that name one.
const CHECKS: [&str; 14] = [
    "check",
    "confirm",
    "ensure",
    "inspect",
    "integrity",
    "make sure",
    "prove",
    "read back",
    "restor",
    "size",
    "tested",
    "test ",
    "valid",
    "verif",
];
const NAMES: [&str; 4] = ["backup", "dump", "restore point", "snapshot"];

/// Finds dumps that are taken and never looked at.
pub(super) fn check(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let run = || {
        texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_reference())
    };
    let taken = run().find_map(|(_, text)| {
        let dumps = |command: &&Command<'_>| is_dump(command) && keeps(text, command);
        Some((text, text.script.commands.iter().find(dumps)?))
    });
    let Some((text, dump)) = taken else { return };
    let mut best: Option<(Proof, usize, &Command<'_>)> = None;
    for (at, text) in run() {
        if by_person(text) {
            return;
        }
        for command in &text.script.commands {
            if let Some(proof) = proof(command)
                && best.is_none_or(|(known, ..)| known < proof)
            {
                best = Some((proof, at, command));
            }
        }
    }
    let range = from_program(dump);
    match best {
        None => out.push(text.warning(
            "unverified-backup",
            range,
            "nobody looks whether this backup can be read: a dump that broke off is found when it is needed",
            "read it to its end: `pg_restore --file=/dev/null …`, or look for the last line of SQL, \
             `PostgreSQL database dump complete`; best, restore it into a scratch database",
        )),
        Some((Proof::Exists, at, command)) => out.push(texts[at].warning(
            "weak-verification",
            from_program(command),
            "this passes for a dump that broke off in the middle, too",
            "read it to its end: `pg_restore --file=/dev/null …`, `gzip -t`, or look for \
             `PostgreSQL database dump complete`",
        )),
        Some((Proof::Read, ..)) => {}
    }
}

/// Whether `command` writes a dump that is kept: one that goes straight into another database is not.
fn keeps(text: &Text<'_>, command: &Command<'_>) -> bool {
    let ix = text
        .script
        .commands
        .iter()
        .position(|other| std::ptr::eq(other, command));
    let readers = ix.map_or(Vec::new(), |ix| text.script.readers(ix));
    let partial = command
        .arguments()
        .iter()
        .any(|word| matches!(word.text.as_ref(), "-s" | "--schema-only"));
    // A standby is made of it, and no backup.
    let standby = command.program() == "pg_basebackup"
        && command.arguments().iter().any(|word| {
            let letters = word.text.strip_prefix('-').unwrap_or_default();
            word.text == "--write-recovery-conf"
                || (!letters.starts_with('-') && letters.contains('R'))
        });
    !partial
        && !standby
        && !readers
            .iter()
            .any(|reader| matches!(reader.program(), "psql" | "pg_restore" | "mysql"))
}

/// Whether a person is told to make sure of the backup.
fn by_person(text: &Text<'_>) -> bool {
    let Some(spec) = text.passage.spec else {
        return false;
    };
    let told = text.words();
    // The title of a step that takes the backup tells nothing about looking at it.
    let lines = told
        .lines()
        .filter(|line| spec.work.is_check() || *line != spec.title.to_lowercase());
    let named = |line: &str| NAMES.iter().any(|name| line.contains(name));
    lines
        .into_iter()
        .any(|line| named(line) && CHECKS.iter().any(|check| line.contains(check)))
        || (spec.work.is_check() && named(told) && told.contains("verif"))
}

fn proof(command: &Command<'_>) -> Option<Proof> {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let backup =
        || words().any(|word| is_backup(word) || word.contains('$') || word.contains("__"));
    match command.program() {
        "pg_restore" => {
            let given = Given::read(command.arguments(), PG_RESTORE);
            let looks = given.has(&["l", "list"]) && !given.has(&["d", "dbname", "f", "file"]);
            Some(if looks { Proof::Exists } else { Proof::Read })
        }
        "pg_verifybackup" | "pgbackrest" | "barman" => Some(Proof::Read),
        "psql" => super::psql::Psql::of(command)?
            .files()
            .any(is_backup)
            .then_some(Proof::Read),
        "gzip" | "gunzip" | "pigz" | "zstd" | "xz" | "bzip2" | "lz4" | "unpigz" => words()
            .any(|word| {
                word == "--test"
                    || (word.starts_with('-') && !word.starts_with("--") && word.contains('t'))
            })
            .then_some(Proof::Read),
        "grep" | "egrep" | "zgrep" | "rg" => words()
            .any(|word| word.contains("dump complete"))
            .then_some(Proof::Read),
        "ls" | "du" | "stat" | "wc" | "test" | "[" | "[[" | "file" | "find" | "sha256sum"
        | "md5sum" | "head" => backup().then_some(Proof::Exists),
        program => {
            let script = program.contains("verify")
                || program.contains("check")
                || program.contains("restore-test");
            (script && (program.contains("backup") || program.contains("dump") || backup()))
                .then_some(Proof::Read)
        }
    }
}
