//! Commands that are left alone in the background: the step has passed before they end, however they do.

use super::dump::loss;
use super::follow::follows;
use super::ignored::{WAIT, waits_for};
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint, SHELLS};
use crate::plan::problem::{Problem, Severity};

/// Programs that are started to go on: what is beside the steps, and ends with them.
const GOES_ON: [&str; 9] = [
    "autossh",
    "cloud-sql-proxy",
    "cloud_sql_proxy",
    "pgbouncer",
    "sleep",
    "socat",
    "tail",
    "vmstat",
    "watch",
];
/// Words that say so of another program.
const SERVES: [&str; 6] = ["-L", "-N", "port-forward", "proxy", "server", "serve"];
/// How the names of scripts end, which do something and end.
const SCRIPTS: [&str; 5] = [".sh", ".bash", ".py", ".rb", ".pl"];

/// Finds such commands.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if !text.is_reference() {
        let commands = text.script.commands.iter();
        out.extend(commands.filter_map(|command| left_alone(text, command)));
    }
}

/// A command in the background for whose end nobody waits.
fn left_alone(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let pipe = text.script.pipe(command);
    let last = command.stage + 1 == pipe.stages;
    // Dumps and migrations are looked at where their failures are.
    if pipe.joint != Joint::Background || !last || loss(command).is_some() {
        return None;
    }
    let program = command.program();
    let mut words = command.arguments().iter().map(|word| word.text.as_ref());
    let goes_on = GOES_ON.contains(&program)
        || follows(program, command)
        || words.any(|word| SERVES.contains(&word))
        || program.is_empty();
    let kept = ["$!", "pidfile", "PIDFILE"]
        .iter()
        .any(|sign| text.body().contains(sign));
    let waits = || {
        text.script
            .commands
            .iter()
            .any(|other| waits_for(other) || matches!(other.program(), "fg" | "jobs"))
    };
    if goes_on || kept || waits() {
        return None;
    }
    let ends = SCRIPTS.iter().any(|end| program.ends_with(end))
        || program == "psql"
        || SHELLS.contains(&program);
    let severity = if ends {
        Severity::Warning
    } else {
        Severity::Note
    };
    Some(text.finding(
        severity,
        "failure-ignored",
        from_program(command),
        format!("nobody looks at how `{program}` ends, which runs in the background"),
        WAIT,
    ))
}
