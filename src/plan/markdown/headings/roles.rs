//! What each section is for: from the words of its heading, of the headings above it, and from
//! the times they tell.

use std::collections::HashMap;
use std::time::Duration;

use super::clocked::{self, DAY, Times};
use super::hours;
use super::judged;
use super::outline::{Outline, SectionIx};
use super::procedure;
use super::purpose;
use super::rivals;
use super::saves;
use super::series;
use crate::plan::draft::ClockPlace;
use crate::plan::markdown::figures::times::Said;
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::words::{Sense, Stage, Weight};
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::model::PhaseKind;

/// How a section is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Role {
    /// Its steps are a phase's.
    Steps,
    /// Its steps are a rollback's.
    Rollback,
    /// It is not a phase: [`Sense`] says what it is.
    Other(Sense),
}

/// What is known of a section before its text is read.
pub(in crate::plan::markdown) struct Reading {
    pub(in crate::plan::markdown) role: Role,
    /// The kind of its phase, if the words say.
    pub(in crate::plan::markdown) stage: Option<Stage>,
    /// Whether its numbered items and blocks are steps, not only its task items.
    pub(in crate::plan::markdown) runs: bool,
    /// The heading without the times that were understood.
    pub(in crate::plan::markdown) name: String,
    pub(in crate::plan::markdown) at: Option<ClockPlace>,
    pub(in crate::plan::markdown) budget: Option<Duration>,
    /// When on its day it begins, in minutes since midnight.
    pub(in crate::plan::markdown) clock: Option<u64>,
    /// Since T-0, for a rollback.
    pub(in crate::plan::markdown) from: Option<Duration>,
    pub(in crate::plan::markdown) until: Option<Duration>,
    /// The section whose phase its steps belong to: itself, or one above that has groups.
    pub(in crate::plan::markdown) home: SectionIx,
    /// What it is one of several options of.
    pub(in crate::plan::markdown) choice: Option<String>,
    /// Which of the ways that stand side by side it is one of, by their names.
    pub(in crate::plan::markdown) rival: Option<usize>,
    /// What the times of those numbered below it say, if it is a way back.
    pub(in crate::plan::markdown) below: Times,
    /// Whether it is numbered among the steps of what is done, see [`series`].
    pub(in crate::plan::markdown) counted: bool,
    /// Whether it may be, and does not say what to do.
    pub(in crate::plan::markdown) uncounted: bool,
}

impl Reading {
    pub(in crate::plan::markdown) fn kind(&self) -> Option<PhaseKind> {
        self.stage.map(|stage| stage.kind)
    }

    /// Whether it is one of several ways by its name. What is numbered as a step may be done in turn.
    pub(in crate::plan::markdown) fn is_choice(&self, ordinal: Option<Ordinal>) -> bool {
        self.rival.is_some() && ordinal != Some(Ordinal::Number)
    }

    pub(super) fn is_strong(&self, kind: PhaseKind) -> bool {
        let strong = Weight::Strong;
        self.stage
            .is_some_and(|stage| stage.kind == kind && stage.weight == strong)
    }
}

/// Reads the headings of `outline`, from above to below, in a file that its front matter has `called` so.
pub(in crate::plan::markdown) fn roles(outline: &Outline, called: Option<&str>) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::with_capacity(outline.sections.len());
    let rivals = rivals::of_sections(outline);
    let back = procedure::has_way_back(outline);
    for (ix, beside) in procedure::beside(outline, called).into_iter().enumerate() {
        let above = outline.parent(ix).map(|parent| &readings[parent]);
        let reading = if outline.is_title(ix) || ix == 0 {
            plain(outline, ix)
        } else {
            let counted = series::is_step(outline, ix, above, beside);
            let role = purpose::role(outline, ix, above, back, counted);
            let part = above.filter(|above| rivals::is_way(outline, &rivals, above.home));
            let mut reading = read(outline, ix, role, above, beside.goes_on, rivals[ix]);
            if let Some(way) = part {
                join(outline, ix, way, &mut reading);
            }
            reading.counted = counted;
            reading.uncounted = !counted && series::may_be_step(outline, ix, above, beside);
            reading.runs |= counted;
            reading
        };
        readings.push(reading);
    }
    choices(outline, &mut readings);
    hours::place(outline, &mut readings);
    clocked::let_go_of_lengths(outline, &mut readings);
    clocked::let_go_of_a_lone_length(outline, &mut readings);
    readings
}

/// The title, or what stands before the first heading: it runs only if there is nothing else.
fn plain(outline: &Outline, ix: SectionIx) -> Reading {
    let headings = outline.sections.iter();
    let headings = headings.filter(|section| section.account.is_some());
    Reading {
        role: Role::Steps,
        stage: None,
        runs: headings.count() <= 1,
        name: outline.sections[ix].title.read(|_| None::<()>).1,
        at: None,
        budget: None,
        clock: None,
        from: None,
        until: None,
        home: ix,
        choice: None,
        rival: None,
        below: Times::OfWays,
        counted: false,
        uncounted: false,
    }
}

/// Reads a heading that has this `role`: with `goes_on` one of a procedure's, as a `rival` one of several ways.
fn read(
    outline: &Outline,
    ix: SectionIx,
    role: Role,
    above: Option<&Reading>,
    goes_on: bool,
    rival: Option<usize>,
) -> Reading {
    let section = &outline.sections[ix];
    let title = &section.title;
    let saves = role == Role::Steps && purpose::only_saves(outline, ix);
    let stage = stage(title, above).or(saves.then_some(saves::STAGE));
    let mut reading = Reading {
        role,
        stage,
        runs: saves || runs(title, role, above),
        name: String::new(),
        at: above.and_then(|above| above.at.clone()),
        budget: None,
        clock: None,
        from: above.and_then(|above| above.from),
        until: above.and_then(|above| above.until),
        home: ix,
        choice: None,
        rival,
        below: clocked::times_below(outline, ix),
        counted: false,
        uncounted: false,
    };
    let children = outline.sections[ix].children.iter();
    let mut parts = children.map(|&child| &outline.sections[child].title);
    let parts = parts.any(Title::tells_place);
    // "Rollback › Stop the app (T+0:05)" is when it is done, not since when it is one.
    let part_of_back = above.is_some_and(|above| above.role == Role::Rollback);
    let timetable = part_of_back && !title.words.is_called_rollback();
    if role == Role::Rollback && clocked::is_part(title, above) {
        reading.name = title.read(|_| None::<()>).1;
    } else {
        times(title, parts, timetable, &mut reading);
        clocked::by_its_whole(title, &mut reading);
    }
    let explicit = reading.budget.is_some()
        || above.is_some_and(|above| series::is_due_apart(title, above))
        || title.ordinal == Some(Ordinal::Phase)
        || outline.is_option(ix)
        || (rival.is_some() && title.ordinal != Some(Ordinal::Number));
    if let (false, Role::Steps, Some(above)) = (explicit, role, above)
        && absorbs(outline, above)
    {
        reading.home = above.home;
    }
    let begun = rival.is_none() || outline.is_option(ix) || above.is_some_and(|above| above.runs);
    reading.runs |= role == Role::Steps && ((explicit && begun) || goes_on);
    reading
}

/// Makes `reading` a group of the phase `way`, one of several ways: who picks that one picks all that stands below it.
/// Ways of its own, and what is due at another time, stay apart, and ask.
fn join(outline: &Outline, ix: SectionIx, way: &Reading, reading: &mut Reading) {
    let title = &outline.sections[ix].title;
    let apart = outline.is_option(ix)
        || reading.is_choice(title.ordinal)
        || series::is_due_apart(title, way);
    if reading.role == Role::Steps && !apart {
        reading.home = way.home;
        reading.name.clone_from(&title.text);
        reading.at.clone_from(&way.at);
    }
}

/// Whether the sections below `reading` are groups of its phase.
fn absorbs(outline: &Outline, reading: &Reading) -> bool {
    let ordinal = outline.sections[reading.home].title.ordinal;
    let counted = ordinal == Some(Ordinal::Phase) || outline.is_option(reading.home);
    reading.role == Role::Steps && (counted || reading.budget.is_some())
}

fn stage(title: &Title, above: Option<&Reading>) -> Option<Stage> {
    let inherited = above.and_then(|above| above.stage);
    let deployed = inherited.is_some_and(|above| above.kind == PhaseKind::Deploy);
    // What is kept for a way back in the middle of a deployment is made there.
    let stays = deployed && title.words.keeps_for_rollback();
    let own = title.meaning.stage.filter(|_| !stays);
    let (places, _) = title.read(|said| match said {
        Said::Place(seconds) | Said::Stretch(seconds, _) => Some(seconds),
        _ => None,
    });
    let early = places.first().is_some_and(|&seconds| seconds < 0);
    let late = places.first().is_some_and(|&seconds| seconds > 0);
    // Within a deployment a time says when each part begins.
    let sure = inherited.is_some_and(|above| above.weight > Weight::Faint);
    let within = deployed && sure && above.is_some_and(|above| !series::is_late(title, above));
    let late = late && !within;
    let kind = |kind| {
        let weight = Weight::Strong;
        Some(Stage { kind, weight })
    };
    let parent = judged::of_parent(title, above);
    match own {
        Some(own) if own.kind == PhaseKind::Deploy && parent.is_some() => parent,
        Some(own) if own.weight == Weight::Strong => Some(own),
        _ if early => kind(PhaseKind::Before),
        Some(own) if own.weight == Weight::Weak => Some(weigh(own, above)),
        own => {
            let found = inherited.or(own);
            let done = |stage: Stage| matches!(stage.kind, PhaseKind::Verify | PhaseKind::After);
            match found {
                Some(stage) if late && !done(stage) => kind(PhaseKind::After),
                None if late => kind(PhaseKind::After),
                None if !places.is_empty() => kind(PhaseKind::Deploy),
                found => found,
            }
        }
    }
}

/// What a verification or a review is, below a heading that says before or after what.
fn weigh(own: Stage, above: Option<&Reading>) -> Stage {
    let Some((above, stage)) = above.and_then(|above| Some((above, above.stage?))) else {
        return own;
    };
    let later = matches!(own.kind, PhaseKind::Verify | PhaseKind::After);
    match stage.kind {
        _ if stage.weight < Weight::Strong => own,
        PhaseKind::Before => stage,
        // "First 24 hours › Data validation" is done within those hours, not before them.
        PhaseKind::After if above.at.is_some() || !later => stage,
        PhaseKind::Verify if !later => stage,
        // "Deployment › Expand"
        PhaseKind::Deploy if own.kind == PhaseKind::Deploy => stage,
        _ => own,
    }
}

fn runs(title: &Title, role: Role, above: Option<&Reading>) -> bool {
    let prose = title.meaning.sense == Some(Sense::Prose);
    match role {
        Role::Steps => says_steps(title) || above.is_some_and(|above| above.runs),
        Role::Rollback => !prose,
        Role::Other(_) => false,
    }
}

/// Whether a heading says that what stands below it is done.
pub(super) fn says_steps(title: &Title) -> bool {
    let stage = title.meaning.stage;
    let said = stage.is_some_and(|stage| stage.weight >= Weight::Weak);
    said || title.words.names_steps() || title.tells_time()
}

/// Gives each time of the heading the meaning it has for such a section, whose `parts` may be due each at its own. In a
/// `timetable` a place is no time since when there is a way back.
fn times(title: &Title, parts: bool, timetable: bool, reading: &mut Reading) {
    let words = title.time_words().unwrap_or("").to_owned();
    let kind = reading.kind();
    let place = |seconds: i64| {
        let words = words.clone();
        Some(ClockPlace { seconds, words })
    };
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let (mut at, mut budget, mut from, mut until) = (None, None, None, None);
    let mut clock = None;
    let rollback = reading.role == Role::Rollback;
    let after = kind == Some(PhaseKind::After) || words.starts_with("after ");
    let (_, name) = title.read(|said| {
        match said {
            Said::Between(least, most) if rollback => {
                from = Some(least);
                until = Some(most);
            }
            Said::AtMost(time) | Said::First(time) if rollback => until = Some(time),
            Said::Beyond(time) if rollback => from = Some(time),
            Said::Place(_) if timetable => return None,
            Said::Place(seconds) if rollback => {
                from = Some(Duration::from_secs(u64::try_from(seconds).ok()?));
            }
            Said::Stretch(start, end) if rollback => {
                let start = clocked::begun(reading, &words, start, end);
                from = Some(Duration::from_secs(u64::try_from(start).ok()?));
                until = Some(Duration::from_secs(u64::try_from(end).ok()?));
            }
            Said::Length(_) | Said::Window(..) if rollback => return None,
            Said::Place(seconds) => at = place(seconds),
            Said::Stretch(begins, ends) => {
                let begins = clocked::begun(reading, &words, begins, ends);
                at = place(begins);
                // What comes after a deployment is due then, and takes as long as it takes.
                let length = ends.abs_diff(begins);
                budget = (!after && length > 0).then(|| Duration::from_secs(length));
            }
            Said::First(_) => at = place(0),
            // "Watch the logs (15+ minutes)" says how long at least.
            Said::Beyond(time) if after && time < DAY && words.contains("+ ") => return None,
            Said::Between(time, _) | Said::Beyond(time) if after => at = place(seconds(time)),
            Said::Length(_) if after && parts => return None,
            // "Observe (25m)" says how long; "Long-term (1 week)" when.
            Said::Length(time) if after && time >= DAY => at = place(seconds(time)),
            Said::Length(time) | Said::AtMost(time) | Said::Between(_, time) => budget = Some(time),
            Said::Window(from, time) => {
                // The times of the day stay in the name: they are said nowhere else.
                (clock, budget) = (Some(from), Some(time));
                return None;
            }
            Said::Beyond(_) => return None,
        }
        Some(())
    });
    reading.name = name;
    reading.at = at.or(reading.at.take());
    (reading.budget, reading.clock) = (budget, clock);
    if from.is_some() || until.is_some() {
        (reading.from, reading.until) = (from, until);
    }
}

/// What `options` below the heading `above` are, if their words do not agree: ways to the same end are of
/// one kind, whatever each is called after ("Path 1: add the monitoring").
fn common_stage(readings: &[Reading], above: SectionIx, options: &[SectionIx]) -> Option<Stage> {
    let stages = || options.iter().map(|&option| readings[option].stage);
    let kinds = |stage: Option<Stage>| stage.map(|stage| stage.kind);
    let first = stages().next().and_then(kinds);
    if stages().all(|stage| kinds(stage) == first) {
        return None;
    }
    let deploys = |stage: &Stage| stage.kind == PhaseKind::Deploy;
    readings[above]
        .stage
        .or_else(|| stages().flatten().find(deploys))
}

/// Options that stand side by side below one heading exclude each other.
fn choices(outline: &Outline, readings: &mut [Reading]) {
    let mut labels: HashMap<String, usize> = HashMap::new();
    for (above, parent) in outline.sections.iter().enumerate() {
        // Options by their number, and each of the ways that stand side by side by their names.
        let mut ways: HashMap<Option<usize>, Vec<SectionIx>> = HashMap::new();
        for &child in &parent.children {
            let (ordinal, reading) = (outline.sections[child].title.ordinal, &readings[child]);
            let option = outline.is_option(child);
            if reading.role == Role::Steps && (option || reading.is_choice(ordinal)) {
                let rival = reading.rival.filter(|_| !option);
                ways.entry(rival).or_default().push(child);
            }
        }
        let mut ways: Vec<Vec<SectionIx>> = ways.into_values().collect();
        ways.retain(|options| options.len() > 1);
        ways.sort();
        for options in ways {
            let label = parent.title.text.clone();
            let used = labels.entry(label.clone()).or_insert(0);
            *used += 1;
            let label = if *used > 1 {
                format!("{label} ({used})")
            } else {
                label
            };
            let stage = common_stage(readings, above, &options);
            for option in options {
                readings[option].choice = Some(label.clone());
                readings[option].stage = stage.or(readings[option].stage);
            }
        }
    }
}
