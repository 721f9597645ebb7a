//! Whether a shell can read its script to the end, asked before the first of its commands runs: a shell finds what it
//! can't read only when it gets there, with the commands in front of that done.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::run::shim::Spec;

/// How long the shell may take to read.
const PATIENCE: Duration = Duration::from_secs(5);
/// Shells that read with `-n` and run nothing.
const SHELLS: [&str; 3] = ["bash", "dash", "sh"];
/// What changes how the lines behind it are read, once it has run, or ends the script in front of them.
const CHANGES: [&str; 7] = ["shopt", "alias", "source", ".", "eval", "exit", "exec"];
/// The variables that do.
const VARIABLES: [&str; 4] = ["BASH_ENV", "BASHOPTS", "ENV", "SHELLOPTS"];
/// What the shells say of a text that they can't read.
const UNREAD: [&str; 4] = ["yntax error", "unexpected", "Unterminated", "unterminated"];

/// Why the shell of `spec` can't read its script, which is `file` or the last argument; none where it can, or nobody
/// knows.
pub(super) async fn unreadable(spec: &Spec, file: Option<&String>) -> Option<String> {
    let name = Path::new(&spec.program).file_name()?.to_str()?;
    let (last, options) = spec.args.split_last()?;
    let script = file.unwrap_or(last);
    if !SHELLS.contains(&name) || !options.iter().all(|option| is_plain(option)) {
        return None;
    }
    let mut words = script.split(|c: char| c.is_whitespace() || ";&|(){}".contains(c));
    let set = |name: &&str| {
        let given = spec.env.iter().any(|(given, _)| given == name);
        given || std::env::var_os(name).is_some()
    };
    if words.any(|word| CHANGES.contains(&word)) || VARIABLES.iter().any(set) {
        return None;
    }
    let mut shell = Command::new(&spec.program);
    // Its words are looked at.
    shell.env("LC_ALL", "C");
    shell
        .args(["-n", "/dev/stdin"])
        .current_dir(&spec.cwd)
        .kill_on_drop(true);
    shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let read = async {
        let mut child = shell.spawn().ok()?;
        // In its arguments everybody could read what is secret in it.
        let mut input = child.stdin.take()?;
        let write = async move {
            // It stops to read where it can't go on.
            let _ = input.write_all(script.as_bytes()).await;
        };
        let (read, ()) = tokio::join!(child.wait_with_output(), write);
        read.ok()
    };
    let read = tokio::time::timeout(PATIENCE, read).await.ok()??;
    let said = String::from_utf8_lossy(&read.stderr);
    let failed = read.status.code().is_some_and(|code| code != 0);
    let first = said.lines().next().filter(|_| failed)?;
    if !UNREAD.iter().any(|word| first.contains(word)) {
        return None;
    }
    let why = first.split_once(": ").map_or(first, |(_, why)| why);
    Some(format!(
        "{name} can't read it, and nothing of it was run: {why}"
    ))
}

/// Whether an option says nothing of how the shell reads: one that talks to people would run what it reads.
fn is_plain(option: &str) -> bool {
    let letters = option.strip_prefix('-').filter(|rest| !rest.is_empty());
    matches!(option, "pipefail" | "--norc" | "--noprofile")
        || letters.is_some_and(|rest| rest.chars().all(|c| "euxoc".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_talks_to_people_is_not_asked() {
        for (option, plain) in [
            ("-eu", true),
            ("-o", true),
            ("pipefail", true),
            ("-c", true),
            ("-ic", false),
            ("-", false),
            ("posix", false),
        ] {
            assert_eq!(is_plain(option), plain, "{option}");
        }
    }
}
