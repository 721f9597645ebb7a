//! Takes wrappers off commands and reads the scripts that they hand to other shells.

use super::context::{Joint, Pipefail, Settings};
use super::own::Own;
use super::variables::Variables;
use super::wrappers::{self, Inside, SHELLS};
use super::{Command, Input, Redirect, RedirectKind, Script, Word, reader};

/// How many wrappers may stand in each other.
const MAX_WRAPPERS: usize = 8;

/// Programs that package managers run by their bare names.
pub(super) const TOOLS: [&str; 10] = [
    "dbmate",
    "drizzle-kit",
    "knex",
    "node-pg-migrate",
    "prisma",
    "sequelize",
    "sequelize-cli",
    "ts-node",
    "tsx",
    "typeorm",
];

/// Unwraps all commands of `script`; those that were found inside follow the one around them.
pub(super) fn all(script: &mut Script<'_>) {
    let commands = std::mem::take(&mut script.commands);
    let mut variables = Variables::default();
    let mut own = Own::default();
    for mut command in commands {
        variables.fill(&mut command);
        variables.learn(&command, is_sure(script, &command));
        one(command, script, &mut own, 0);
    }
}

/// Whether `command` is run once, whatever the script finds.
fn is_sure(script: &Script<'_>, command: &Command<'_>) -> bool {
    let pipe = script.pipe(command);
    let alone = pipe.parent.is_none() && !pipe.substituted;
    alone
        && matches!(
            script.joined_by(command.pipe),
            Joint::Then | Joint::Background
        )
}

fn one<'t>(mut command: Command<'t>, script: &mut Script<'t>, own: &mut Own<'t>, depth: usize) {
    while command.wrappers.len() < MAX_WRAPPERS {
        let inside = wrappers::inside(&command);
        match inside.or_else(|| own.given(&command).map(Inside::Command)) {
            Some(Inside::Command(at)) => {
                let rest = command.words.split_off(at);
                let taken = std::mem::replace(&mut command.words, rest);
                if taken[0].base_name() == "find" {
                    let end = |word: &Word<'_>| matches!(word.text.as_ref(), ";" | "+");
                    let length = command.words.iter().position(end);
                    command
                        .words
                        .truncate(length.unwrap_or(command.words.len()));
                }
                command.wrappers.push(taken);
            }
            Some(Inside::Script(at, from)) => {
                let text = command.words.get(at).map(|word| word.tail(from));
                return hand_over(command, text, script, own, depth);
            }
            Some(Inside::Document) => {
                let text = match command.input() {
                    Input::Text(text) => Some(text.clone()),
                    _ => None,
                };
                return hand_over(command, text, script, own, depth);
            }
            None => break,
        }
    }
    own.learn(script, &command);
    match own.written(&command).filter(|_| depth == 0) {
        Some(text) => hand_over(command, Some(text), script, own, depth),
        None => script.commands.push(command),
    }
}

/// Reads `text`, which `command` hands to another shell.
fn hand_over<'t>(
    command: Command<'t>,
    text: Option<Word<'t>>,
    script: &mut Script<'t>,
    own: &mut Own<'t>,
    depth: usize,
) {
    let Some(text) = text.filter(|_| depth < MAX_WRAPPERS) else {
        script.commands.push(command);
        return;
    };
    let settings = settings(&command);
    let inner = reader::read(&text.text, settings);
    let base = script.pipes.len();
    let outer = script.pipes[command.pipe];
    script.pipes.extend(inner.pipes.iter().map(|pipe| {
        let mut pipe = *pipe;
        pipe.parent = match pipe.parent {
            Some((parent, stage)) => Some((parent + base, stage)),
            None if pipe.substituted => None,
            None => Some((command.pipe, command.stage)),
        };
        pipe.elsewhere = true;
        pipe.looped |= outer.looped;
        pipe.condition |= outer.condition;
        pipe.substituted |= outer.substituted;
        pipe
    }));
    let mut wrappers = command.wrappers.clone();
    wrappers.push(command.words.clone());
    let input: Vec<Redirect<'t>> = inherited(&command, &text);
    script.commands.push(command);
    for found in inner.commands {
        let found = moved(found, &text, base, &wrappers, &input);
        one(found, script, own, depth + 1);
    }
}

/// What the shell that `command` starts is told.
fn settings(command: &Command<'_>) -> Settings {
    if matches!(command.program(), "eval" | "." | "source") {
        return command.settings;
    }
    if !SHELLS.contains(&command.program()) {
        return Settings::default();
    }
    let options = command.arguments().iter().map(|word| word.text.as_ref());
    let mut settings = Settings::of(options.take_while(|word| {
        word.starts_with(['-', '+']) || matches!(*word, "pipefail" | "errexit" | "nounset")
    }));
    if settings.pipefail == Pipefail::Given {
        // It is written in the script for everybody to see.
        settings.pipefail = Pipefail::Written;
    }
    settings
}

/// Where the commands inside read from, unless they say otherwise.
fn inherited<'t>(command: &Command<'t>, script: &Word<'t>) -> Vec<Redirect<'t>> {
    let reads = |redirect: &&Redirect<'t>| {
        let incoming = matches!(
            redirect.kind,
            RedirectKind::In | RedirectKind::Document | RedirectKind::Text
        );
        incoming && redirect.target.span != script.span
    };
    command.redirects.iter().filter(reads).cloned().collect()
}

/// The command `found` of an inner script, as one of the script around it.
fn moved<'t>(
    found: Command<'_>,
    text: &Word<'_>,
    base: usize,
    wrappers: &[Vec<Word<'t>>],
    input: &[Redirect<'t>],
) -> Command<'t> {
    let within = |words: Vec<Word<'_>>| -> Vec<Word<'t>> {
        words.into_iter().map(|word| word.within(text)).collect()
    };
    let own = found.redirects.into_iter().map(|redirect| Redirect {
        kind: redirect.kind,
        descriptor: redirect.descriptor,
        target: redirect.target.within(text),
    });
    let mut redirects: Vec<Redirect<'t>> = Vec::new();
    if found.stage == 0 {
        redirects.extend(input.iter().cloned());
    }
    redirects.extend(own);
    Command {
        words: within(found.words),
        wrappers: wrappers.to_vec(),
        assigned: within(found.assigned),
        redirects,
        pipe: found.pipe + base,
        stage: found.stage,
        settings: found.settings,
        span: text.place(found.span),
    }
}
