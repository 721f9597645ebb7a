//! Programs in a container that are given something to read, which never gets there: without `-i`, `exec` and `run` pass
//! nothing on. `psql` then reads an empty script, and returns 0.

use super::text::Text;
use crate::plan::commands::{Command, Input, Word};
use crate::plan::problem::Problem;

/// Programs that pass input on only where they are told to. `docker compose exec` does so by itself.
const PASS_ON_WITH: [&str; 5] = ["docker", "kubectl", "nerdctl", "oc", "podman"];

/// Finds such programs.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        let Some((words, verb)) = command.wrappers.iter().find_map(|words| silent(words)) else {
            continue;
        };
        // What a loop reads is not meant for what runs in it.
        let looped = text.script.pipe(command).looped;
        let own = |word: &Word<'_>| !looped || word.span.end <= command.span.end;
        let fed = match command.input() {
            Input::File(file) => file.text != "/dev/null" && own(file),
            Input::Text(_) => true,
            Input::None if looped => false,
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
        let hint = format!("write `{verb} -i`");
        out.push(text.warning("input-not-passed", range(first, command), message, hint));
    }
}

/// The wrapper `words` and its verb, if it runs something in a container and passes no input on.
fn silent<'c, 't>(words: &'c [Word<'t>]) -> Option<(&'c [Word<'t>], &'c str)> {
    let (first, rest) = words.split_first()?;
    let verb = rest.iter().map(|word| word.text.as_ref());
    let verb = verb.clone().find(|word| matches!(*word, "exec" | "run"))?;
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
    (!composes && !told && PASS_ON_WITH.contains(&first.base_name())).then_some((words, verb))
}

fn range(first: &Word<'_>, command: &Command<'_>) -> std::ops::Range<usize> {
    let end = command
        .words
        .last()
        .map_or(command.span.end, |word| word.span.end);
    first.span.start..end
}
