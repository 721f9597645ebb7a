//! From sections with steps to phases: their names, their kinds, and the order in which they are
//! driven.

use std::collections::HashMap;

use super::between;
use super::no_return;
use super::order;
use crate::plan::check::applied_by;
use crate::plan::draft::{Gate, PhaseSpec, Placed, StepSpec};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::hosts;
use crate::plan::markdown::headings::occasion::Occasions;
use crate::plan::markdown::headings::outline::{Outline, Section, SectionIx};
use crate::plan::markdown::headings::purpose;
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::headings::used::Used;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::later;
use crate::plan::markdown::names::words::{Sense, Weight, Words};
use crate::plan::markdown::names::{heading, shelved};
use crate::plan::markdown::sections::Contents;
use crate::plan::markdown::steps::guards;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::migrations::Wanted;
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// A phase, and what has to be known to put it into its place.
pub(in crate::plan::markdown) struct Phase {
    pub(in crate::plan::markdown) spec: PhaseSpec,
    pub(in crate::plan::markdown) section: SectionIx,
    /// The highest heading above it.
    pub(in crate::plan::markdown) top: SectionIx,
    /// The kind, if the words say.
    pub(in crate::plan::markdown) said: Option<PhaseKind>,
    /// Whether they leave no doubt: "pre-deployment".
    pub(in crate::plan::markdown) strong: bool,
    /// Whether it only looks at the deployment, and nothing goes on behind it as it does.
    pub(in crate::plan::markdown) looks: bool,
    /// Whether it says what success looks like.
    pub(in crate::plan::markdown) success: bool,
}

impl Phase {
    /// Whether nothing in it runs: people tick it.
    pub(super) fn only_checks(&self) -> bool {
        self.spec.steps.iter().all(|step| step.work.is_check())
    }
}

/// The phases of a file, in the order in which they are driven.
pub(in crate::plan::markdown) fn phases(
    outline: &Outline,
    readings: &[Reading],
    contents: &mut Contents,
    book: &mut Book<'_>,
) -> Vec<PhaseSpec> {
    let forward = std::mem::take(&mut contents.forward);
    let mut phases = Vec::with_capacity(forward.len());
    let (used, occasions) = (Used::of(outline), Occasions::of(outline, readings));
    for (section, steps) in forward {
        let cases = [
            outline.drill(section),
            outline.trouble(section),
            used.case_of(section),
            occasions.other(section),
        ];
        let phase = phase(outline, readings, contents, section, steps, cases, book);
        phases.push(phase);
    }
    between::settle(outline, readings, &mut phases);
    give_kinds(&mut phases, outline, book);
    settle_early(&mut phases);
    no_return::settle(outline, &mut phases, book);
    guard_early(&mut phases, book);
    let mut phases = order::driving(phases, outline, book);
    tell_apart(&mut phases, outline, contents);
    phases.into_iter().map(|phase| phase.spec).collect()
}

fn phase(
    outline: &Outline,
    readings: &[Reading],
    contents: &mut Contents,
    section: SectionIx,
    mut steps: Vec<Box<StepSpec>>,
    cases: [Option<&str>; 4],
    book: &mut Book<'_>,
) -> Phase {
    let reading = &readings[section];
    let heading = &outline.sections[section];
    let above = case_above(outline, section);
    let prefix = prefix(outline, section).filter(|_| needs_prefix(outline, readings, section));
    let name = match prefix {
        Some(above) => {
            contents.named[above] = true;
            format!("{} › {}", readings[above].name, reading.name)
        }
        None => reading.name.clone(),
    };
    contents.named[section] = true;
    let said = match reading.role {
        // "Go criteria" are looked at before anything begins.
        Role::Other(Sense::Success) if heading.title.words.is_go() => Some(PhaseKind::Before),
        Role::Other(Sense::Success) => Some(PhaseKind::Verify),
        // "Abnahme" is an acceptance test or a signature, and "Pre-deployment › Approval" is given before.
        Role::Other(Sense::Signoff) => reading
            .kind()
            .filter(|kind| matches!(kind, PhaseKind::Before | PhaseKind::Verify))
            .or(Some(PhaseKind::After)),
        _ => reading.kind(),
    };
    let id = heading
        .title
        .id
        .clone()
        .map(|id| Placed::new(id, heading.span));
    let told = contents.budgets.get(&section);
    let told = told.or_else(|| contents.parts.get(&section)).copied();
    // It may be a way back without saying so for certain: "Backup and restore".
    let words = &heading.title.words;
    let goes_on = heading::counts(&reading.name) && words.sets_going();
    let saves = purpose::only_saves(outline, section);
    let may_go_back = words.may_go_back() && !goes_on && !saves;
    let called = if saves { "" } else { &reading.name };
    for step in &mut steps {
        for case in cases.into_iter().chain([above]).flatten() {
            guards::guard_case(step, case, book);
        }
        guards::guard(step, called, book);
        guards::guard_review(step, &reading.name, book);
        guards::guard_example(step, &reading.name, book);
        hosts::guard(step, &reading.name, book);
        if may_go_back {
            guards::guard_as(step, &reading.name, Reserve::Back, book);
        }
    }
    // What is due days later begins when somebody says so, where no clock does.
    let chain = std::iter::once(section).chain(outline.above(section));
    let mut names = chain.map(|ix| outline.sections[ix].title.text.as_str());
    let late = reading.at.is_none() && names.any(later::waits);
    tell_unclear(reading, heading, book);
    tell_unread_time(heading, book);
    Phase {
        spec: PhaseSpec {
            id: book.take_phase_id(id),
            name,
            kind: said.unwrap_or(PhaseKind::Before),
            budget: reading.budget.or(told),
            at: reading.at.clone(),
            gate: late.then(Gate::default),
            ungated: false,
            point_of_no_return: heading.title.no_return,
            when: None,
            choice: reading.choice.clone(),
            steps,
            span: book.first_line(heading.span),
        },
        section,
        top: outline.top(section),
        said,
        strong: reading
            .stage
            .is_some_and(|stage| stage.weight == Weight::Strong),
        looks: heading.title.words.looks_first(),
        success: reading.role == Role::Other(Sense::Success),
    }
}

/// The heading above `section`, or the last line below that, which says that all below it is for a case, or waits: "Data
/// migration (if needed) › Step 1".
fn case_above(outline: &Outline, section: SectionIx) -> Option<&str> {
    let above = outline
        .above(section)
        .filter(|&above| !outline.is_title(above));
    let mut above = above.map(|above| &outline.sections[above]);
    above.find_map(|above| {
        let reserved = above.title.reserve == Some(Reserve::Case);
        let title = reserved.then_some(above.title.text.as_str());
        title.or(above.waits.as_deref())
    })
}

/// Tells of a heading that runs by words that may be meant in another way.
fn tell_unclear(reading: &Reading, heading: &Section, book: &mut Book<'_>) {
    let turns = reading
        .stage
        .is_some_and(|stage| stage.kind == PhaseKind::Deploy && stage.weight == Weight::Weak);
    let message = if turns {
        format!(
            "only \"{}\" says that this is deployed: it is run",
            reading.name
        )
    } else if shelved::is_unclear(&heading.title.text) {
        format!("\"{}\" may be for another time: it is run", reading.name)
    } else {
        return;
    };
    let problem = Problem::warning("unclear-kind", book.first_line(heading.span), message);
    book.problems.push(problem.hint(
        "say it in the heading: \"Deployment: swap the tables\", or \"Not in this release: ...\"",
    ));
}

/// Tells of a heading whose time is not read: nothing is due then.
pub(super) fn tell_unread_time(heading: &Section, book: &mut Book<'_>) {
    if let Some(time) = heading.title.unread_time() {
        let message = format!("\"{time}\" looks like a time, and is not read");
        let problem = Problem::warning("unread-time", book.first_line(heading.span), message);
        book.problems.push(problem.hint(
            "say it as \"(T-30 min)\", \"(T+2 hours)\" or \"(1 day later)\"; of a rollback as \"(< 15 min)\" or \"(> 1 hour)\"",
        ));
    }
}

/// Whether a heading does not say enough by itself: "Planning", "Database integrity". The time that
/// was understood is no part of what it says.
fn needs_prefix(outline: &Outline, readings: &[Reading], section: SectionIx) -> bool {
    let title = &outline.sections[section].title;
    let name = &readings[section].name;
    let explicit = matches!(title.ordinal, Some(Ordinal::Phase | Ordinal::Option));
    let meaning = if *name == title.text {
        title.meaning
    } else {
        Words::new(name).meaning()
    };
    let strong = meaning
        .stage
        .is_some_and(|stage| stage.weight == Weight::Strong);
    !explicit && !strong && meaning.sense.is_none()
}

/// The nearest heading above that says what this is about.
pub(super) fn prefix(outline: &Outline, section: SectionIx) -> Option<SectionIx> {
    outline.above(section).find(|&above| {
        let title = &outline.sections[above].title;
        let counted = matches!(title.ordinal, Some(Ordinal::Phase | Ordinal::Option));
        title.meaning.sense.is_some() || title.meaning.stage.is_some() || counted
    })
}

/// Gives kinds to the phases whose words do not say. Where nothing in the file deploys, they are
/// what it is about; else they go on with what was being done.
fn give_kinds(phases: &mut [Phase], outline: &Outline, book: &mut Book<'_>) {
    // What is only ticked by its heading says little of what is done beside it.
    let ticked = |phase: &Phase| {
        let title = &outline.sections[phase.section].title;
        let own = |step: &StepSpec| step.work.is_check() && step.title == title.text;
        !phase.strong && matches!(&phase.spec.steps[..], [step] if own(step))
    };
    let deploys = phases
        .iter()
        .any(|phase| phase.said == Some(PhaseKind::Deploy) && !ticked(phase));
    let mut last = if deploys {
        PhaseKind::Before
    } else {
        PhaseKind::Deploy
    };
    for phase in phases.iter_mut() {
        match phase.said {
            Some(kind) if deploys && !phase.looks && !ticked(phase) => last = kind,
            Some(_) => {}
            None => {
                phase.spec.kind = last;
                let message = format!(
                    "nothing says what \"{}\" is for: it is taken as part of `{}`",
                    phase.spec.name,
                    last.word()
                );
                book.problems.push(
                    Problem::warning("unclear-kind", phase.spec.span, message)
                        .hint("say it in the heading: pre-deployment, deployment, verification, post-deployment"),
                );
            }
        }
    }
}

/// A day, in seconds.
const DAY: i64 = 86_400;

/// What has a place days before T-0 is done before the deployment that begins there: "Preparation (T-2 days) › Deploy
/// the schema" in front of "Cutover". What is done minutes before it, or where nothing else deploys, is the deployment.
fn settle_early(phases: &mut [Phase]) {
    let deploys = |phase: &Phase| phase.spec.kind == PhaseKind::Deploy;
    let early = |phase: &Phase| phase.spec.at.as_ref().is_some_and(|at| at.seconds <= -DAY);
    let begins = |phase: &Phase| deploys(phase) && !early(phase);
    let first = phases.iter().position(begins).unwrap_or(0);
    let before = phases[..first].iter_mut();
    for phase in before.filter(|phase| deploys(phase) && phase.spec.choice.is_none()) {
        phase.spec.kind = PhaseKind::Before;
    }
}

/// Makes a person say that migrations are run which stand in front of the deployment: no gate stands before them, and what
/// was normal is not known yet.
fn guard_early(phases: &mut [Phase], book: &mut Book<'_>) {
    let before = phases
        .iter_mut()
        .filter(|phase| phase.spec.kind == PhaseKind::Before);
    for step in before.flat_map(|phase| &mut phase.spec.steps) {
        let Work::Shell(shell) = &step.work else {
            continue;
        };
        let migrates = |wanted: &Wanted| matches!(wanted, Wanted::Tool { .. } | Wanted::Other(_));
        let applied = applied_by(&shell.script, &step.holes, step.cwd.as_deref());
        if applied.iter().any(migrates) {
            guards::guard_early(step, book);
        }
    }
}

/// Makes the names of phases differ: by what stands above them, then by when they are due.
fn tell_apart(phases: &mut [Phase], outline: &Outline, contents: &mut Contents) {
    for round in 0..2 {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for phase in phases.iter() {
            *seen.entry(&phase.spec.name).or_insert(0) += 1;
        }
        let shared = |phase: &Phase| seen[phase.spec.name.as_str()] > 1;
        let shared: Vec<bool> = phases.iter().map(shared).collect();
        for (phase, _) in phases.iter_mut().zip(shared).filter(|(_, shared)| *shared) {
            let above = outline.parent(phase.section);
            match (round, above, &phase.spec.at) {
                (0, _, Some(at)) => phase.spec.name = format!("{} ({})", phase.spec.name, at.words),
                (_, Some(above), _) => {
                    let title = &outline.sections[above].title.text;
                    if !phase.spec.name.starts_with(title.as_str()) {
                        phase.spec.name = format!("{title} › {}", phase.spec.name);
                        contents.named[above] = true;
                    }
                }
                _ => {}
            }
        }
    }
}
