//! Steps that stand below one that opens a session: they are meant for that until it is left. One of another user, or
//! of a container, ends with its phase; one on another machine goes on, heading after heading, in the order of the
//! file, and on the ways back below as well.

use super::{ASKED_BELOW, DATABASES, HINT, LEAVING, ask, may_open, opening, opens};
use crate::plan::check::safety::keyboard::is_console;
use crate::plan::commands::{self, Command, Joint, Script, Settings};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::markdown;
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// Programs that open a session on another machine.
const FAR: [&str; 7] = ["aws", "fly", "flyctl", "gcloud", "heroku", "ssh", "vagrant"];
/// Programs that are told of a machine and go there by themselves.
const REACHING: [&str; 5] = ["rsync", "scp", "sftp", "ssh", "ssh-copy-id"];
/// What begins the title of a step that only tries whether one can log in.
const TRIES: [&str; 7] = [
    "check", "confirm", "ensure", "test", "validate", "verify", "try",
];

/// Programs that go to a cluster or a cloud from wherever they are.
const CLUSTERS: [&str; 6] = ["aws", "az", "gcloud", "gh", "helm", "kubectl"];
/// What such a title is about.
const ACCESS: [&str; 8] = [
    "access",
    "connection",
    "connectivity",
    "keys",
    "log",
    "login",
    "reachable",
    "ssh",
];

/// A session that is open.
#[derive(Clone)]
struct Session {
    /// What opens it.
    shown: String,
    /// The machine that it is on, if that is another one.
    host: Option<String>,
    /// Whether what follows has to be agreed to: a way back is not held up by what was opened on the way forward.
    asks: bool,
}

/// Steps below one heading.
struct Part<'d> {
    name: &'d str,
    steps: &'d mut [Box<StepSpec>],
    /// What sort of phase it is; nothing: a way back.
    kind: Option<PhaseKind>,
}

pub(super) fn hold(draft: &mut Draft, problems: &mut Vec<Problem>) {
    let phases = draft.phases.iter_mut().map(|phase| Part {
        name: &phase.name,
        kind: Some(phase.kind),
        steps: &mut phase.steps,
    });
    let tiers = draft.tiers.iter_mut().map(|tier| Part {
        name: &tier.name,
        kind: None,
        steps: &mut tier.steps,
    });
    let mut parts: Vec<Part<'_>> = phases.chain(tiers).collect();
    parts.sort_by_key(|part| part.steps.first().map(|step| step.span.start));
    let (mut open, mut kind) = (None, None);
    for part in parts {
        if open.is_some() && markdown::says_here(part.name) {
            open = None;
        }
        let Some(forward) = part.kind else {
            // Nobody goes this way on the way forward: what it opens and leaves is its own.
            let mut open = open.clone().filter(is_far);
            if let Some(session) = &mut open {
                session.asks = false;
            }
            hold_below(part.steps, &mut open, problems);
            continue;
        };
        // "1. Log in", with nothing else below it, is for the headings behind it.
        if kind != Some(forward) {
            open = open.filter(is_far);
        }
        kind = does_one_thing(part.steps).then_some(forward);
        hold_below(part.steps, &mut open, problems);
    }
}

fn is_far(open: &Session) -> bool {
    open.host.is_some()
}

fn does_one_thing(steps: &[Box<StepSpec>]) -> bool {
    let mut done = steps.iter().filter(|step| !step.work.is_check());
    done.next().is_some() && done.next().is_none()
}

/// Asks for each of `steps` that stands below one that opens a session, up to one that leaves it.
fn hold_below(
    steps: &mut [Box<StepSpec>],
    open: &mut Option<Session>,
    problems: &mut Vec<Problem>,
) {
    for step in steps {
        if open.is_some() && is_said_here(step) {
            *open = None;
        }
        let Work::Shell(shell) = &step.work else {
            continue;
        };
        let text = &shell.script;
        // Most scripts open none.
        if open.is_none() && !may_open(text) {
            continue;
        }
        let script = commands::read(text, Settings::default());
        let first = script.commands.first();
        let opens = ends_inside(text, &script).filter(|_| !shell.tty);
        let far = opens.as_ref().is_some_and(is_far);
        match open {
            _ if first.is_some_and(|first| LEAVING.contains(&first.program())) => *open = None,
            Some(session) if is_far(session) && (far || first.is_some_and(reaches)) => {
                // One reaches a machine from one's own, when one has left it.
                let same = |host: &String| text.contains(host.as_str());
                if far || session.host.as_ref().is_some_and(same) {
                    *open = opens;
                }
            }
            Some(session) => {
                tell(step, &session.shown, problems);
                if session.asks && !script.commands.iter().all(is_the_same_anywhere) {
                    ask(step, ASKED_BELOW);
                }
                if far {
                    *open = opens;
                }
            }
            None => *open = opens.filter(|open| !is_far(open) || !tries(step)),
        }
    }
}

/// Whether the names above `step` or its own say that it is done on the machine that one sits at.
fn is_said_here(step: &StepSpec) -> bool {
    let group = step.group.iter().flat_map(|group| group.split(" › "));
    let mut names = group.chain([step.title.as_str()]);
    names.any(markdown::says_here)
}

/// Whether a command does the same on whatever machine it is typed: it asks a cluster or a public address.
fn is_the_same_anywhere(command: &Command<'_>) -> bool {
    let public = |word: &str| {
        word.contains("://") && !word.contains("localhost") && !word.contains("://127.")
    };
    match command.program() {
        "curl" => command.arguments().iter().any(|word| public(&word.text)),
        program => CLUSTERS.contains(&program),
    }
}

fn reaches(command: &Command<'_>) -> bool {
    REACHING.contains(&command.program()) || command.wrapper("ssh").is_some()
}

/// Tells of `step`, of which nothing else says already that it is meant for another place.
fn tell(step: &StepSpec, shown: &str, problems: &mut Vec<Problem>) {
    let told = |problem: &Problem| problem.code == "runs-here" && problem.span == step.span;
    if step.confirm.is_some() && problems.iter().any(told) {
        return;
    }
    let message = format!(
        "this is meant for the session that `{shown}` opens above, and it runs on this machine"
    );
    problems.push(Problem::warning("runs-here", step.span, message).hint(HINT));
}

/// Whether `step` only tries whether one can log in.
fn tries(step: &StepSpec) -> bool {
    let title = step.title.to_ascii_lowercase();
    let mut words = title.split(|c: char| !c.is_alphanumeric());
    let tries = words.next().is_some_and(|first| TRIES.contains(&first));
    tries && words.any(|word| ACCESS.contains(&word))
}

/// The session on another machine, or as another user, that `text` ends with, as it stands there.
fn ends_inside(text: &str, script: &Script<'_>) -> Option<Session> {
    if !may_open(text) {
        return None;
    }
    // What is typed at the prompt of a database or of the application is no work of the shell's.
    let shell = |ix: usize| {
        let command = &script.commands[ix];
        !DATABASES.contains(&command.program()) && !is_console(script, ix, command)
    };
    let (ix, last) = script.commands.iter().enumerate().next_back()?;
    if LEAVING.contains(&last.program()) {
        return None;
    }
    // What stands behind it in the step itself is told of there.
    if let Some(ix) = opening(script).filter(|ix| shell(*ix)) {
        return Some(session(&script.commands[ix]));
    }
    let pipe = script.pipe(last);
    let here = !pipe.elsewhere && !pipe.substituted && pipe.joint != Joint::Background;
    (here && opens(script, ix, last) && shell(ix)).then(|| session(last))
}

fn session(command: &Command<'_>) -> Session {
    let words = || command.words.iter().map(|word| word.text.as_ref());
    let host = words()
        .next_back()
        .filter(|_| FAR.contains(&command.program()));
    Session {
        shown: words().collect::<Vec<_>>().join(" "),
        host: host.map(str::to_owned),
        asks: true,
    }
}
