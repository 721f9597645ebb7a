//! Parts of the day of the deployment that tell the times of that day: "Migration day (D-0) › Monitoring (08:00 - 17:00)".
//! The deployment's own is T-0, and the others are as far from it as the clock says.

use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use crate::plan::draft::ClockPlace;
use crate::plan::markdown::names::words::Stage;
use crate::plan::model::PhaseKind;

/// Minutes of a day, and how many of them one part may begin behind the one before it: what goes back on the clock is
/// told in no order.
const DAY: u64 = 24 * 60;
const FAR: u64 = DAY / 2;

/// Gives each part of such a day its place, or takes that of the day from it.
pub(super) fn place(outline: &Outline, readings: &mut [Reading]) {
    for (above, parent) in outline.sections.iter().enumerate() {
        let day = readings[above].at.clone();
        let Some(day) = day.filter(|day| day.seconds == 0) else {
            continue;
        };
        let parts: Vec<(SectionIx, u64)> = parent
            .children
            .iter()
            .filter(|&&child| readings[child].role == Role::Steps)
            .filter_map(|&child| Some((child, readings[child].clock?)))
            .collect();
        let places = places(&parts, readings);
        for (ix, &(part, _)) in parts.iter().enumerate() {
            let words = outline.sections[part].title.time_words();
            let place = places.as_ref().map(|places| ClockPlace {
                seconds: places[ix],
                words: words.unwrap_or_default().to_owned(),
            });
            for below in std::iter::once(part).chain(below(outline, part)) {
                if readings[below].at.as_ref() == Some(&day) {
                    readings[below].at.clone_from(&place);
                }
            }
        }
    }
}

/// Seconds from the first of `parts` that deploys to each of them.
fn places(parts: &[(SectionIx, u64)], readings: &[Reading]) -> Option<Vec<i64>> {
    let deploys = |stage: Stage| stage.kind == PhaseKind::Deploy;
    let start = parts
        .iter()
        .position(|(part, _)| readings[*part].stage.is_some_and(deploys))?;
    let mut minutes = Vec::with_capacity(parts.len());
    let mut last: Option<(u64, u64)> = None;
    for (_, clock) in parts {
        let since = match last {
            Some((before, since)) => {
                let gap = (clock + DAY - before) % DAY;
                since + (gap <= FAR).then_some(gap)?
            }
            None => 0,
        };
        last = Some((*clock, since));
        minutes.push(i64::try_from(since * 60).ok()?);
    }
    Some(minutes.iter().map(|place| place - minutes[start]).collect())
}

/// The sections below `ix`.
fn below(outline: &Outline, ix: SectionIx) -> impl Iterator<Item = SectionIx> {
    let level = outline.sections[ix].level;
    (ix + 1..outline.sections.len()).take_while(move |&other| outline.sections[other].level > level)
}
