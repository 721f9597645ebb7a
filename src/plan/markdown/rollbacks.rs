//! From the sections of a way back to its tiers.

use std::collections::HashMap;

use super::heading::Ordinal;
use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use super::sections::Contents;
use crate::plan::draft::{Confirm, StepSpec, TierSpec, UndoOrder};
use crate::plan::model::PhaseKind;

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
) -> Vec<TierSpec> {
    let mut tiers: Vec<Tier> = Vec::new();
    for (section, steps) in std::mem::take(&mut contents.back) {
        let root = root(outline, readings, section);
        let branch = branch(outline, section, root);
        let stage = is_stage(outline, readings, branch, root);
        let joins = |tier: &&mut Tier| {
            let same = tier.section == branch;
            let below = tier.section == root && !has_window(readings, branch, root);
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
        let mut spec = tier.finish(outline, readings, contents);
        let count = seen.entry(spec.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            spec.name = format!("{} ({count})", spec.name);
        }
        spec
    };
    tiers.into_iter().map(finish).collect()
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
    let plain = title.words.is_plain_rollback();
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
        TierSpec {
            name,
            from: reading.from,
            until: reading.until,
            undo: UndoOrder::default(),
            confirm: Confirm::default(),
            steps,
            span: outline.sections[section].span,
        }
    }
}
