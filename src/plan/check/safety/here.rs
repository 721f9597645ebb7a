//! Lines that are meant for a session and run on this machine: what stands behind `ssh db1`, `su -` or
//! `docker exec -it db bash` is typed into it by a person, and nobody types in a step. [`below`] goes on with the
//! steps that follow.

mod below;

use super::keyboard::{CONSOLES, is_console, prompts};
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{self, Command, Given, Joint, Known, Script, Settings};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::parallel;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// How many steps are worth a thread.
const MANY: usize = 256;

/// Programs that open a session on a machine, or as another user, unless they are told what to do in it.
const SHELLS: [&str; 7] = ["bash", "heroku", "sh", "ssh", "su", "sudo", "zsh"];
/// The same with a database.
const DATABASES: [&str; 7] = [
    "mariadb",
    "mongo",
    "mongosh",
    "mysql",
    "psql",
    "redis-cli",
    "sqlite3",
];
/// Calls that open one.
const CALLS: [(&str, &[&str]); 9] = [
    ("newgrp", &[]),
    ("poetry", &["shell"]),
    ("pipenv", &["shell"]),
    ("gcloud", &["compute", "ssh"]),
    ("aws", &["ssm", "start-session"]),
    ("vagrant", &["ssh"]),
    ("fly", &["ssh", "console"]),
    ("flyctl", &["ssh", "console"]),
    ("heroku", &["run", "bash"]),
];
/// What is typed to leave one.
const LEAVING: [&str; 5] = ["exit", "logout", "quit", "\\q", "EOF"];

/// Finds commands behind which the others of their script are meant for somewhere else.
pub(super) fn check(text: &Text<'_>, out: &mut Vec<Problem>) {
    let Some(command) = opener(&text.script) else {
        return;
    };
    let range = from_program(command);
    let end = command.words.last().map_or(range.end, |word| word.span.end);
    let shown = text.shown(range.start..end);
    let message = format!(
        "`{shown}` opens a session, and the lines below are not typed into it: they run on this machine"
    );
    let hint = if DATABASES.contains(&command.program()) {
        DATABASE_HINT
    } else {
        HINT
    };
    out.push(text.warning("runs-here", range.start..end, message, hint));
}

/// What to do about it.
const HINT: &str = "give it the lines: `ssh db1 'bash -s' <<'EOF'`, `su postgres -c '…'`, `docker exec db sh -c '…'`";
const DATABASE_HINT: &str = "give it the lines: `psql … <<'SQL'`, and `SQL` behind them";
/// What is asked where such lines stand in a step, and before a step that is one of them.
const ASKED: &str =
    "Lines of this step are meant for another session and run on this machine. Run them here?";
const ASKED_BELOW: &str = "A step above opens a session that this one is meant for, and it runs on this machine. Run it here?";

/// Makes a person say that a step of the way forward is to run in which such lines stand, and each step that
/// stands below one that only opens a session, forward or back.
pub(in crate::plan) fn hold(draft: &mut Draft, problems: &mut Vec<Problem>) {
    let steps = draft.phases.iter().flat_map(|phase| &phase.steps);
    let steps: Vec<&StepSpec> = steps.map(Box::as_ref).collect();
    let stray = parallel::map(&steps, MANY, |step| strays(step));
    let steps = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    for (step, _) in steps.zip(stray).filter(|(_, stray)| *stray) {
        ask(step, ASKED);
    }
    below::hold(draft, problems);
}

fn ask(step: &mut StepSpec, question: &str) {
    step.danger = true;
    step.confirm.get_or_insert_with(|| question.to_owned());
}

/// Whether anything in `script` may open a session. Most scripts name nothing that could.
fn may_open(script: &str) -> bool {
    let calls = CALLS.iter().map(|(name, _)| name);
    let consoles = CONSOLES.iter().map(|(name, _)| name);
    let mut known = SHELLS.iter().chain(&DATABASES).chain(calls).chain(consoles);
    known.any(|name| script.contains(name)) || script.contains("manage.py")
}

fn strays(step: &StepSpec) -> bool {
    let Work::Shell(shell) = &step.work else {
        return false;
    };
    // Most scripts are of one line.
    shell.script.trim_end().contains(['\n', ';', '&'])
        && may_open(&shell.script)
        && opener(&commands::read(&shell.script, Settings::default())).is_some()
}

/// Whether a command of `script` opens a session into which somebody types.
pub(in crate::plan) fn opens_session(script: &str) -> bool {
    if !may_open(script) {
        return false;
    }
    let script = commands::read(script, Settings::default());
    let mut commands = script.commands.iter().enumerate();
    commands.any(|(ix, command)| opens(&script, ix, command))
}

/// The command of `script` that opens a session while others follow.
pub(super) fn opener<'s, 't>(script: &'s Script<'t>) -> Option<&'s Command<'t>> {
    opening(script).map(|ix| &script.commands[ix])
}

/// Where that stands.
fn opening(script: &Script<'_>) -> Option<usize> {
    let here = |command: &Command<'_>| {
        let pipe = script.pipe(command);
        !pipe.elsewhere && !pipe.substituted
    };
    let follows = |next: &Command<'_>| here(next) && !LEAVING.contains(&next.program());
    let last = script.commands.iter().rposition(follows)?;
    let mut before = script.commands[..last].iter().enumerate();
    let opens = |(ix, command): &(usize, &Command<'_>)| {
        let aside = script.pipe(command).joint == Joint::Background;
        here(command) && !aside && opens(script, *ix, command)
    };
    before.find(opens).map(|(ix, _)| ix)
}

fn opens(script: &Script<'_>, ix: usize, command: &Command<'_>) -> bool {
    let program = command.program();
    let called = CALLS.iter().any(|(name, verbs)| {
        let arguments = command.arguments();
        let told = arguments
            .iter()
            .any(|word| word.text.starts_with("--command") || word.text == "-c");
        let same = |(verb, word): (&&str, &commands::Word<'_>)| *verb == word.text;
        *name == program
            && arguments.len() >= verbs.len()
            && verbs.iter().zip(arguments).all(same)
            && !told
    });
    if called || is_console(script, ix, command) {
        return true;
    }
    if program == "sudo" {
        return is_login(command);
    }
    let shell = matches!(program, "bash" | "sh" | "zsh");
    let known = Known {
        // `bash -e` is about errors, `mysql -e` about a statement.
        short: if shell { "coO" } else { "cemnUhp" },
        long: &["command", "eval", "message", "file"],
        leading: false,
    };
    let given = Given::read(command.arguments(), known);
    let is_opener = SHELLS.contains(&program) || DATABASES.contains(&program);
    // With `-N` it only keeps a tunnel open.
    let tunnel = program == "ssh" && given.has(&["N"]);
    is_opener && !tunnel && prompts(script, ix, program, command, &given)
}

/// `sudo -i`, `sudo -iu postgres`, `sudo su -`
fn is_login(command: &Command<'_>) -> bool {
    let known = Known {
        short: "ugpCThRD",
        long: &["user", "group"],
        leading: true,
    };
    let given = Given::read(command.arguments(), known);
    let fed = !matches!(command.input(), commands::Input::None);
    given.has(&["i", "s", "login", "shell"]) && given.operands.is_empty() && !fed
}
