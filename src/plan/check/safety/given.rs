//! The SQL that a script holds and gives to `psql`: in an option, on its input, in a file that it writes
//! first, through a function of its own.

use super::passage::masked;
use super::psql::{from_program, variable};
use super::sql::Wrap;
use super::text::{Sql, Text};
pub(super) use crate::plan::commands::PSQL;
use crate::plan::commands::{self, Command, Given, Input, RedirectKind, Script, Settings, Word};
use crate::plan::draft::Hole;
use crate::plan::problem::{Problem, Severity};

/// The texts of SQL that the commands of `script`, which has `holes` in it, give to `psql`.
pub fn given_to_psql(script: &str, holes: &[Hole]) -> Vec<String> {
    let script = masked(script, holes);
    let script = commands::read(&script, Settings::default());
    let commands = script.commands.iter().enumerate();
    let texts = commands.flat_map(|(ix, command)| to_psql(&script, ix, command));
    texts.map(|sql| sql.text.to_owned()).collect()
}

/// The SQL that the command at `ix` of `script` gives to `psql`.
pub(super) fn to_psql<'s>(
    script: &'s Script<'_>,
    ix: usize,
    command: &'s Command<'_>,
) -> Vec<Sql<'s>> {
    let words = match (command.program(), command.arguments()) {
        ("psql", words) => words,
        ("heroku", [first, words @ ..]) if first.text == "pg:psql" => words,
        (_, words) if holds_psql(script, ix, command) => words,
        (program, words) if hands_on(script.function(program)) => {
            let told = words.iter().filter(|word| word.text.contains(' '));
            return told.map(|word| piece((word, 0), Wrap::Together)).collect();
        }
        _ => return Vec::new(),
    };
    let given = Given::read(words, PSQL);
    if asks_pooler(&given) {
        return Vec::new();
    }
    let whole = given.has(&["1", "single-transaction"]);
    let wrap = |else_wrap| if whole { Wrap::Transaction } else { else_wrap };
    let mut found = Vec::new();
    let mut files = false;
    for option in &given.options {
        let (Some((word, from)), Some(value)) = (option.holder, option.value) else {
            continue;
        };
        match option.name {
            "c" | "command" => {
                let place = variable(script, ix, value).unwrap_or((word, from));
                found.push(piece(place, wrap(Wrap::Together)));
            }
            "f" | "file" => {
                let texts = in_file(script, ix, value);
                files |= texts.is_empty();
                found.extend(
                    texts
                        .into_iter()
                        .map(|place| piece(place, wrap(Wrap::Single))),
                );
            }
            _ => {}
        }
    }
    if let Some((last, before)) = found.split_last_mut() {
        // A file in between may end what a text before it has begun.
        last.unseen = files;
        for piece in before {
            (piece.goes_on, piece.unseen) = (true, files);
        }
        return found;
    }
    let places = match command.input() {
        Input::Text(word) => vec![variable(script, ix, &word.text).unwrap_or((word, 0))],
        Input::File(word) => in_file(script, ix, &word.text),
        Input::Pipe => {
            let writers = script.writers(ix).into_iter();
            return writers
                .flat_map(|writer| printed(script, ix, writer))
                .map(|place| piece(place, wrap(Wrap::Single)))
                .collect();
        }
        Input::None => Vec::new(),
    };
    let pieces = places.into_iter();
    pieces
        .map(|place| piece(place, wrap(Wrap::Single)))
        .collect()
}

fn piece<'s>((word, from): (&'s Word<'s>, usize), wrap: Wrap) -> Sql<'s> {
    Sql {
        text: word.text.get(from..).unwrap_or(""),
        wrap,
        goes_on: false,
        unseen: false,
        holder: Some((word, from)),
    }
}

/// Finds SQL that one `psql` prints and another one runs.
pub(super) fn generated(text: &Text<'_>, out: &mut Vec<Problem>) {
    let script = &text.script;
    let runs = |ix: usize, command: &Command<'_>| {
        command.program() == "psql" || holds_psql(script, ix, command)
    };
    for (ix, command) in script.commands.iter().enumerate() {
        let fed = matches!(command.input(), Input::Pipe) && runs(ix, command);
        if fed && script.writers(ix).iter().any(|writer| runs(ix, writer)) {
            let message =
                "what a query before the `|` puts together is run here: nobody has looked at it";
            let hint = "print it first, and look at it; set `lock_timeout`";
            let range = from_program(command);
            out.push(text.finding(Severity::Note, "unread-sql", range, message, hint));
        }
    }
}

/// Whether the program of `command` is a variable that holds a call of `psql`: `$PSQL -c …`.
fn holds_psql(script: &Script<'_>, ix: usize, command: &Command<'_>) -> bool {
    let first = command.words.first().filter(|word| word.expands);
    let held = first.and_then(|first| variable(script, ix, &first.text));
    held.is_some_and(|(word, from)| {
        let mut words = word.text[from..].split_whitespace();
        words.any(|word| word == "psql" || word.ends_with("/psql"))
    })
}

/// Whether the body of a function gives `psql` what it is given itself.
fn hands_on(body: &[Command<'_>]) -> bool {
    let own = |word: &Word<'_>| matches!(word.text.as_ref(), "$1" | "$@" | "$*" | "${1}" | "${@}");
    body.iter().any(|command| {
        let text = match command.input() {
            Input::Text(word) => own(word),
            _ => false,
        };
        command.program() == "psql" && (text || command.arguments().iter().any(own))
    })
}

/// Whether `psql` is connected to the console of a pooler, which has a language of its own.
pub(super) fn asks_pooler(given: &Given<'_, '_>) -> bool {
    let named = given.value(&["d", "dbname"]);
    let database = named.or_else(|| given.operands.first().map(|word| word.text.as_ref()));
    database.is_some_and(|name| {
        let name = name.split('?').next().unwrap_or(name);
        name.rsplit('/').next() == Some("pgbouncer") || name.contains("dbname=pgbouncer")
    })
}

/// What was written into `file` before the command at `ix`.
fn in_file<'s>(script: &'s Script<'_>, ix: usize, file: &str) -> Vec<(&'s Word<'s>, usize)> {
    let writers = script.written_into(file, ix).iter();
    writers
        .flat_map(|at| printed(script, ix, &script.commands[*at]))
        .collect()
}

/// What `echo`, `printf` or what is given a here-document prints for the command at `ix`.
fn printed<'s>(
    script: &'s Script<'_>,
    ix: usize,
    command: &'s Command<'_>,
) -> Vec<(&'s Word<'s>, usize)> {
    if matches!(command.program(), "echo" | "printf") {
        let words = command.arguments().iter();
        let told = words.filter_map(|word| {
            let set = variable(script, ix, &word.text);
            set.or_else(|| word.text.contains(' ').then_some((word, 0)))
        });
        return told.collect();
    }
    let texts = command.redirects.iter();
    let texts = texts.filter(|redirect| redirect.kind == RedirectKind::Document);
    texts.map(|redirect| (&redirect.target, 0)).collect()
}
