//! Failures of dumps, migrations and restores that are ignored: behind `||`, in the background, in a container that is
//! left alone, or inside of a command that returns 0.

use std::cell::LazyCell;

use super::dump::{Loss, loss};
use super::psql::from_program;
use super::text::Text;
use super::tools::CONTAINERS;
use crate::plan::commands::{Command, Given, Joint, Known, Pipe, Script, Word};
use crate::plan::problem::Problem;

/// How many commands in front of one are looked at for what holds it.
const NEAR: usize = 50;

/// What to do about a command that nobody waits for.
pub(super) const WAIT: &str =
    "leave `&` away, or `wait $!` for it, which returns what it did: `wait` alone returns 0";

/// Finds such failures.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    let commands = &text.script.commands;
    let waits = LazyCell::new(|| commands.iter().any(waits_for));
    for (ix, command) in commands.iter().enumerate() {
        let Some(loss) = loss(command) else { continue };
        out.extend(ignored(text, ix, loss, || *waits));
        out.extend(detached(text, command));
        out.extend(taken_over(text, command));
        out.extend(passed_over(text, command));
    }
}

/// `waits` tells whether the text waits for what runs in the background.
fn ignored(
    text: &Text<'_>,
    ix: usize,
    loss: Loss,
    waits: impl FnOnce() -> bool,
) -> Option<Problem> {
    let command = &text.script.commands[ix];
    let program = command.program();
    let behind = |command: &Command<'_>| {
        let rest = text.script.commands[ix + 1..].iter();
        rest.clone().find(|next| next.pipe > command.pipe)
    };
    // `dump && echo yes || echo no`
    let mut pipe = text.script.pipe(command);
    let mut last = command;
    while pipe.joint == Joint::And
        && let Some(next) = behind(last)
        && text.script.pipe(next).parent == pipe.parent
    {
        (last, pipe) = (next, text.script.pipe(next));
    }
    match pipe.joint {
        Joint::Or if !pipe.condition => {
            let next = behind(last)?;
            let harmless = |other: &Command<'_>| passes(&text.script, other);
            let followed = text.script.pipe(next).joint;
            // `|| { echo failed; exit 1; }` ends the script all the same.
            let group = text
                .script
                .pipe(next)
                .parent
                .filter(|_| grouped(text, pipe, next));
            let all = group.is_none_or(|group| {
                let inside = |other: &&Command<'_>| text.script.is_inside(other, group);
                let mut rest = text.script.commands[ix + 1..].iter().filter(inside);
                rest.all(harmless) && text.script.pipes[group.0].joint != Joint::And
            });
            (harmless(next) && all && (group.is_some() || followed != Joint::And)).then(|| {
                text.warning(
                    "failure-ignored",
                    from_program(command).start
                        ..next.words.first().map_or(command.span.end, |w| w.span.end),
                    format!("a failure of `{program}` is ignored: what follows `||` returns 0"),
                    "leave `||` away, or end it with `exit 1`",
                )
            })
        }
        Joint::Background if last.pipe == command.pipe && loss != Loss::Restore => {
            (!waits()).then(|| {
                text.warning(
                    "failure-ignored",
                    from_program(command),
                    format!("nobody looks at how `{program}` ends, which runs in the background"),
                    WAIT,
                )
            })
        }
        _ => None,
    }
}

/// Whether `command` waits for a command in the background and returns what that returned; `wait` alone returns 0.
pub(super) fn waits_for(command: &Command<'_>) -> bool {
    command.program() == "wait" && !command.arguments().is_empty()
}

/// Whether `command`, which is run after a failure, returns 0 and does nothing about it: it says something to
/// somebody, or ends what failed as if it had not.
fn passes(script: &Script<'_>, command: &Command<'_>) -> bool {
    let program = command.program();
    let first = command.arguments().first().map(|word| word.text.as_ref());
    let body = script.function(program);
    if !body.is_empty() {
        return body
            .iter()
            .all(|inner| inner.program() != program && passes_alone(inner));
    }
    match program {
        "exit" | "return" => first == Some("0"),
        _ => passes_alone(command),
    }
}

fn passes_alone(command: &Command<'_>) -> bool {
    let program = command.program().to_ascii_lowercase();
    let mut parts = program.split(|c: char| !c.is_ascii_alphanumeric());
    matches!(
        program.as_str(),
        "true" | ":" | "echo" | "printf" | "logger" | "continue"
    ) || parts.any(|part| matches!(part, "alert" | "mail" | "notify" | "slack" | "wall"))
}

/// `docker compose run -d api alembic upgrade head`: nobody sees how it ends.
fn detached(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let detaches = |word: &Word<'_>| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        word.text == "--detach"
            || (!letters.starts_with('-') && letters.len() < 4 && letters.contains('d'))
    };
    let leaves = |words: &&Vec<Word<'_>>| {
        let known = words
            .first()
            .is_some_and(|first| CONTAINERS.contains(&first.base_name()));
        let verb = words
            .iter()
            .position(|word| matches!(word.text.as_ref(), "exec" | "run"));
        let options = verb.map(|verb| &words[verb + 1..]);
        known && options.is_some_and(|options| options.iter().any(detaches))
    };
    let wrapper = command.wrappers.iter().find(leaves)?;
    let program = command.program();
    Some(text.warning(
        "failure-ignored",
        wrapper[0].span.start..from_program(command).end,
        format!("nobody looks at how `{program}` ends: its container is left alone"),
        "leave `-d` away",
    ))
}

/// `export OUT=$(migrate)`, `echo "$(migrate)"`: the command around it returns 0 whatever the one inside does.
fn taken_over(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let own = text.script.pipe(command);
    if !own.substituted || own.joint != Joint::Then {
        return None;
    }
    let holds = |outer: &&Command<'_>| {
        let inside = |word: &Word<'_>| {
            word.span.start < command.span.start && command.span.end < word.span.end
        };
        outer.arguments().iter().any(inside)
    };
    let commands = &text.script.commands;
    let before = commands
        .iter()
        .rev()
        .skip_while(|other| other.span.start >= command.span.start);
    let outer = before.take(NEAR).find(holds)?;
    let outside = text.script.pipe(outer);
    let program = outer.program();
    let known = ["declare", "echo", "export", "local", "printf", "readonly"];
    if !known.contains(&program) || outside.substituted || outer.stage + 1 != outside.stages {
        return None;
    }
    Some(text.warning(
        "failure-ignored",
        outer.span.clone(),
        format!(
            "`{program}` returns 0 even if `{}` in it fails",
            command.program()
        ),
        "let a line of its own take what it prints: `out=$(…)` fails where that does",
    ))
}

/// The options of `make` that take a value.
const MAKE: Known = Known {
    short: "CEfIjloW",
    long: &[
        "directory",
        "eval",
        "file",
        "include-dir",
        "makefile",
        "what-if",
    ],
    leading: false,
};

/// `make -i migrate`: it goes on after every failure, and returns 0.
fn passed_over(text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
    let ignores = || Given::read(command.arguments(), MAKE).has(&["i", "ignore-errors"]);
    (command.program() == "make" && ignores()).then(|| {
        text.warning(
            "failure-ignored",
            from_program(command),
            "`make -i` goes on after every failure, and returns 0",
            "leave `-i` away",
        )
    })
}

/// Whether `next`, which stands behind `pipe`, is in a group of its own.
fn grouped(text: &Text<'_>, pipe: &Pipe, next: &Command<'_>) -> bool {
    text.script.pipe(next).parent != pipe.parent
}
