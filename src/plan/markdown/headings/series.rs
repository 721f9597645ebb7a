//! Headings that are numbered among the steps of something that is done. Each of them is a step, whatever its words
//! speak of and whatever stands below it: who goes on with step 3 has done step 2.

use std::time::Duration;

use super::outline::{Outline, SectionIx};
use super::procedure::Beside;
use super::roles::{Reading, Role};
use crate::plan::markdown::figures::times::Said;
use crate::plan::markdown::names::heading::{self, Title};
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::{Sense, Weight};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;

/// Whether the heading of `ix` is numbered as a step: it says so ("Step 2"), or it is one of several below a
/// heading that is driven, or of a procedure, of which another holds what is run or ticked. The chapters of a file are no
/// steps.
pub(super) fn is_step(
    outline: &Outline,
    ix: SectionIx,
    above: Option<&Reading>,
    beside: Beside,
) -> bool {
    let title = &outline.sections[ix].title;
    if !matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase)) {
        return false;
    }
    let done = |above: &Reading| matches!(above.role, Role::Steps | Role::Rollback);
    let said = is_called_step(title);
    let below = above.is_none_or(done);
    let named = said && below;
    let driven = above.is_some_and(|above| done(above) && above.runs);
    // "6. Monitoring (T+1 hour)" is done then, also as a chapter.
    let timed = below && place(title).is_some();
    let plain = title.meaning.sense.is_none() && !title.words.tells_edges();
    if title.ordinal == Some(Ordinal::Phase) {
        return below && plain && has_steps(outline, ix);
    }
    let in_turn = below && beside.in_turn && plain;
    let sure = named || timed || outline.sections[ix].acts;
    let among = (driven || timed || in_turn) && has_steps(outline, ix);
    (named || among) && outweighs(title, named, sure)
}

/// Whether what the heading of `ix` numbers may be a step, as it is beside it, though nothing says what to do.
pub(super) fn may_be_step(
    outline: &Outline,
    ix: SectionIx,
    above: Option<&Reading>,
    beside: Beside,
) -> bool {
    let title = &outline.sections[ix].title;
    title.ordinal == Some(Ordinal::Number)
        && title.meaning.sense.is_none()
        && (beside.in_turn || above.is_some_and(|above| above.runs))
        && has_steps(outline, ix)
}

/// Whether `title` says what is done: "2. Verify the data", "5. Monitoring", "3. Promote the replica".
pub(super) fn says_what(title: &Title) -> bool {
    let stage = title.meaning.stage;
    let staged = stage.is_some_and(|stage| stage.weight >= Weight::Weak);
    let tells = title.words.tells_concept() || orders::asks(&title.words);
    (staged && !tells) || orders::begin(&title.words) || orders::is_told(&title.words)
}

/// Whether `title` counts with the word for it: "Step 2: …".
pub(in crate::plan::markdown) fn is_called_step(title: &Title) -> bool {
    heading::counts_steps(&title.text) && title.words.begins(&[Topic::Steps])
}

/// Whether a heading beside that of `ix` is numbered as it is, and holds what is run or ticked.
fn has_steps(outline: &Outline, ix: SectionIx) -> bool {
    let above = outline.sections[ix].parent;
    above.is_some_and(|above| outline.counting.contains(&above))
}

/// Whether the number of `title` counts more than its words: "Step 2: Stop background jobs" is done. With
/// `named` it calls itself a step, and else "2. Background" is read; what is not `sure` by what it holds or when it is
/// due has to say what to do: "2. Duration" does not.
fn outweighs(title: &Title, named: bool, sure: bool) -> bool {
    let ordered = || orders::begin(&title.words) || title.words.begins(&[Topic::Verify]);
    match title.meaning.sense {
        None => sure || says_what(title),
        Some(Sense::Prose | Sense::Contacts) => named || ordered(),
        Some(Sense::Alerts) => ordered(),
        Some(Sense::Reference) => {
            let last = title.words.ends(Topic::Reference) || title.text.contains(['(', '（']);
            ordered() && !last && !title.words.is_not_to_be_done()
        }
        // Of these, the words say more: see `purpose`.
        Some(Sense::Rollback) => title.words.reverts_to_use() || title.words.sets_going(),
        Some(Sense::Signoff | Sense::Criteria | Sense::Success) => false,
    }
}

/// Whether a way back by name stands behind the section `ix`.
pub(super) fn has_way_back_behind(outline: &Outline, ix: SectionIx) -> bool {
    outline.sections[ix + 1..].iter().any(|section| {
        let words = &section.title.words;
        section.title.meaning.sense == Some(Sense::Rollback)
            && words.is_called_rollback()
            && !words.keeps_for_rollback()
    })
}

/// Whether beside the section `ix`, which says "no go", one says "go".
pub(super) fn goes_beside(outline: &Outline, ix: SectionIx) -> bool {
    let above = outline.sections[ix].parent;
    let mut beside = above
        .iter()
        .flat_map(|&above| &outline.sections[above].children);
    beside.any(|&other| outline.sections[other].title.words.is_go())
}

/// What is due so much later, or earlier, than what it stands below is not done with it.
const APART: Duration = Duration::from_secs(60 * 60);

/// Whether `title` tells a place on the clock that is none of those of what it stands below: "Phase 8 (T+100 min)
/// › Decommission (T+72 hours)".
pub(super) fn is_due_apart(title: &Title, above: &Reading) -> bool {
    let begins = above.at.as_ref().map_or(0, |at| at.seconds);
    let length = above.budget.unwrap_or(APART).max(APART);
    place(title).is_some_and(|own| own.abs_diff(begins) >= length.as_secs())
}

/// Whether `title`, a part of the deployment `above`, is due when that is over: a step of it may be as late as the same day.
pub(super) fn is_late(title: &Title, above: &Reading) -> bool {
    let day = |seconds: i64| seconds >= 24 * 60 * 60;
    is_due_apart(title, above) && (!is_called_step(title) || place(title).is_some_and(day))
}

/// The place on the clock that `title` tells.
fn place(title: &Title) -> Option<i64> {
    let (places, _) = title.read(|said| match said {
        Said::Place(seconds) | Said::Stretch(seconds, _) => Some(seconds),
        _ => None,
    });
    places.first().copied()
}
