//! From the sections of a way back to its tiers.

use std::collections::{HashMap, HashSet};

use super::book::Book;
use super::heading::Ordinal;
use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use super::sections::Contents;
use crate::plan::draft::{Confirm, StepSpec, TierSpec, UndoOrder};
use crate::plan::model::PhaseKind;
use crate::plan::problem::Problem;

/// A tier while its sections come together.
struct Tier {
    /// The section that it is called after.
    section: SectionIx,
    /// The section below which all its parts stand.
    root: SectionIx,
    /// The sections whose steps it has.
    parts: Vec<(SectionIx, Vec<Box<StepSpec>>)>,
}

/// The ways back of a file, in its order.
pub(super) fn tiers(
    outline: &Outline,
    readings: &[Reading],
    contents: &mut Contents,
    book: &mut Book<'_>,
) -> Vec<TierSpec> {
    let mut tiers: Vec<Tier> = Vec::new();
    let cases = cases(outline, readings, book);
    for (section, steps) in std::mem::take(&mut contents.back) {
        let root = root(outline, readings, section);
        let branch = branch(outline, section, root);
        let case = cases.contains(&branch);
        let stage = !case && is_stage(outline, readings, branch, root);
        let joins = |tier: &&mut Tier| {
            let same = tier.section == branch;
            let below = tier.section == root && !case && !has_window(readings, branch, root);
            tier.root == root && (same || below || stage)
        };
        match tiers.last_mut().filter(joins) {
            Some(tier) => tier.parts.push((section, steps)),
            None => tiers.push(Tier {
                section: if stage { root } else { branch },
                root,
                parts: vec![(section, steps)],
            }),
        }
    }
    name_single_ones(&mut tiers, outline);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let finish = |tier: Tier| {
        let section = tier.section;
        let mut spec = tier.finish(outline, readings, contents);
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
    tiers.into_iter().map(finish).collect()
}

/// The headings right below one about rollbacks each of which is for a case of its own, "Before the swap" and
/// "After the swap": they are never driven one after the other. Those that are counted are.
fn cases(outline: &Outline, readings: &[Reading], book: &mut Book<'_>) -> HashSet<SectionIx> {
    let mut cases = HashSet::new();
    let back = |ix: &SectionIx| readings[*ix].role == Role::Rollback;
    for root in (0..outline.sections.len()).filter(back) {
        let children = outline.sections[root].children.iter().copied().filter(back);
        let children: Vec<SectionIx> = children.filter(|&ix| !is_counted(outline, ix)).collect();
        let words = |ix: SectionIx| &outline.sections[ix].title.words;
        let times = times(outline, &outline.sections[root].children);
        let is_sure = |ix: SectionIx| words(ix).is_one_case() || times.contains(&ix);
        let (sure, unsure): (Vec<_>, Vec<_>) = children
            .into_iter()
            .filter(|&ix| is_sure(ix) || words(ix).is_rollback_of())
            .partition(|&ix| is_sure(ix));
        if sure.len() + unsure.len() < 2 {
            continue;
        }
        if let Some(&first) = unsure.first() {
            let section = &outline.sections[first];
            let message = format!(
                "\"{}\" and what stands beside it may be ways back of which one is gone: each is offered by itself",
                section.title.text
            );
            let problem = Problem::warning("unclear-tier", book.first_line(section.span), message);
            book.problems.push(problem.hint(
                "where they are parts of one way back, call them so: \"Step 1: the application\"",
            ));
        }
        cases.extend(sure.into_iter().chain(unsure));
    }
    cases
}

/// Those of `children` that are for before and for after the same thing. Where something stands beside them
/// that is for neither, they tell the order.
fn times(outline: &Outline, children: &[SectionIx]) -> HashSet<SectionIx> {
    let time = |ix: &SectionIx| outline.sections[*ix].title.words.one_time();
    let plain = |ix: &SectionIx| {
        let words = &outline.sections[*ix].title.words;
        time(ix).is_none() && !words.is_one_case() && outline.sections[*ix].holds.work
    };
    if children.iter().any(plain) {
        return HashSet::new();
    }
    let said: HashSet<(bool, &str)> = children.iter().filter_map(time).collect();
    let denied =
        |ix: &&SectionIx| time(ix).is_some_and(|(before, what)| said.contains(&(!before, what)));
    children.iter().filter(denied).copied().collect()
}

/// Whether a heading is counted as a step is: "1. Rollback of the app", not "5.1 Rollback of the app".
fn is_counted(outline: &Outline, ix: SectionIx) -> bool {
    let title = &outline.sections[ix].title;
    let digits = title.text.trim_start_matches(|c: char| c.is_ascii_digit());
    let chapter = digits.len() < title.text.len()
        && digits
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    title.ordinal == Some(Ordinal::Number) && !chapter
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
        if count.get(&tier.root) == Some(&1) && !telling {
            tier.section = tier.root;
        }
    }
}

/// The highest heading above from which on all speak of going back.
fn root(outline: &Outline, readings: &[Reading], section: SectionIx) -> SectionIx {
    let above = outline.above(section);
    above
        .take_while(|&above| readings[above].role == Role::Rollback)
        .last()
        .unwrap_or(section)
}

/// The heading right below `root` that `section` belongs to, or `root` itself.
fn branch(outline: &Outline, section: SectionIx, root: SectionIx) -> SectionIx {
    if section == root {
        return root;
    }
    std::iter::once(section)
        .chain(outline.above(section))
        .find(|&ix| outline.parent(ix) == Some(root))
        .unwrap_or(section)
}

fn has_window(readings: &[Reading], branch: SectionIx, root: SectionIx) -> bool {
    let window = |ix: SectionIx| (readings[ix].from, readings[ix].until);
    branch != root && window(branch) != window(root)
}

/// Whether a heading is only a part of a way back: "Rollback steps", "2. Database", "Verification".
fn is_stage(outline: &Outline, readings: &[Reading], branch: SectionIx, root: SectionIx) -> bool {
    if branch == root {
        return false;
    }
    let title = &outline.sections[branch].title;
    let counted = matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase));
    let done = title
        .meaning
        .stage
        .is_some_and(|stage| stage.kind != PhaseKind::Deploy && title.meaning.sense.is_none());
    let plain = title.words.is_plain_rollback() || title.words.is_around();
    (counted || done || plain) && !has_window(readings, branch, root)
}

impl Tier {
    fn finish(self, outline: &Outline, readings: &[Reading], contents: &mut Contents) -> TierSpec {
        let section = self.section;
        let reading = &readings[section];
        contents.named[section] = true;
        let mut steps = Vec::new();
        for (part, mut of_part) in self.parts {
            for step in of_part.iter_mut().filter(|_| part != section) {
                if step.group.is_none() {
                    step.group = Some(readings[part].name.as_str().into());
                    contents.named[part] = true;
                }
            }
            steps.append(&mut of_part);
        }
        let plain = outline.sections[section].title.words.is_plain_rollback();
        let name = match outline.parent(section).filter(|_| plain) {
            Some(above) => {
                contents.named[above] = true;
                format!("{} › {}", readings[above].name, reading.name)
            }
            None => reading.name.clone(),
        };
        let told = contents.until.get(&section).copied();
        TierSpec {
            name,
            from: reading.from,
            until: reading.until.or(told.filter(|_| reading.from.is_none())),
            undo: UndoOrder::default(),
            confirm: Confirm::default(),
            steps,
            span: outline.sections[section].span,
        }
    }
}
