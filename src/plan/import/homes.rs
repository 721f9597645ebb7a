//! Which step a place in a runbook belongs to.

use crate::plan::check::reaches;
use crate::plan::model::Plan;

/// The stretches of the steps.
pub(super) struct Homes {
    /// The start and end of each, and the place of its step, in order.
    stretches: Vec<(usize, usize, usize)>,
}

impl Homes {
    /// The stretches of the steps of `plan`.
    pub(super) fn of(plan: &Plan) -> Self {
        let steps = plan.steps.iter().map(|step| &step.spec);
        let stretches = steps.flat_map(|spec| {
            let reaches = reaches(spec).into_iter();
            reaches.map(|reach| (reach.start, reach.end, spec.span.start))
        });
        let mut stretches: Vec<_> = stretches.collect();
        stretches.sort_unstable();
        Homes { stretches }
    }

    /// The place of the step that the byte `at` is in.
    pub(super) fn of_byte(&self, at: usize) -> Option<usize> {
        let next = self.stretches.partition_point(|(start, ..)| *start <= at);
        let (_, end, step) = *self.stretches[..next].last()?;
        (at < end).then_some(step)
    }
}
