//! What a heading of a way back is to those around it: a way of its own, a part of one, or the end of each.

use crate::plan::draft::StepSpec;
use crate::plan::markdown::headings::exclusive;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::names::words::Sense;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::model::PhaseKind;

/// A section of a way back with its steps.
pub(super) type Section = (SectionIx, Vec<Box<StepSpec>>);

/// The highest heading above from which on all speak of going back.
pub(super) fn root(outline: &Outline, readings: &[Reading], section: SectionIx) -> SectionIx {
    let above = outline.above(section);
    above
        .take_while(|&above| readings[above].role == Role::Rollback)
        .last()
        .unwrap_or(section)
}

/// The heading right below `root` that `section` belongs to, or `root` itself.
pub(super) fn branch(outline: &Outline, section: SectionIx, root: SectionIx) -> SectionIx {
    if section == root {
        return root;
    }
    std::iter::once(section)
        .chain(outline.above(section))
        .find(|&ix| outline.parent(ix) == Some(root))
        .unwrap_or(section)
}

pub(super) fn has_window(readings: &[Reading], branch: SectionIx, root: SectionIx) -> bool {
    let window = |ix: SectionIx| (readings[ix].from, readings[ix].until);
    branch != root && window(branch) != window(root)
}

/// Whether the way back `next` goes on with `last`, right beside which it stands: "Rollback verification",
/// "Post-rollback", "Code rollback" behind "Schema rollback".
pub(super) fn goes_on(
    outline: &Outline,
    readings: &[Reading],
    last: SectionIx,
    next: SectionIx,
) -> bool {
    let beside = |ix: SectionIx| outline.sections[ix].parent == outline.sections[next].parent;
    let between = &outline.sections[last + 1..next];
    let forward = (last + 1..next).zip(between).any(|(ix, section)| {
        readings[ix].role == Role::Steps && (section.holds.tasks || section.holds.work)
    });
    let title = |ix: SectionIx| &outline.sections[ix].title;
    let called = |ix: SectionIx| title(ix).words.is_called_rollback();
    let around = |ix: SectionIx| title(ix).words.is_around();
    // "(before the switch)" tells when, or which.
    let part = |ix: SectionIx| title(ix).words.is_part() && !title(ix).text.contains('(');
    let joined = (part(last) && part(next)) || around(last) || around(next);
    beside(last) && !forward && called(last) && called(next) && joined
}

/// Whether a heading calls itself a way back, and not only a part of one.
pub(super) fn is_whole(outline: &Outline, ix: SectionIx) -> bool {
    let title = &outline.sections[ix].title;
    let words = &title.words;
    title.meaning.sense == Some(Sense::Rollback)
        && !words.is_plain_rollback()
        && !words.is_around()
        && !exclusive::is_counted(outline, ix)
}

/// Whether a heading is only a part of a way back: "Rollback steps", "2. Database", "Verification".
pub(super) fn is_stage(
    outline: &Outline,
    readings: &[Reading],
    branch: SectionIx,
    root: SectionIx,
) -> bool {
    let title = &outline.sections[branch].title;
    // "Case 1: before the switch" is a way of its own.
    if branch == root || outline.counts_ways(branch) {
        return false;
    }
    let counted = matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase));
    let done = title
        .meaning
        .stage
        .is_some_and(|stage| stage.kind != PhaseKind::Deploy && title.meaning.sense.is_none());
    let plain = title.words.is_plain_rollback() || title.words.is_around();
    (counted || done || plain) && !has_window(readings, branch, root)
}

/// The first heading right below `root` that tells to begin it, with which what stands behind goes on: "Trigger the
/// rollback", "Open the gate".
pub(super) fn begins(outline: &Outline, root: SectionIx) -> Option<SectionIx> {
    let mut children = outline.sections[root].children.iter().copied();
    children.find(|&child| outline.sections[child].title.words.begins_way_back())
}

/// The first of `back` from which on all are for any time, and end what stands before them: "After the rollback",
/// "Verification".
pub(super) fn closing(back: &[Section], outline: &Outline, readings: &[Reading]) -> usize {
    let any_time = |ix: SectionIx| readings[ix].from.is_none() && readings[ix].until.is_none();
    let closes = |section: SectionIx| {
        let root = root(outline, readings, section);
        let branch = branch(outline, section, root);
        let verifies = || branch != root && verifies(outline, branch);
        any_time(branch) && (ends(outline, root) || ends(outline, branch) || verifies())
    };
    let last = back.iter().rposition(|(section, _)| !closes(*section));
    last.map_or(0, |last| last + 1)
}

/// Whether a heading says that one looks there, and neither a number nor others below it make it a step or a way.
fn verifies(outline: &Outline, section: SectionIx) -> bool {
    let (title, children) = (
        &outline.sections[section].title,
        &outline.sections[section].children,
    );
    let stage = title.meaning.stage.map(|stage| stage.kind);
    let alone = title.ordinal.is_none() && children.is_empty();
    stage == Some(PhaseKind::Verify) && title.meaning.sense.is_none() && alone
}

/// Whether a heading says that what stands below it is done when the way back was gone.
pub(super) fn ends(outline: &Outline, section: SectionIx) -> bool {
    outline.sections[section].title.words.ends_way_back()
}
