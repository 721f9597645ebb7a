//! What a section is for, by the words of its heading and by those above it.

use super::outline::{Outline, Section, SectionIx};
use super::procedure;
use super::roles::{Reading, Role};
use super::series;
use crate::plan::markdown::names::appendix;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::returns::{before_need, is_for_need, tells_case_of_way_back};
use crate::plan::markdown::names::words::{Sense, Stage, Weight, Words};
use crate::plan::model::PhaseKind;

/// What a section is for, in a file that has a way back elsewhere or not.
/// If it is `counted`, it is numbered among the steps of what is done.
pub(super) fn role(
    outline: &Outline,
    ix: SectionIx,
    above: Option<&Reading>,
    back: bool,
    counted: bool,
) -> Role {
    let section = &outline.sections[ix];
    let words = &section.title.words;
    let own = section
        .title
        .meaning
        .sense
        .filter(|_| !is_application(section, above));
    // What holds for few is tested, or looked up by who meets it.
    let edges = words.tells_edges() && !outline.is_tested(ix);
    let own = own.or(edges.then_some(Sense::Reference));
    if counted && own != Some(Sense::Rollback) {
        return match above.map(|above| above.role) {
            Some(Role::Rollback) => Role::Rollback,
            _ => Role::Steps,
        };
    }
    let apart = matches!(own, Some(Sense::Contacts | Sense::Signoff));
    if only_tells_how(outline, ix) {
        return Role::Other(Sense::Reference);
    }
    if own == Some(Sense::Rollback) && words.lists_quick_commands() && has_way_beside(outline, ix) {
        return Role::Other(Sense::Reference);
    }
    if above.is_none() && is_case_of_rollback(outline, ix) {
        return Role::Rollback;
    }
    match above.map(|above| above.role) {
        // Below what is only for trouble stands what is done in it.
        Some(Role::Other(Sense::Reference))
            if own == Some(Sense::Rollback) && below_trouble(outline, ix) =>
        {
            Role::Rollback
        }
        Some(Role::Other(kept @ (Sense::Reference | Sense::Contacts | Sense::Signoff))) => {
            Role::Other(own.filter(|_| apart).unwrap_or(kept))
        }
        Some(Role::Other(Sense::Criteria)) if is_procedure(section) => Role::Rollback,
        Some(Role::Other(kept @ (Sense::Criteria | Sense::Alerts))) if !apart => Role::Other(kept),
        Some(Role::Rollback) => match own {
            Some(own @ (Sense::Contacts | Sense::Signoff | Sense::Reference)) => Role::Other(own),
            _ if words.names_shortage() && is_below_emergency(outline, ix) => {
                Role::Other(Sense::Reference)
            }
            _ if section.orders || (words.begins_way_back() && section.acts) => Role::Rollback,
            Some(Sense::Criteria | Sense::Alerts) => Role::Other(Sense::Criteria),
            _ if words.is_criteria_below_rollback() => Role::Other(Sense::Criteria),
            _ => Role::Rollback,
        },
        above_role => match own {
            Some(Sense::Rollback) if is_preparation(section, above, back) => Role::Steps,
            // "Communication plan › Rollback alert" is told then, and brings nothing back.
            Some(Sense::Rollback) if outline.told_of(ix).is_some() => Role::Other(Sense::Reference),
            Some(Sense::Rollback) if procedure::is_in_turn(outline, ix) => Role::Steps,
            Some(Sense::Rollback) if is_forward(outline, ix, back, counted) => Role::Steps,
            Some(Sense::Rollback) if is_window(outline, ix) => Role::Steps,
            // What is ticked at a decision point is looked at before one decides.
            Some(Sense::Criteria) if words.is_decision_point() && holds_tasks(outline, ix) => {
                Role::Steps
            }
            Some(Sense::Rollback) if words.is_trouble() && (back || !section.holds.work) => {
                Role::Other(Sense::Reference)
            }
            Some(Sense::Rollback) if back && words.plans_for_several() => {
                Role::Other(Sense::Reference)
            }
            Some(Sense::Rollback) if only_says_when(outline, ix) => Role::Other(Sense::Criteria),
            Some(Sense::Rollback) => Role::Rollback,
            // A template or an example that is there to be ticked is not only for reading.
            Some(Sense::Reference)
                if words.names_steps()
                    && holds_tasks(outline, ix)
                    && !words.is_not_to_be_done() =>
            {
                Role::Steps
            }
            Some(Sense::Criteria) if words.says_how() && section.orders => Role::Rollback,
            Some(Sense::Criteria) if !back && is_for_its_case(outline, ix) => Role::Rollback,
            Some(own) => Role::Other(own),
            None if words.tells_when_to() && !holds_tasks(outline, ix) => {
                Role::Other(Sense::Reference)
            }
            None if words.tells_concept()
                && section.title.ordinal.is_none()
                && is_done_elsewhere(outline, ix) =>
            {
                Role::Other(Sense::Prose)
            }
            None => match above_role {
                Some(Role::Other(Sense::Prose)) if is_done(outline, ix) => Role::Steps,
                Some(kept @ Role::Other(_)) => kept,
                _ => Role::Steps,
            },
        },
    }
}

/// Whether a heading tells how a way back works, and nothing below it is run or ticked.
fn only_tells_how(outline: &Outline, ix: SectionIx) -> bool {
    let title = &outline.sections[ix].title;
    let acts = |section: &Section| section.holds.work || section.holds.tasks;
    title.meaning.sense == Some(Sense::Rollback)
        && title.words.tells_how_it_works()
        && !outline.within(ix).any(acts)
}

/// Whether a heading beside `ix` is that of the way back, of all and in any case.
fn has_way_beside(outline: &Outline, ix: SectionIx) -> bool {
    let parent = outline.sections[ix].parent;
    let mut sections = outline.sections.iter();
    sections.any(|section| {
        let words = &section.title.words;
        let whole = words.is_plain_rollback() && section.title.reserve != Some(Reserve::Case);
        whole && section.parent == parent && section.holds.work && !words.lists_quick_commands()
    })
}

/// Whether a heading counts one of several cases in a file whose title calls it a way back: they are ways of that, whatever
/// each is called after.
fn is_case_of_rollback(outline: &Outline, ix: SectionIx) -> bool {
    let back = is_of_way_back(outline);
    let read = outline.sections[ix].title.meaning.sense;
    let read = read.is_some_and(|sense| sense != Sense::Rollback);
    back && !read && outline.is_option(ix)
}

/// Whether a heading that may be that of an appendix names the application, which is deployed or taken back there.
fn is_application(section: &Section, above: Option<&Reading>) -> bool {
    let driven = |above: &Reading| matches!(above.role, Role::Steps | Role::Rollback) && above.runs;
    (section.holds.work || section.holds.tasks)
        && above.is_some_and(driven)
        && appendix::may_be_application(&section.title.text)
}

/// Whether a heading below one that is only read is about something to be done all the same:
/// "Timeline › T-0: Deploy".
fn is_done(outline: &Outline, ix: SectionIx) -> bool {
    let section = &outline.sections[ix];
    let title = &section.title;
    let strong = |stage: Stage| stage.weight == Weight::Strong;
    let says = title.meaning.stage.is_some_and(strong) || title.tells_time();
    let held = section.holds.tasks || section.holds.work || title.words.names_steps();
    // Where nothing else says what to do, the rows do.
    says && (held || (section.timetable && outline.idle))
}

/// Whether nothing is ticked or run below the heading `ix`, and another one deploys: "Deployment strategy".
fn is_done_elsewhere(outline: &Outline, ix: SectionIx) -> bool {
    let held = |ix: SectionIx| {
        let mut all = outline.within(ix);
        all.any(|section| section.holds.tasks || section.holds.work)
    };
    let own = ix..ix + outline.within(ix).count();
    let deploys = |other: SectionIx| {
        let stage = outline.sections[other].title.meaning.stage;
        stage.is_some_and(|stage| stage.kind == PhaseKind::Deploy) && held(other)
    };
    let around =
        |other: SectionIx| outline.is_title(other) || outline.above(ix).any(|ix| ix == other);
    let mut others = 1..outline.sections.len();
    !held(ix) && others.any(|other| !own.contains(&other) && !around(other) && deploys(other))
}

fn holds_tasks(outline: &Outline, ix: SectionIx) -> bool {
    outline.sections[ix].holds.tasks
}

/// Whether nothing is to be done below a heading about rollbacks that also says in which case: then what
/// stands there is more of that.
fn only_says_when(outline: &Outline, ix: SectionIx) -> bool {
    let text = &outline.sections[ix].title.text;
    let needed = is_for_need(text);
    let done = |section: &Section| {
        let held = section.holds.tasks || section.holds.work || section.orders;
        held || (needed && section.acts)
    };
    !outline.within(ix).any(done)
        && before_need(text).is_none()
        && Words::new(text).meaning().sense == Some(Sense::Criteria)
}

/// Whether a heading that says in which case to go back stands above how to: "Rollback if the smoke test fails" over
/// commands.
fn is_for_its_case(outline: &Outline, ix: SectionIx) -> bool {
    let own = outline.sections[ix].orders;
    tells_case_of_way_back(&outline.sections[ix].title.text)
        && (own || outline.within(ix).skip(1).any(|below| below.holds.work))
}

/// Whether a heading about rollbacks only asks, before the deployment, that one is ready. What is run there
/// prepares one, if the way `back` stands elsewhere.
fn is_preparation(section: &Section, above: Option<&Reading>, back: bool) -> bool {
    let before = |above: &Reading| {
        above.kind() == Some(PhaseKind::Before) && (back || above.is_strong(PhaseKind::Before))
    };
    above.is_some_and(before) && (back || !section.holds.work)
}

/// Whether a heading below criteria says that here is what is done then: "Rollback decision tree › Rollback
/// procedure".
fn is_procedure(section: &Section) -> bool {
    let title = &section.title;
    let back = title.meaning.sense == Some(Sense::Rollback);
    let plain = title.meaning.sense.is_none() && !title.words.is_criteria_below_rollback();
    let held = section.orders;
    (back && (held || title.words.names_steps())) || (plain && title.words.names_steps() && held)
}

/// What headings have over what is brought back from a copy.
const BROUGHT: [&str; 5] = ["restor", " from ", " to ", "recover", "wiederherstell"];

/// Whether a heading that speaks of a way back says that something is kept for it, over commands that do no more.
pub(in crate::plan::markdown) fn only_saves(outline: &Outline, ix: SectionIx) -> bool {
    let mut below = outline.within(ix).filter_map(|section| section.saves);
    // Hardly any section does.
    if below.next() != Some(true) || !below.all(|saves| saves) {
        return false;
    }
    let words = &outline.sections[ix].title.words;
    let text = words.uncounted();
    let from = BROUGHT.iter().any(|word| text.contains(word));
    (words.copies_for_rollback() || words.makes_for_rollback()) && !from
}

/// Whether a heading that speaks of a way back is of a step forward all the same: what is kept for one before
/// the release, "NO-GO" beside "GO", "3. Revert to using the old port" behind "2. Upgrade".
fn is_forward(outline: &Outline, ix: SectionIx, back: bool, counted: bool) -> bool {
    let words = &outline.sections[ix].title.words;
    let copies = || words.makes_for_rollback() && (back || words.copies_for_rollback());
    copies()
        || only_saves(outline, ix)
        || (words.keeps_for_rollback() && series::has_way_back_behind(outline, ix))
        || (words.is_no_go() && series::goes_beside(outline, ix))
        || (counted && (words.reverts_to_use() || words.sets_going()))
        || is_step_of_way_back(outline, ix)
}

/// Whether a heading is one of the steps of a file that is called a way back: "Step 2: Roll back" behind "Step 1: Stop the
/// writes" is done in turn.
fn is_step_of_way_back(outline: &Outline, ix: SectionIx) -> bool {
    let step = |section: &Section| series::is_called_step(&section.title);
    let own = &outline.sections[ix];
    let other = |section: &Section| {
        let beside = section.parent == own.parent && step(section);
        beside && section.title.meaning.sense.is_none() && section.acts
    };
    is_of_way_back(outline) && step(own) && outline.sections.iter().any(other)
}

/// Whether the file's title calls all of it a way back.
fn is_of_way_back(outline: &Outline) -> bool {
    let title = outline.title.map(|title| &outline.sections[title].title);
    title.is_some_and(|title| title.meaning.sense == Some(Sense::Rollback))
}

/// Whether a heading names the time in which one can go back, over what is watched then, and the way back is told
/// elsewhere; or what is done when that time is over.
fn is_window(outline: &Outline, ix: SectionIx) -> bool {
    let words = &outline.sections[ix].title.words;
    let own = ix..ix + outline.within(ix).count();
    let way_back = |(other, section): (SectionIx, &Section)| {
        let title = &section.title;
        let back = title.meaning.sense == Some(Sense::Rollback) && !title.words.names_window();
        back && !own.contains(&other) && outline.within(other).any(|section| section.acts)
    };
    words.names_window()
        && (words.ends_window()
            || (!outline.within(ix).any(|section| section.holds.work)
                && outline.sections.iter().enumerate().any(way_back)))
}

/// Whether a heading stands below one that is about emergencies of any kind, and names no way back.
fn is_below_emergency(outline: &Outline, ix: SectionIx) -> bool {
    let above = outline
        .parent(ix)
        .map(|above| &outline.sections[above].title.words);
    above.is_some_and(Words::is_any_emergency)
}

fn below_trouble(outline: &Outline, ix: SectionIx) -> bool {
    let mut above = outline.above(ix);
    above.any(|above| outline.sections[above].title.words.is_trouble())
}
