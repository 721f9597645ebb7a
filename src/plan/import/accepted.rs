//! What the author of a runbook accepts, and which steps it is about: a comment in a runbook holds
//! for what follows it, a key of a step for that step.

use crate::plan::Opened;
use crate::plan::draft::Allow;
use crate::plan::model::Plan;
use crate::plan::source::Span;

/// What is accepted, step by step.
pub(super) struct Accepted<'o> {
    /// The start of each step in the file, and what is accepted in it, by that start.
    steps: Vec<(usize, Vec<&'o Allow>)>,
    /// What is accepted everywhere.
    pub(super) everywhere: Vec<&'o Allow>,
}

impl<'o> Accepted<'o> {
    /// What is accepted in `opened`, whose plan is `plan`.
    pub(super) fn of(opened: &'o Opened, plan: &Plan) -> Self {
        let mut starts: Vec<usize> = plan.steps.iter().map(|step| step.spec.span.start).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut accepted = Accepted {
            steps: starts
                .into_iter()
                .map(|start| (start, Vec::new()))
                .collect(),
            everywhere: Vec::new(),
        };
        for allow in opened.allows.all() {
            match allow.scope {
                None => accepted.everywhere.push(allow),
                Some(scope) => accepted.narrow(allow, scope, opened),
            }
        }
        accepted
    }

    /// Puts `allow` to the steps in which it allows something; what is said of no step is accepted
    /// everywhere.
    fn narrow(&mut self, allow: &'o Allow, scope: Span, opened: &Opened) {
        let mut elsewhere = false;
        for allowed in &opened.allowed {
            let at = allowed.problem.span.start;
            let by = allowed.problem.code == allow.code && allowed.reason == allow.reason;
            if !by || allowed.problem.file.is_some() || !(scope.start..scope.end).contains(&at) {
                continue;
            }
            let next = self.steps.partition_point(|(start, _)| *start <= at);
            match next.checked_sub(1) {
                Some(ix) => {
                    let step = &mut self.steps[ix].1;
                    if !step.contains(&allow) {
                        step.push(allow);
                    }
                }
                None => elsewhere = true,
            }
        }
        if elsewhere {
            self.everywhere.push(allow);
        }
    }

    /// What is accepted in the step that begins at `start`.
    pub(super) fn in_step(&self, start: usize) -> &[&'o Allow] {
        let found = self.steps.binary_search_by_key(&start, |(start, _)| *start);
        found.map_or(&[], |ix| self.steps[ix].1.as_slice())
    }
}
