//! What a call of `psql` reads, and whether it stops at an error.

use std::ops::Range;

use super::given::{PSQL, asks_pooler};
use crate::plan::commands::{Command, Given, Input, Known, Script, Word};
use crate::plan::ddl::includes;
use crate::plan::sql_text;

/// How far is looked back for what sets a variable, in commands.
const NEAR: usize = 500;

/// How statements begin that change tables or rows, and what else they may be about.
const CHANGES: [&str; 8] = [
    "alter", "create", "delete", "drop", "insert", "merge", "truncate", "update",
];
const OUTSIDE: [&str; 6] = [
    "database",
    "extension",
    "publication",
    "role",
    "system",
    "user",
];

/// The options of `heroku pg:psql` that take a value.
const HEROKU: Known = Known {
    short: "acfr",
    long: &["app", "command", "credential", "file", "remote"],
    leading: false,
};

/// A call of `psql`.
pub(super) struct Psql<'c, 't> {
    command: &'c Command<'t>,
    given: Given<'c, 't>,
}

impl<'c, 't> Psql<'c, 't> {
    /// The call that `command` is, if it is one.
    pub(super) fn of(command: &'c Command<'t>) -> Option<Self> {
        let given = match (command.program(), command.arguments()) {
            ("psql", words) => Given::read(words, PSQL),
            ("heroku", [first, words @ ..]) if first.text == "pg:psql" => {
                Given::read(words, HEROKU)
            }
            _ => return None,
        };
        Some(Psql { command, given })
    }

    /// The files it is told to run.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let told = self
            .given
            .options
            .iter()
            .filter(|o| matches!(o.name, "f" | "file"));
        let files = told.filter_map(|option| option.value);
        // `-f -` is what comes in.
        let files = files.filter(|file| *file != "-");
        files.chain(self.commands().flat_map(included))
    }

    /// Every file whose statements it runs, which is the command at `ix` of `script`: those it is told
    /// of, and those that come in.
    pub(super) fn sources<'s>(&'s self, script: &'s Script<'_>, ix: usize) -> Vec<Read<'s>> {
        let read = |file, away| Read {
            file: assigned(script, ix, file),
            away,
        };
        let told = |file| read(file, self.command.is_away());
        let files: Vec<Read<'s>> = self.files().map(told).collect();
        if !files.is_empty() || self.commands().next().is_some() {
            return files;
        }
        match self.command.input() {
            Input::None => Vec::new(),
            Input::File(word) => vec![read(&word.text, script.is_read_away(self.command, word))],
            Input::Text(text) => included(&text.text).map(told).collect(),
            Input::Pipe => {
                let prints = |command: &&Command<'_>| {
                    matches!(command.program(), "cat" | "envsubst" | "pv" | "sed")
                };
                let mut files = Vec::new();
                for writer in script.writers(ix).into_iter().filter(prints) {
                    let words = writer.arguments().iter();
                    let operands = words
                        .filter(|word| !word.is_option())
                        .filter(|word| writer.program() == "cat" || word.text.ends_with(".sql"));
                    files.extend(operands.map(|word| read(&word.text, writer.is_away())));
                    if let Input::File(word) = writer.input() {
                        files.push(read(&word.text, script.is_read_away(writer, word)));
                    }
                }
                files
            }
        }
    }

    /// Whether all that it is told is one transaction.
    pub(super) fn is_whole(&self) -> bool {
        self.given.has(&["1", "single-transaction"])
    }

    fn commands(&self) -> impl Iterator<Item = &str> {
        let options = self.given.options.iter();
        options
            .filter(|o| matches!(o.name, "c" | "command"))
            .filter_map(|o| o.value)
    }

    /// Whether it runs several statements whose errors it would go on after.
    pub(super) fn runs_script(&self) -> bool {
        if self.tells_only() {
            return false;
        }
        if self.files().next().is_some() || self.commands().count() > 1 {
            return true;
        }
        self.commands().next().is_none() && self.reads_input()
    }

    /// Whether it is told to change tables or rows; that a role or a database is there already is often
    /// no failure.
    pub(super) fn changes(&self) -> bool {
        let changes = |statement: &str| {
            let mut words = statement.split_whitespace().map(str::to_ascii_lowercase);
            let verb = words
                .next()
                .is_some_and(|word| CHANGES.contains(&word.as_str()));
            verb && words
                .next()
                .is_some_and(|word| !OUTSIDE.contains(&word.as_str()))
        };
        let mut told = self.commands();
        told.any(|sql| sql_text::statements(sql).into_iter().any(changes))
    }

    /// Whether it reads what it is to do from its input.
    pub(super) fn reads_input(&self) -> bool {
        !matches!(self.command.input(), Input::None)
    }

    /// Whether it stands at a prompt: nothing says what it is to do.
    pub(super) fn prompts(&self) -> bool {
        let told = self.given.has(&["c", "command", "f", "file"]);
        !told && !self.reads_input() && !self.tells_only()
    }

    /// `--list`, `--help`, `--version`
    fn tells_only(&self) -> bool {
        self.given.has(&["l", "list", "help", "version", "V", "?"])
    }

    /// Whether it stops at the first error and says so, or could: options in a variable are not known.
    pub(super) fn stops(&self) -> bool {
        let set = self
            .given
            .options
            .iter()
            .filter(|o| matches!(o.name, "v" | "set" | "variable"));
        let mut stops = false;
        for value in set.filter_map(|option| option.value) {
            if let Some(state) = switched(value) {
                stops = state;
            }
        }
        let told = self.commands().chain(match self.command.input() {
            Input::Text(text) => Some(text.text.as_ref()),
            _ => None,
        });
        if let Some(state) = told.filter_map(set_in).last() {
            stops = state;
        }
        stops || self.command.arguments().iter().any(is_options)
    }

    /// Whether what is printed in front of it, which is the command at `ix` of `script`, tells it to stop.
    pub(super) fn is_told_to_stop(script: &Script<'_>, ix: usize) -> bool {
        let writers = script.writers(ix).into_iter();
        let printed = writers.flat_map(Command::arguments);
        printed.rev().find_map(|word| set_in(&word.text)) == Some(true)
    }

    /// Whether it takes no options that tell it to stop: only what it reads can.
    pub(super) fn takes_no_options(&self) -> bool {
        self.command.program() == "heroku"
    }

    /// Whether it speaks to a pooler's own console, which knows no transactions.
    pub(super) fn asks_pooler(&self) -> bool {
        asks_pooler(&self.given)
    }

    /// The database it is told to connect to, as it is written.
    pub(super) fn database(&self) -> Option<&str> {
        let named = self.given.value(&["d", "dbname"]);
        named.or_else(|| self.given.operands.first().map(|word| word.text.as_ref()))
    }

    /// The host it is told to connect to.
    pub(super) fn host(&self) -> Option<&str> {
        self.given.value(&["h", "host"])
    }

    /// From `psql` to the last word.
    pub(super) fn range(&self) -> Range<usize> {
        from_program(self.command)
    }
}

/// A file whose statements `psql` runs.
pub(super) struct Read<'s> {
    /// The file, as it is written.
    pub(super) file: &'s str,
    /// Whether it is one of another machine, or of a container.
    pub(super) away: bool,
}

/// The files that lines for `psql` itself include in `text`.
fn included(text: &str) -> impl Iterator<Item = &str> {
    includes(text).into_iter().map(|include| include.file)
}

/// What the command at `ix` of `script` sees where `text` is a variable that the script has set before;
/// `text`, if it is none.
fn assigned<'s>(script: &'s Script<'_>, ix: usize, text: &'s str) -> &'s str {
    variable(script, ix, text).map_or(text, |(word, from)| word.text.get(from..).unwrap_or(text))
}

/// The word that sets the variable which `text` is, before the command at `ix` of `script`, and where
/// in it the value begins.
pub(super) fn variable<'s, 't>(
    script: &'s Script<'t>,
    ix: usize,
    text: &str,
) -> Option<(&'s Word<'t>, usize)> {
    let name = text.strip_prefix('$')?;
    let name = name
        .strip_prefix('{')
        .map_or(Some(name), |name| name.strip_suffix('}'))?;
    let sets = |word: &&'s Word<'t>| {
        let rest = word.text.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut before = script.commands[..ix]
        .iter()
        .rev()
        .filter(|_| named)
        .take(NEAR);
    let word = before.find_map(|command| {
        let exports = matches!(
            command.program(),
            "export" | "local" | "declare" | "readonly"
        );
        let exported = command.arguments().iter().filter(|_| exports);
        command.assigned.iter().chain(exported).find(sets)
    })?;
    Some((word, name.len() + 1))
}

/// From the program's name, wrappers left out, to the end of the command.
pub(super) fn from_program(command: &Command<'_>) -> Range<usize> {
    let start = command
        .words
        .first()
        .map_or(command.span.start, |word| word.span.start);
    start..command.span.end.max(start)
}

/// Whether the file that holds `text` says itself, before anything else, that `psql` stops at errors, and
/// never takes it back.
pub(in crate::plan) fn stops_first(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("--"));
    // Other lines for `psql` itself may stand before it, but for those that run another file.
    let mut meta =
        lines.take_while(|line| line.starts_with('\\') && included(line).next().is_none());
    let taken_back = |(at, _): (usize, &str)| {
        let line = text[at..].lines().next().unwrap_or("");
        switched_by(line) == Some(false)
    };
    meta.find_map(switched_by) == Some(true) && !text.match_indices('\\').any(taken_back)
}

/// What a line for `psql` itself says about stopping at errors.
fn switched_by(line: &str) -> Option<bool> {
    let mut words = line.split_whitespace();
    match (words.next()?, words.next()?) {
        ("\\set", "ON_ERROR_STOP") => Some(words.next().is_none_or(is_on)),
        ("\\unset", "ON_ERROR_STOP") => Some(false),
        _ => None,
    }
}

/// What the lines of `text` for `psql` itself say about stopping at errors, the last of them.
fn set_in(text: &str) -> Option<bool> {
    text.lines().rev().find_map(switched_by)
}

/// What `NAME=VALUE` says about stopping at errors.
fn switched(setting: &str) -> Option<bool> {
    match setting.split_once('=') {
        Some(("ON_ERROR_STOP", value)) => Some(is_on(value)),
        // Without a value a variable is taken away.
        None if setting == "ON_ERROR_STOP" => Some(false),
        _ => None,
    }
}

fn is_on(value: &str) -> bool {
    let value = value.trim_matches(['\'', '"']).to_ascii_lowercase();
    !matches!(value.as_str(), "0" | "off" | "false" | "no" | "f" | "n")
}

/// Whether a word is a variable that holds options: `$PSQL_OPTS`, `"${flags[@]}"`.
pub(super) fn is_options(word: &Word<'_>) -> bool {
    let name = word
        .text
        .trim_start_matches(['$', '{'])
        .to_ascii_uppercase();
    word.text.starts_with('$')
        && ["OPT", "ARG", "FLAG"]
            .iter()
            .any(|part| name.contains(part))
}
