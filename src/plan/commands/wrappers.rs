//! The programs that run other programs, and where in their words the other one begins.

use super::options::{Given, Known};
use super::word::Word;
use super::{Command, Input};

/// What a wrapper runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// The command that begins with this word.
    Command(usize),
    /// The script that this word holds from this byte on.
    Script(usize, usize),
    /// The script in the command's here-document.
    Document,
}

const NONE: &[&str] = &[];

/// Programs, the letters and the names of their options that take a value, and how many words follow.
type Simple = (
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    usize,
);
/// Programs, their verbs, and the options that take a value.
type Verbs = (
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

/// Wrappers whose command follows their options and this many words more.
const SIMPLE: [Simple; 19] = [
    (&["parallel"], "aIjNS", &["jobs", "arg-file", "joblog"], 0),
    (
        &["sudo"],
        "ugpCrtTDRhU",
        &["user", "group", "chdir", "host"],
        0,
    ),
    (&["doas"], "uC", NONE, 0),
    (&["runuser"], "ugG", &["user", "group", "supp-group"], 0),
    (&["sshpass"], "pfdP", NONE, 0),
    (&["env"], "uCS", &["unset", "chdir"], 0),
    (
        &["nice", "ionice"],
        "ncp",
        &["adjustment", "class", "classdata"],
        0,
    ),
    (&["stdbuf"], "ioe", &["input", "output", "error"], 0),
    (&["time"], "of", &["output", "format"], 0),
    (
        &[
            "nohup", "setsid", "command", "builtin", "chronic", "unbuffer", "exec",
        ],
        "a",
        NONE,
        0,
    ),
    (&["caffeinate"], "tw", NONE, 0),
    (
        &["systemd-run"],
        "pudEM",
        &["unit", "property", "uid", "gid", "setenv", "slice"],
        0,
    ),
    (
        &["xargs"],
        "IiLnPsdEa",
        &["replace", "max-args", "max-procs", "delimiter", "arg-file"],
        0,
    ),
    (&["dotenv", "dotenvx"], "ecvfp", &["env-file"], 0),
    (&["timeout"], "sk", &["signal", "kill-after"], 1),
    (
        &["taskset", "chrt", "chroot", "gosu", "su-exec"],
        "",
        NONE,
        1,
    ),
    (&["direnv"], "", NONE, 2),
    (&["npx", "bunx", "pnpx"], "p", &["package"], 0),
    (&["ssh"], "iplFoJLRDbcEeImOQSWwB", NONE, 1),
];

/// Programs that run a command behind one of these verbs and its options.
const VERBS: [Verbs; 7] = [
    (&["npm"], &["exec", "x"], "pc", &["package", "call"]),
    (
        &["pnpm"],
        &["exec", "dlx"],
        "C",
        &["package", "dir", "filter"],
    ),
    (&["yarn"], &["exec", "dlx", "run"], "p", &["package"]),
    (&["bun"], &["x", "run"], "", &["cwd"]),
    (
        &["bundle", "poetry", "pipenv", "uv", "rye", "hatch", "pdm"],
        &["exec", "run"],
        "",
        &["with", "env"],
    ),
    (&["conda", "mamba"], &["run"], "np", &["name", "prefix"]),
    (
        &["heroku"],
        &["run"],
        "ar",
        &["app", "remote", "size", "type"],
    ),
];

/// Programs that run what stands behind `--`.
const BEHIND_DASHES: [&str; 12] = [
    "aws-vault",
    "chamber",
    "doppler",
    "envconsul",
    "infisical",
    "kubectl",
    "microk8s",
    "oc",
    "op",
    "summon",
    "teller",
    "vault",
];

/// Programs that run the script that one of these options holds.
const SCRIPTS: [(&[&str], &str, &[&str]); 7] = [
    (&["ansible"], "miulfetTPBcMa", &["a", "args"]),
    (&["su", "runuser"], "cgGsw", &["c", "command"]),
    (&["fly", "flyctl"], "Ca", &["C", "command"]),
    (&["gcloud"], "", &["command"]),
    (&["aws"], "", &["command"]),
    (&["vagrant"], "c", &["c", "command"]),
    (&["npx", "npm"], "cp", &["c", "call"]),
];

/// Those among all of these that run a command on another machine or in a container.
const AWAY: [&str; 15] = [
    "aws",
    "docker",
    "docker-compose",
    "fly",
    "flyctl",
    "gcloud",
    "heroku",
    "kubectl",
    "microk8s",
    "nerdctl",
    "oc",
    "podman",
    "podman-compose",
    "ssh",
    "vagrant",
];

/// Options of `docker run` and `docker exec` that take a value.
const CONTAINER: Known = Known {
    short: "euvwphlm",
    long: &[
        "env",
        "user",
        "workdir",
        "volume",
        "publish",
        "network",
        "name",
        "mount",
        "entrypoint",
        "env-file",
        "label",
        "hostname",
        "memory",
        "cpus",
        "platform",
        "restart",
        "add-host",
        "net",
        "ulimit",
        "shm-size",
        "ip",
        "link",
        "detach-keys",
        "index",
        "pull",
    ],
    leading: true,
};

pub(in crate::plan) const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Whether what the wrapper `words` runs finds other files than those that are here: it is run on another machine, or
/// in a container that is given none of them.
pub(super) fn leads_away(words: &[Word<'_>]) -> bool {
    let name = words.first().map_or("", Word::base_name);
    let given = |word: &Word<'_>| {
        let option = word.text.split('=').next().unwrap_or_default();
        matches!(option, "-v" | "--volume" | "--mount")
    };
    AWAY.contains(&name) && !words.iter().any(given)
}

/// What `command` runs, if it is a wrapper.
pub(super) fn inside(command: &Command<'_>) -> Option<Inside> {
    let words = command.words.as_slice();
    let name = command.program();
    let found = match name {
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" => container(words),
        "eval" => Some(Inside::Script(1, 0)).filter(|_| words.len() == 2),
        "flock" => flock(words),
        "find" => {
            let runs = ["-exec", "-execdir", "-ok", "-okdir"];
            let at = words
                .iter()
                .position(|word| runs.contains(&word.text.as_ref()));
            at.map(|at| Inside::Command(at + 1))
        }
        _ if SHELLS.contains(&name) => return shell(command),
        _ => scripts(words, name)
            .or_else(|| simple(words, name))
            .or_else(|| verbs(words, name))
            .or_else(|| dashes(words, name)),
    };
    let lone_shell = |word: &Word<'_>| word.quoted && word.text.contains(' ');
    match found {
        // What `ssh` and `heroku run` are given as one word is a script.
        Some(Inside::Command(at)) if matches!(name, "ssh" | "heroku") => {
            let rest = words.get(at..).unwrap_or(&[]);
            match rest {
                [] => document(command),
                [only] if lone_shell(only) => Some(Inside::Script(at, 0)),
                _ => Some(Inside::Command(at)),
            }
        }
        Some(Inside::Command(at)) if at >= words.len() => None,
        None if name == "su" => document(command),
        found => found,
    }
}

/// The script that the command's here-document holds.
fn document(command: &Command<'_>) -> Option<Inside> {
    matches!(command.input(), Input::Text(_)).then_some(Inside::Document)
}

/// The index of the first word that `given` left over, which was read from behind `skipped` words.
fn rest_of(words: &[Word<'_>], given: &Given<'_, '_>) -> usize {
    words.len() - given.operands.len()
}

fn simple(words: &[Word<'_>], name: &str) -> Option<Inside> {
    let (_, short, long, operands) = SIMPLE.iter().find(|(names, ..)| names.contains(&name))?;
    let known = Known {
        short,
        long,
        leading: true,
    };
    let given = Given::read(&words[1..], known);
    // Without a user, `runuser` opens a session.
    if name == "runuser" && !given.has(&["u", "user"]) {
        return None;
    }
    let mut at = rest_of(words, &given) + operands;
    if name == "ssh" {
        // Its options may stand behind the machine as well.
        let behind = Given::read(words.get(at..)?, known);
        at = rest_of(words, &behind);
    }
    if matches!(name, "sudo" | "env" | "doas") {
        let sets = |word: &Word<'_>| word.text.contains('=') && !word.is_option();
        at += words.iter().skip(at).take_while(|word| sets(word)).count();
    }
    Some(Inside::Command(at))
}

fn verbs(words: &[Word<'_>], name: &str) -> Option<Inside> {
    if matches!(name, "pnpm" | "yarn" | "bun") {
        let tool = words.get(1)?.text.as_ref();
        if super::unwrap::TOOLS.contains(&tool) {
            return Some(Inside::Command(1));
        }
    }
    let (_, verbs, short, long) = VERBS.iter().find(|(names, ..)| names.contains(&name))?;
    let known = Known {
        short,
        long,
        leading: true,
    };
    let global = Given::read(&words[1..], known);
    let verb = rest_of(words, &global);
    if !verbs.contains(&words.get(verb)?.text.as_ref()) {
        return None;
    }
    let given = Given::read(&words[verb + 1..], known);
    Some(Inside::Command(rest_of(words, &given)))
}

fn dashes(words: &[Word<'_>], name: &str) -> Option<Inside> {
    if !BEHIND_DASHES.contains(&name) {
        return None;
    }
    let at = words.iter().position(|word| word.text == "--")?;
    Some(Inside::Command(at + 1))
}

fn scripts(words: &[Word<'_>], name: &str) -> Option<Inside> {
    let (_, short, options) = SCRIPTS.iter().find(|(names, ..)| names.contains(&name))?;
    let known = Known {
        short,
        long: options,
        leading: matches!(name, "npx" | "npm"),
    };
    let given = Given::read(&words[1..], known);
    let (holder, from) = given
        .options
        .iter()
        .rfind(|o| options.contains(&o.name))?
        .holder?;
    let at = words.iter().position(|word| std::ptr::eq(word, holder))?;
    Some(Inside::Script(at, from))
}

fn flock(words: &[Word<'_>]) -> Option<Inside> {
    let known = Known {
        short: "wE",
        long: &["timeout", "conflict-exit-code"],
        leading: true,
    };
    let given = Given::read(&words[1..], known);
    let at = rest_of(words, &given) + 1;
    match words.get(at)?.text.as_ref() {
        "-c" | "--command" => Some(Inside::Script(at + 1, 0)),
        _ => Some(Inside::Command(at)),
    }
}

/// `docker exec NAME …`, `docker run IMAGE …`, `docker compose exec SERVICE …`.
fn container(words: &[Word<'_>]) -> Option<Inside> {
    let known = Known {
        short: "fpcHl",
        long: &[
            "file",
            "project-name",
            "profile",
            "env-file",
            "project-directory",
            "context",
            "host",
        ],
        leading: true,
    };
    let mut from = 1;
    loop {
        let given = Given::read(&words[from..], known);
        let verb = rest_of(words, &given);
        from = verb + 1;
        match words.get(verb)?.text.as_ref() {
            "compose" | "container" => {}
            "exec" | "run" => break,
            _ => return None,
        }
    }
    let given = Given::read(words.get(from..)?, CONTAINER);
    Some(Inside::Command(rest_of(words, &given) + 1))
}

/// `sh -c SCRIPT`, `bash <<EOF`.
fn shell(command: &Command<'_>) -> Option<Inside> {
    let words = command.words.as_slice();
    let given = Given::read(&words[1..], SHELL);
    if given.has(&["c"]) {
        let at = rest_of(words, &given);
        return (at < words.len()).then_some(Inside::Script(at, 0));
    }
    if given.operands.is_empty() || given.has(&["s"]) {
        return document(command);
    }
    None
}

const SHELL: Known = Known {
    short: "oO",
    long: &["rcfile", "init-file"],
    leading: true,
};
