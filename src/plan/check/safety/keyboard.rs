//! Commands that never end, or that wait for somebody at a keyboard: a step with one stands still.

mod programs;

pub(super) use self::programs::CONSOLES;
use self::programs::{ALWAYS, ASKING, CALLS, SUSPECTS};
use super::follow::{ended_by_reader, follows};
use super::psql::{Psql, from_program};
use super::text::Text;
use crate::plan::commands::{Command, Given, Input, Joint, Known, Script, Word};
use crate::plan::problem::Problem;

const ANY: Known = Known {
    short: "cemnUhp",
    long: &["command", "eval", "message", "file"],
    leading: false,
};

/// Finds commands that a step would stand still with.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    for (ix, command) in text.script.commands.iter().enumerate() {
        if is_let_go(&text.script, command) {
            continue;
        }
        let Some(hint) = stuck(&text.script, ix, command, text.passage.tty) else {
            continue;
        };
        let range = from_program(command);
        let end = command.words.last().map_or(range.end, |word| word.span.end);
        let shown = text.shown(range.start..end);
        let message = match command.program() {
            "true" | ":" => "this loop never ends".to_owned(),
            _ if hint == NO_TERMINAL => {
                format!("the `-t` in front of `{shown}` wants a terminal, and a step has none")
            }
            _ => format!("`{shown}` never ends or waits for a keyboard"),
        };
        out.push(text.warning("interactive-command", range.start..end, message, hint));
    }
}

/// Whether nobody waits for its end: it has one by the clock, or is left behind.
fn is_let_go(script: &Script<'_>, command: &Command<'_>) -> bool {
    let limited = command.wrapper("timeout").is_some();
    let aside = script.pipe(command).joint == Joint::Background;
    limited || aside || command.is_asked_for_help()
}

/// The pipeline at the end of `script`, by its place there, if that goes on until somebody ends it: a log that is
/// followed, a port that is forwarded.
pub(in crate::plan) fn goes_on(script: &Script<'_>) -> Option<usize> {
    let last = script.commands.last()?.pipe;
    let commands = script.commands.iter().enumerate();
    let mut at_end = commands.filter(|(_, command)| command.pipe == last);
    let found = at_end.any(|(ix, command)| {
        let program = command.program();
        let follows = follows(program, command) && !ended_by_reader(script, ix);
        let on = || {
            program == "watch" || endless(script, ix, program, command) || calls(program, command)
        };
        !is_let_go(script, command) && (follows || on())
    });
    found.then_some(last)
}

const PROBE: &str = "look at it in another terminal, or have it measured beside the steps: a `[[probe]]` with `sql` or `http`";
const LOG: &str = "read a log in another terminal, or only its end: `--tail 100`, `-n 100`";
const TERMINAL: &str =
    "do it in another terminal, write a command that ends, or give the step `tty = true`";
const ENDS: &str = "do it in another terminal, or write a command that ends";
const SCREEN: &str = "do it in another terminal: a step has no screen";
const NO_TERMINAL: &str = "leave `-t` away, or give the step `tty = true`";
const ANSWER: &str = "nobody is asked: answer it with an option, or give the step `tty = true`";

/// What to do about a command that stands still; with a terminal, `tty`, only one that never ends does.
fn stuck(script: &Script<'_>, ix: usize, command: &Command<'_>, tty: bool) -> Option<&'static str> {
    let program = command.program();
    let program = program
        .get(1..)
        .and_then(|r| r.find('@'))
        .map_or(program, |at| &program[..=at]);
    let python = program.starts_with("python");
    if !python && command.wrappers.is_empty() && !is_suspect(program) {
        return None;
    }
    // What is asked what it is or does says so, and ends.
    if words(command).any(|word| matches!(word, "--version" | "--help")) {
        return None;
    }
    let given = Given::read(command.arguments(), ANY);
    match program {
        "less" | "more" | "man" | "top" if passes(command, &given) => None,
        "tmux" | "screen" if stays_behind(command) => None,
        "watch" | "top" => Some(PROBE),
        _ if ALWAYS.contains(&program) => Some(SCREEN),
        _ if follows(program, command) && !ended_by_reader(script, ix) => Some(LOG),
        "psql" if watches(command) => Some(PROBE),
        _ if endless(script, ix, program, command) => Some(ENDS),
        _ if tty => None,
        _ if wants_terminal(command) && prompts(script, ix, program, command, &given) => Some(
            "say what it is to do: `docker exec NAME sh -c '…'`, or give the step `tty = true`",
        ),
        _ if wants_terminal(command) => Some(NO_TERMINAL),
        _ if calls(program, command) || is_console(script, ix, command) => Some(TERMINAL),
        _ if prompts(script, ix, program, command, &given) => Some(TERMINAL),
        "fly" | "flyctl" if asks(program, command) => {
            Some("say what it is to do: `fly ssh console -C '…'`, or give the step `tty = true`")
        }
        // `yes | …` answers it.
        _ if matches!(command.input(), Input::None) && asks(program, command) => Some(ANSWER),
        _ => None,
    }
}

/// Whether `program` is one that may stand still at all.
fn is_suspect(program: &str) -> bool {
    let named = |known: &str| known == program;
    ALWAYS.contains(&program)
        || SUSPECTS.contains(&program)
        || CALLS.iter().chain(&CONSOLES).any(|(known, _)| named(known))
        || ASKING.iter().any(|(known, ..)| named(known))
}

/// Whether a program that fills the screen is told not to, or to show nothing.
fn passes(command: &Command<'_>, given: &Given<'_, '_>) -> bool {
    match command.program() {
        "top" => given.has(&["b"]),
        _ => matches!(command.input(), Input::None) && given.operands.is_empty(),
    }
}

pub(super) fn words<'c>(command: &'c Command<'_>) -> impl Iterator<Item = &'c str> + Clone {
    command.arguments().iter().map(|word| word.text.as_ref())
}

fn calls(program: &str, command: &Command<'_>) -> bool {
    let django = program.starts_with("python") && words(command).next() == Some("manage.py");
    if django {
        return match words(command).nth(1).unwrap_or("") {
            "runserver" => true,
            "createsuperuser" => !given(command, &["--noinput", "--no-input", "--help"]),
            _ => false,
        };
    }
    // `bin/console` is Symfony's, and ends.
    if program == "console" && command.wrapper("heroku").is_some() {
        return words(command).next().is_none();
    }
    let serves = program.starts_with("python") && words(command).any(|word| word == "http.server");
    serves
        || CALLS.iter().any(|(name, verbs)| {
            let mut rest = words(command);
            *name == program && verbs.iter().all(|verb| rest.next() == Some(verb))
        })
}

/// Whether Django's `command` is given one of `known`.
fn given(command: &Command<'_>, known: &[&str]) -> bool {
    words(command).skip(2).any(|word| known.contains(&word))
}

/// Whether it opens a prompt of the application or of its database, where somebody types.
pub(super) fn is_console(script: &Script<'_>, ix: usize, command: &Command<'_>) -> bool {
    let told = |word: &str| {
        let option = word.split('=').next().unwrap_or(word);
        matches!(
            option,
            "-c" | "-C" | "--command" | "--execute" | "--help" | "-h"
        )
    };
    let fed = !matches!(command.input(), Input::None) || !script.writers(ix).is_empty();
    if fed || words(command).any(told) {
        return false;
    }
    let program = command.program();
    if program.starts_with("python") && words(command).next() == Some("manage.py") {
        return match words(command).nth(1).unwrap_or("") {
            "shell" | "shell_plus" => true,
            // What follows `--` is for the client of the database.
            "dbshell" => !given(command, &["--"]),
            _ => false,
        };
    }
    CONSOLES.iter().any(|(name, verbs)| {
        let mut rest = words(command);
        *name == program && verbs.iter().all(|verb| rest.next() == Some(verb))
    })
}

/// `docker exec -it`: refused where no terminal is.
fn wants_terminal(command: &Command<'_>) -> bool {
    let terminal = |word: &Word<'_>| {
        let letters = word.text.strip_prefix('-').unwrap_or("");
        word.text == "--tty"
            || (!letters.starts_with('-') && letters.len() < 4 && letters.contains('t'))
    };
    let container = |words: &&Vec<Word<'_>>| {
        let program = words.first().map_or("", Word::base_name);
        matches!(program, "docker" | "podman" | "nerdctl")
    };
    command
        .wrappers
        .iter()
        .filter(container)
        .any(|words| words.iter().skip(1).any(terminal))
}

/// Whether it stands at a prompt of its own.
pub(super) fn prompts(
    script: &Script<'_>,
    ix: usize,
    program: &str,
    command: &Command<'_>,
    given: &Given<'_, '_>,
) -> bool {
    let fed = !matches!(command.input(), Input::None) || !script.writers(ix).is_empty();
    let told = given.has(&["help", "version", "V"]);
    if fed || told {
        return false;
    }
    let letters = |known: &[&str]| given.has(known);
    match program {
        "heroku" | "psql" => Psql::of(command).is_some_and(|psql| psql.prompts()),
        python if python.starts_with("python") => command
            .arguments()
            .iter()
            .all(|word| is_python_option(&word.text)),
        "ansible" | "ansible-playbook" => words(command)
            .any(|word| word.starts_with("--ask-") || matches!(word, "-k" | "-K" | "-J")),
        "aws" => words(command).eq(["configure"]),
        "mysql" | "mariadb" => !letters(&["e", "execute", "eval"]),
        "sqlite3" => given.operands.len() < 2,
        "mongosh" | "mongo" => {
            !letters(&["eval", "f", "file"])
                && !given.operands.iter().any(|w| w.text.ends_with(".js"))
        }
        "redis-cli" => given
            .operands
            .iter()
            .all(|word| word.text.parse::<u16>().is_ok()),
        "bash" | "sh" | "zsh" => {
            // `heroku run bash -a shop`
            let app = command.wrapper("heroku").is_some() && letters(&["a", "app", "r", "remote"]);
            given.operands.len() <= usize::from(app) && !letters(&["c"])
        }
        "su" => !letters(&["c", "command"]),
        "ssh" => shell_on_host(command),
        "sudo" => {
            command
                .arguments()
                .iter()
                .all(|word| matches!(word.text.as_ref(), "-i" | "-s" | "su" | "-"))
                && command.words.len() > 1
        }
        "pg_dump" | "pg_dumpall" | "pg_restore" => letters(&["W", "password"]),
        "createuser" => letters(&["P", "pwprompt", "W", "interactive"]),
        "ssh-keygen" => letters(&["t"]) && !(letters(&["N"]) && letters(&["f"])),
        "read" | "passwd" => true,
        _ => false,
    }
}

/// Whether `word` is an option of Python that neither names a program nor ends it.
fn is_python_option(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or("");
    !letters.is_empty() && !letters.contains(['c', 'm', 'V', 'h', '-'])
}

/// Whether `tmux` or `screen` only speaks to sessions, or begins one that nobody looks at.
fn stays_behind(command: &Command<'_>) -> bool {
    let has = |letters: &str| {
        let mut flags = words(command).filter_map(|word| word.strip_prefix('-'));
        flags.any(|flag| letters.chars().all(|letter| flag.contains(letter)))
    };
    if command.program() == "screen" {
        return has("dm") || has("Dm") || has("X") || has("ls") || has("list") || has("wipe");
    }
    let attaches = ["attach", "attach-session", "a", "at", "new", "new-session"];
    let mut verbs = words(command).filter(|word| !word.starts_with('-'));
    let opens = |verb: &str| attaches.contains(&verb);
    words(command).next().is_some() && (has("d") || !verbs.any(opens))
}

fn shell_on_host(command: &Command<'_>) -> bool {
    let known = Known {
        short: "iplFoJLRDbcEeImOQSWwB",
        long: &[],
        leading: false,
    };
    let given = Given::read(command.arguments(), known);
    given.operands.len() == 1 && !given.has(&["f", "V", "O", "Q", "G"])
}

/// Whether `psql` is told to ask the same again and again, and not how often: `\\watch 5`.
fn watches(command: &Command<'_>) -> bool {
    let again = |text: &str| {
        let mut found = text.split("\\watch").skip(1);
        found.any(|rest| !rest.lines().next().unwrap_or_default().contains("c="))
    };
    let read = match command.input() {
        Input::Text(text) => again(&text.text),
        _ => false,
    };
    read || words(command).any(again)
}

/// Whether it goes on until somebody stops it.
fn endless(script: &Script<'_>, ix: usize, program: &str, command: &Command<'_>) -> bool {
    let pipe = script.pipe(command);
    match program {
        "nc" | "ncat" => {
            let mut flags = words(command).filter_map(|word| word.strip_prefix('-'));
            flags.any(|flag| flag == "-listen" || (!flag.starts_with('-') && flag.contains('l')))
        }
        "sleep" => words(command)
            .next()
            .is_some_and(|word| matches!(word, "infinity" | "inf")),
        "yes" => script.readers(ix).is_empty(),
        "cloud-sql-proxy" | "cloud_sql_proxy" => true,
        "ping" => {
            let known = Known {
                short: "iIstwWcmpQM",
                long: &[],
                leading: false,
            };
            !Given::read(command.arguments(), known).has(&["c", "w"])
        }
        "true" | ":" if pipe.condition => {
            let rest = script.commands[ix + 1..].iter();
            let looped = rest
                .clone()
                .next()
                .is_some_and(|next| script.pipe(next).looped);
            let mut inside =
                rest.take_while(|next| script.pipe(next).looped || script.pipe(next).substituted);
            looped && !inside.any(|next| matches!(next.program(), "break" | "exit" | "return"))
        }
        _ => false,
    }
}

fn asks(program: &str, command: &Command<'_>) -> bool {
    let answered = |answers: &[&str]| {
        words(command).any(|word| {
            let Some(letters) = word.strip_prefix('-') else {
                return false;
            };
            let long = letters
                .trim_start_matches('-')
                .split('=')
                .next()
                .unwrap_or("");
            answers.iter().any(|answer| match answer.len() {
                1 => !letters.starts_with('-') && letters.contains(answer),
                _ => long == *answer,
            })
        })
    };
    if program == "terraform" && applies_saved_plan(command) {
        return false;
    }
    ASKING.iter().any(|(name, verbs, answers)| {
        let mut rest = words(command).filter(|word| !word.starts_with('-'));
        *name == program && verbs.iter().all(|verb| rest.next() == Some(verb)) && !answered(answers)
    })
}

/// `terraform apply saved.plan`: what was looked at when it was saved is not asked for again.
fn applies_saved_plan(command: &Command<'_>) -> bool {
    let mut words = words(command).skip_while(|word| *word != "apply").skip(1);
    let mut named = false;
    while let Some(word) = words.next() {
        let valued = word.starts_with('-') && !word.contains('=');
        let takes = [
            "var",
            "var-file",
            "target",
            "replace",
            "parallelism",
            "state",
            "lock-timeout",
        ];
        if valued && takes.contains(&word.trim_start_matches('-')) {
            words.next();
        } else {
            named |= !word.starts_with('-');
        }
    }
    named
}
