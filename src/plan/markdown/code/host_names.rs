//! Words that say on which machine something is done: "On the replica", "SSH into the new host, then", "As root
//! on web-01". "On success", "On Monday" and "On this server" name none that is another.

use std::sync::LazyLock;

use crate::plan::letters;
use crate::plan::markdown::tongues::{self, Beginnings};

/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 160;
/// How many words at its head a text says a place with.
const MAX_PLACE: usize = 8;
/// The most words that a machine is called by.
const MAX_WORDS: usize = 6;

/// What stands before a machine that something is done on, where its last word says what it is.
const ON: [&str; 13] = [
    "on",
    "from",
    "in",
    "inside",
    "within",
    "auf",
    "log in to",
    "log into",
    "login to",
    "log on to",
    "logon to",
    "connect to",
    "anmelden auf",
];
/// The same, and whatever stands behind is one.
const INTO: [&str; 6] = [
    "ssh into",
    "ssh to",
    "ssh onto",
    "ssh in to",
    "per ssh auf",
    "via ssh on",
];
/// What machines are, as the last word of what they are called by.
const MACHINES: [&str; 32] = [
    "balancer",
    "bastion",
    "box",
    "boxes",
    "container",
    "containers",
    "follower",
    "followers",
    "gateway",
    "instance",
    "instances",
    "jumpbox",
    "leader",
    "node",
    "nodes",
    "pod",
    "pods",
    "primary",
    "replica",
    "replicas",
    "secondary",
    "slave",
    "standby",
    "standbys",
    "vm",
    "vms",
    "worker",
    "workers",
    "replikat",
    "replikaten",
    "knoten",
    "instanz",
];
/// What compounds of such words end with.
const ENDINGS: [&str; 6] = ["server", "servers", "servern", "host", "hosts", "rechner"];
/// With one of these it is the machine that one sits at.
const HERE: [&str; 9] = [
    "this",
    "your",
    "my",
    "local",
    "same",
    "current",
    "own",
    "diesem",
    "localhost",
];
/// Words that are in no machine's name.
const NOT_IN_NAMES: [&str; 15] = [
    "to", "front", "case", "order", "with", "for", "between", "by", "than", "is", "are", "not",
    "no", "if", "when",
];
/// Words behind a machine's name, with which an order begins.
const RUNS: [&str; 13] = [
    "and",
    "run",
    "runs",
    "execute",
    "do",
    "type",
    "enter",
    "issue",
    "as",
    "use",
    "then",
    "ausfuhren",
    "perform",
];
/// What parts of host names say.
const STEMS: [&str; 31] = [
    "db",
    "web",
    "app",
    "api",
    "srv",
    "server",
    "host",
    "node",
    "pg",
    "postgres",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "primary",
    "replica",
    "standby",
    "master",
    "slave",
    "bastion",
    "jump",
    "lb",
    "proxy",
    "haproxy",
    "pgbouncer",
    "cache",
    "worker",
    "vm",
    "gw",
    "gateway",
    "box",
];
/// Programs whose version may stand right behind their names.
const VERSIONED: [&str; 5] = ["pg", "postgres", "mysql", "mariadb", "redis"];

static ON_WORDS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(ON.into_iter().map(|word| (word, ()))));
static INTO_WORDS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(INTO.into_iter().map(|word| (word, ()))));
/// "Sur le serveur", where what it is stands first.
static ON_HOST: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.on_host));

/// What `text` calls the machine that something is done on, if that may be another than this one.
pub(super) fn named(text: &str) -> Option<&str> {
    let counted = |c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | '*' | '_');
    let text = text.trim_start_matches(counted);
    if text.len() > MAX_TEXT || text.contains('\n') {
        return None;
    }
    let behind = |words: &'static Beginnings| {
        let near = words.near(text).iter();
        near.filter_map(|(word, ())| tongues::strip_word(text, word))
            .find(|rest| rest.starts_with([' ', '*', '`']))
    };
    if let Some(rest) = behind(&INTO_WORDS) {
        return Some(phrase(rest)).filter(|phrase| !phrase.is_empty() && !is_here(phrase));
    }
    if let Some(phrase) = behind(&ON_WORDS)
        .map(phrase)
        .filter(|phrase| is_machine(phrase))
    {
        return Some(phrase);
    }
    let mut first = ON_HOST.near(text).iter();
    if first.any(|(word, ())| begins(text, word)) {
        return Some(phrase(text));
    }
    at_the_end(text)
}

/// What the machine that one sits at is called, unlike the one that one is logged in to: "this server" may be either.
const SITS_AT: [&str; 10] = [
    "computer",
    "desktop",
    "laptop",
    "local",
    "locally",
    "lokal",
    "lokalen",
    "macbook",
    "notebook",
    "workstation",
];

/// Whether `text` says that what follows is done on the machine that one sits at: "On your laptop", "Back on the
/// workstation", "Run locally".
pub(in crate::plan) fn says_here(text: &str) -> bool {
    let words = || {
        let parts = |c: char| !c.is_alphanumeric();
        text.split(parts).filter(|word| !word.is_empty())
    };
    let placed = words()
        .take(MAX_PLACE)
        .scan((false, false), |(on, own), word| {
            let word = letters::fold(word);
            // "Back on your machine"
            let own_machine = *own && matches!(word.as_str(), "machine" | "terminal" | "shell");
            let is_it = matches!(word.as_str(), "locally" | "lokal")
                || (*on && (own_machine || SITS_AT.contains(&word.as_str())));
            *on |= ON.contains(&word.as_str());
            *own = matches!(word.as_str(), "your" | "my" | "own");
            Some(is_it)
        });
    text.len() <= MAX_TEXT && placed.into_iter().any(|is_it| is_it)
}

/// Whether `text` begins with `word`, of which anything may be the ending behind a `*`.
fn begins(text: &str, word: &str) -> bool {
    match word.strip_suffix('*') {
        Some(word) => tongues::strip(text, word).is_some(),
        None => tongues::strip_word(text, word).is_some(),
    }
}

/// "Stop the application on web-01".
fn at_the_end(text: &str) -> Option<&str> {
    let bare = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let at = bare.rfind(' ')?;
    let name = bare[at..].trim_start_matches([' ', '`', '*']);
    let before = bare[..at].rsplit(' ').next()?;
    let on = ["on", "auf", "sur", "en", "на"];
    (is_host(name) && on.iter().any(|on| before.eq_ignore_ascii_case(on))).then_some(name)
}

/// The words up to the first sign, or to those of an order.
fn phrase(text: &str) -> &str {
    let text = text.trim_start();
    let ends = |(at, c): (usize, char)| {
        let dot = c == '.' && text[at + 1..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let sign = matches!(
            c,
            ',' | ':' | ';' | '.' | '(' | '—' | '–' | '，' | '：' | '（' | '、'
        );
        (sign && !dot).then_some(at)
    };
    let end = text.char_indices().find_map(ends).unwrap_or(text.len());
    let text = &text[..end];
    let mut at = 0;
    for word in text.split_inclusive(' ') {
        if RUNS.contains(&letters::fold(word.trim()).as_str()) {
            break;
        }
        at += word.len();
    }
    text[..at].trim_matches([' ', '*', '`', '"'])
}

/// Whether `phrase` is what a machine is called by, and that is not the one that one sits at.
fn is_machine(phrase: &str) -> bool {
    let mut words = phrase
        .split(' ')
        .map(|word| word.trim_matches(['*', '`', '"']));
    let count = words.clone().count();
    let Some(last) = words
        .next_back()
        .filter(|_| count <= MAX_WORDS && !is_here(phrase))
    else {
        return false;
    };
    let word = letters::fold(last);
    let plain = || MACHINES.contains(&word.as_str());
    let compound = || ENDINGS.iter().any(|end| word.ends_with(end)) && word != "ghost";
    // "On the host" is outside of a container, and may well be here.
    let bare = count <= 2 && word == "host";
    let mut all = phrase.split(' ').map(letters::fold);
    if all.any(|word| NOT_IN_NAMES.contains(&word.as_str())) {
        return false;
    }
    is_host(last) || plain() || (compound() && !bare)
}

fn is_here(phrase: &str) -> bool {
    let mut words = phrase.split(' ').map(letters::fold);
    words.any(|word| HERE.contains(&word.as_str()))
}

/// Whether `name` can only be what one machine is called: "db1", "shop-web-02", "db1.example.com". "pg15" is a
/// version, and "OPS-12" a ticket.
fn is_host(name: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(fits) {
        return false;
    }
    let (first, domain) = name.split_once('.').unwrap_or((name, ""));
    let parts = || first.split(['-', '_']);
    let stem = |part: &str| {
        let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = &part[stem.len()..];
        let version = VERSIONED.contains(&stem) && !number.is_empty() && !number.starts_with('0');
        (STEMS.contains(&stem), !number.is_empty() && !version)
    };
    let called = parts().any(|part| stem(part).0);
    let counted = parts().any(|part| stem(part).1 || part.bytes().all(|b| b.is_ascii_digit()));
    let composed = parts().count() > 1 && parts().all(|part| stem(part).0);
    called && (counted || composed || domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_machine_is_told_from_the_one_logged_in_to() {
        for text in [
            "On your laptop",
            "2. Back on the workstation",
            "Back on your machine",
            "In your own terminal, run",
            "From your local machine, run",
            "Run locally",
            "Auf dem lokalen Rechner",
        ] {
            assert!(says_here(text), "{text}");
        }
        for text in [
            "On this server",
            "On this machine",
            "On the replica",
            "Update the local settings",
            "Migrate the database",
            "Check localhost",
        ] {
            assert!(!says_here(text), "{text}");
        }
    }

    #[test]
    fn other_machines_are_named_by_what_they_are() {
        for text in [
            "On db2",
            "On db2, as postgres",
            "On `db2`",
            "On the **replica**",
            "On the old primary, run",
            "On the app server, run",
            "On each web server",
            "On all nodes",
            "On shop-web-02 run",
            "1. On the standby: stop the server",
            "On db1.example.com",
            "From the bastion",
            "In the container",
            "Inside the app container, run",
            "Log in to db1 and run",
            "Log in to the jump host",
            "SSH into the new host, then",
            "ssh to kiel",
            "As root on web-01",
            "Stop the application on app-1",
            "Auf dem Replikat",
            "Auf dem alten Datenbankserver",
            "Sur le serveur de base",
            "En el servidor nuevo",
            "No servidor de banco",
            "На реплике",
            "在从库上执行",
            "レプリカで実行",
        ] {
            assert!(named(text).is_some(), "{text}");
        }
        for text in [
            "On success",
            "On failure",
            "On Monday",
            "On this server",
            "On your laptop",
            "On your own server",
            "On the local host",
            "On the host",
            "On the primary key",
            "On server restart",
            "On the server side",
            "On master",
            "On day 2",
            "On pg15",
            "On release-12",
            "On OPS-1234",
            "In production",
            "In the background",
            "In order to stop the server",
            "From version 2",
            "From the backup",
            "Connect to the database",
            "Log in to the registry",
            "Restore from backup-01",
            "Upgrade to app-2",
            "No servers may be added",
            "Create an index on orders",
            "Sur place",
            "En caso de fallo",
        ] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
