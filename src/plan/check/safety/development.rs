//! Commands for a developer's own database, and what they do to another.

use super::psql::from_program;
use super::text::Text;
use super::tools::{built, tool};
use crate::plan::commands::{Call, Command, calls};
use crate::plan::problem::Problem;

const DROPS: &str = "drops the whole database";
const UNDOES: &str = "takes back every migration, and what is in their tables";
const DROPS_TABLES: &str = "drops every table";
const LOADS: &str = "makes every table anew, and empties it";
const PUSHES: &str = "changes the schema without a migration, and may lose data";

/// Calls, and what they do.
const CALLS: [(Call, &str); 41] = [
    (("atlas", &["schema", "clean"]), DROPS_TABLES),
    (("typeorm", &["schema:sync"]), PUSHES),
    (("prisma", &["migrate", "reset"]), DROPS),
    (
        ("prisma", &["migrate", "dev"]),
        "may reset the database, and asks questions",
    ),
    (("prisma", &["db", "push"]), PUSHES),
    (("drizzle-kit", &["push"]), PUSHES),
    (("rails", &["db:reset"]), DROPS),
    (("rails", &["db:drop"]), DROPS),
    (("rails", &["db:migrate:reset"]), DROPS),
    (("rake", &["db:reset"]), DROPS),
    (("rake", &["db:drop"]), DROPS),
    (("rake", &["db:migrate:reset"]), DROPS),
    (("manage.py", &["flush"]), "empties every table"),
    (("artisan", &["migrate:fresh"]), DROPS_TABLES),
    (("artisan", &["migrate:refresh"]), UNDOES),
    (("artisan", &["migrate:reset"]), UNDOES),
    (("artisan", &["db:wipe"]), DROPS_TABLES),
    (("flyway", &["clean"]), "drops everything in the schemas"),
    (("alembic", &["downgrade", "base"]), UNDOES),
    (("sequelize", &["db:migrate:undo:all"]), UNDOES),
    (("sequelize-cli", &["db:migrate:undo:all"]), UNDOES),
    (("sequelize", &["db:drop"]), DROPS),
    (("sequelize-cli", &["db:drop"]), DROPS),
    (("mix", &["ecto.drop"]), DROPS),
    (("mix", &["ecto.reset"]), DROPS),
    (("dbmate", &["drop"]), DROPS),
    (("sqlx", &["database", "reset"]), DROPS),
    (("heroku", &["pg:reset"]), DROPS),
    (("goose", &["reset"]), UNDOES),
    (("goose", &["down-to", "0"]), UNDOES),
    (("liquibase", &["drop-all"]), DROPS_TABLES),
    (("liquibase", &["dropAll"]), DROPS_TABLES),
    (("typeorm", &["schema:drop"]), DROPS_TABLES),
    (("typeorm-ts-node-commonjs", &["schema:drop"]), DROPS_TABLES),
    (("diesel", &["database", "reset"]), DROPS),
    (("rails", &["db:setup"]), LOADS),
    (("rails", &["db:schema:load"]), LOADS),
    (("rails", &["db:structure:load"]), LOADS),
    (("rake", &["db:setup"]), LOADS),
    (("rake", &["db:schema:load"]), LOADS),
    (("rake", &["db:structure:load"]), LOADS),
];
/// The same where a call is told so by an option.
const TOLD: [(Call, &[&str], &str); 4] = [
    (("knex", &["migrate:rollback"]), &["--all"], UNDOES),
    (
        ("diesel", &["migration", "revert"]),
        &["--all", "-a"],
        UNDOES,
    ),
    (("diesel", &["migration", "redo"]), &["--all", "-a"], UNDOES),
    (
        ("supabase", &["db", "reset"]),
        &["--linked", "--db-url"],
        DROPS,
    ),
];

/// Words for databases that nobody would miss, in a step's title and text.
const OWN: [&str; 4] = ["staging", "local", "develop", "test"];
/// The same in what a command is given.
const OWN_WORDS: [&str; 6] = [
    "development",
    "local",
    "localhost",
    "staging",
    "test",
    "testing",
];

/// Finds calls made for a developer's own database.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_kept() {
        return;
    }
    let is_for_own = || OWN.iter().any(|word| text.words().contains(word));
    for command in &text.script.commands {
        let Some((name, harm)) =
            known(command).filter(|_| !is_own(command) && !command.is_asked_for_help())
        else {
            continue;
        };
        if is_for_own() {
            return;
        }
        out.push(text.warning(
            "development-command",
            from_program(command),
            format!("`{name}` is for development: it {harm}"),
            match command.program() {
                "heroku" => "leave it away: what it takes comes back from a backup only",
                _ if deletes_volumes(command) => {
                    "`docker compose down` without `-v` leaves the volumes"
                }
                _ => "in production apply reviewed migrations: `prisma migrate deploy` and its kin",
            },
        ));
    }
}

/// What `command` is called, and what it does, if it is one of them.
fn known(command: &Command<'_>) -> Option<(String, &'static str)> {
    if deletes_volumes(command) {
        let harm = "deletes the volumes, and the databases in them";
        return Some(("docker compose down --volumes".to_owned(), harm));
    }
    let cleans = || built(command).is_some_and(|(_, goal)| goal.eq_ignore_ascii_case("clean"));
    let tool = tool(command);
    let is = |call: Call| calls(tool, call) || (call.0 == "flyway" && cleans());
    let has = |options: &[&str]| {
        let mut words = command.arguments().iter();
        words.any(|word| {
            options
                .iter()
                .any(|option| word.text.split('=').next() == Some(option))
        })
    };
    let told = TOLD.iter().filter(|(_, options, _)| has(options));
    let mut all = CALLS
        .iter()
        .copied()
        .chain(told.map(|(call, _, harm)| (*call, *harm)));
    let (call, harm) = all.find(|(call, _)| is(*call))?;
    Some((format!("{} {}", call.0, call.1.join(" ")), harm))
}

/// `docker compose down -v`
fn deletes_volumes(command: &Command<'_>) -> bool {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let compose = match command.program() {
        "docker" | "podman" => words().any(|word| word == "compose"),
        "docker-compose" | "podman-compose" => true,
        _ => false,
    };
    let mut behind = words().skip_while(|word| *word != "down");
    compose && behind.any(|word| matches!(word, "-v" | "--volumes"))
}

/// Whether what `command` is given says that its database is no live one: `RAILS_ENV=test`.
pub(super) fn is_own(command: &Command<'_>) -> bool {
    let words = command.assigned.iter().chain(command.arguments());
    let wrapped = command.wrappers.iter().flatten();
    let mut parts = words
        .chain(wrapped)
        .flat_map(|word| word.text.split(|c: char| !c.is_ascii_alphanumeric()));
    parts.any(|part| OWN_WORDS.contains(&part))
}
