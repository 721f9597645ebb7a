//! Backups that nobody has tried to read.

use std::cell::LazyCell;
use std::collections::HashSet;

use super::dump::{archive, is_dump, is_of_part, written};
use super::names::{is_backup, may_be_same};
use super::passage::Home;
use super::psql::{Psql, from_program};
use super::restore::PG_RESTORE;
use super::text::Text;
use crate::plan::commands::{Command, Given, Input};
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
    let commands = || {
        run().flat_map(|(at, text)| {
            let commands = text.script.commands.iter();
            commands.map(move |command| (at, command))
        })
    };
    let dumps = commands().filter(|(at, command)| is_dump(command) && keeps(&texts[*at], command));
    let dumps: Vec<_> = dumps.collect();
    // Roles, or a table of its own, beside the dump of all there is.
    let whole = dumps.iter().any(|(_, dump)| !is_of_part(dump));
    if dumps.is_empty() || run().any(|(_, text)| by_person(text)) {
        return;
    }
    let looks: Vec<Look<'_>> = commands()
        .filter_map(|(at, command)| Some((proof(command)?, at, command)))
        .collect();
    let forward = |at: usize| matches!(texts[at].passage.home, Home::Phase(..));
    let run_forward = commands().filter(|(at, _)| forward(*at));
    let restored: HashSet<String> = run_forward
        .flat_map(|(_, command)| run_by(command))
        .collect();
    let moves: Vec<&Command<'_>> = commands()
        .filter_map(|(_, command)| MOVES.contains(&command.program()).then_some(command))
        .collect();
    for (at, dump) in dumps
        .into_iter()
        .filter(|(_, dump)| !whole || !is_of_part(dump))
    {
        // Under which name it is read then, nobody knows.
        let elsewhere = LazyCell::new(|| moves.iter().any(|command| takes(command, dump)));
        let about = |(.., command): &&Look<'_>| may_read(command, dump) || *elsewhere;
        let best = best(looks.iter().filter(about));
        let restored = || written(dump).is_some_and(|file| restored.contains(&file));
        if !matches!(best, Some((Proof::Read, ..))) && !restored() {
            out.push(unproved(texts, &texts[at], dump, best));
            return;
        }
    }
}

/// A look at a backup: what is known then, the text it stands in, and the command.
type Look<'t> = (Proof, usize, &'t Command<'t>);

/// The first of those that tell most.
fn best<'l, 't: 'l>(looks: impl Iterator<Item = &'l Look<'t>>) -> Option<Look<'t>> {
    looks
        .copied()
        .reduce(|best, next| if best.0 < next.0 { next } else { best })
}

/// That `dump` was not read to its end, `best` being all that looks at it.
fn unproved(
    texts: &[Text<'_>],
    text: &Text<'_>,
    dump: &Command<'_>,
    best: Option<Look<'_>>,
) -> Problem {
    match best {
        None => text.warning(
            "unverified-backup",
            from_program(dump),
            "nobody looks whether this backup can be read: a dump that broke off is found when it is needed",
            format!("read it to its end: {}; best, restore it into a scratch database", read_by(dump)),
        ),
        Some((_, at, command)) => texts[at].warning(
            "weak-verification",
            from_program(command),
            "this passes for a dump that broke off in the middle, too",
            format!("read it to its end: {}", read_by(dump)),
        ),
    }
}

/// What reads the file of `dump` to its end.
fn read_by(dump: &Command<'_>) -> &'static str {
    match dump.program() {
        "mysqldump" => "look for its last line, `-- Dump completed`",
        "mongodump" => "`mongorestore --dryRun …`",
        "pg_basebackup" => "`pg_verifybackup …`",
        _ if archive(dump).is_some() => "`pg_restore --file=/dev/null …`",
        _ => {
            "`gzip -t` if it is packed, and look for its last line, `PostgreSQL database dump complete`"
        }
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

/// Whether `command`, which looks at a file, may look at that of `dump`. What comes through a pipe nobody
/// knows.
fn may_read(command: &Command<'_>, dump: &Command<'_>) -> bool {
    let Some(written) = written(dump) else {
        return true;
    };
    let mut files = files(command).peekable();
    files.peek().is_none() || files.any(|file| may_be_same(file, &written))
}

/// The files that `command` runs, if it is a `psql`.
fn run_by(command: &Command<'_>) -> Vec<String> {
    let input = match command.input() {
        Input::File(word) => Some(word.text.as_ref()),
        _ => None,
    };
    let Some(psql) = Psql::of(command) else {
        return Vec::new();
    };
    psql.files().chain(input).map(str::to_owned).collect()
}

/// What may give a file another name.
const MOVES: [&str; 18] = [
    "mv", "cp", "ln", "install", "scp", "rsync", "split", "gpg", "openssl", "rclone", "aws", "az",
    "gcloud", "gsutil", "docker", "podman", "kubectl", "oc",
];

/// Whether `command`, one of those, takes the file of `dump`.
fn takes(command: &Command<'_>, dump: &Command<'_>) -> bool {
    written(dump).is_some_and(|written| files(command).any(|file| may_be_same(file, &written)))
}

/// The files that may hold a dump among what `command` is given.
fn files<'c>(command: &'c Command<'_>) -> impl Iterator<Item = &'c str> {
    let input = match command.input() {
        Input::File(word) => Some(word),
        _ => None,
    };
    let words = command.arguments().iter().chain(input);
    words
        .map(|word| word.text.as_ref())
        .filter(|word| is_dump_file(word))
}

/// Whether `word` names a file by its extension that may hold a dump.
fn is_dump_file(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    let ends = [
        ".sql", ".dump", ".dmp", ".pgdump", ".backup", ".bak", ".tar",
    ];
    let named = name.split_once('.').map(|(_, rest)| format!(".{rest}"));
    !word.starts_with('-') && named.is_some_and(|rest| ends.iter().any(|end| rest.contains(end)))
}

fn proof(command: &Command<'_>) -> Option<Proof> {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let backup =
        || words().any(|word| is_backup(word) || word.contains('$') || word.contains("__"));
    // How a command ended says nothing about a file.
    let ended = |word: &str| {
        let lower = word.to_ascii_lowercase();
        lower.contains("pipestatus") || lower == "$?"
    };
    match command.program() {
        "test" | "[" | "[[" if words().any(ended) => None,
        "pg_restore" => {
            let given = Given::read(command.arguments(), PG_RESTORE);
            let looks = given.has(&["l", "list"]) && !given.has(&["d", "dbname", "f", "file"]);
            Some(if looks { Proof::Exists } else { Proof::Read })
        }
        "pg_verifybackup" | "pgbackrest" | "barman" => Some(Proof::Read),
        "psql" => Psql::of(command)?
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
