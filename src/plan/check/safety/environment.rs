//! Switches that switch nothing: a variable of the shell is not one of the servers that run.

use super::text::Text;
use crate::plan::commands::{Command, Word};
use crate::plan::problem::Problem;

/// Words in the names of variables that are meant as a switch.
const SWITCHES: [&str; 5] = [
    "MAINTENANCE",
    "MAINT_MODE",
    "READ_ONLY",
    "READONLY",
    "DISABLE_WRITES",
];
/// Programs that hand the variables of the shell on to something that stays.
const HANDS_ON: [&str; 15] = [
    "ansible",
    "ansible-playbook",
    "docker",
    "docker-compose",
    "envsubst",
    "fly",
    "heroku",
    "helm",
    "kubectl",
    "node",
    "npm",
    "pm2",
    "systemctl",
    "terraform",
    "yarn",
];

/// How many different switches are looked for.
const MAX_SWITCHES: usize = 32;

/// Finds exported variables that nobody will see.
pub(super) fn check(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let commands = || texts.iter().flat_map(|text| &text.script.commands);
    let mut names: Vec<&str> = commands().filter_map(switched).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MAX_SWITCHES);
    // Steps share what a shell exports: a later one may well use it.
    names.retain(|name| !commands().any(|command| reads(command, name)));
    for text in texts {
        let last = text.script.commands.iter().rposition(hands_on);
        for (ix, command) in text.script.commands.iter().enumerate() {
            let Some(name) = switched(command).filter(|name| names.contains(name)) else {
                continue;
            };
            if last.is_some_and(|last| last > ix) {
                continue;
            }
            out.push(text.warning(
                "export-changes-nothing",
                command.span.clone(),
                format!("`{name}` is set in this shell only: no server that runs will see it"),
                "set it where the application reads it, such as its configuration or the load \
                 balancer, and look whether it works",
            ));
        }
    }
    look_for_lost(texts, out);
}

/// Finds what only sets variables of a shell that ends with it and that nobody reads.
fn look_for_lost(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let commands = || texts.iter().flat_map(|text| &text.script.commands);
    for text in texts.iter().filter(|text| text.runs()) {
        let own = &text.script.commands;
        let alone =
            |command: &Command<'_>| command.words.is_empty() && command.redirects.is_empty();
        let Some(first) = own.first().filter(|_| own.iter().all(alone)) else {
            continue;
        };
        let names = || {
            own.iter()
                .flat_map(|command| &command.assigned)
                .filter_map(name)
        };
        let read = |command: &Command<'_>| {
            let mut words = command.words.iter().chain(&command.assigned);
            words.any(|word| names().any(|name| uses(&word.text, name)))
        };
        if names().next().is_some() && !commands().any(read) {
            let name = names().next().unwrap_or_default();
            out.push(text.warning(
                "export-changes-nothing",
                first.span.clone(),
                format!("`{name}` is set in a shell that ends with it, and nothing reads it"),
                "`export` it for the steps behind this one, or set it where the application reads it",
            ));
        }
    }
}

/// The name that `assignment` gives a value.
fn name<'w>(assignment: &'w Word<'_>) -> Option<&'w str> {
    assignment.text.split_once('=').map(|(name, _)| name)
}

/// Whether `word` speaks of the variable `name`, or is a script's text that does.
fn uses(word: &str, name: &str) -> bool {
    let mut found = word.match_indices(name);
    found.any(|(at, _)| at > 0 && !word[at + name.len()..].starts_with('='))
}

/// The variable that is meant as a switch and is switched on.
fn switched<'c>(command: &'c Command<'_>) -> Option<&'c str> {
    let exports = matches!(command.program(), "declare" | "export" | "typeset");
    let words = if exports { command.arguments() } else { &[] };
    words.iter().find_map(|word| switches(&word.text))
}

/// Whether `command` hands the shell's variables on to something that stays.
fn hands_on(command: &Command<'_>) -> bool {
    let script = command
        .words
        .first()
        .is_some_and(|word| word.text.contains('/'));
    script || HANDS_ON.contains(&command.program())
}

fn reads(command: &Command<'_>, name: &str) -> bool {
    let own = matches!(
        command.program(),
        "declare" | "export" | "typeset" | "unset"
    );
    // The commands of a script for another shell are looked at one by one.
    let script = command.script().map(|word| &word.span);
    let mut words = command
        .words
        .iter()
        .filter(|word| Some(&word.span) != script);
    !own && words.any(|word| word.text.contains(name))
}

fn switches(assignment: &str) -> Option<&str> {
    let (name, value) = assignment.split_once('=')?;
    let on = !matches!(
        value.to_ascii_lowercase().as_str(),
        "" | "0" | "false" | "off" | "no"
    );
    let upper = name.to_ascii_uppercase();
    (on && SWITCHES.iter().any(|word| upper.contains(word))).then_some(name)
}
