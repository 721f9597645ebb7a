//! Migration tools: fetched from somewhere, told things in the wrong order, made for development, or
//! asked questions that they answer with 0 whatever is true.

use super::passage::Home;
use std::collections::HashSet;

use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Call, Command, Given, Joint, Known, Word, calls};
use crate::plan::model::PhaseKind;
use crate::plan::problem::{Problem, Severity};

/// Calls that apply migrations.
const APPLIES: [Call; 25] = [
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
    ("supabase", &["db", "push"]),
    ("hasura", &["migrate", "apply"]),
    ("refinery", &["migrate"]),
    ("atlas", &["migrate", "apply"]),
    ("pgroll", &["start"]),
    ("artisan", &["migrate"]),
];

/// Programs that run containers.
pub(super) const CONTAINERS: [&str; 5] = [
    "docker",
    "docker-compose",
    "nerdctl",
    "podman",
    "podman-compose",
];

/// Calls that return 0 although migrations are pending, and what returns something else.
const SILENT: [(Call, &[&str], &str); 13] = [
    (
        ("atlas", &["migrate", "status"]),
        &[],
        "expect `Migration Status: OK`",
    ),
    (
        ("diesel", &["migration", "pending"]),
        &[],
        "expect `false` in what it prints",
    ),
    (
        ("drizzle-kit", &["check"]),
        &[],
        "ask the database: count the rows of `drizzle.__drizzle_migrations`",
    ),
    (
        ("flyway", &["info"]),
        &[],
        "`flyway validate`, which fails for pending migrations",
    ),
    (
        ("goose", &["status"]),
        &[],
        "expect that what it prints has no `Pending`",
    ),
    (
        ("rails", &["db:migrate:status"]),
        &[],
        "`rails db:abort_if_pending_migrations`",
    ),
    (
        ("sqlx", &["migrate", "info"]),
        &[],
        "expect a word of the output, or compare it: `state=$(sqlx migrate info); if grep -q pending <<<\"$state\"; then exit 1; fi`",
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

/// Calls that fail while migrations are pending, the option that makes them, and what they return then.
const EARLY: [(Call, &str, u8); 4] = [
    (("prisma", &["migrate", "status"]), "", 1),
    (("alembic", &["current"]), "--check-heads", 255),
    (("dbmate", &["status"]), "--exit-code", 1),
    (("manage.py", &["migrate"]), "--check", 1),
];

/// The tool that `command` runs: `prisma` for `prisma@6.1.0`, `manage.py` for `python manage.py`.
pub(super) fn tool<'c>(command: &'c Command<'_>) -> (&'c str, &'c [Word<'c>]) {
    if let Some(image) = image(command) {
        return (image, &command.words);
    }
    let program = command.program();
    let words = command.arguments();
    let runs = match program {
        "php" => Some("artisan"),
        "cargo" => Some("sqlx"),
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

/// The tool whose image or service a container runs with arguments only: `docker run flyway/flyway
/// migrate`.
fn image<'c>(command: &'c Command<'_>) -> Option<&'c str> {
    let wrapper = command.wrappers.last()?;
    let (first, rest) = wrapper.split_first()?;
    let runs = rest.iter().any(|word| word.text == "run");
    if !runs || !CONTAINERS.contains(&first.base_name()) {
        return None;
    }
    let name = rest.last()?.base_name();
    let name = name.split([':', '@']).next().unwrap_or(name);
    let known = name == "migrate" || APPLIES.iter().any(|(tool, _)| *tool == name);
    // What the image's program is called may be said once more.
    (known && command.program() != name).then_some(name)
}

/// The tool that a build is told to run: `mvn flyway:migrate`, `gradlew flywayMigrate`.
pub(super) fn built<'c>(command: &'c Command<'_>) -> Option<(&'static str, &'c str)> {
    let words = || {
        let words = command.arguments().iter().filter(|word| !word.is_option());
        words.map(|word| word.text.as_ref())
    };
    let found = match command.program() {
        "mvn" | "mvnw" | "mvnd" => words().find_map(|word| {
            let (plugin, goal) = word.rsplit_once(':')?;
            let tools = ["flyway", "liquibase"];
            let tool = tools.into_iter().find(|tool| plugin.contains(tool))?;
            Some((tool, goal))
        }),
        "gradle" | "gradlew" => words().find_map(|word| {
            let task = word.rsplit(':').next().unwrap_or(word);
            Some(("flyway", task.strip_prefix("flyway")?))
        }),
        _ => None,
    };
    found.filter(|(_, goal)| !goal.is_empty())
}

fn is(command: &Command<'_>, call: Call) -> bool {
    calls(tool(command), call)
}

/// Whether `command` applies migrations.
pub(super) fn applies(command: &Command<'_>) -> bool {
    let (name, words) = tool(command);
    let only_looks = |word: &Word<'_>| match word.text.as_ref() {
        "--check" | "--plan" | "--dry-run" | "--help" => true,
        "--sql" => name == "alembic",
        _ => false,
    };
    let django = name == "manage.py" && words.first().is_some_and(|word| word.text == "migrate");
    // Others have the address of the database, or more, in front of the verb.
    let ups = ["up", "up-by-one", "up-to"];
    let golang = matches!(name, "migrate" | "goose")
        && words.iter().any(|word| ups.contains(&word.text.as_ref()));
    let known = || APPLIES.iter().any(|call| calls((name, words), *call));
    let builds = || {
        built(command).is_some_and(|(_, goal)| {
            goal.eq_ignore_ascii_case("migrate") || goal.eq_ignore_ascii_case("update")
        })
    };
    (django || golang || known() || builds()) && !words.iter().any(only_looks)
}

/// The verbs of the call that `command` is, as it is spoken of.
pub(super) fn verbs(command: &Command<'_>) -> String {
    let call = APPLIES.iter().find(|call| is(command, **call));
    call.map_or("migrate".to_owned(), |call| call.1.join(" "))
}

/// Whether something in `script` may be a call that applies migrations.
pub(super) fn mentioned(script: &str) -> bool {
    let tools = APPLIES.iter().map(|(program, _)| *program);
    let others = ["goose", "migrat", "psql"];
    tools.chain(others).any(|program| script.contains(program))
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
            if first.is_some_and(|first| (at, ix) < first) && !exits {
                out.extend(early(text, command));
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

fn early(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let tool = tool(command);
    let told = |option: &str| command.arguments().iter().any(|word| word.text == option);
    let asks = |(call, option, _): &&(Call, &str, u8)| {
        calls(tool, *call) && (option.is_empty() || told(option))
    };
    let (call, option, code) = EARLY.iter().find(asks)?;
    let name = [call.0, &call.1.join(" "), option].join(" ");
    let name = name.trim_end();
    Some(text.finding(
        Severity::Note,
        "status-fails-early",
        from_program(command),
        format!(
            "`{name}` returns {code} while migrations are pending, as they are before a deployment"
        ),
        format!("expect it: `exit = [0, {code}]` and a text of the output"),
    ))
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
