//! Commands of one way back that take the same thing back twice: the second `git revert HEAD` reverts the first.

use std::collections::HashSet;

use crate::plan::commands::{self, Command, Settings};
use crate::plan::draft::StepSpec;
use crate::plan::markdown::book::Book;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// Makes a person say that those of `steps`, which are done one after the other, are wanted that take back what one before
/// them has taken back already.
pub(in crate::plan::markdown) fn guard(steps: &mut [Box<StepSpec>], book: &mut Book<'_>) {
    let mut seen: HashSet<String> = HashSet::new();
    for step in steps {
        let Work::Shell(shell) = &step.work else {
            continue;
        };
        // What is one of several, or for a case, is not surely done.
        let sure = step.confirm.is_none() && step.when.is_none() && step.alternatives.is_empty();
        let script = commands::read(&shell.script, Settings::default());
        let mut again = None;
        for command in &script.commands {
            if moves(command) {
                seen.clear();
            }
            // What runs on a host, or in one branch of several, is not surely the same.
            let pipe = script.pipe(command);
            let apart = pipe.parent.is_some() || pipe.condition || script.is_answer(command);
            if !sure || apart || pipe.elsewhere || !command.takes_back() {
                continue;
            }
            let text = shell.script.get(command.span.clone());
            if let Some(text) = text.filter(|text| !seen.insert((*text).to_owned())) {
                again.get_or_insert(text);
            }
        }
        let Some(text) = again else { continue };
        let message =
            format!("`{text}` has run before in this way back: it may take that back again");
        let confirm = format!("`{text}` has run before in this way back. Is it to be run again?");
        book.problems.push(
            Problem::warning("conditional-step", step.span, message)
                .hint("it asks before it runs; what is only one of several ways belongs below a heading of its own"),
        );
        step.confirm = Some(confirm);
        step.danger = true;
    }
}

/// Whether what runs behind `command` may be about something else: another directory, cluster or account.
fn moves(command: &Command<'_>) -> bool {
    let words = command.arguments();
    let sets = |word: &str| matches!(word, "config" | "context" | "use-context" | "workspace");
    matches!(
        command.program(),
        "cd" | "pushd" | "popd" | "export" | "kubectx" | "kubens"
    ) || words.iter().any(|word| sets(&word.text))
        || (command.program().is_empty() && !command.assigned.is_empty())
}
