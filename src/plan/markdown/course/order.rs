//! The order in which phases are driven. It is the file's, with three exceptions that the review
//! tells about, and for none of them is a command ever moved:
//!
//! * A checklist at the end, behind all that is deployed, that goes through the whole deployment once more ("Readiness
//!   checklist", "Migration checklist") is not a second deployment. Each of its parts is driven
//!   with the phases of its kind; at the end it would come when nothing can be done about it.
//! * What success looks like is looked at when there can be some, even if a file begins with it.
//! * A preparation behind the last deployment phase is driven before the first, where its answer
//!   still decides: one that surely is one, "Pre-deployment" or a checklist. "Final checks" and
//!   "Backup cleanup" stay where they stand.
//!
//! And a verification before anything was deployed is a preparation, whatever it is called.

use super::phases::Phase;
use crate::plan::looks;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::words::Weight;
use crate::plan::markdown::steps::guards;
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;

/// Puts `phases`, which stand as in the file, into the order in which they are driven.
pub(super) fn driving(phases: Vec<Phase>, outline: &Outline, book: &mut Book<'_>) -> Vec<Phase> {
    let (main, moved) = part(phases, outline, book);
    let mut main = insert(main, moved, outline, book);
    let deployed = first_deploy(&main).unwrap_or(0);
    for phase in &mut main[..deployed] {
        if phase.spec.kind == PhaseKind::Verify {
            phase.spec.kind = PhaseKind::Before;
        }
    }
    guard_ahead(&mut main, outline, book);
    main
}

/// Makes a person say that what is deployed ahead of a "Pre-deployment" section is to be: a "Quick start" or a list of "Deployment
/// types" in front of the whole procedure. What is numbered is done in its order, and a part of a deployment has its own.
fn guard_ahead(phases: &mut [Phase], outline: &Outline, book: &mut Book<'_>) {
    let title = |phase: &Phase| &outline.sections[phase.top].title;
    let prepares = |phase: &Phase| {
        let said = title(phase).meaning.stage;
        said.is_some_and(|stage| stage.kind == PhaseKind::Before && stage.weight == Weight::Strong)
    };
    let all_prepare = |top: SectionIx| {
        let mut parts = phases.iter().filter(|phase| phase.top == top);
        parts.all(|phase| phase.spec.kind == PhaseKind::Before)
    };
    let last = phases.iter().rposition(|phase| {
        prepares(phase) && title(phase).ordinal.is_none() && all_prepare(phase.top)
    });
    let Some(last) = last else {
        return;
    };
    let name = title(&phases[last]).text.as_str();
    for phase in &mut phases[..last] {
        let counted = outline.sections[phase.top].title.ordinal.is_some();
        if phase.spec.kind == PhaseKind::Deploy && !counted {
            let steps = phase.spec.steps.iter_mut();
            for step in steps.filter(|step| !looks::only_looks(&step.work)) {
                guards::guard_as(step, name, Reserve::Before, book);
            }
        }
    }
}

/// Puts the phases of `moved` where they belong in `main`, and tells that they were moved.
fn insert(
    main: Vec<Phase>,
    mut moved: Vec<Phase>,
    outline: &Outline,
    book: &mut Book<'_>,
) -> Vec<Phase> {
    if moved.is_empty() {
        return main;
    }
    let mut told: Option<SectionIx> = None;
    for phase in &mut moved {
        if told != Some(phase.top) {
            told = Some(phase.top);
            say(phase, outline, book);
        }
        // Away from what stands around it, its name has to say where it is from.
        let above = &outline.sections[phase.top].title.text;
        if phase.top != phase.section && !phase.spec.name.starts_with(above.as_str()) {
            phase.spec.name = format!("{above} › {}", phase.spec.name);
        }
    }
    moved.sort_by_key(|phase| rank(phase.spec.kind));
    let places = PhaseKind::ALL.map(|kind| place(&main, kind));
    let mut moved = moved.into_iter().peekable();
    let mut all = Vec::with_capacity(main.len() + moved.len());
    for (ix, phase) in main.into_iter().enumerate() {
        while let Some(phase) = moved.next_if(|phase| places[rank(phase.spec.kind)] <= ix) {
            all.push(phase);
        }
        all.push(phase);
    }
    all.extend(moved);
    all
}

fn say(phase: &Phase, outline: &Outline, book: &mut Book<'_>) {
    let name = &outline.sections[phase.top].title.text;
    let message = format!(
        "\"{name}\" is driven among the phases it belongs to, not where it stands in the file"
    );
    book.problems.push(Problem::note(
        "moved-phase",
        outline.sections[phase.top].span,
        message,
    ));
}

fn first_deploy(phases: &[Phase]) -> Option<usize> {
    phases
        .iter()
        .position(|phase| phase.spec.kind == PhaseKind::Deploy)
}

fn rank(kind: PhaseKind) -> usize {
    PhaseKind::ALL
        .iter()
        .position(|other| *other == kind)
        .unwrap_or(0)
}

/// Parts the phases that stay where they are from those that are driven elsewhere.
fn part(phases: Vec<Phase>, outline: &Outline, book: &mut Book<'_>) -> (Vec<Phase>, Vec<Phase>) {
    let Some(first) = first_deploy(&phases) else {
        return (phases, Vec::new());
    };
    let deploys = phases[first].top;
    let again = checklists(&phases, first, outline);
    let last = phases
        .iter()
        .rposition(|phase| phase.spec.kind == PhaseKind::Deploy && !again.contains(&phase.top))
        .unwrap_or(first);
    let (mut main, mut moved) = (Vec::with_capacity(phases.len()), Vec::new());
    for (ix, mut phase) in phases.into_iter().enumerate() {
        if ix > last && !again.contains(&phase.top) {
            stay(&mut phase, outline, book);
        }
        let late = ix > last && phase.spec.kind == PhaseKind::Before && phase.only_checks();
        let early = ix < first && phase.success && phase.only_checks();
        let elsewhere = early || again.contains(&phase.top) || (late && phase.top != deploys);
        if elsewhere { &mut moved } else { &mut main }.push(phase);
    }
    (main, moved)
}

/// A phase behind the deployment that may be a preparation by its words only is what is done there.
fn stay(phase: &mut Phase, outline: &Outline, book: &mut Book<'_>) {
    let words = &outline.sections[phase.section].title.words;
    let sure = phase.strong || words.is_checklist();
    if sure || phase.spec.kind != PhaseKind::Before {
        return;
    }
    if words.is_afterwards() {
        phase.spec.kind = PhaseKind::After;
    } else if phase.only_checks() {
        phase.spec.kind = PhaseKind::Verify;
        let message = format!(
            "\"{}\" may be a preparation, but stands behind the deployment: it is driven there",
            phase.spec.name
        );
        book.problems.push(
            Problem::warning("unclear-kind", phase.spec.span, message)
                .hint("say it in the heading: pre-deployment, verification, post-deployment"),
        );
    }
}

/// The headings behind the first deployment below which everything is gone through once more:
/// they call themselves checklists, hold nothing that runs, and begin earlier than the file has
/// come by then.
fn checklists(phases: &[Phase], first: usize, outline: &Outline) -> Vec<SectionIx> {
    let checklist = |phase: &Phase| outline.sections[phase.top].title.words.is_checklist();
    let deploys = |phase: &Phase| phase.spec.kind == PhaseKind::Deploy;
    // What is deployed behind it waits for what it asks.
    let last = phases
        .iter()
        .rposition(|phase| deploys(phase) && !(checklist(phase) && phase.only_checks()));
    let end = last.unwrap_or(first).max(first);
    let mut found = Vec::new();
    let mut reached = 0;
    let mut from = 0;
    while let Some(phase) = phases.get(from) {
        let top = phase.top;
        let length = phases[from..]
            .iter()
            .take_while(|phase| phase.top == top)
            .count();
        let group = &phases[from..from + length];
        // One that says nothing of before and after is gone through where it stands.
        let says = length > 1 || phase.spec.kind != PhaseKind::Deploy;
        let again = from > end
            && says
            && checklist(phase)
            && group.iter().all(Phase::only_checks)
            && rank(phase.spec.kind) < reached;
        if again {
            found.push(top);
        } else {
            let most = group.iter().map(|phase| rank(phase.spec.kind)).max();
            reached = reached.max(most.unwrap_or(0));
        }
        from += length;
    }
    found
}

/// Where among `phases` one of this kind belongs that stands elsewhere in the file.
fn place(phases: &[Phase], kind: PhaseKind) -> usize {
    if kind == PhaseKind::Before {
        // Behind what else is done before, else in front of all that the deploying section does.
        let first = first_deploy(phases).unwrap_or(phases.len());
        let prepared = phases[..first]
            .iter()
            .rposition(|other| other.spec.kind == kind);
        let deploys = phases.get(first).map(|phase| phase.top);
        let start = phases.iter().position(|other| Some(other.top) == deploys);
        return prepared.map_or(start.unwrap_or(first), |ix| ix + 1);
    }
    phases
        .iter()
        .rposition(|other| rank(other.spec.kind) <= rank(kind))
        .map_or(phases.len(), |ix| ix + 1)
}
