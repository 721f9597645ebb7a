//! Migration tools: fetched from somewhere, told things in the wrong order, made for development, or
//! asked questions that they answer with 0 whatever is true.

use super::passage::Home;
use std::collections::HashSet;

use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{self, Command, Given, Joint, Known, Settings, Word};
use crate::plan::migrations::{Tool, Wanted};
use crate::plan::model::PhaseKind;
use crate::plan::problem::{Problem, Severity};

/// A tool and its first words behind options.
type Call = (&'static str, &'static [&'static str]);

/// Calls that apply migrations.
const APPLIES: [Call; 24] = [
    ("prisma", &["migrate", "deploy"]),
    ("sqlx", &["migrate", "run"]),
    ("diesel", &["migration", "run"]),
    ("dbmate", &["up"]),
    ("dbmate", &["migrate"]),
    ("knex", &["migrate:latest"]),
    ("knex", &["migrate:up"]),
    ("node-pg-migrate", &["up"]),
    ("drizzle-kit", &["migrate"]),
    ("alembic", &["upgrade"]),
    ("flyway", &["migrate"]),
    ("liquibase", &["update"]),
    ("rails", &["db:migrate"]),
    ("rake", &["db:migrate"]),
    ("mix", &["ecto.migrate"]),
    ("sequelize", &["db:migrate"]),
    ("sequelize-cli", &["db:migrate"]),
    ("typeorm", &["migration:run"]),
    ("sqitch", &["deploy"]),
    ("goose", &["up"]),
    ("refinery", &["migrate"]),
    ("atlas", &["migrate", "apply"]),
    ("pgroll", &["start"]),
    ("artisan", &["migrate"]),
];

/// Calls that return 0 although migrations are pending, and what returns something else.
const SILENT: [(Call, &[&str], &str); 7] = [
    (
        ("sqlx", &["migrate", "info"]),
        &[],
        "expect a word of the output, or compare it: `! sqlx migrate info | grep -q pending`",
    ),
    (
        ("diesel", &["migration", "list"]),
        &[],
        "expect `false` from `diesel migration pending`",
    ),
    (
        ("dbmate", &["status"]),
        &["exit-code", "quiet"],
        "`dbmate status --exit-code`",
    ),
    (
        ("knex", &["migrate:status"]),
        &[],
        "expect `No Pending Migration files Found`",
    ),
    (("sqitch", &["status"]), &[], "expect `Nothing to deploy`"),
    (
        ("alembic", &["current"]),
        &["check-heads"],
        "`alembic current --check-heads`",
    ),
    (
        ("manage.py", &["showmigrations"]),
        &[],
        "`manage.py migrate --check`",
    ),
];

/// Calls for a developer's own database, and what they do to another.
const DEVELOPMENT: [(Call, &str); 6] = [
    (
        ("prisma", &["migrate", "reset"]),
        "drops the whole database",
    ),
    (
        ("prisma", &["migrate", "dev"]),
        "may reset the database, and asks questions",
    ),
    (
        ("prisma", &["db", "push"]),
        "changes the schema without a migration, and may lose data",
    ),
    (
        ("drizzle-kit", &["push"]),
        "changes the schema without a migration, and may lose data",
    ),
    (("rails", &["db:reset"]), "drops the whole database"),
    (("manage.py", &["flush"]), "empties every table"),
];

/// The tool that `command` runs: `prisma` for `prisma@6.1.0`, `manage.py` for `python manage.py`.
fn tool<'c>(command: &'c Command<'_>) -> (&'c str, &'c [Word<'c>]) {
    let program = command.program();
    let words = command.arguments();
    let runs = match program {
        "php" => Some("artisan"),
        program if program.starts_with("python") => Some("manage.py"),
        _ => None,
    };
    if let (Some(script), Some((first, words))) = (runs, words.split_first())
        && first.base_name() == script
    {
        return (script, words);
    }
    let version = program.bytes().skip(1).position(|byte| byte == b'@');
    (version.map_or(program, |at| &program[..=at]), words)
}

fn is(command: &Command<'_>, call: Call) -> bool {
    calls(tool(command), call)
}

/// Whether the tool `name` with `words` behind it is that call.
fn calls((name, words): (&str, &[Word<'_>]), call: Call) -> bool {
    if name != call.0 {
        return false;
    }
    // A value of an option may stand in front of the verbs.
    let verbs = words.iter().filter(|word| !word.is_option());
    let verbs: Vec<&str> = verbs.map(|word| word.text.as_ref()).take(8).collect();
    verbs
        .windows(call.1.len())
        .take(3)
        .any(|verbs| verbs == call.1)
}

/// Whether `command` applies migrations.
pub(super) fn applies(command: &Command<'_>) -> bool {
    let (name, words) = tool(command);
    let only_looks = |word: &Word<'_>| {
        matches!(
            word.text.as_ref(),
            "--check" | "--plan" | "--dry-run" | "--help"
        )
    };
    let django = name == "manage.py" && words.first().is_some_and(|word| word.text == "migrate");
    let golang = name == "migrate" && words.iter().any(|word| word.text == "up");
    let known = || APPLIES.iter().any(|call| calls((name, words), *call));
    (django || golang || known()) && !words.iter().any(only_looks)
}

/// Finds tools told in the wrong order.
pub(super) fn order(texts: &[Text<'_>], title: &str, out: &mut Vec<Problem>) {
    let squash = ["squash", "baselin"];
    let squashes = squash
        .iter()
        .any(|word| title.to_lowercase().contains(word));
    let deploys = |text: &&Text<'_>| {
        text.script
            .commands
            .iter()
            .any(|c| is(c, ("prisma", &["migrate", "deploy"])))
    };
    let mut deployed = false;
    let mut marked: HashSet<String> = HashSet::new();
    let will_deploy = texts
        .iter()
        .filter(|t| !t.is_reference())
        .any(|text| deploys(&text));
    for text in texts.iter().filter(|text| !text.is_reference()) {
        for command in &text.script.commands {
            deployed |= is(command, ("prisma", &["migrate", "deploy"]));
            let Some(name) = resolved(command) else {
                continue;
            };
            let lower = name.to_lowercase();
            let baseline = squashes
                || ["squash", "baselin", "init"]
                    .iter()
                    .any(|word| lower.contains(word));
            let by_hand = || {
                let runs = |command: &Command<'_>| command.program() == "psql";
                text.script.commands.iter().any(runs) || text.words().contains("fix")
            };
            let forward = matches!(text.passage.home, Home::Phase(..)) && !text.passage.undo;
            let known = marked.contains(&lower);
            if !deployed {
                marked.insert(lower);
            } else if will_deploy && !known && (baseline || (forward && !by_hand())) {
                out.push(text.warning(
                    "resolve-after-deploy",
                    from_program(command),
                    format!("`migrate deploy` runs before `{name}` is marked as applied: it will try to apply it, and fail"),
                    "mark a baseline first: `prisma migrate resolve --applied …`, then `prisma migrate deploy`",
                ));
            }
        }
    }
}

/// The migration that `prisma migrate resolve --applied` names.
fn resolved<'c>(command: &'c Command<'_>) -> Option<&'c str> {
    if !is(command, ("prisma", &["migrate", "resolve"])) {
        return None;
    }
    let known = Known {
        short: "",
        long: &["applied", "rolled-back", "schema"],
        leading: false,
    };
    Given::read(command.arguments(), known).value(&["applied"])
}

/// Finds calls made for a developer's own database.
pub(super) fn development(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_reference() {
        return;
    }
    for command in &text.script.commands {
        let tool = tool(command);
        let Some((call, harm)) = DEVELOPMENT.iter().find(|(call, _)| calls(tool, *call)) else {
            continue;
        };
        let own = ["staging", "local", "develop", "test"];
        if own.iter().any(|word| text.words().contains(word)) {
            continue;
        }
        let name = format!("{} {}", call.0, call.1.join(" "));
        out.push(text.warning(
            "development-command",
            from_program(command),
            format!("`{name}` is for development: it {harm}"),
            "in production apply reviewed migrations: `prisma migrate deploy` and its kin",
        ));
    }
}

/// Finds questions whose answer is not in the exit code that they are judged by.
pub(super) fn status(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let run = || {
        texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_reference())
    };
    let first = run().find_map(|(at, text)| {
        let ix = text.script.commands.iter().position(applies)?;
        Some((at, ix))
    });
    for (at, text) in run() {
        for (ix, command) in text.script.commands.iter().enumerate() {
            let pipe = text.script.pipe(command);
            let looked_at =
                !text.script.readers(ix).is_empty() || pipe.condition || pipe.joint == Joint::Or;
            if looked_at || pipe.substituted {
                continue;
            }
            let exits = text
                .passage
                .spec
                .is_some_and(|spec| !spec.expect().exit.is_empty());
            if first.is_some_and(|first| (at, ix) < first)
                && is(command, ("prisma", &["migrate", "status"]))
                && !exits
            {
                out.push(early(text, command));
            }
            let after = matches!(
                text.passage.home,
                Home::Phase(_, PhaseKind::Verify | PhaseKind::After)
            ) || first.is_some_and(|first| (at, ix) > first);
            if after && !text.is_judged() {
                out.extend(silent(text, command));
            }
        }
    }
}

fn early(text: &Text<'_>, command: &Command<'_>) -> Problem {
    text.finding(
        Severity::Note,
        "status-fails-early",
        from_program(command),
        "`prisma migrate status` returns 1 while migrations are pending, as they are before a deployment",
        "expect it: `exit = [0, 1]` and a text of the output",
    )
}

fn silent(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let tool = tool(command);
    let (call, asked, better) = SILENT.iter().find(|(call, ..)| calls(tool, *call))?;
    let told = command.arguments().iter().any(|word| {
        asked
            .iter()
            .any(|name| word.text.strip_prefix("--") == Some(name))
    });
    let name = format!("{} {}", call.0, call.1.join(" "));
    (!told).then(|| {
        text.warning(
            "status-proves-nothing",
            from_program(command),
            format!("`{name}` returns 0 whether or not migrations are pending"),
            *better,
        )
    })
}

/// The migrations that the commands of `script` apply, which runs in `cwd`.
pub(in crate::plan) fn applied_by(script: &str, cwd: Option<&str>) -> Vec<Wanted> {
    let tools = [
        ("prisma", Tool::Prisma, &["schema"][..]),
        ("sqlx", Tool::Sqlx, &["source"]),
        ("diesel", Tool::Diesel, &["migration-dir"]),
        ("dbmate", Tool::Dbmate, &["migrations-dir", "d"]),
        ("flyway", Tool::Flyway, &["locations"]),
        ("goose", Tool::Goose, &["dir"]),
        ("migrate", Tool::Migrate, &["path"]),
    ];
    // Most scripts have nothing to do with migrations.
    let named = |(program, ..): &(&str, Tool, &[&str])| script.contains(program);
    let others = || APPLIES.iter().any(|(program, _)| script.contains(program));
    if !tools.iter().any(named) && !script.contains("psql") && !others() {
        return Vec::new();
    }
    let script = commands::read(script, Settings::default());
    let mut cwd = cwd.map(str::to_owned);
    let mut found = Vec::new();
    for command in &script.commands {
        let (name, words) = tool(command);
        if name == "cd"
            && let [to] = words
            && !to.expands
        {
            cwd = Some(to.text.to_string());
        }
        if let Some(psql) = super::psql::Psql::of(command) {
            let files = psql
                .files()
                .filter(|file| !file.contains('$') && !super::names::is_backup(file));
            found.extend(files.map(|file| Wanted::File(file.to_owned())));
        }
        let known = tools.iter().find(|(program, ..)| *program == name);
        match known {
            _ if !applies(command) => {}
            Some((_, tool, options)) => found.push(Wanted::Tool {
                tool: *tool,
                folder: named_folder(words, options),
                cwd: cwd.clone(),
            }),
            None => {
                let call = APPLIES.iter().find(|call| is(command, **call));
                let verbs = call.map_or("migrate".to_owned(), |call| call.1.join(" "));
                found.push(Wanted::Other(format!("{name} {verbs}")));
            }
        }
    }
    found
}

/// The folder that one of `options` names: `-path db`, `--source=migrations`.
fn named_folder(words: &[Word<'_>], options: &[&str]) -> Option<String> {
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
        let value = value
            .trim_start_matches("filesystem:")
            .trim_start_matches("file://");
        // Prisma's migrations stand beside its schema.
        let folder = match value.strip_suffix("schema.prisma") {
            Some(dir) => format!("{dir}migrations"),
            None => value.to_owned(),
        };
        return (!folder.contains('$')).then_some(folder);
    }
    None
}
