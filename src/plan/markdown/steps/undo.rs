//! What undoes a step, where its author wrote it right below what the step does: "Undo:", or a heading
//! "Rollback" below that of one step of several.

use super::walk::Walk;
use super::ways::Candidate;
use super::work;
use crate::plan::draft::{StepSpec, Undo};
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::sections::Contents;
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;

/// Lines that say what undoes the block above, folded.
const UNDO: [&str; 26] = [
    "undo",
    "to undo",
    "to undo it",
    "undo it",
    "undo this",
    "revert",
    "to revert",
    "revert this",
    "rollback",
    "roll back",
    "to roll back",
    "back out",
    "zuruck",
    "ruckgangig",
    "ruckgangig machen",
    "zuruckrollen",
    "annuler",
    "pour annuler",
    "retour arriere",
    "deshacer",
    "revertir",
    "desfazer",
    "reverter",
    "откат",
    "切り戻し",
    "回滚",
];

/// Whether `label` says that what stands below it undoes what stands above, and nothing else.
pub(super) fn is_undo(label: &str) -> bool {
    label.len() <= 40 && UNDO.contains(&letters::fold(label).trim())
}

impl Walk<'_, '_> {
    /// Whether a block behind an item's first one undoes what that does: its line says so, and no more.
    pub(super) fn is_undo(&self, candidate: &Candidate<'_>) -> bool {
        let undoes = candidate.label.as_deref().is_some_and(is_undo);
        let step = self.found.steps.last();
        let free = step.is_some_and(|step| step.undo.is_none() && !step.work.is_check());
        undoes && free && self.is_forward()
    }

    /// Gives the step at `at` what undoes it.
    pub(super) fn undo(&mut self, at: usize, candidate: &Candidate<'_>) {
        self.book.settle(candidate.fence.account, self.rules.place);
        let mut undo = work::blank(String::new(), candidate.span);
        self.choose(&mut undo, std::slice::from_ref(candidate));
        let Some(step) = self.found.steps.get_mut(at) else {
            return;
        };
        if undo.work.is_check() {
            work::add(&mut step.details, undo.details.as_deref().unwrap_or(""));
            return;
        }
        for hole in undo.holes {
            if !step.holes.contains(&hole) {
                step.holes.push(hole);
            }
        }
        step.undo = Some(Box::new(Undo {
            work: undo.work,
            expect: undo.expected.map(|expect| *expect).unwrap_or_default(),
            timeout: None,
        }));
    }
}

impl Walk<'_, '_> {
    /// Shows, with the step at `at`, a block that stands right behind the one that undoes it: it belongs to
    /// that, and is nothing to do on the way forward.
    pub(super) fn show_behind_undo(&mut self, at: usize, candidate: &Candidate<'_>) {
        self.book.settle(candidate.fence.account, self.rules.place);
        if let Some(step) = self.found.steps.get_mut(at) {
            work::add(&mut step.details, &candidate.fence.text);
        }
        let start = self.book.first_line(candidate.span);
        let message = "only the block above undoes the step: this one is shown, and not run";
        self.book.problems.push(
            Problem::warning("unclear-undo", start, message)
                .hint("make one block of both, or say above this one what it is for"),
        );
    }
}

/// Makes the ways back that stand below one step of several undo that step. The others, and those of which
/// nobody can tell which step they undo, remain ways back of the whole.
pub(in crate::plan::markdown) fn below_steps(
    outline: &Outline,
    readings: &[Reading],
    contents: &mut Contents,
    book: &mut Book<'_>,
) {
    let mut undoes = false;
    for (section, mut steps) in std::mem::take(&mut contents.back) {
        let Some(above) = one_of_several(outline, readings, contents, section) else {
            contents.back.push((section, steps));
            continue;
        };
        let undone = undone(outline, readings, contents, above);
        match (undone, steps.as_mut_slice()) {
            (Some(step), [undo]) if is_plain(undo) => {
                give(step, undo);
                contents.named[section] = true;
                undoes = true;
            }
            _ => {
                tell_unclear(outline, above, section, book);
                contents.back.push((section, steps));
            }
        }
    }
    if let Some((whole, _)) = contents.back.first().filter(|_| undoes) {
        let section = &outline.sections[*whole];
        let message = format!(
            "behind \"{}\" the steps that were done are undone as well, as it is said below them",
            section.title.text
        );
        book.problems.push(
            Problem::warning("unclear-undo", book.first_line(section.span), message)
                .hint("make sure that nothing is undone twice"),
        );
    }
}

/// The step that the way back `section` stands below, if others like it stand beside that.
fn one_of_several(
    outline: &Outline,
    readings: &[Reading],
    contents: &Contents,
    section: SectionIx,
) -> Option<SectionIx> {
    let above = outline.parent(section)?;
    let reading = &readings[section];
    let timed =
        reading.from.is_some() || reading.until.is_some() || contents.until.contains_key(&section);
    let parts = !outline.sections[section].children.is_empty();
    if timed || parts || !outline.sections[section].title.words.is_plain_rollback() {
        return None;
    }
    // What nothing is said of is a part of the deployment.
    let kind = |ix: SectionIx| readings[ix].kind().unwrap_or(PhaseKind::Deploy);
    let is_step = |ix: SectionIx| {
        readings[ix].role == Role::Steps && readings[ix].runs && outline.sections[ix].holds.work
    };
    let beside = |ix: SectionIx| {
        ix != above
            && outline.sections[ix].parent == outline.sections[above].parent
            && is_step(ix)
            && kind(ix) == kind(above)
    };
    (is_step(above) && (1..outline.sections.len()).any(beside)).then_some(above)
}

/// The only step that stands right below the heading `above` and runs, if nothing undoes it yet.
fn undone<'c>(
    outline: &Outline,
    readings: &[Reading],
    contents: &'c mut Contents,
    above: SectionIx,
) -> Option<&'c mut StepSpec> {
    let section = &outline.sections[above];
    let start = section.span.start;
    let end = section.children.first()?;
    let end = outline.sections[*end].span.start;
    let home = readings[above].home;
    let (_, steps) = contents.forward.iter_mut().find(|(ix, _)| *ix == home)?;
    let mut own = steps
        .iter_mut()
        .filter(|step| (start..end).contains(&step.span.start) && !step.work.is_check());
    let only = own.next()?;
    (own.next().is_none() && only.undo.is_none()).then_some(only)
}

/// Whether `step` is no more than what it runs: an undo has no question, and no variables to take.
fn is_plain(step: &StepSpec) -> bool {
    !step.work.is_check()
        && step.alternatives.is_empty()
        && step.capture.is_empty()
        && step.when.is_none()
        && step.confirm.is_none()
        && step.env.is_empty()
        && step.cwd.is_none()
        && step.mark.is_none()
}

fn give(step: &mut StepSpec, undo: &mut StepSpec) {
    for hole in undo.holes.drain(..) {
        if !step.holes.contains(&hole) {
            step.holes.push(hole);
        }
    }
    step.undo = Some(Box::new(Undo {
        work: undo.work.clone(),
        expect: undo
            .expected
            .take()
            .map(|expect| *expect)
            .unwrap_or_default(),
        timeout: undo.timeout,
    }));
}

fn tell_unclear(outline: &Outline, above: SectionIx, section: SectionIx, book: &mut Book<'_>) {
    let message = format!(
        "this undoes a part of the deployment, \"{}\", and is offered as a way back of the whole",
        outline.sections[above].title.text
    );
    let span = book.first_line(outline.sections[section].span);
    book.problems.push(Problem::warning("unclear-undo", span, message).hint(
        "one block below one block undoes that; more than one belongs below a heading \"Rollback\" for all steps",
    ));
}
