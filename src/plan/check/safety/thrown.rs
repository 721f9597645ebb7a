//! Failures that nothing hides, and that all the same nobody looks at: the shell goes on, or only
//! chooses what it prints.

use super::dump::{Loss, loss};
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint, Script};
use crate::plan::problem::Problem;

/// What ends a script, or remembers that something went wrong, in the branch for a failure.
const ENDS: [&str; 18] = [
    "abort", "bail", "break", "continue", "die", "err", "error", "exec", "exit", "fail", "false",
    "fatal", "kill", "panic", "restore", "return", "rollback", "undo",
];

/// Finds dumps and migrations after whose failure a script goes on.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        if !matches!(loss(command), Some(Loss::Dump | Loss::Migration)) {
            continue;
        }
        let found = passed_over(text, ix, command).or_else(|| only_told(text, ix, command));
        if let Some((message, hint)) = found {
            out.push(text.warning("failure-ignored", from_program(command), message, hint));
        }
    }
}

/// Behind `set +e`, and in a shell elsewhere that nobody told `set -e`, the next line is run as well.
fn passed_over(
    text: &Text<'_>,
    ix: usize,
    command: &Command<'_>,
) -> Option<(String, &'static str)> {
    let script = &text.script;
    let pipe = script.pipe(command);
    let held = pipe.condition || pipe.substituted || command.settings.stops;
    if held || pipe.joint != Joint::Then {
        return None;
    }
    let off = |other: &Command<'_>| {
        let mut words = other.arguments().iter();
        other.program() == "set" && words.any(|word| word.text == "+e" || word.text == "errexit")
    };
    let told = script.commands[..ix].iter().any(off);
    if !told && !pipe.elsewhere {
        return None;
    }
    let goes_on = script.commands[ix + 1..].iter().any(|next| {
        let other = script.pipe(next);
        next.pipe > command.pipe && other.parent == pipe.parent && !other.substituted
    });
    let rest = text.body().get(command.span.end..).unwrap_or_default();
    let looked_at = ["$?", "PIPESTATUS", "pipestatus"]
        .iter()
        .any(|sign| rest.contains(sign));
    let trapped = script.commands[..ix]
        .iter()
        .any(|other| other.program() == "trap");
    (goes_on && !looked_at && !trapped).then(|| {
        let program = command.program();
        let hint = if told {
            "leave `set +e` away, or look at `$?` behind it"
        } else {
            "let that shell begin with `set -e`, or join the commands with `&&`"
        };
        let message =
            format!("a failure of `{program}` is passed over: what follows is run all the same");
        (message, hint)
    })
}

/// `if migrate; then echo yes; else echo no; fi` passes in both cases.
fn only_told(text: &Text<'_>, ix: usize, command: &Command<'_>) -> Option<(String, &'static str)> {
    let script = &text.script;
    let pipe = script.pipe(command);
    let asked = pipe.condition && !pipe.looped && pipe.joint != Joint::Or;
    let (around, _) = pipe.parent.filter(|_| asked)?;
    if script.pipes[around].condition || script.pipes[around].joint != Joint::Then {
        return None;
    }
    let mut body = script.commands[ix + 1..].iter().filter(|other| {
        let other = script.pipe(other);
        !other.condition && is_inside(script, other.parent, around)
    });
    let ends = |other: &Command<'_>| {
        let name = other.program().to_ascii_lowercase();
        let mut parts = name.split(|c: char| !c.is_ascii_alphanumeric());
        !other.assigned.is_empty() || parts.any(|part| ENDS.contains(&part))
    };
    body.clone().next()?;
    (!body.any(ends)).then(|| {
        let program = command.program();
        let message =
            format!("a failure of `{program}` only chooses a branch: the step passes all the same");
        (message, "end the branch for a failure with `exit 1`")
    })
}

/// Whether a pipeline with that parent stands inside of the pipeline `around`.
fn is_inside(script: &Script<'_>, mut parent: Option<(usize, usize)>, around: usize) -> bool {
    while let Some((pipe, _)) = parent {
        if pipe == around {
            return true;
        }
        parent = script.pipes[pipe].parent;
    }
    false
}
