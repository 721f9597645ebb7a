//! Which migrations and files of SQL the commands of a script apply.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::path::Path;

use super::dump::written;
use super::given;
use super::names::is_backup;
use super::passage::masked;
use super::psql::{Psql, Read};
use super::tools::{CONTAINERS, applies, built, mentioned, tool, verbs};
use crate::plan::commands::{self, Command, Given, Joint, Known, SHELLS, Script, Settings, Word};
use crate::plan::draft::Hole;
use crate::plan::migrations::{Tool, Wanted};
use crate::plan::sql_text;

/// The tools whose migrations are files, and their options that name the folder.
const TOOLS: [(&str, Tool, &[&str]); 23] = [
    ("prisma", Tool::Prisma, &["schema"]),
    ("sqlx", Tool::Sqlx, &["source"]),
    ("diesel", Tool::Diesel, &["migration-dir"]),
    ("dbmate", Tool::Dbmate, &["migrations-dir", "d"]),
    (
        "flyway",
        Tool::Flyway,
        &["locations", "Dflyway.locations", "Pflyway.locations"],
    ),
    ("goose", Tool::Goose, &["dir"]),
    ("migrate", Tool::Migrate, &["path", "source"]),
    ("atlas", Tool::Atlas, &["dir"]),
    ("drizzle-kit", Tool::Drizzle, &[]),
    ("hasura", Tool::Hasura, &[]),
    ("supabase", Tool::Supabase, &[]),
    ("rails", Tool::Rails, &[]),
    ("rake", Tool::Rails, &[]),
    ("alembic", Tool::Alembic, &["c", "config"]),
    ("manage.py", Tool::Django, &[]),
    ("knex", Tool::Knex, &["migrations-directory", "knexfile"]),
    ("sequelize", Tool::Sequelize, &["migrations-path"]),
    ("sequelize-cli", Tool::Sequelize, &["migrations-path"]),
    ("typeorm", Tool::TypeOrm, &[]),
    (
        "node-pg-migrate",
        Tool::NodePgMigrate,
        &["m", "migrations-dir"],
    ),
    ("artisan", Tool::Laravel, &["path"]),
    ("mix", Tool::Ecto, &["migrations-path"]),
    (
        "liquibase",
        Tool::Liquibase,
        &["changelog-file", "changeLogFile"],
    ),
];

/// Words in the name of a script or a target that does something else with migrations than apply them.
const OTHERWISE: [&str; 24] = [
    "check", "create", "diff", "down", "dry", "export", "generate", "history", "info", "lint",
    "list", "log", "make", "new", "plan", "reset", "restore", "revert", "rollback", "show",
    "status", "test", "undo", "verify",
];

/// How long the name of a directory may be, in bytes.
const MAX_PATH: usize = 4096;

/// The migrations that the commands of `script` apply, which has `holes` in it and runs in `cwd`.
pub(in crate::plan) fn applied_by(script: &str, holes: &[Hole], cwd: Option<&str>) -> Vec<Wanted> {
    // Most scripts have nothing to do with migrations.
    if !mentioned(script) && !script.contains(['/', '.']) {
        return Vec::new();
    }
    let script = masked(script, holes);
    let script = commands::read(&script, Settings::default());
    // What the script writes itself is no file that somebody could have looked at.
    let written = LazyCell::new(|| outputs(&script));
    let mut place = Place {
        cwd: cwd.map(str::to_owned),
        moves: Vec::new(),
    };
    let mut found = Vec::new();
    for (ix, command) in script.commands.iter().enumerate() {
        let (name, words) = tool(command);
        place.enter(&script, command);
        if name == "cd"
            && let [to] = words
            && !to.expands
        {
            place.go(&script, command, &to.text);
        }
        let cwd = place.cwd.as_deref();
        if let Some(psql) = Psql::of(command) {
            for read in psql.sources(&script, ix) {
                if written.contains(read.file) {
                    continue;
                }
                found.extend(of_file(&psql, command, &read, cwd));
            }
        }
        let (name, words) = match built(command) {
            Some((name, _)) => (name, command.arguments()),
            None => (name, words),
        };
        let known = TOOLS.iter().find(|(program, ..)| *program == name);
        match known {
            _ if !applies(command) => {
                let unseen = another_script(command).map(Wanted::Unseen);
                let here = !script.pipe(command).elsewhere
                    && !command.is_away()
                    && built(command).is_none();
                let file = || script_file(command).filter(|_| here);
                let script = || {
                    let cwd = cwd.map(str::to_owned);
                    file().map(|path| Wanted::Script { path, cwd })
                };
                found.extend(unseen.or_else(script));
            }
            Some((_, tool, options)) => found.push(Wanted::Tool {
                tool: *tool,
                call: format!("{name} {}", verbs(command)),
                folder: mounted(command).or_else(|| named_folder(*tool, words, options)),
                cwd: cwd.map(str::to_owned),
            }),
            None => found.push(Wanted::Other(format!("{name} {}", verbs(command)))),
        }
    }
    found
}

/// The files that the commands of `script` write, which has `holes` in it.
pub(in crate::plan) fn written_by(script: &str, holes: &[Hole]) -> HashSet<String> {
    let script = masked(script, holes);
    outputs(&commands::read(&script, Settings::default()))
}

fn outputs(script: &Script<'_>) -> HashSet<String> {
    let mut found = HashSet::new();
    for command in &script.commands {
        found.extend(written(command));
        found.extend(command.output().map(|word| word.text.to_string()));
        let given = Given::read(command.arguments(), WRITES);
        let named = given
            .options
            .iter()
            .filter(|option| WRITES.takes(option.name));
        found.extend(named.filter_map(|option| option.value.map(str::to_owned)));
        if COPIES.contains(&command.program()) {
            let last = command.arguments().last();
            found.extend(last.map(|word| word.text.to_string()));
        }
    }
    found
}

/// Options that name a file that is written.
const WRITES: Known = Known {
    short: "oO",
    long: &["out", "output"],
    leading: false,
};
/// Programs whose last word is one.
const COPIES: [&str; 4] = ["cp", "install", "mv", "tee"];

/// The directory that a script is in.
struct Place {
    /// Where it is; none: where the plan is, or nobody knows.
    cwd: Option<String>,
    /// The groups that a `cd` was made in, each with where the script was before.
    moves: Vec<((usize, usize), Option<String>)>,
}

impl Place {
    /// Takes back what a group has changed that `command` is behind.
    fn enter(&mut self, script: &Script<'_>, command: &Command<'_>) {
        let left = |(group, _): &mut ((usize, usize), _)| !script.is_inside(command, *group);
        while let Some((_, before)) = self.moves.pop_if(left) {
            self.cwd = before;
        }
    }

    /// Follows `cd to`. What is done in another shell, or beside others, moves nobody here.
    fn go(&mut self, script: &Script<'_>, command: &Command<'_>, to: &str) {
        let pipe = script.pipe(command);
        if pipe.substituted || pipe.elsewhere || pipe.stages > 1 || pipe.joint == Joint::Background
        {
            return;
        }
        let path = Path::new(self.cwd.as_deref().unwrap_or_default()).join(to);
        let path = path.to_string_lossy().into_owned();
        let known = to != "-" && path.len() <= MAX_PATH;
        let before = std::mem::replace(&mut self.cwd, known.then_some(path));
        if let Some(group) = pipe.parent
            && self.moves.last().is_none_or(|(last, _)| *last != group)
        {
            self.moves.push((group, before));
        }
    }
}

/// What there is to read where `psql` runs the file of `read`, a backup left out. Nobody here reads one of another
/// machine.
fn of_file(
    psql: &Psql<'_, '_>,
    command: &Command<'_>,
    read: &Read<'_>,
    cwd: Option<&str>,
) -> Option<Wanted> {
    let file = read.file;
    if is_backup(file) || file.starts_with("/dev/") {
        return None;
    }
    if read.away || file.contains(['$', '`', '*', '{']) || file.starts_with(':') {
        let away = command.wrappers.first().filter(|_| read.away);
        let away = away.and_then(|words| words.first()).map(Word::base_name);
        let heard = command.words.iter().map(|word| word.text.as_ref());
        let call = away.into_iter().chain(away.map(|_| "…"));
        let call: Vec<&str> = call.chain(heard.take(1)).chain(["-f", file]).collect();
        return Some(Wanted::Unseen(call.join(" ")));
    }
    Some(Wanted::File {
        path: file.to_owned(),
        cwd: cwd.map(str::to_owned),
        whole: psql.is_whole(),
    })
}

/// The file that `command` runs as a script, by its path.
fn script_file(command: &Command<'_>) -> Option<String> {
    let program = command.program();
    let mut words = command.arguments().iter();
    let file = if SHELLS.contains(&program) || matches!(program, "." | "source") {
        words.find(|word| !word.is_option())
    } else if INTERPRETERS.iter().any(|name| program.starts_with(name)) {
        words.find(|word| !word.is_option() && is_source(&word.text))
    } else {
        command.words.first()
    }?;
    let plain = !file.expands && !file.text.starts_with('/') && file.text.contains(['/', '.']);
    plain.then(|| file.text.to_string())
}

/// Programs that run a file in a language of their own, with or without a version behind the name.
const INTERPRETERS: [&str; 9] = [
    "bun", "deno", "node", "perl", "php", "python", "ruby", "ts-node", "tsx",
];
/// How the names of such files end.
const SOURCES: [&str; 9] = [
    ".cjs", ".js", ".mjs", ".mts", ".php", ".pl", ".py", ".rb", ".ts",
];

fn is_source(path: &str) -> bool {
    SOURCES.iter().any(|end| path.ends_with(end))
}

/// Whether the script `text` at `path` applies migrations, or gives `psql` more than questions; in a language that is
/// not read here, whether it speaks of a database at all.
pub(in crate::plan) fn changes_database(path: &str, text: &str) -> bool {
    if is_source(path) {
        let text = text.to_ascii_lowercase();
        let words = ["database", "migrat", "postgres", "psycopg", "sql"];
        return words.iter().any(|word| text.contains(word));
    }
    if !mentioned(text) {
        return false;
    }
    let script = commands::read(text, Settings::default());
    let asks = |sql: &str| {
        let statements = sql_text::statements(sql).into_iter();
        let mut firsts = statements.map(|text| text.get(..6).unwrap_or(text).to_ascii_lowercase());
        firsts.all(|first| first == "select" || first.starts_with("show"))
    };
    script.commands.iter().enumerate().any(|(ix, command)| {
        let told = || given::to_psql(&script, ix, command);
        let files = || Psql::of(command).is_some_and(|psql| !psql.sources(&script, ix).is_empty());
        applies(command) || files() || told().iter().any(|sql| !asks(sql.text))
    })
}

/// The script or the target that `command` runs, where its name says that it applies migrations.
pub(super) fn another_script(command: &Command<'_>) -> Option<String> {
    let mut words = command.arguments().iter().map(|word| word.text.as_ref());
    let program = command.program();
    let first = command.words.first()?;
    let plain = |word: &&str| !word.starts_with('-') && !word.contains('=');
    let target = match program {
        "npm" => match words.find(plain)? {
            "run" | "run-script" => words.find(plain)?,
            _ => return None,
        },
        "yarn" | "pnpm" | "bun" | "composer" | "deno" => match words.find(plain)? {
            "run" | "run-script" | "task" => words.find(plain)?,
            own => own,
        },
        "make" | "just" | "task" | "rake" => words.find(plain)?,
        "docker" | "docker-compose" | "podman" | "podman-compose" => {
            // A service that is given nothing to do does what its file says.
            words.find(|word| *word == "run")?;
            let compose = program.ends_with("-compose")
                || command
                    .arguments()
                    .iter()
                    .any(|word| word.text == "compose");
            command.words.last().filter(|_| compose)?.base_name()
        }
        _ if first.text.contains('/') && !first.expands => program,
        _ => return None,
    };
    let lower = target.to_ascii_lowercase();
    let stem = lower
        .rsplit_once('.')
        .map_or(lower.as_str(), |(stem, _)| stem);
    let mut parts = stem.split(|c: char| !c.is_ascii_alphanumeric());
    let migrates = |part: &str| matches!(part, "migrate" | "migration" | "migrations");
    let otherwise = || {
        let arguments = command.arguments().iter().map(|word| word.text.as_ref());
        let mut parts = arguments
            .chain([stem])
            .flat_map(|word| word.split(|c: char| !c.is_ascii_alphanumeric()));
        parts.any(|part| OTHERWISE.contains(&part))
    };
    if !parts.any(migrates) || otherwise() {
        return None;
    }
    let shown: Vec<&str> = command
        .words
        .iter()
        .map(|word| word.text.as_ref())
        .collect();
    Some(shown.join(" "))
}

/// The folder here that a container is given for its migrations.
fn mounted(command: &Command<'_>) -> Option<String> {
    let container = |words: &&Vec<Word<'_>>| {
        let program = words.first().map_or("", Word::base_name);
        CONTAINERS.contains(&program)
    };
    let words = command.wrappers.iter().find(container)?;
    let mut words = words.iter().map(|word| word.text.as_ref());
    let mut found = None;
    while let Some(word) = words.next() {
        let volume = match word {
            "-v" | "--volume" => words.next(),
            word => word.strip_prefix("--volume="),
        };
        let Some((here, there)) = volume.and_then(|volume| volume.split_once(':')) else {
            continue;
        };
        let holds = ["sql", "migration", "/db"];
        if found.is_none() && holds.iter().any(|word| there.contains(word)) {
            found = below(here);
        }
    }
    found
}

/// A path below the directory that a script runs in, as a container is told of it.
fn below(path: &str) -> Option<String> {
    let heads = ["$PWD/", "${PWD}/", "$(pwd)/", "`pwd`/", "./"];
    let path = heads
        .iter()
        .find_map(|head| path.strip_prefix(head))
        .unwrap_or(path);
    (!path.contains(['$', '`']) && !path.starts_with('/')).then(|| path.to_owned())
}

/// The folder that one of `options` names: `-path db`, `--source=migrations`.
fn named_folder(tool: Tool, words: &[Word<'_>], options: &[&str]) -> Option<String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(name) = word.text.strip_prefix('-') else {
            continue;
        };
        let name = name.trim_start_matches('-');
        let (name, value) = name
            .split_once('=')
            .map_or((name, None), |(name, value)| (name, Some(value)));
        if !options.contains(&name) {
            continue;
        }
        let value = value.or_else(|| words.next().map(|word| word.text.as_ref()))?;
        return (!value.contains('$')).then(|| tool.folder_of(value));
    }
    None
}
