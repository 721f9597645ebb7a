//! Values that a shell reads as code: those of variables in a text that is handed to `bash -c`, `ssh` or `eval`.
//! In the script itself a value is always a value.

use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, SHELLS, Word};
use crate::plan::parts::Var;
use crate::plan::problem::Problem;
use crate::plan::template;

/// What a value might be that does more than it says.
const CODE: &str = "a b; c $(d)";

/// Finds such texts among `texts`, where one of `vars` may hold more than a plain word.
pub(super) fn check(texts: &[Text<'_>], vars: &[Var], out: &mut Vec<Problem>) {
    for text in texts {
        let written = text.passage.written;
        if let Some(written) = written.filter(|written| written.contains("{{")) {
            alone(text, written, vars, out);
        }
    }
}

fn alone(text: &Text<'_>, written: &str, vars: &[Var], out: &mut Vec<Problem>) {
    for command in &text.script.commands {
        let named = |word: &Word<'_>| variable(written.get(word.span.clone())?, vars);
        let Some(name) = code(command).find_map(named) else {
            continue;
        };
        let program = command.program();
        let message = format!(
            "`{program}` gives this to a shell to read: what stands in `{name}` is code there, a space or a `;` in it as well"
        );
        let hint = match program {
            "ssh" | "eval" => format!(
                "let only a plain word be given: `pattern` for `{name}` under `vars`, such as `^[\\w.-]+$`"
            ),
            _ => format!(
                "hand the value over: `{program} -c 'echo \"$1\"' _ {{{{{name}}}}}`, or give `{name}` a `pattern` such as `^[\\w.-]+$` under `vars`"
            ),
        };
        out.push(text.warning("value-as-code", from_program(command), message, hint));
    }
}

/// The words of `command` that a shell reads as code.
fn code<'c>(command: &'c Command<'_>) -> impl Iterator<Item = &'c Word<'c>> {
    // Behind `-c` these read code.
    let program = command.program();
    let shell = SHELLS.contains(&program) || program == "su";
    let all = program == "eval";
    // What is more than one word behind the name of the other machine.
    let far = program == "ssh";
    let mut given = false;
    command.arguments().iter().filter(move |word| {
        let option = word.text.starts_with('-') && !word.text.starts_with("--");
        let is_code = all || (shell && given) || (far && word.text.contains(' '));
        given = option && word.text.ends_with('c');
        is_code
    })
}

/// The first variable that `text` names, of those that may hold `CODE`.
fn variable<'t>(text: &'t str, vars: &[Var]) -> Option<&'t str> {
    let takes = |name: &str| {
        let var = vars.iter().find(|var| var.name == name);
        var.is_none_or(|var| var.refuses(CODE).is_none())
    };
    let mut names = template::tokens(text).into_iter().map(|token| token.name);
    names.find(|name| takes(name))
}
