//! Restoring: scripts whose errors nobody notices, backups laid over what is there, dumps given to
//! the wrong program.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::dump::written;
use super::given::PSQL;
use super::names::{database_of, is_backup, is_spare, kind_of_file};
use super::passage::Home;
use super::psql::{Psql, Read, from_program, stops_first, variable};
use super::text::Text;
use crate::plan::commands::{Command, Given, Input, Known, Script};
use crate::plan::problem::Problem;
use crate::plan::sql_text;

/// The options of `pg_restore` that take a value.
pub(super) const PG_RESTORE: Known = Known {
    short: "dfFIhjLnNpPStTU",
    long: &[
        "dbname",
        "file",
        "format",
        "index",
        "jobs",
        "use-list",
        "schema",
        "exclude-schema",
        "function",
        "superuser",
        "table",
        "trigger",
        "host",
        "port",
        "username",
        "role",
        "section",
        "filter",
    ],
    leading: false,
};

/// The code of a `psql` that goes on after an error.
pub(in crate::plan) const HIDES_ERRORS: &str = "psql-hides-errors";

/// Programs that leave the files they are given as they are.
const READS: [&str; 14] = [
    "[",
    "cat",
    "chmod",
    "diff",
    "echo",
    "grep",
    "head",
    "less",
    "ls",
    "md5sum",
    "printf",
    "sha256sum",
    "tail",
    "wc",
];

/// The commands of `script` that may write a file, by each part of the names that they are given.
fn writing<'s>(script: &'s Script<'_>) -> HashMap<&'s str, Vec<usize>> {
    let reads = |command: &Command<'_>| match command.program() {
        "psql" => !Given::read(command.arguments(), PSQL).has(&["o", "output", "L", "log-file"]),
        program => READS.contains(&program),
    };
    let mut found: HashMap<&str, Vec<usize>> = HashMap::new();
    for (ix, command) in script.commands.iter().enumerate() {
        let given = Some(command.arguments()).filter(|_| !reads(command));
        for word in given.into_iter().flatten().chain(command.output()) {
            for part in parts(&word.text) {
                found.entry(part).or_default().push(ix);
            }
        }
    }
    found
}

fn parts(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    let apart = name.split(|c: char| !(c.is_alphanumeric() || "._-".contains(c)));
    apart.filter(|part| !part.is_empty())
}

/// Whether the commands of `text` before the one at `ix` write `file`, which then begins with what makes
/// `psql` stop: all of it is written at once, and nothing else writes it. `writing` are those that may write something.
fn written_to_stop(
    text: &Text<'_>,
    ix: usize,
    file: &str,
    writing: &HashMap<&str, Vec<usize>>,
) -> bool {
    let commands = &text.script.commands;
    let stops = |command: &Command<'_>| {
        let copies =
            command.program() == "cat" && command.arguments().iter().all(|w| w.text == "-");
        copies && matches!(command.input(), Input::Text(text) if stops_first(&text.text))
    };
    let last = text.script.written_into(file, ix).last();
    if !last.is_some_and(|last| stops(&commands[*last])) {
        return false;
    }
    let whole = |ix: &usize| {
        let target = commands[*ix].output().filter(|word| word.text == file);
        let before = target.and_then(|word| text.body().get(..word.span.start));
        let before = before.map(|before| before.trim_end_matches([' ', '\t', '"', '\'', '|']));
        before.is_some_and(|before| before.ends_with('>') && !before.ends_with(">>"))
    };
    let writers = parts(file).next_back().and_then(|name| writing.get(name));
    let writers = writers.map_or(&[][..], Vec::as_slice);
    let writers = &writers[..writers.partition_point(|at| *at < ix)];
    writers.iter().all(whole) && writers.last().is_some_and(|last| stops(&commands[*last]))
}

/// Finds scripts given to `psql` that goes on after an error.
pub(super) fn errors(text: &Text<'_>, out: &mut Vec<Problem>) {
    let dumps_all = LazyCell::new(|| text.body().contains("pg_dumpall"));
    let writing = LazyCell::new(|| writing(&text.script));
    for (ix, command) in text.script.commands.iter().enumerate() {
        let Some(psql) = Psql::of(command) else {
            continue;
        };
        let by_itself = || {
            let files = psql.sources(&text.script, ix);
            let stops = |read: &Read<'_>| written_to_stop(text, ix, read.file, &writing);
            !files.is_empty() && files.iter().all(stops)
        };
        let stops = || psql.stops() || Psql::is_told_to_stop(&text.script, ix);
        if !psql.runs_script() || stops() || by_itself() {
            continue;
        }
        let hint = if psql.takes_no_options() {
            "begin what it reads with `\\set ON_ERROR_STOP on`: it stops at the first error, and returns 3"
        } else if psql.asks_pooler() || *dumps_all || refuses_whole(text, ix, &psql) {
            "add `-v ON_ERROR_STOP=1` (with `-X`): it stops at the first error, and returns 3"
        } else {
            "add `-v ON_ERROR_STOP=1` (with `-X` and `-1`): it stops at the first error, \
             takes everything back, and returns 3"
        };
        out.push(text.warning(
            HIDES_ERRORS,
            psql.range(),
            "`psql` goes on after an error, and returns 0 when it is through",
            hint,
        ));
    }
}

/// Whether what `psql`, the command at `ix`, is given can't be one transaction: a statement of it, or all databases of a
/// server.
fn refuses_whole(text: &Text<'_>, ix: usize, psql: &Psql<'_, '_>) -> bool {
    let given = super::given::to_psql(&text.script, ix, &text.script.commands[ix]);
    let mut statements = given.iter().flat_map(|sql| sql_text::statements(sql.text));
    let all = |read: &Read<'_>| read.file.contains("dumpall") || read.file.contains("globals");
    statements.any(|sql| sql_text::refuses_transaction(sql).is_some())
        || psql.sources(&text.script, ix).iter().any(all)
}

/// Finds backups that are restored over a database that was not made for it.
pub(super) fn over_live(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let commands = || texts.iter().flat_map(|text| &text.script.commands);
    let dumps: Vec<String> = commands().filter_map(written).collect();
    let dumped: HashSet<_> = dumps.iter().filter_map(|name| kind_of_file(name)).collect();
    let mut made = Made::default();
    let mut home = None;
    for text in texts {
        let here = text.passage.home;
        let forward = matches!((home, here), (Some(Home::Phase(..)), Home::Phase(..)));
        if home != Some(here) && !forward || text.is_reference() {
            made = Made::default();
        }
        home = Some(here);
        if !text.runs() {
            continue;
        }
        for sql in text.sql() {
            made.learn_sql(sql.text);
        }
        for (ix, command) in text.script.commands.iter().enumerate() {
            made.learn(command);
            let Some(target) = restored(text, ix, command, &dumped) else {
                continue;
            };
            let rehearsed = |word| text.words().contains(word);
            let elsewhere = ["staging", "scratch", "rehears", "drill", "test env"]
                .into_iter()
                .any(rehearsed);
            if !made.holds(&target) && !elsewhere {
                out.push(over(text, command));
            }
        }
    }
}

fn over(text: &Text<'_>, command: &Command<'_>) -> Problem {
    let message = if command.program() == "pg_restore" {
        "this restores over a database that is in use: what was added since stays or stops it"
    } else {
        "this restores over a database that is in use: rows in it stay as they are, or are doubled"
    };
    text.warning(
        "restore-over-live",
        from_program(command),
        message,
        "restore into a new database and swap: `createdb shop_restored`, restore, then two \
         `ALTER DATABASE … RENAME TO …`",
    )
}

/// The database that `command` restores a backup into; empty where it names none.
fn restored(
    text: &Text<'_>,
    ix: usize,
    command: &Command<'_>,
    dumped: &HashSet<(&str, &str)>,
) -> Option<String> {
    if command.program() == "pg_restore" {
        let given = Given::read(command.arguments(), PG_RESTORE);
        let target = given.value(&["d", "dbname"])?;
        let makes = given.has(&["C", "create"]);
        let looks = given.has(&["l", "list", "f", "file"]);
        let host = given.value(&["h", "host"]).is_some_and(is_spare);
        return (!makes && !looks && !host).then(|| target.to_owned());
    }
    let psql = Psql::of(command)?;
    let input = match command.input() {
        Input::File(word) => Some(word.text.as_ref()),
        _ => None,
    };
    let told = text.words().contains("restor");
    let backup = |file: &str| {
        let forward = ["rollback", "fix", "migrat", "revert", "seed", "undo"];
        let kind = kind_of_file(file).filter(|kind| dumped.contains(kind));
        let script = forward
            .iter()
            .any(|word| file.to_ascii_lowercase().contains(word));
        is_backup(file) || (!script && (kind.is_some() || told))
    };
    let from_file = psql.files().chain(input).any(backup);
    let from_pipe = matches!(command.input(), Input::Pipe)
        && text
            .script
            .writers(ix)
            .iter()
            .any(|writer| writes_backup(writer));
    let host = psql.host().is_some_and(is_spare);
    let restores = psql.runs_script() && (from_file || from_pipe) && !host;
    restores.then(|| psql.database().unwrap_or("").to_owned())
}

pub(super) fn writes_backup(command: &Command<'_>) -> bool {
    let program = command.program();
    let dumps = || {
        // Without rows, it is no backup.
        let bare = [
            "-s",
            "-g",
            "-r",
            "-t",
            "--schema-only",
            "--globals-only",
            "--roles-only",
        ];
        let known = if program == "pg_dump" {
            &bare[..1]
        } else {
            &bare[..4]
        };
        let words = || command.arguments().iter().map(|word| word.text.as_ref());
        !words().any(|word| known.contains(&word) || bare[4..].contains(&word))
    };
    program == "pg_restore"
        || (matches!(program, "pg_dump" | "pg_dumpall") && dumps())
        || (program != "echo" && command.arguments().iter().any(|word| is_backup(&word.text)))
        || matches!(command.input(), Input::File(word) if is_backup(&word.text))
}

/// The databases that the plan itself has made so far.
#[derive(Default)]
struct Made {
    names: HashSet<String>,
    /// Whether any place is as good as new: a new server, an emptied schema.
    everything: bool,
    /// Whether a schema is gone that may be made anew.
    dropped: bool,
}

impl Made {
    fn learn(&mut self, command: &Command<'_>) {
        match command.program() {
            "createdb" => {
                let created = super::sessions::created(command);
                self.names.extend(created.map(|name| name.to_lowercase()));
            }
            "initdb" | "pg_createcluster" => self.everything = true,
            "docker" | "podman" => {
                let words = command.arguments();
                let starts = words.first().is_some_and(|word| word.text == "run");
                self.everything |=
                    starts && words.iter().any(|word| word.text.contains("postgres"));
            }
            _ => {}
        }
    }

    fn learn_sql(&mut self, sql: &str) {
        let lower = sql.to_ascii_lowercase();
        for (at, found) in lower.match_indices("create database ") {
            let rest = lower[at + found.len()..].trim_start();
            let name = rest
                .split(|c: char| c.is_whitespace() || c == ';')
                .next()
                .unwrap_or("");
            self.names.insert(name.trim_matches('"').to_owned());
        }
        self.dropped |= lower.contains("drop schema");
        self.everything |= self.dropped && lower.contains("create schema");
    }

    fn holds(&self, target: &str) -> bool {
        let name = database_of(target);
        let variable = target.contains('$') || target.is_empty();
        self.everything
            || is_spare(name)
            || self.names.contains(&name.to_lowercase())
            || (variable && !self.names.is_empty())
    }
}

/// Finds dumps that are given to the program for another format.
pub(super) fn formats(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let archives: HashSet<String> = texts
        .iter()
        .flat_map(|text| archives(&text.script))
        .collect();
    for text in texts {
        for ix in 0..text.script.commands.len() {
            wrong_program(text, ix, &archives, out);
        }
    }
}

/// The files that `script` dumps into in a format that only `pg_restore` reads: as it writes them, and with what their
/// variables hold.
fn archives(script: &Script<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (ix, command) in script.commands.iter().enumerate() {
        if let Some(file) = super::dump::archive(command) {
            let held = variable(script, ix, &file).map(|(word, from)| word.text[from..].to_owned());
            found.extend(held);
            found.push(file);
        }
    }
    found
}

fn wrong_program(text: &Text<'_>, ix: usize, archives: &HashSet<String>, out: &mut Vec<Problem>) {
    let command = &text.script.commands[ix];
    if let Some(psql) = Psql::of(command) {
        let files = psql.sources(&text.script, ix);
        if files.iter().any(|read| archives.contains(read.file)) {
            out.push(text.warning(
                "wrong-restore-tool",
                psql.range(),
                "`psql` can't read this dump: `pg_dump` wrote it in another format than SQL",
                "restore it with `pg_restore --exit-on-error --dbname …`",
            ));
        }
    } else if command.program() == "pg_restore" {
        let given = Given::read(command.arguments(), PG_RESTORE);
        let plain = |file: &str| {
            let lower = file.to_ascii_lowercase();
            let sql = [".sql", ".sql.gz"].iter().any(|end| lower.ends_with(end));
            sql && !archives.contains(file)
        };
        if given.operands.iter().any(|word| plain(&word.text)) {
            out.push(text.warning(
                "wrong-restore-tool",
                from_program(command),
                "`pg_restore` can't read dumps in SQL, which this file's name promises",
                "restore it with `psql -X -v ON_ERROR_STOP=1 -1 -f …`, or dump with `--format=custom`",
            ));
        }
    }
}
