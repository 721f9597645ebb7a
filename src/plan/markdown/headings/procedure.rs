//! Headings that say nothing of their own and belong to a procedure all the same, because of those beside them.

use std::collections::HashMap;

use super::guide;
use super::outline::{Outline, Section, SectionIx};
use super::roles::says_steps;
use super::series;
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::words::{Meaning, Sense};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::model::PhaseKind;

/// What a heading is because of those beside it.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside {
    /// Whether it goes on with what they do.
    pub(super) goes_on: bool,
    /// Whether they are numbered as it is, and most of them are done: they are no chapters.
    pub(super) in_turn: bool,
}

/// What each heading is by those beside it, in a file that its front matter has `called` so.
pub(super) fn beside(outline: &Outline, called: Option<&str>) -> Vec<Beside> {
    let counted = counted(outline);
    let of = |(section, goes_on): (&Section, bool)| {
        let number = is_numbered(&section.title);
        let series = &counted[section.parent.unwrap_or(0)];
        Beside {
            goes_on: goes_on || (number && series.said),
            in_turn: number
                && series.said
                && series.done * 2 > series.all
                && (section.acts || !tells_only(&section.title)),
        }
    };
    let sections = outline.sections.iter().zip(around(outline));
    let mut beside: Vec<Beside> = sections.map(of).collect();
    for step in guide::steps(outline, called) {
        beside[step].goes_on = true;
        beside[step].in_turn = true;
    }
    beside
}

/// The numbered headings right below one that speak of nothing else.
#[derive(Clone, Default)]
struct Series {
    /// Whether one of them says that it is a step, so all are: who runs "1." and "4." and leaves "2." out does something else.
    said: bool,
    /// How many there are, and how many say what is done, or hold something that is.
    all: usize,
    done: usize,
}

/// Those below each section. The first section, below which none is, stands for the file.
fn counted(outline: &Outline) -> Vec<Series> {
    let mut counted = vec![Series::default(); outline.sections.len()];
    for section in &outline.sections {
        let title = &section.title;
        if is_numbered(title) && title.meaning.sense.is_none() {
            let series = &mut counted[section.parent.unwrap_or(0)];
            series.said |= says_steps(title);
            series.all += 1;
            series.done += usize::from(section.acts || series::says_what(title));
        }
    }
    counted
}

/// Whether a heading ends with the word for what is told, not done: "2. Deployment window", "9. Change history".
fn tells_only(title: &Title) -> bool {
    let last = title.words.uncounted().split_whitespace().next_back();
    last.is_some_and(|last| TOLD.iter().any(|stem| last.starts_with(stem))) && !title.words.orders()
}

#[rustfmt::skip]
const TOLD: [&str; 34] = [
    "approach", "architect", "assumption", "background", "comparison", "concept", "consideration", "contact", "dependenc",
    "design", "detail", "environment", "goal", "histor", "impact", "link", "log", "matrix", "model", "note", "overview", "plan",
    "polic", "purpose", "reference", "responsibilit", "risk", "schedul", "scope", "stack", "strateg", "summar", "timeline", "window",
];

fn is_numbered(title: &Title) -> bool {
    title.ordinal == Some(Ordinal::Number)
}

/// Whether the heading of `ix`, which restores something and says no more, is one of a procedure's: what stands
/// before it and behind it is counted or timed as it is, and is done on the way to a deployment. "3. Restore" in
/// front of "4. Switch the traffic" fills the new server.
pub(super) fn is_in_turn(outline: &Outline, ix: SectionIx) -> bool {
    let section = &outline.sections[ix];
    if !section.title.words.only_restores() {
        return false;
    }
    let sections = outline.sections.iter().enumerate().skip(1);
    let beside = sections.filter(|(_, other)| other.parent == section.parent);
    let (before, behind): (Vec<_>, Vec<_>) = beside
        .filter(|(other, _)| *other != ix)
        .partition(|(other, _)| *other < ix);
    let alike = |other: &Section| {
        let (own, other_title) = (&section.title, &other.title);
        let counted = is_numbered(own) && is_numbered(other_title);
        let timed = own.tells_time() && other_title.tells_time();
        (counted || timed)
            && other_title.meaning.sense.is_none()
            && (other.holds.work || other.holds.tasks)
    };
    let near = [before.last(), behind.first()];
    near.iter()
        .all(|near| near.is_some_and(|(_, near)| alike(near)))
        && !before.iter().any(|(_, other)| kind(other) == Kind::Deploys)
}

/// Whether a section is called a way back and holds one, and does not stand below one that only prepares.
pub(super) fn has_way_back(outline: &Outline) -> bool {
    let early = |ix: SectionIx| {
        let stage = outline.sections[ix].title.meaning.stage;
        stage.is_some_and(|stage| stage.kind == PhaseKind::Before)
    };
    let mut sections = outline.sections.iter().enumerate();
    sections.any(|(ix, section)| {
        section.title.meaning.sense == Some(Sense::Rollback)
            && section.title.words.is_called_rollback()
            && !section.title.words.keeps_for_rollback()
            && section.holds.work
            && !outline.above(ix).any(early)
    })
}

/// Which headings are orders of which nothing says when, around the deployment: who stops the application and
/// migrates starts it as well. One that has no other on the deployment's other side may be for an emergency. So
/// is "100%" behind "Canary 25%".
fn around(outline: &Outline) -> Vec<bool> {
    let mut around = vec![false; outline.sections.len()];
    let mut beside: HashMap<Option<SectionIx>, Vec<SectionIx>> = HashMap::new();
    for (ix, section) in outline.sections.iter().enumerate().skip(1) {
        beside.entry(section.parent).or_default().push(ix);
    }
    for siblings in beside.into_values() {
        let kinds: Vec<(SectionIx, Kind)> = siblings
            .into_iter()
            .map(|ix| (ix, kind(&outline.sections[ix])))
            .collect();
        for run in kinds.split(|(_, kind)| *kind == Kind::Other) {
            mark(run, outline, &mut around);
        }
    }
    around
}

/// What a heading is to those beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Deploys,
    Orders,
    Share,
    Other,
}

fn kind(section: &Section) -> Kind {
    let title = &section.title;
    let stage = title.meaning.stage;
    if title.meaning.sense.is_none() && stage.is_some_and(|stage| stage.kind == PhaseKind::Deploy) {
        return Kind::Deploys;
    }
    let unsaid = title.meaning == Meaning::default() && section.holds.work;
    match unsaid && !title.words.names_a_case() {
        true if is_share(&title.text) => Kind::Share,
        true if title.words.orders() => Kind::Orders,
        _ => Kind::Other,
    }
}

/// Marks those of `run`, orders and deployments that stand side by side, that are done around them.
fn mark(run: &[(SectionIx, Kind)], outline: &Outline, around: &mut [bool]) {
    let deploys = |(_, kind): &(SectionIx, Kind)| *kind == Kind::Deploys;
    let (Some(first), Some(last)) = (run.iter().position(deploys), run.iter().rposition(deploys))
    else {
        return;
    };
    // What stops something behind the deployment undoes it.
    let goes_on = |(ix, kind): &&(SectionIx, Kind)| {
        *kind == Kind::Share || !outline.sections[*ix].title.words.takes_down()
    };
    let behind = run[last + 1..].iter().take_while(goes_on).count();
    let ordered = |run: &[(SectionIx, Kind)]| run.iter().any(|(_, kind)| *kind == Kind::Orders);
    let early = ordered(&run[first..=last + behind]);
    let late = ordered(&run[..=last]);
    for (at, (ix, kind)) in run.iter().enumerate() {
        let within = match at {
            at if at < first => early,
            at if at > last => late && at <= last + behind,
            _ => true,
        };
        around[*ix] |= *kind == Kind::Share || (*kind == Kind::Orders && within);
    }
}

/// Whether `text` is no more than a share of the whole: "50%", "100 %".
fn is_share(text: &str) -> bool {
    let share = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.'))
    };
    text.strip_suffix('%')
        .is_some_and(|text| !text.is_empty() && share(text))
}
