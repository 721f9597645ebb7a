//! Values that a shell reads as code: those of variables in a text that is handed to `bash -c`, `ssh`, `eval` or `trap`,
//! as a word, a here-document or through a pipe; and that `psql`, or another language, reads. In the script itself a value
//! is always a value.

use std::collections::HashSet;

use super::given::to_psql;
use super::held;
use super::psql::{from_program, variable};
use super::text::Text;
use crate::plan::commands::{Command, Given, Input, Known, SHELLS, Script, Word};
use crate::plan::draft::Hole;
use crate::plan::parts::Var;
use crate::plan::problem::{Problem, Severity};
use crate::plan::template;

/// Options of shells that take a value.
const SHELL: Known = Known {
    short: "oO",
    long: &["rcfile", "init-file"],
    leading: true,
};

/// Finds such texts among `texts`, where one of `vars` may hold more than a plain word.
pub(super) fn check(texts: &[Text<'_>], vars: &[Var], out: &mut Vec<Problem>) {
    for text in texts {
        let spec = text.passage.spec;
        let holes = spec.map_or(&[][..], |spec| spec.holes.as_slice());
        let open = |written: &&str| written.contains("{{") || !holes.is_empty();
        if let Some(written) = text.passage.written.filter(open) {
            alone(text, written, holes, vars, out);
        }
    }
}

fn alone(text: &Text<'_>, written: &str, holes: &[Hole], vars: &[Var], out: &mut Vec<Problem>) {
    // What stands in a script that is handed over, stands in its commands as well.
    let mut told: HashSet<usize> = HashSet::new();
    for (ix, command) in text.script.commands.iter().enumerate() {
        let (reader, words, language) = code(&text.script, ix);
        let mut marks = Vec::new();
        // A variable of another machine's shell is none of this script.
        let own = |word: &&&Word<'_>| word.expands && !text.script.pipe(command).elsewhere;
        let held = words.iter().filter(own).flat_map(|word| {
            let marks = held::marks(&word.text);
            marks.filter_map(|(_, name)| variable(&text.script, ix, &format!("${name}")))
        });
        let held: Vec<&Word<'_>> = held.map(|(holder, _)| holder).collect();
        for word in words.into_iter().chain(held) {
            let part = written.get(word.span.clone()).unwrap_or_default();
            let tokens = template::tokens(part).into_iter();
            let tokens = tokens.map(|token| {
                let shown = part.get(token.span.start..token.span.end);
                (token.span.start, token.name, shown.unwrap_or_default())
            });
            let holes = holes.iter().flat_map(|hole| {
                let found = part.match_indices(hole.literal.as_str());
                found.map(|(at, literal)| (at, hole.var.as_str(), literal))
            });
            let new = |(at, name, shown): (usize, _, _)| {
                let new = takes_code(name, vars) && told.insert(word.span.start + at);
                new.then_some((name, shown))
            };
            marks.extend(tokens.chain(holes).filter_map(new));
        }
        let Some((name, shown)) = marks.first() else {
            continue;
        };
        let pattern = "`pattern` such as `^[\\w.-]+$` under `vars`";
        let (severity, message, hint) = match language {
            Language::Shell => (
                Severity::Warning,
                format!(
                    "`{reader}` gives this to a shell to read: what stands in `{name}` is code there, a space or a `;` in it as well"
                ),
                if given(command).has(&["c"]) {
                    format!(
                        "hand the value over: `{reader} -c 'echo \"$1\"' _ {shown}`, or give `{name}` a {pattern}"
                    )
                } else {
                    format!("let only a plain word be given: a {pattern}, for `{name}`")
                },
            ),
            Language::Sql => (
                Severity::Note,
                format!("`{reader}` reads what stands in `{name}` as SQL, a quote in it as well"),
                format!(
                    "hand the value over: `{reader} -v value={shown}`, and `:'value'` in SQL on its input (not behind `-c`), or give `{name}` a {pattern}"
                ),
            ),
            Language::Own => (
                Severity::Note,
                format!("`{reader}` reads what stands in `{name}` as code, a quote in it as well"),
                format!(
                    "hand the value over as an argument behind the code, or give `{name}` a {pattern}"
                ),
            ),
        };
        let range = from_program(command);
        out.push(text.finding(severity, "value-as-code", range, message, &hint));
    }
}

/// Who reads code that is handed over.
#[derive(Clone, Copy)]
enum Language {
    Shell,
    Sql,
    /// The program's own.
    Own,
}

/// Programs whose option `-c` or `-e` is code of their own language.
const LANGUAGES: [(&str, &str); 5] = [
    ("node", "e"),
    ("perl", "e"),
    ("php", "r"),
    ("python", "c"),
    ("ruby", "e"),
];

/// The code in the words of `command`, where it is a program that is handed some of its own language.
fn own_code<'s>(command: &'s Command<'_>) -> Option<&'s Word<'s>> {
    let program = command.program();
    let (_, option) = LANGUAGES
        .iter()
        .find(|(name, _)| program.starts_with(name))?;
    let known = Known {
        short: option,
        long: &[],
        leading: true,
    };
    let given = Given::read(command.arguments(), known);
    let mut options = given.options.iter();
    let holder = options.find(|given| given.name == *option)?.holder?;
    Some(holder.0)
}

/// The words at the command at `ix` that are read as code, what hands them over, and to whom.
fn code<'s>(script: &'s Script<'_>, ix: usize) -> (&'s str, Vec<&'s Word<'s>>, Language) {
    let command = &script.commands[ix];
    let program = command.program();
    let arguments = command.arguments();
    let mut found: Vec<&Word<'_>> = command.script().into_iter().collect();
    match program {
        "eval" => found.extend(arguments),
        "trap" => found.extend(arguments.iter().find(|word| !word.is_option())),
        _ if reads_code(command) && matches!(command.input(), Input::Pipe) => {
            for writer in script.writers(ix) {
                if matches!(writer.program(), "echo" | "printf") {
                    found.extend(writer.arguments());
                }
                if let Input::Text(text) = writer.input() {
                    found.push(text);
                }
            }
        }
        _ => {}
    }
    if found.is_empty() {
        let sql = to_psql(script, ix, command).into_iter();
        let sql: Vec<_> = sql.filter_map(|sql| Some(sql.holder?.0)).collect();
        if !sql.is_empty() {
            return (program, sql, Language::Sql);
        }
        if let Some(word) = own_code(command) {
            return (program, vec![word], Language::Own);
        }
    }
    // The shell of the other machine reads the words once more.
    let far = found.is_empty() && command.wrapper("ssh").is_some();
    if far {
        found.extend(&command.words);
    }
    (if far { "ssh" } else { program }, found, Language::Shell)
}

/// Whether it is a shell, here or on another machine, whose script is what it is given to read.
fn reads_code(command: &Command<'_>) -> bool {
    let given = given(command);
    let shell = SHELLS.contains(&command.program());
    let bare = given.operands.is_empty() || given.has(&["s"]);
    (shell && bare && !given.has(&["c"]))
        || (command.program() == "ssh" && command.script().is_none())
}

fn given<'c, 't>(command: &'c Command<'t>) -> Given<'c, 't> {
    Given::read(command.arguments(), SHELL)
}

/// Whether the variable `name` may hold more than a plain word.
fn takes_code(name: &str, vars: &[Var]) -> bool {
    let var = vars.iter().find(|var| var.name == name);
    var.is_none_or(|var| !var.is_plain())
}
