//! What the reading of a runbook warned of, step by step: that it is accepted does not make it unsaid.

use std::collections::{HashMap, HashSet};

use super::homes::Homes;
use super::own::Own;
use crate::plan::Opened;
use crate::plan::codes::READING;
use crate::plan::problem::{Problem, Severity};

/// What the reading warned of.
#[derive(Default)]
pub(super) struct Remarks<'o> {
    /// Of each step, by its place.
    steps: HashMap<usize, Vec<&'o Problem>>,
    /// Of what is no step.
    pub(super) elsewhere: Vec<&'o Problem>,
}

impl<'o> Remarks<'o> {
    /// What the reading of `opened` warned of, whose steps are at `homes`. Its notes say what is done
    /// with what was read, and that is what the typed plan says; what is found in it without any remark,
    /// as in `typed`, would be said twice.
    pub(super) fn of(opened: &'o Opened, homes: &Homes, typed: &Opened) -> Self {
        let mut remarks = Remarks::default();
        let found: HashSet<_> = said(typed).map(|p| (p.code, &p.message)).collect();
        let warns = |problem: &&Problem| {
            problem.severity == Severity::Warning
                && problem.file.is_none()
                && !found.contains(&(problem.code, &problem.message))
        };
        let mut said: Vec<_> = said(opened).collect();
        said.sort_by_key(|problem| problem.span.start);
        for problem in said.into_iter().filter(warns) {
            if READING.contains(&problem.code) {
                match homes.of_byte(problem.span.start) {
                    Some(step) => remarks.steps.entry(step).or_default().push(problem),
                    None => remarks.elsewhere.push(problem),
                }
            }
        }
        remarks
    }

    /// What the reading warned of in the step that begins at `start`.
    pub(super) fn in_step(&self, start: usize) -> &[&'o Problem] {
        self.steps.get(&start).map_or(&[], Vec::as_slice)
    }
}

/// What is said of a plan's own file, accepted or not.
fn said(opened: &Opened) -> impl Iterator<Item = &Problem> {
    let own = Own::of(opened);
    let accepted = opened.allowed.iter().map(|allowed| &allowed.problem);
    let all = opened.problems.iter().chain(accepted);
    all.filter(move |problem| own.has(problem.span))
}
