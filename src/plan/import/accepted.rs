//! What the author of a runbook accepts, and which steps it is about: a comment in a runbook holds
//! for what follows it, a key of a step for that step.

use std::collections::HashMap;

use super::homes::Homes;
use super::own::Own;
use crate::plan::Opened;
use crate::plan::draft::Allow;
use crate::plan::source::Span;

/// What is accepted, step by step.
pub(super) struct Accepted<'o> {
    /// What is accepted in each step, by its place.
    steps: HashMap<usize, Vec<&'o Allow>>,
    /// What is accepted everywhere.
    pub(super) everywhere: Vec<&'o Allow>,
}

impl<'o> Accepted<'o> {
    /// What is accepted in `opened`, whose steps are at `homes`.
    pub(super) fn of(opened: &'o Opened, homes: &Homes) -> Self {
        let mut accepted = Accepted {
            steps: HashMap::new(),
            everywhere: Vec::new(),
        };
        let own = Own::of(opened);
        for allow in opened.allows.all().filter(|allow| own.has(allow.span)) {
            match allow.scope {
                None => accepted.everywhere.push(allow),
                Some(scope) => accepted.narrow(allow, scope, opened, homes),
            }
        }
        accepted
    }

    /// Puts `allow` to the steps in which it allows something; what is said of no step is accepted
    /// everywhere.
    fn narrow(&mut self, allow: &'o Allow, scope: Span, opened: &Opened, homes: &Homes) {
        let mut elsewhere = false;
        for allowed in &opened.allowed {
            let at = allowed.problem.span.start;
            let by = allowed.problem.code == allow.code && allowed.reason == allow.reason;
            if !by || allowed.problem.file.is_some() || !(scope.start..scope.end).contains(&at) {
                continue;
            }
            match homes.of_byte(at) {
                Some(step) => {
                    let step = self.steps.entry(step).or_default();
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
        self.steps.get(&start).map_or(&[], Vec::as_slice)
    }
}
