//! From the sections of a way back to its tiers.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::stages::{Section, begins, branch, closing, ends, goes_on, is_stage, is_whole, root};
use crate::plan::draft::{Confirm, StepSpec, TierSpec, UndoOrder};
use crate::plan::looks;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::headings::exclusive;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::headings::roles::Reading;
use crate::plan::markdown::sections::Contents;
use crate::plan::markdown::steps::{guards, in_turn, twice};
use crate::plan::problem::Problem;

/// A tier while its sections come together.
struct Tier {
    /// The section that it is called after.
    section: SectionIx,
    /// The section below which all its parts stand, and those beside that which go on with it.
    root: SectionIx,
    beside: Vec<SectionIx>,
    /// Since when and until when it is for.
    window: Window,
    /// Whether another of the same time is a part of it.
    open: bool,
    /// The sections whose steps it has.
    parts: Vec<Section>,
}

type Window = (Option<Duration>, Option<Duration>);

/// A section of a way back, and what it may be a part of.
#[derive(Clone, Copy)]
struct Part {
    root: SectionIx,
    branch: SectionIx,
    /// Whether it is for a case, or one of several ways.
    apart: bool,
    /// Whether it is surely no more than a part: "Rollback steps", "2. Database".
    stage: bool,
    window: Window,
}

/// The ways back of a file, in its order. Those of the same time are parts of one, done one after the other,
/// unless their words say that only one of them is gone.
pub(in crate::plan::markdown) fn tiers(
    outline: &Outline,
    readings: &[Reading],
    contents: &mut Contents,
    book: &mut Book<'_>,
) -> Vec<TierSpec> {
    let mut tiers: Vec<Tier> = Vec::new();
    let mut begun: HashMap<SectionIx, Option<SectionIx>> = HashMap::new();
    let cases = exclusive::cases(outline, readings, book);
    let back = std::mem::take(&mut contents.back);
    let close = closing(&back, outline, readings);
    let mut after: Option<Tier> = None;
    for (at, (section, mut steps)) in back.into_iter().enumerate() {
        let root = root(outline, readings, section);
        let branch = branch(outline, section, root);
        // What ends one of several ways, and stands behind them all, ends each of them.
        let beside = tiers
            .iter()
            .filter(|tier| ends(outline, root) || tier.root == root);
        if at >= close && beside.count() > 1 {
            for step in &mut steps {
                guards::guard_behind_ways(step);
            }
            let part = (section, steps);
            match &mut after {
                Some(after) => after.parts.push(part),
                None => after = Some(Tier::behind_each(root, branch, part, outline)),
            }
            continue;
        }
        let told = |ix: SectionIx| contents.until.get(&ix).copied();
        let (from, until) = (readings[branch].from, readings[branch].until);
        // "(< 5 minutes)" over "If it is seen within the first 15 minutes" is how long it takes.
        let until = match from {
            None => until.max(told(branch)).or_else(|| told(root)),
            Some(_) => until,
        };
        let apart = cases.contains(&branch);
        let title = &outline.sections[branch].title;
        let choice = readings[branch].is_choice(title.ordinal);
        let begun = begun.entry(root).or_insert_with(|| begins(outline, root));
        let goes_on = begun.is_some_and(|first| first < branch);
        let stage = is_stage(outline, readings, branch, root) || goes_on;
        let stage = !apart && !choice && !outline.is_listed(branch) && stage;
        let part = Part {
            root,
            branch,
            apart: apart
                || (title.is_one_of_several() && !outline.is_lone_case(branch))
                || outline.is_listed(branch)
                || choice
                || (branch != root && !stage && !title.words.is_part()),
            stage,
            window: (from, until),
        };
        let last = tiers.last_mut();
        match last.filter(|tier| tier.takes(part, apart, outline, readings)) {
            Some(tier) => {
                if let Some(case) = tier.case_of(section, outline) {
                    for step in &mut steps {
                        guards::guard_case(step, case, book);
                    }
                }
                tier.add(part, section, steps, outline, book);
            }
            None => tiers.push(Tier {
                section: if part.stage { root } else { branch },
                root,
                beside: Vec::new(),
                window: part.window,
                open: !part.apart,
                parts: vec![(section, steps)],
            }),
        }
    }
    offer_looks_last(&mut tiers);
    name_single_ones(&mut tiers, outline);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let closed = after.is_some();
    let ways = ways(&tiers, &cases, outline, readings);
    let finish = |(tier, way): (Tier, bool)| {
        let section = tier.section;
        super::phases::tell_unread_time(&outline.sections[section], book);
        let mut spec = tier.finish(way, outline, readings, contents, book);
        let mut count = seen.entry(spec.name.clone()).or_insert(0);
        // Another of this name is told from it by its time.
        let time = outline.sections[section].title.time_words();
        if let Some(time) = time.filter(|_| *count > 0) {
            spec.name = format!("{} ({time})", spec.name);
            count = seen.entry(spec.name.clone()).or_insert(0);
        }
        *count += 1;
        if *count > 1 {
            spec.name = format!("{} ({count})", spec.name);
        }
        spec
    };
    for Tier { parts, .. } in &mut tiers {
        // What proves that it is done may stand first, as the list of what that takes.
        let ended = parts.iter().take_while(|(part, _)| ends(outline, *part));
        let leading = ended.count();
        parts.rotate_left(leading);
    }
    let after = after.map(|tier| (tier, false));
    let tiers = tiers.into_iter().zip(ways).chain(after);
    let mut specs: Vec<TierSpec> = tiers.map(finish).collect();
    if let Some(last) = specs.last_mut() {
        last.after = closed;
    }
    specs
}

/// Puts those that only look behind the others: who has read "Diagnostics" beside "Rollback steps" has not gone back.
fn offer_looks_last(tiers: &mut [Tier]) {
    let looks = |tier: &Tier| {
        let mut steps = tier.parts.iter().flat_map(|(_, steps)| steps);
        steps.all(|step| looks::only_looks(&step.work) && !step.work.is_check())
    };
    if tiers.iter().any(|tier| !looks(tier)) {
        tiers.sort_by_key(looks);
    }
}

/// Which of `tiers` are ways beside others for the same time, by what they count or by their `cases`: a person picks one.
fn ways(
    tiers: &[Tier],
    cases: &HashSet<SectionIx>,
    outline: &Outline,
    readings: &[Reading],
) -> Vec<bool> {
    let counts = |tier: &Tier| {
        let title = &outline.sections[tier.section].title;
        let choice = readings[tier.section].is_choice(title.ordinal);
        outline.counts_ways(tier.section) || choice || cases.contains(&tier.section)
    };
    let place = |tier: &Tier| (outline.parent(tier.section), tier.window);
    let mut beside: HashMap<_, HashSet<SectionIx>> = HashMap::new();
    for tier in tiers.iter().filter(|tier| counts(tier)) {
        beside.entry(place(tier)).or_default().insert(tier.section);
    }
    let several = |tier: &Tier| beside.get(&place(tier)).is_some_and(|ways| ways.len() > 1);
    tiers
        .iter()
        .map(|tier| counts(tier) && several(tier))
        .collect()
}

/// Where there is only one way back, "If issues occur" and "Steps" are no names for it.
fn name_single_ones(tiers: &mut [Tier], outline: &Outline) {
    let mut count: HashMap<SectionIx, usize> = HashMap::new();
    for tier in tiers.iter() {
        *count.entry(tier.root).or_insert(0) += 1;
    }
    for tier in tiers {
        let words = &outline.sections[tier.section].title.words;
        let telling = words.is_rollback() && !words.is_plain_rollback();
        let beside = tier.beside.contains(&tier.section);
        if count.get(&tier.root) == Some(&1) && !telling && !beside {
            tier.section = tier.root;
        }
    }
}

impl Tier {
    /// What is done behind whichever way back was gone, which begins with `part`.
    fn behind_each(root: SectionIx, branch: SectionIx, part: Section, outline: &Outline) -> Self {
        Tier {
            section: if ends(outline, root) { root } else { branch },
            root,
            beside: Vec::new(),
            window: (None, None),
            open: false,
            parts: vec![part],
        }
    }

    /// Whether `part` belongs to it. One that is for a case never does, unless it stands in that.
    fn takes(&self, part: Part, case: bool, outline: &Outline, readings: &[Reading]) -> bool {
        if self.root != part.root && !self.beside.contains(&part.root) {
            let none = (None, None);
            let untimed = self.window == none && part.window == none;
            return untimed
                && self.open
                && !part.apart
                && goes_on(outline, readings, self.last_root(), part.root);
        }
        // What stands right below the heading goes on in what stands deeper.
        let own = self
            .parts
            .first()
            .is_some_and(|(first, _)| *first == self.root);
        let below = self.section == self.root && !case && (own || !part.apart);
        let beside = self.open && !part.apart;
        let same = self.section == part.branch || part.stage;
        same || ((below || beside) && self.window == part.window)
    }

    /// The heading of `section`, or one above it, that says that what joins this way back there is for a case: "If the data
    /// is corrupt".
    fn case_of<'o>(&self, section: SectionIx, outline: &'o Outline) -> Option<&'o str> {
        let own = |ix: SectionIx| ix == self.section || ix == self.root;
        std::iter::once(section)
            .chain(outline.above(section))
            .take_while(|&ix| !own(ix))
            .map(|ix| &outline.sections[ix].title)
            .find(|title| title.words.names_failure() || in_turn::says_case(&title.text))
            .map(|title| title.text.as_str())
    }

    fn last_root(&self) -> SectionIx {
        self.beside.last().copied().unwrap_or(self.root)
    }

    fn add(
        &mut self,
        part: Part,
        section: SectionIx,
        steps: Vec<Box<StepSpec>>,
        outline: &Outline,
        book: &mut Book<'_>,
    ) {
        let around = |ix: SectionIx| outline.sections[ix].title.words.is_around();
        if part.root != self.root && !self.beside.contains(&part.root) {
            if !around(self.section) && !around(part.root) {
                self.tell_joined(part.root, outline, book);
            }
            self.beside.push(part.root);
            if around(self.section) {
                self.section = part.root;
            }
        } else if part.root == self.root && part.branch != self.section {
            let whole = |ix: SectionIx| is_whole(outline, ix);
            if self.section != self.root && whole(self.section) && whole(part.branch) {
                self.tell_joined(part.branch, outline, book);
            }
            self.section = self.root;
        }
        self.parts.push((section, steps));
    }

    /// Tells of a part that may be a way back of its own.
    fn tell_joined(&self, next: SectionIx, outline: &Outline, book: &mut Book<'_>) {
        let section = &outline.sections[next];
        let message = format!(
            "\"{}\" is taken as a part of one way back with \"{}\": they are done one after the other",
            section.title.text, outline.sections[self.section].title.text
        );
        let problem = Problem::warning("unclear-tier", book.first_line(section.span), message);
        book.problems.push(problem.hint(
            "where only one of them is gone, call them so: \"Option A: the application\", or say until when: \"(< 15 minutes)\"",
        ));
    }

    /// The tier with its name, which is a `way` beside others or not.
    fn finish(
        self,
        way: bool,
        outline: &Outline,
        readings: &[Reading],
        contents: &mut Contents,
        book: &mut Book<'_>,
    ) -> TierSpec {
        let section = self.section;
        let reading = &readings[section];
        contents.named[section] = true;
        let mut steps = Vec::new();
        for (part, mut of_part) in self.parts {
            for step in of_part.iter_mut().filter(|_| part != section) {
                if step.group.is_none() {
                    let name = readings[part].name.as_str();
                    step.group = Some(name)
                        .filter(|name| *name != step.title)
                        .map(Into::into);
                    contents.named[part] = true;
                }
            }
            steps.append(&mut of_part);
        }
        twice::guard(&mut steps, book);
        let plain = outline.sections[section].title.words.is_plain_rollback();
        let name = match outline.parent(section).filter(|_| plain) {
            Some(above) => {
                contents.named[above] = true;
                format!("{} › {}", readings[above].name, reading.name)
            }
            None => reading.name.clone(),
        };
        // "Schema rollback, Code rollback"; "Post-rollback" has no say.
        let others = self.beside.iter().filter(|&&ix| {
            ix != section && !plain && !outline.sections[ix].title.words.is_around()
        });
        let name = others.fold(name, |name, &ix| format!("{name}, {}", readings[ix].name));
        TierSpec {
            name,
            from: self.window.0,
            until: self.window.1,
            undo: UndoOrder::default(),
            confirm: Confirm::default(),
            way,
            after: false,
            steps,
            span: outline.sections[section].span,
        }
    }
}
