//! Programs in a container that are given something to read, which never gets there: without `-i`, `exec` passes nothing
//! on. `psql` then reads an empty script, and returns 0.

use super::text::Text;
use crate::plan::commands::{Command, Input, Word};
use crate::plan::problem::Problem;

/// Programs that pass input on only where they are told to. `docker compose exec` does so by itself.
const PASS_ON_WITH: [&str; 5] = ["docker", "kubectl", "nerdctl", "oc", "podman"];

/// Finds such programs.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        let Some(words) = command.wrappers.iter().find(|words| passes_nothing(words)) else {
            continue;
        };
        let fed = match command.input() {
            Input::File(file) => file.text != "/dev/null",
            Input::Text(_) => true,
            Input::Pipe | Input::None => !text.script.writers(ix).is_empty(),
        };
        // What is redirected within a script of the container is read there.
        if !fed || text.script.pipe(command).elsewhere {
            continue;
        }
        let (first, program) = (&words[0], command.program());
        let message = format!(
            "`{}` passes no input on without `-i`: `{program}` reads nothing, and may well return 0",
            first.text
        );
        let hint = "write `exec -i`";
        out.push(text.warning("input-not-passed", range(first, command), message, hint));
    }
}

/// Whether the wrapper `words` runs something in a container that goes on, and passes no input on.
fn passes_nothing(words: &[Word<'_>]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let exec = rest.iter().any(|word| word.text == "exec");
    let composes = rest.first().is_some_and(|word| word.text == "compose");
    let passes = |word: &Word<'_>| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        let long = letters.strip_prefix('-').map(|name| name.split('=').next());
        match long {
            Some(name) => matches!(name, Some("interactive" | "stdin")),
            None => letters.len() < 4 && letters.contains('i'),
        }
    };
    let told = rest
        .iter()
        .any(|word| passes(word) || word.text.contains('$'));
    exec && !composes && !told && PASS_ON_WITH.contains(&first.base_name())
}

fn range(first: &Word<'_>, command: &Command<'_>) -> std::ops::Range<usize> {
    let end = command
        .words
        .last()
        .map_or(command.span.end, |word| word.span.end);
    first.span.start..end
}
