//! What a shell script runs: its commands, one by one, with their words as the shell would see them
//! and with what surrounds them.
//!
//! ```text
//!  text ─► reader    lists and pipelines
//!            ├► compound  groups, conditions, loops, substitutions
//!            ├► simple    words and redirections, here-documents ─► commands
//!            └► quotes    words without their quotes, every byte's place kept
//!       └► unwrap    sudo, ssh, docker exec, sh -c … taken off, scripts inside read, too
//!            ├► variables  commands that the script keeps in a variable
//!            └► own        what its functions are given to run, and scripts that it has written
//!  command ─► options   short ones in clusters, long ones, their values, what is none
//!          └► asking    whether it does something, or only says whether something is so
//! ```
//!
//! It is a reader for reviewers, not a shell: nothing is expanded, and what can't be understood is
//! passed over. It never fails, and it is linear in the text.

mod asking;
mod calls;
mod compound;
mod context;
mod options;
mod own;
mod quotes;
mod reader;
mod simple;
mod unwrap;
mod variables;
mod word;
mod wrappers;

#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

pub(super) use calls::{Call, calls};
pub(super) use context::{Joint, Pipe, Pipefail, Settings};
pub(super) use options::{CREATEDB, DROPDB, Given, Known, PSQL};
pub(super) use word::Word;
pub(super) use wrappers::SHELLS;

/// How many commands around one are looked at for those that it shares a pipeline with: more than
/// anybody writes.
const MAX_NEAR: usize = 256;

/// Everything that a script runs, in the order of its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Script<'t> {
    /// The commands; those in substitutions and in scripts for other shells are among them.
    pub(super) commands: Vec<Command<'t>>,
    /// The pipelines that the commands are part of.
    pub(super) pipes: Vec<Pipe>,
    /// The names of its functions, and where the body of each begins in the text.
    functions: Vec<(String, usize)>,
    /// The commands that write into each file, once somebody asks.
    writers: OnceCell<HashMap<String, Vec<usize>>>,
}

/// One program and what it is given.
#[derive(Clone, Debug)]
pub(super) struct Command<'t> {
    /// The program and its arguments, wrappers such as `sudo` taken off.
    pub(super) words: Vec<Word<'t>>,
    /// What was taken off, outermost first: `sudo -u postgres`, `npx --no`.
    pub(super) wrappers: Vec<Vec<Word<'t>>>,
    /// `NAME=value` in front of it, or alone.
    pub(super) assigned: Vec<Word<'t>>,
    /// Where its input comes from and its output goes.
    pub(super) redirects: Vec<Redirect<'t>>,
    /// Its pipeline, by its place in [`Script::pipes`].
    pub(super) pipe: usize,
    /// Its place in the pipeline, counted from 0.
    pub(super) stage: usize,
    /// What the shell that runs it was told before.
    pub(super) settings: Settings,
    /// From its first word to its last.
    pub(super) span: Range<usize>,
}

/// One redirection.
#[derive(Clone, Debug)]
pub(super) struct Redirect<'t> {
    /// What it does.
    pub(super) kind: RedirectKind,
    /// The descriptor, where it is written.
    pub(super) descriptor: Option<u8>,
    /// The file, the text of a here-document, or the descriptor that is doubled.
    pub(super) target: Word<'t>,
}

/// The sorts of redirections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// `<`
    In,
    /// `<<`
    Document,
    /// `<<<`
    Text,
    /// `>`, `>>`, `>|`
    Out,
    /// `&>`, `&>>`: messages, too.
    Both,
    /// `2>&1`
    Double,
}

/// What a command reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'c, 't> {
    /// Nothing that the script gives it.
    None,
    /// What the command before it in the pipeline prints.
    Pipe,
    /// A file.
    File(&'c Word<'t>),
    /// A text in the script.
    Text(&'c Word<'t>),
}

/// Reads `text` as a script for a shell that begins with `settings`.
pub(super) fn read(text: &str, settings: Settings) -> Script<'_> {
    let mut script = reader::read(text, settings);
    unwrap::all(&mut script);
    script
}

impl<'t> Command<'t> {
    /// The program's name without its directory; empty where only variables are set.
    pub(super) fn program(&self) -> &str {
        self.words.first().map_or("", Word::base_name)
    }

    /// Whether it is asked what it does, and does nothing.
    pub(super) fn is_asked_for_help(&self) -> bool {
        let mut words = self.arguments().iter().map(|word| word.text.as_ref());
        let last = words.clone().next_back();
        // `-h` with something behind it may well be a host.
        words.clone().next() == Some("help")
            || matches!(last, Some("-h"))
            || (last == Some("help") && self.program() == "aws")
            || words.any(|word| word == "--help")
    }

    /// The words behind the program.
    pub(super) fn arguments(&self) -> &[Word<'t>] {
        self.words.get(1..).unwrap_or(&[])
    }

    /// The wrapper called `name`, if it runs inside of one.
    pub(super) fn wrapper(&self, name: &str) -> Option<&[Word<'t>]> {
        let named = |words: &&Vec<Word<'t>>| words.first().is_some_and(|w| w.base_name() == name);
        self.wrappers.iter().find(named).map(Vec::as_slice)
    }

    /// What it reads.
    pub(super) fn input(&self) -> Input<'_, 't> {
        let mut found = match self.stage {
            0 => Input::None,
            _ => Input::Pipe,
        };
        for redirect in &self.redirects {
            match (redirect.kind, redirect.descriptor) {
                (RedirectKind::In, None | Some(0)) => found = Input::File(&redirect.target),
                (RedirectKind::Document | RedirectKind::Text, None | Some(0)) => {
                    found = Input::Text(&redirect.target);
                }
                _ => {}
            }
        }
        found
    }

    /// Whether it runs on another machine or in a container, where the files of this one are not.
    pub(super) fn is_away(&self) -> bool {
        self.wrappers
            .iter()
            .any(|words| wrappers::leads_away(words))
    }

    /// The script that it hands to another shell: behind `-c`, behind the name of a machine, in a here-document.
    pub(super) fn script(&self) -> Option<&Word<'t>> {
        match wrappers::inside(self)? {
            wrappers::Inside::Script(at, _) => self.words.get(at),
            wrappers::Inside::Document => match self.input() {
                Input::Text(text) => Some(text),
                _ => None,
            },
            wrappers::Inside::Command(_) => None,
        }
    }

    /// The file that its output goes to.
    pub(super) fn output(&self) -> Option<&Word<'t>> {
        let outgoing = |redirect: &&Redirect<'t>| match redirect.kind {
            RedirectKind::Out => redirect.descriptor.is_none_or(|number| number == 1),
            RedirectKind::Both => true,
            _ => false,
        };
        self.redirects.iter().rfind(outgoing).map(|r| &r.target)
    }
}

impl<'t> Script<'t> {
    /// The pipeline of `command`.
    pub(super) fn pipe(&self, command: &Command<'t>) -> &Pipe {
        &self.pipes[command.pipe]
    }

    /// Whether the file that `word` names is not one of this machine: `command` reads it, and the word is one of
    /// what runs away from here. What a shell here reads and passes on is here.
    pub(super) fn is_read_away(&self, command: &Command<'t>, word: &Word<'t>) -> bool {
        let here = |words: &&Vec<Word<'t>>| !wrappers::leads_away(words);
        let away: Vec<_> = command.wrappers.iter().skip_while(here).collect();
        let holds = |outer: &Word<'t>| {
            outer.span.start <= word.span.start && word.span.end <= outer.span.end
        };
        let start = |words: &[Word<'t>]| words.first().map(|first| first.span.start);
        let handed = self.commands.iter().filter(|outer| {
            let mut away = away.iter();
            away.any(|words| start(words) == start(&outer.words))
        });
        let documents = handed.flat_map(|outer| &outer.redirects);
        let documents = documents.filter(|redirect| redirect.kind == RedirectKind::Document);
        let words = away.iter().copied().flatten();
        words
            .chain(documents.map(|document| &document.target))
            .any(holds)
    }

    /// The pipelines in front of the one at `pipe` in the same group, the nearest first.
    fn in_front(&self, pipe: usize) -> impl Iterator<Item = &Pipe> {
        let own = &self.pipes[pipe];
        let beside =
            |pipe: &&Pipe| pipe.parent == own.parent && pipe.substituted == own.substituted;
        self.pipes[..pipe].iter().rev().filter(beside)
    }

    /// The places of the commands in front of the one at `ix` whose output goes into `file`, `tee` among them.
    pub(super) fn written_into(&self, file: &str, ix: usize) -> &[usize] {
        let all = self.writers.get_or_init(|| {
            let mut all: HashMap<String, Vec<usize>> = HashMap::new();
            for (ix, command) in self.commands.iter().enumerate() {
                let split = Some(command.arguments()).filter(|_| command.program() == "tee");
                let files = split.into_iter().flatten().chain(command.output());
                for file in files {
                    all.entry(file.text.to_string()).or_default().push(ix);
                }
            }
            all
        });
        let places = all.get(file).map_or(&[][..], Vec::as_slice);
        &places[..places.partition_point(|at| *at < ix)]
    }

    /// What joins the pipeline at `pipe` to the one in front of it.
    pub(super) fn joined_by(&self, pipe: usize) -> Joint {
        let nearest = self.in_front(pipe).next();
        nearest.map_or(Joint::Then, |pipe| pipe.joint)
    }

    /// Whether the script itself decides if `command` is run: behind `||`, or below an `if`.
    pub(super) fn is_answer(&self, command: &Command<'t>) -> bool {
        let own = Some(command.pipe);
        let outer = |pipe: &usize| self.pipes[*pipe].parent.map(|(pipe, _)| pipe);
        std::iter::successors(own, outer).any(|pipe| {
            let grouped = self.pipes[pipe].parent.is_some();
            self.joined_by(pipe) == Joint::Or
                || (grouped && self.in_front(pipe).any(|pipe| pipe.condition))
        })
    }

    /// The commands in the body of the function `name`.
    pub(super) fn function(&self, name: &str) -> &[Command<'t>] {
        let known = self.functions.iter().rfind(|(known, _)| known == name);
        let Some((_, at)) = known else { return &[] };
        let first = self
            .commands
            .iter()
            .position(|command| command.span.start >= *at);
        let rest = first.map_or(&[][..], |first| &self.commands[first..]);
        let group = rest.first().and_then(|first| self.pipe(first).parent);
        let inside = |command: &&Command<'t>| group.is_some_and(|g| self.is_inside(command, g));
        &rest[..rest.iter().take_while(inside).count()]
    }

    /// Whether `command` stands in the group that is this stage of this pipeline.
    pub(super) fn is_inside(&self, command: &Command<'t>, (pipe, stage): (usize, usize)) -> bool {
        self.stage_in(command.pipe, command.stage, pipe) == Some(stage)
    }

    /// The stage of `ancestor` that the stage of `pipe` is or stands inside of.
    fn stage_in(&self, mut pipe: usize, mut stage: usize, ancestor: usize) -> Option<usize> {
        loop {
            if pipe == ancestor {
                return Some(stage);
            }
            (pipe, stage) = self.pipes[pipe].parent?;
        }
    }

    /// The innermost pipeline around the command at `index` that goes on behind it, or in front of
    /// it, and the stage that it is in there.
    fn neighbours(&self, index: usize, behind: bool) -> Option<(usize, usize)> {
        let command = &self.commands[index];
        let mut at = Some((command.pipe, command.stage));
        while let Some((pipe, stage)) = at {
            if (behind && stage + 1 < self.pipes[pipe].stages) || (!behind && stage > 0) {
                return Some((pipe, stage));
            }
            at = self.pipes[pipe].parent;
        }
        None
    }

    /// Whether `command` is part of `pipe`, or of a substitution, which may stand anywhere.
    fn near(&self, command: &Command<'t>, pipe: usize) -> bool {
        self.pipes[command.pipe].substituted
            || self.stage_in(command.pipe, command.stage, pipe).is_some()
    }

    /// What the shell was told that runs the pipeline in which others read what the command at
    /// `index` prints.
    pub(super) fn piping(&self, index: usize) -> Settings {
        let found = self.neighbours(index, true);
        found.map_or(Settings::default(), |(pipe, _)| self.pipes[pipe].settings)
    }

    /// The commands that read what the one at `index` prints, those behind a group around it
    /// included.
    pub(super) fn readers(&self, index: usize) -> Vec<&Command<'t>> {
        let Some((pipe, stage)) = self.neighbours(index, true) else {
            return Vec::new();
        };
        let behind = |other: &&Command<'t>| {
            let found = self.stage_in(other.pipe, other.stage, pipe);
            found.is_some_and(|other| other > stage)
        };
        let rest = self.commands[index + 1..].iter();
        rest.take(MAX_NEAR)
            .take_while(|other| self.near(other, pipe))
            .filter(behind)
            .collect()
    }

    /// The commands whose output the one at `index` reads, those in front of a group around it
    /// included.
    pub(super) fn writers(&self, index: usize) -> Vec<&Command<'t>> {
        let Some((pipe, stage)) = self.neighbours(index, false) else {
            return Vec::new();
        };
        let before = |other: &&Command<'t>| {
            let found = self.stage_in(other.pipe, other.stage, pipe);
            found.is_some_and(|other| other < stage)
        };
        let rest = self.commands[..index].iter().rev();
        rest.take(MAX_NEAR)
            .take_while(|other| self.near(other, pipe))
            .filter(before)
            .collect()
    }
}
