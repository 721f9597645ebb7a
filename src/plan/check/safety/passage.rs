//! The texts of a plan that are reviewed, in the order in which they would run: what steps do and how
//! they are undone, what a person is told to do, what is measured, blocks that are only there to be read, and commands
//! in sentences.

use std::borrow::Cow;

use super::sql::Wrap;
use crate::plan::commands::Settings;
use crate::plan::draft::{Draft, Hole, StepSpec};
use crate::plan::ledger::{Element, Place};
use crate::plan::model::PhaseKind;
use crate::plan::origin::Origin;
use crate::plan::parallel;
use crate::plan::probe::{Probe, ProbeTarget};
use crate::plan::source::{Source, Span};
use crate::plan::sql_text::refuses_transaction;
use crate::plan::template;
use crate::plan::work::{Shell, Work};

/// How many steps are worth a thread.
const MANY: usize = 256;

/// A text before it was read.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Passage<'d> {
    pub(super) body: Cow<'d, str>,
    /// As its author wrote it, if it is a step's script: with the names of its variables.
    pub(super) written: Option<&'d str>,
    pub(super) sort: Sort,
    pub(super) settings: Settings,
    pub(super) origin: Cow<'d, Origin>,
    pub(super) home: Home,
    pub(super) spec: Option<&'d StepSpec>,
    pub(super) probe: Option<&'d Probe>,
    pub(super) undo: bool,
    /// What the shell is called, if it is one.
    pub(super) shell: &'d str,
    /// Whether it has a terminal into which somebody types.
    pub(super) tty: bool,
    /// Whether its shell begins where the one before it has ended.
    pub(super) carries: bool,
    /// How its statements are run.
    pub(super) wrap: Wrap,
    /// Whether a statement waits for a lock only for a time that the step gives.
    pub(super) patient: bool,
    /// What this one of several ways is called.
    pub(super) label: &'d str,
}

/// What a text is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// A phase, by its number.
    Phase(usize, PhaseKind),
    /// A rollback, by its number.
    Tier(usize),
    /// What is measured beside the steps.
    Probe,
    /// Nothing that runs.
    Reference,
    /// A command in a sentence or a table, which a person is told to run.
    Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Shell,
    Sql,
    /// What a person does.
    Words,
}

/// Languages of blocks that are reviewed where they are only kept for reading.
const SHELLS: [&str; 8] = [
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "terminal",
    "shell-session",
    "sh-session",
];
const SQL: [&str; 4] = ["sql", "postgres", "postgresql", "pgsql"];

/// The texts of `draft`, which was read from `source`.
pub(super) fn passages<'d>(draft: &'d Draft, source: &'d Source) -> Vec<Passage<'d>> {
    let mut steps: Vec<(&StepSpec, Home)> = Vec::new();
    for (ix, phase) in draft.phases.iter().enumerate() {
        let home = Home::Phase(ix, phase.kind);
        steps.extend(phase.steps.iter().map(|spec| (spec.as_ref(), home)));
    }
    for (ix, tier) in draft.tiers.iter().enumerate() {
        let home = Home::Tier(ix);
        steps.extend(tier.steps.iter().map(|spec| (spec.as_ref(), home)));
    }
    let found = parallel::map(&steps, MANY, |(spec, home)| of_step(spec, *home));
    let mut all: Vec<Passage<'_>> = found.into_iter().flatten().collect();
    let blocks = draft.ledger.accounts.iter();
    let read = |place| matches!(place, Place::Reference | Place::Note);
    for block in blocks.filter(|a| a.element == Element::Fence && read(a.place)) {
        all.extend(reference(source, block.span));
    }
    all.extend(draft.probes.iter().filter_map(of_probe));
    all.extend(draft.told.iter().map(|span| told(source, *span)));
    all
}

/// A text that is kept for reading, which stands at `span` and is masked as `body`.
fn kept(body: Cow<'_, str>, sort: Sort, home: Home, span: Span) -> Passage<'_> {
    Passage {
        body,
        written: None,
        sort,
        settings: Settings::default(),
        origin: Cow::Owned(Origin::lines([(span.start, span.end - span.start)])),
        home,
        spec: None,
        probe: None,
        undo: false,
        shell: "",
        wrap: Wrap::Single,
        tty: false,
        carries: false,
        patient: false,
        label: "",
    }
}

/// The command at `span`, which a person is told to run.
fn told(source: &Source, span: Span) -> Passage<'_> {
    let body = masked_angles(source.slice(span));
    kept(body, Sort::Shell, Home::Told, span)
}

/// The script of `probe`, if it is one that ends.
fn of_probe(probe: &Probe) -> Option<Passage<'_>> {
    let ProbeTarget::Command(script) = &probe.target else {
        return None;
    };
    let body = masked(&script.shell.script, &[]);
    Some(Passage {
        settings: settings(&script.shell),
        origin: Cow::Borrowed(&script.shell.origin),
        shell: &script.shell.interpreter.program,
        probe: Some(probe),
        ..kept(body, Sort::Shell, Home::Probe, probe.span)
    })
}

/// What the shell of a script is told.
fn settings(shell: &Shell) -> Settings {
    Settings::of(shell.interpreter.options.iter().map(String::as_str))
}

fn of_step<'d>(spec: &'d StepSpec, home: Home) -> Vec<Passage<'d>> {
    let ways: Vec<(&'d Work, &'d str)> = match spec.alternatives.as_slice() {
        [] => vec![(&spec.work, "")],
        several => several
            .iter()
            .map(|way| (&way.work, way.label.as_str()))
            .collect(),
    };
    let works = ways.into_iter().map(|(work, label)| (work, label, false));
    let undo = spec.undo.iter().map(|undo| (&undo.work, "", true));
    let passage = |(work, label, undo): (&'d Work, &'d str, bool)| {
        let (body, sort) = body(work, &spec.holes)?;
        let (settings, origin, shell) = match work {
            Work::Shell(shell) => (
                settings(shell),
                Cow::Borrowed(&shell.origin),
                shell.interpreter.program.as_str(),
            ),
            Work::Sql(sql) => (Settings::default(), Cow::Borrowed(&sql.origin), ""),
            _ => (Settings::default(), Cow::Owned(Origin::default()), ""),
        };
        Some(Passage {
            body,
            written: match work {
                Work::Shell(shell) => Some(&shell.script),
                _ => None,
            },
            sort,
            settings,
            origin,
            home,
            spec: Some(spec),
            probe: None,
            undo,
            shell,
            tty: matches!(work, Work::Shell(shell) if shell.tty),
            carries: matches!(work, Work::Shell(shell) if shell.carries),
            wrap: wrap(work),
            patient: gives_up(work),
            label,
        })
    };
    works.chain(undo).filter_map(passage).collect()
}

/// The text of `work`, if it has one, with its placeholders made plain words.
fn body<'w>(work: &'w Work, holes: &[Hole]) -> Option<(Cow<'w, str>, Sort)> {
    match work {
        Work::Shell(shell) => Some((masked(&shell.script, holes), Sort::Shell)),
        Work::Sql(sql) => Some((masked(&sql.text, holes), Sort::Sql)),
        Work::Check(text) => Some((Cow::Borrowed(text.as_str()), Sort::Words)),
        // A request may well be what stops writes.
        Work::Http(http) => Some((Cow::Borrowed(http.url.as_str()), Sort::Words)),
        Work::Wait(_) | Work::Snapshot(_) => None,
    }
}

/// How the statements of `work` are run.
fn wrap(work: &Work) -> Wrap {
    match work {
        Work::Sql(sql)
            if sql
                .transaction
                .unwrap_or_else(|| refuses_transaction(&sql.text).is_none()) =>
        {
            Wrap::Transaction
        }
        _ => Wrap::Single,
    }
}

/// Whether a statement of `work` waits for a lock only for a time.
fn gives_up(work: &Work) -> bool {
    match work {
        Work::Sql(sql) => sql.lock_timeout.is_some(),
        Work::Shell(shell) => shell.lock_timeout.is_some(),
        _ => false,
    }
}

/// A block that is kept for reading, if it is in a language that is known here.
fn reference(source: &Source, span: Span) -> Option<Passage<'_>> {
    let text = source.slice(span);
    let (head, rest) = text.split_once('\n')?;
    let info = head.trim_start_matches(['`', '~']);
    let word = info.trim_start_matches(['{', ' ', '.']);
    let end = word
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .unwrap_or(word.len());
    let language = word[..end].to_ascii_lowercase();
    let sort = if SHELLS.contains(&language.as_str()) {
        Sort::Shell
    } else if SQL.contains(&language.as_str()) {
        Sort::Sql
    } else {
        return None;
    };
    let body = match rest.rfind('\n') {
        Some(end) => &rest[..end],
        None => rest,
    };
    let start = span.start + head.len() + 1;
    let at = Span::new(start, start + body.len());
    Some(kept(masked_angles(body), sort, Home::Reference, at))
}

/// `text` with its placeholders made plain words of the same length: a `<backup-file>` is no
/// redirection.
pub(super) fn masked<'t>(text: &'t str, holes: &[Hole]) -> Cow<'t, str> {
    let inside =
        |literal: &str| literal.contains(|c: char| !(c.is_alphanumeric() || "-._/".contains(c)));
    let mut spans: Vec<Span> = template::tokens(text)
        .iter()
        .map(|token| token.span)
        .collect();
    for hole in holes.iter().filter(|hole| inside(&hole.literal)) {
        spans.extend(
            text.match_indices(&hole.literal)
                .map(|(at, found)| Span::new(at, at + found.len())),
        );
    }
    plain(text, &spans)
}

/// The same for a block of which nobody said what its placeholders are.
fn masked_angles(text: &str) -> Cow<'_, str> {
    let mut spans = Vec::new();
    for (at, _) in text.match_indices('<') {
        let inside = &text[at + 1..text.floor_char_boundary(at + 60)];
        let length = inside.find(|c: char| !(c.is_ascii_alphanumeric() || "-_ ".contains(c)));
        let Some(length) =
            length.filter(|length| *length > 0 && inside[*length..].starts_with('>'))
        else {
            continue;
        };
        let name = &inside[..length];
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.ends_with(' ') {
            spans.push(Span::new(at, at + length + 2));
        }
    }
    plain(text, &spans)
}

fn plain<'t>(text: &'t str, spans: &[Span]) -> Cow<'t, str> {
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.to_owned().into_bytes();
    for span in spans {
        for byte in bytes.iter_mut().take(span.end).skip(span.start) {
            if !(byte.is_ascii_alphanumeric() || b"-._/".contains(byte)) {
                *byte = b'_';
            }
        }
    }
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned()))
}
