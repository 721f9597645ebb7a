//! Of what kind those steps of a series are that only look, or get ready, in the middle of it: "2. Verify that the operator
//! is ready" behind "1. Upgrade the operator" is no preparation, and "3. Monitor the queue" in front of "4. Start" does
//! not come after the deployment.

use std::collections::{HashMap, HashSet};

use super::phases::Phase;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::headings::roles::Reading;
use crate::plan::markdown::names::words::Weight;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

/// Where a step stands among those that are numbered beside it.
#[derive(Clone, Copy, Default)]
struct Around {
    /// The kind of the one right before it.
    last: Option<PhaseKind>,
    /// Whether one before it deploys, and one behind it.
    behind: bool,
    ahead: bool,
}

/// Gives such steps among `phases`, which stand as in the file, the kind that their place says.
pub(in crate::plan::markdown) fn settle(
    outline: &Outline,
    readings: &[Reading],
    phases: &mut [Phase],
) {
    let around = around(outline, phases);
    for (phase, around) in phases.iter_mut().zip(around) {
        let title = &outline.sections[phase.section].title;
        let sure = readings[phase.section].counted || (around.behind && around.ahead);
        if title.ordinal != Some(Ordinal::Number) || !sure || title.words.is_checklist() {
            continue;
        }
        let weight = title.meaning.stage.map(|stage| stage.weight);
        let looks = title.words.has(Topic::Verify) || title.words.looks_first();
        let kind = match (phase.said, weight) {
            (Some(PhaseKind::Before), Some(Weight::Weak)) if around.behind && looks => {
                PhaseKind::Verify
            }
            (Some(PhaseKind::Before), Some(Weight::Weak)) if around.behind && around.ahead => {
                PhaseKind::Deploy
            }
            (Some(PhaseKind::After), Some(Weight::Weak)) if around.behind && around.ahead => {
                PhaseKind::Verify
            }
            // "2.5 Tests" goes on with "2.4 Verification".
            (Some(PhaseKind::Deploy), Some(Weight::Faint))
                if title.words.has(Topic::Testing) && around.last == Some(PhaseKind::Verify) =>
            {
                PhaseKind::Verify
            }
            _ => continue,
        };
        phase.said = Some(kind);
        phase.spec.kind = kind;
    }
}

/// Where each of `phases` stands.
fn around(outline: &Outline, phases: &[Phase]) -> Vec<Around> {
    let mut all = vec![Around::default(); phases.len()];
    let series = |phase: &Phase| {
        let section = &outline.sections[phase.section];
        (section.title.ordinal == Some(Ordinal::Number)).then_some(section.parent)
    };
    let mut before: HashMap<Option<SectionIx>, Around> = HashMap::new();
    let mut deploys: HashSet<Option<SectionIx>> = HashSet::new();
    for (phase, around) in phases.iter().zip(&mut all) {
        let Some(series) = series(phase) else {
            continue;
        };
        let so_far = before.entry(series).or_default();
        *around = *so_far;
        so_far.last = phase.said;
        so_far.behind |= phase.said == Some(PhaseKind::Deploy);
    }
    for (phase, around) in phases.iter().zip(&mut all).rev() {
        let Some(series) = series(phase) else {
            continue;
        };
        around.ahead = deploys.contains(&series);
        if phase.said == Some(PhaseKind::Deploy) {
            deploys.insert(series);
        }
    }
    all
}
