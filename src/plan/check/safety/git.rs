//! History that is written over.

use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Given, Known};
use crate::plan::problem::Problem;

const GIT: Known = Known {
    short: "Cc",
    long: &["git-dir", "work-tree", "namespace"],
    leading: true,
};
const PUSH: Known = Known {
    short: "o",
    long: &["repo", "push-option", "receive-pack", "exec"],
    leading: false,
};

/// Finds pushes that throw away what others have pushed.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for command in text
        .script
        .commands
        .iter()
        .filter(|command| forces(command))
    {
        out.push(text.warning(
            "force-push",
            from_program(command),
            "this throws away whatever others have pushed meanwhile, and what is deployed is then nowhere",
            "`git revert` and push, or deploy the older commit; at the least `--force-with-lease`",
        ));
    }
}

fn forces(command: &Command<'_>) -> bool {
    if command.program() != "git" || command.is_asked_for_help() {
        return false;
    }
    let global = Given::read(command.arguments(), GIT);
    let at = command.arguments().len() - global.operands.len();
    let words = command.arguments().get(at..).unwrap_or(&[]);
    let Some((verb, rest)) = words.split_first() else {
        return false;
    };
    let given = Given::read(rest, PUSH);
    let plus = given
        .operands
        .iter()
        .skip(1)
        .any(|word| word.text.starts_with('+'));
    let careful = given.has(&["force-with-lease", "n", "dry-run"]);
    verb.text == "push" && !careful && (given.has(&["f", "force", "mirror"]) || plus)
}
