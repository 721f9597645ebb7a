//! Commands that delete where a database keeps its data.

use super::development::is_own;
use super::held::expanded;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Call, Command, Joint, Script, calls};
use crate::plan::problem::Problem;

/// Calls, and what they delete.
const CALLS: [(Call, &str); 31] = [
    (("kubectl", &["delete", "pvc"]), VOLUME),
    (("kubectl", &["delete", "persistentvolumeclaim"]), VOLUME),
    (("kubectl", &["delete", "pv"]), VOLUME),
    (("kubectl", &["delete", "namespace"]), ALL),
    (("kubectl", &["delete", "ns"]), ALL),
    (("oc", &["delete", "pvc"]), VOLUME),
    (("oc", &["delete", "project"]), ALL),
    (("docker", &["volume", "rm"]), VOLUME),
    (("docker", &["volume", "prune"]), VOLUME),
    (("podman", &["volume", "rm"]), VOLUME),
    (("aws", &["rds", "delete-db-instance"]), SERVER),
    (("aws", &["rds", "delete-db-cluster"]), SERVER),
    (("gcloud", &["sql", "instances", "delete"]), SERVER),
    (("gcloud", &["sql", "databases", "delete"]), SERVER),
    (("az", &["postgres", "flexible-server", "delete"]), SERVER),
    (("az", &["postgres", "server", "delete"]), SERVER),
    (("doctl", &["databases", "delete"]), SERVER),
    (("heroku", &["addons:destroy"]), SERVER),
    (
        ("heroku", &["pg:copy"]),
        "all that is in the database that it copies into",
    ),
    (("fly", &["postgres", "destroy"]), SERVER),
    (("fly", &["pg", "destroy"]), SERVER),
    (("fly", &["mpg", "destroy"]), SERVER),
    (("fly", &["volumes", "destroy"]), VOLUME),
    (("flyctl", &["postgres", "destroy"]), SERVER),
    (("flyctl", &["pg", "destroy"]), SERVER),
    (("flyctl", &["mpg", "destroy"]), SERVER),
    (("flyctl", &["volumes", "destroy"]), VOLUME),
    (("terraform", &["destroy"]), ALL),
    (("tofu", &["destroy"]), ALL),
    (("redis-cli", &["FLUSHALL"]), "every key of the server"),
    (("redis-cli", &["flushall"]), "every key of the server"),
];
const VOLUME: &str = "a volume, and a database that is kept in it";
const SERVER: &str = "a database and, with its server, often its backups";
const ALL: &str = "everything in it, databases and their volumes as well";

/// Words of directories in which servers keep their data.
const PLACES: [&str; 5] = [
    "/pgdata",
    "/lib/mysql",
    "/lib/pgsql",
    "/lib/postgresql",
    "/postgresql/data",
];

/// Words for places that nobody would miss, in a step's title and text.
const OWN: [&str; 4] = ["staging", "preview", "scratch", "test"];

/// Finds such commands.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_kept() {
        return;
    }
    let is_for_own = || OWN.iter().any(|word| text.words().contains(word));
    for (ix, command) in text.script.commands.iter().enumerate() {
        if is_own(command) {
            continue;
        }
        let found = harm(command).or_else(|| emptied(&text.script, ix));
        if let Some(harm) = found.filter(|_| !is_for_own()) {
            out.push(text.warning(
                "deletes-data",
                from_program(command),
                format!("this deletes {harm}"),
                "make sure first that a backup elsewhere can be read, and let a person confirm it: `confirm = \"…\"`, or a check before it",
            ));
        }
    }
}

fn harm(command: &Command<'_>) -> Option<&'static str> {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    if command.is_asked_for_help() || only_tries(command) {
        return None;
    }
    if let Some(harm) = stored(command) {
        return Some(harm);
    }
    let slashed = |name: &str| match name {
        "kubectl" | "oc" => words()
            .find_map(|word| word.split_once('/'))
            .map(|(sort, _)| sort),
        _ => None,
    };
    let tool = (command.program(), command.arguments());
    let known = CALLS.iter().find(|(call, _)| calls(tool, *call));
    // `kubectl delete pvc/data`
    let joined = || {
        let sort = slashed(command.program()).filter(|_| words().any(|word| word == "delete"))?;
        CALLS
            .iter()
            .find(|((name, verbs), _)| *name == tool.0 && verbs.last() == Some(&sort))
    };
    known.or_else(joined).map(|(_, harm)| *harm)
}

/// Whether the command at `ix` of `script` deletes a directory in which a server keeps its data: by its name, by that
/// of a variable that holds it, or because the script has gone into it.
fn emptied(script: &Script<'_>, ix: usize) -> Option<&'static str> {
    let command = &script.commands[ix];
    let told = command.arguments();
    let words = || told.iter().filter(|word| !word.is_option());
    if command.program() != "rm" || !told.iter().any(|word| is_recursive(&word.text)) {
        return None;
    }
    // What a variable is called tells as much as what it holds.
    let named = || {
        words().any(|word| {
            let place = expanded(script, ix, word);
            keeps(&place) || (keeps(&word.text) && !place.starts_with("/tmp/"))
        })
    };
    let here = || {
        let relative = |word: &str| !word.starts_with(['/', '~', '$']);
        words().any(|word| relative(&word.text)) && is_in_data(script, ix)
    };
    (named() || here()).then_some("the directory in which a server keeps its databases")
}

/// Whether the command at `ix` runs where a `cd` right before it has gone, and a server keeps its data there.
fn is_in_data(script: &Script<'_>, ix: usize) -> bool {
    let shell = |at: usize| script.pipes[script.commands[at].pipe].parent;
    let mut before = (0..ix).rev().filter(|at| shell(*at) == shell(ix));
    let Some(at) = before.find(|at| script.commands[*at].program() == "cd") else {
        return false;
    };
    let stays = script.pipes[script.commands[at].pipe].joint != Joint::Or;
    let words = script.commands[at].arguments().iter();
    stays && words.clone().any(|word| keeps(&expanded(script, at, word)))
}

/// Whether `place` is one where a server keeps its data.
fn keeps(place: &str) -> bool {
    PLACES.iter().any(|known| place.contains(known)) || place.contains("PGDATA")
}

/// Whether `command` only shows what it would do. A name that holds the words is no option.
fn only_tries(command: &Command<'_>) -> bool {
    let words = command.arguments().iter().map(|word| word.text.as_ref());
    let mut words = words.take_while(|word| *word != "--").peekable();
    while let Some(word) = words.next() {
        let tries = match word {
            "--dry-run" | "--dryrun" => !matches!(words.peek(), Some(&("none" | "false" | "0"))),
            "--dry-run=client" | "--dry-run=server" | "--dry-run=true" => true,
            _ => {
                let letters = word.strip_prefix('-').unwrap_or_default();
                let short = !letters.starts_with('-') && letters.contains('n');
                // Elsewhere `-n` is a name or a number.
                short && matches!(command.program(), "zfs" | "rclone")
            }
        };
        if tries {
            return true;
        }
    }
    false
}

/// What a command deletes of disks, volumes, buckets and releases; the names of these say whether a database may be
/// in them. Pictures of a volume are what is thrown away afterwards.
fn stored(command: &Command<'_>) -> Option<&'static str> {
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    let has = |known: &[&str]| words().any(|word| known.contains(&word));
    let named = || {
        words().any(|word| {
            DATA.iter()
                .any(|name| word.to_ascii_lowercase().contains(name))
        })
    };
    let picture = || words().any(|word| word.contains('@') || word.contains("snap"));
    let recursive = || words().any(|word| is_recursive(word) || word == "--force");
    match command.program() {
        "find" => {
            let kept = words().any(keeps);
            let copies = words().any(|word| word.contains("backup") || word.contains("dump"));
            let removes = has(&["-delete"]) || (has(&["-exec", "-execdir"]) && has(&["rm"]));
            (kept && !copies && removes)
                .then_some("files in the directory in which a server keeps its databases")
        }
        "docker" | "podman" if has(&["prune"]) && has(&["--volumes"]) => Some(VOLUME),
        "pg_resetwal" | "pg_resetxlog" if !has(&["-n", "--dry-run", "-V", "--version"]) => {
            Some("the log of what was written last: what remains may contradict itself")
        }
        "pg_dropcluster" => Some(SERVER),
        mkfs if mkfs == "mkfs" || mkfs.starts_with("mkfs.") => Some("everything on the device"),
        "zfs" if has(&["destroy"]) && !picture() => Some(VOLUME),
        "lvremove" if !picture() => Some(VOLUME),
        "terraform" | "tofu" if has(&["apply"]) && has(&["-destroy", "--destroy"]) => Some(ALL),
        "helm" if has(&["uninstall", "delete"]) && named() => {
            Some("a release that holds a database")
        }
        "aws" if has(&["s3"]) && has(&["rm", "rb"]) && recursive() && named() => Some(BUCKET),
        "gsutil" | "gcloud" | "rclone"
            if has(&["rm", "purge"]) && (recursive() || has(&["purge"])) && named() =>
        {
            Some(BUCKET)
        }
        _ => None,
    }
}

const BUCKET: &str = "all that is kept there, backups as well";
/// What names say that a database or its backups are called by.
const DATA: [&str; 9] = [
    "backup", "dump", "pg", "postgres", "mysql", "mariadb", "mongo", "database", "wal",
];

/// `-r`, `-rf`, `--recursive`
fn is_recursive(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or_default();
    word == "--recursive" || (!letters.starts_with('-') && letters.contains(['r', 'R']))
}
