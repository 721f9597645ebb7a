//! `ps aux | grep app`, which finds itself: what `ps` prints has the line of `grep` in it.

use super::absent;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Joint, Word};
use crate::plan::problem::Problem;

/// Finds such a search in `text` where it is asked whether something runs.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    if text.is_reference() {
        return;
    }
    for (ix, command) in text.script.commands.iter().enumerate() {
        if command.program() == "grep" && command.stage == 1 && finds_itself(text, ix, command) {
            out.push(text.warning(
                "status-proves-nothing",
                from_program(command),
                "`grep` finds its own line in what `ps` prints: this passes whether anything runs or not",
                "`pgrep -f …`, or put a letter of the pattern into brackets: `grep '[a]pp'`",
            ));
        }
    }
}

fn finds_itself(text: &Text<'_>, ix: usize, command: &Command<'_>) -> bool {
    let pipe = text.script.pipe(command);
    let mut writers = text.script.writers(ix).into_iter();
    let lists = writers.next().is_some_and(prints_arguments);
    let mut words = command.arguments().iter();
    let pattern = words.clone().find(|word| !word.is_option());
    let plain = |word: &Word<'_>| !word.expands && !word.text.contains(['[', '^', '\\', '$']);
    let turned = |word: &Word<'_>| word.is_option() && word.text.contains(['v', 'L', 'c']);
    if pipe.stages != 2 || !lists || !pattern.is_some_and(plain) || words.any(turned) {
        return false;
    }
    let asked = pipe.condition || matches!(pipe.joint, Joint::And | Joint::Or);
    // What is said to be gone is told where that is looked at.
    let gone = || absent::is_said_of_all(text, command, "");
    let quiet = command
        .arguments()
        .iter()
        .any(|word| word.is_option() && word.text.contains('q'));
    !pipe.substituted && (asked || quiet || absent::says_it_runs(text)) && !gone()
}

/// Whether `ps` prints what programs were started with, those of this machine.
fn prints_arguments(command: &Command<'_>) -> bool {
    let near = |wrapper: &Vec<Word<'_>>| wrapper.first().is_some_and(|word| word.text == "sudo");
    if command.program() != "ps" || !command.wrappers.iter().all(near) {
        return false;
    }
    let words = || command.arguments().iter().map(|word| word.text.as_ref());
    // `ps aux`, `ps -ef`; a format of its own names what is printed.
    let format = words().any(|word| word.starts_with('-') && word.contains('o'));
    let named = || {
        words().any(|word| {
            ["args", "cmd", "command"]
                .iter()
                .any(|it| word.contains(it))
        })
    };
    let letters =
        |word: &str| !word.starts_with('-') || word.contains(['f', 'F']) || word == "-aux";
    if format {
        named()
    } else {
        words().any(letters)
    }
}
