//! Rollbacks that restore a database while the application goes on writing into it.

use super::names::is_backup;
use super::passage::Home;
use super::psql::Psql;
use super::restore::writes_backup;
use super::text::Text;
use crate::plan::commands::{Call, Command, Given, Input, calls};
use crate::plan::draft::Draft;
use crate::plan::problem::Problem;

/// Commands that stop whatever writes: a program, and a word behind it.
const STOPS: [(&str, &[&str]); 17] = [
    ("systemctl", &["stop", "disable", "mask"]),
    ("service", &["stop"]),
    ("docker", &["stop", "down", "kill", "pause", "rm"]),
    ("docker-compose", &["stop", "down", "kill", "pause", "rm"]),
    ("podman", &["stop", "down", "kill", "pause", "rm"]),
    ("kubectl", &["scale", "delete", "cordon", "patch"]),
    ("oc", &["scale", "delete"]),
    ("pm2", &["stop", "delete", "kill"]),
    ("supervisorctl", &["stop"]),
    ("heroku", &["maintenance:on", "ps:scale"]),
    ("fly", &["scale", "stop", "suspend"]),
    ("aws", &["update-service", "stop-instances"]),
    ("gcloud", &["stop", "scale"]),
    ("artisan", &["down"]),
    ("php", &["down"]),
    ("nomad", &["stop"]),
    ("sv", &["stop", "down"]),
];
/// Calls by which services restore over what there is.
const RESTORES: [Call; 3] = [
    ("gcloud", &["sql", "backups", "restore"]),
    ("heroku", &["pg:backups:restore"]),
    ("pgbackrest", &["restore"]),
];
/// Texts by which writes are stopped in the database, or by a script.
const STOPPING: [&str; 12] = [
    "allow_connections false",
    "allow_connections = false",
    "allow_connections=false",
    "datallowconn",
    "default_transaction_read_only",
    "pg_terminate_backend",
    "revoke connect",
    "pgbouncer",
    "pause;",
    "maintenance",
    "read-only",
    "read_only",
];
/// Words by which people say so.
const SAID: [&str; 18] = [
    "block writes",
    "close",
    "disable writes",
    "downtime",
    "drain",
    "freeze",
    "maintenance",
    "pause",
    "quiesce",
    "read-only",
    "read only",
    "scale down",
    "scale to",
    "shut down",
    "shutdown",
    "stop",
    "take the app",
    "take down",
];

/// Finds rollbacks that restore and say nothing about writes.
pub(super) fn check(texts: &[Text<'_>], draft: &Draft, out: &mut Vec<Problem>) {
    let mut tiers: Vec<Vec<&Text<'_>>> = vec![Vec::new(); draft.tiers.len()];
    for text in texts {
        if let Home::Tier(ix) = text.passage.home {
            tiers[ix].push(text);
        }
    }
    for (tier, texts) in draft.tiers.iter().zip(tiers) {
        let inside = || texts.iter().copied();
        let name = tier.name.to_lowercase();
        let named = says_so(&name);
        let Some(at) = inside().position(restores) else {
            continue;
        };
        let before = |text: &Text<'_>| {
            let restores = text.script.commands.iter().enumerate();
            let mut restores = restores.filter(|(ix, command)| restoring(text, *ix, command));
            restores.next().map(|(ix, _)| ix)
        };
        if named || inside().take(at + 1).any(|text| stops(text, before(text))) {
            continue;
        }
        let message = "this restores the database while the application goes on writing into it";
        let hint = "stop writes first: stop the application, put it into maintenance, or \
                    `ALTER DATABASE … ALLOW_CONNECTIONS false`";
        let Some(text) = inside().nth(at) else {
            continue;
        };
        match before(text).map(|ix| &text.script.commands[ix]) {
            Some(command) => {
                out.push(text.warning("rollback-with-writes", command.span.clone(), message, hint));
            }
            None => out.extend(text.passage.spec.map(|spec| {
                Problem::warning("rollback-with-writes", spec.span, message).hint(hint)
            })),
        }
    }
}

/// Whether the text brings an older state of the database back.
fn restores(text: &Text<'_>) -> bool {
    let mut commands = text.script.commands.iter().enumerate();
    if commands.any(|(ix, command)| restoring(text, ix, command)) {
        return true;
    }
    let by_person = text.passage.spec.is_some_and(|spec| spec.work.is_check());
    // The address of one is no database.
    let told = text.words().replace("database_url", "");
    let data = ["database", "backup", "dump", "snapshot", "data"]
        .iter()
        .any(|word| told.contains(word));
    let acts = told.contains("restore ")
        || told.contains("restoration from")
        || told.contains("restoring");
    let doubts = ["verify", "test", "check", "confirm", "ability to"]
        .iter()
        .any(|word| told.trim_start().starts_with(word));
    by_person && data && acts && !doubts
}

fn restoring(text: &Text<'_>, ix: usize, command: &Command<'_>) -> bool {
    let told = (command.program(), command.arguments());
    match command.program() {
        "pg_restore" => {
            Given::read(command.arguments(), super::restore::PG_RESTORE).has(&["d", "dbname"])
        }
        "dropdb" => true,
        "psql" => Psql::of(command).is_some_and(|psql| {
            let input = match command.input() {
                Input::File(word) => is_backup(&word.text),
                Input::Pipe => text.script.writers(ix).into_iter().any(writes_backup),
                Input::Text(_) | Input::None => false,
            };
            psql.files().any(is_backup) || (input && psql.runs_script())
        }),
        _ => RESTORES.iter().any(|call| calls(told, *call)),
    }
}

/// Whether the text stops writes, or says that somebody does, before the command at `restore` if it has that.
fn stops(text: &Text<'_>, restore: Option<usize>) -> bool {
    if says_so(text.words()) {
        return true;
    }
    let commands = &text.script.commands[..restore.unwrap_or(text.script.commands.len())];
    let end = restore.map(|ix| text.script.commands[ix].span.start);
    let body = text.body().get(..end.unwrap_or(text.body().len()));
    let body = body.unwrap_or_default().to_lowercase();
    let script = |command: &Command<'_>| {
        let words = || command.arguments().iter().map(|word| word.text.as_ref());
        let stopping = |(program, verbs): &(&str, &[&str])| {
            *program == command.program() && words().any(|word| verbs.contains(&word))
        };
        let named = ["stop", "maint", "drain", "down"]
            .iter()
            .any(|part| command.program().contains(part));
        named || STOPS.iter().any(stopping)
    };
    STOPPING.iter().any(|part| body.contains(part)) || commands.iter().any(script)
}

/// Whether people say in `text`, in lower case, that writes are stopped. A part of a name, a path or an option says
/// nothing, and neither does what is not to be done, or done at an error.
fn says_so(text: &str) -> bool {
    let says = |line: &str, word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, behind) = (&line[..at], &line[at + word.len()..]);
            let mut words = before.split_whitespace().rev().take(2);
            let not = words.any(|word| matches!(word, "not" | "don't" | "never" | "without"));
            let mut next = behind.split_whitespace().take(5);
            let told = !is_name(before, behind) && !not;
            told && !next.any(|word| word.starts_with("error"))
        })
    };
    let mut lines = text.lines();
    lines.any(|line| SAID.iter().any(|word| says(line, word)))
}

/// Whether what stands between `before` and `behind` is a part of a name: `ON_ERROR_STOP=1`, `/opt/one-stop-shop`.
fn is_name(before: &str, behind: &str) -> bool {
    let head = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let tail = behind.split(char::is_whitespace).next().unwrap_or_default();
    let slashes = head.matches('/').count() + tail.matches('/').count();
    slashes > 1
        || head.starts_with(['-', '/', '.', '~', '$'])
        || head.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
        || head.contains(['=', '_'])
        || tail.contains(['=', '_'])
}
