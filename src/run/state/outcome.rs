//! How a run came out, in words: what is called completed may have been done in part, or in another way.

use super::Standing;
use super::step::{StepState, Weighing};
use super::types::RunState;
use crate::journal::event::Outcome;
use crate::plan::{Plan, ending};
use crate::run::status::Status;

/// How many of the steps on the way forward people settled in another way than the plan has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Otherwise {
    /// Left out by somebody; not those that were not wanted, or not chosen.
    pub left_out: usize,
    /// Done by somebody in place of the program.
    pub by_hand: usize,
    /// Failed, and then left out, or said to be done.
    pub accepted: usize,
}

impl Otherwise {
    /// `2 steps left out, 1 done by hand`; none where all was done as it is in the plan.
    pub fn words(self) -> Option<String> {
        let counts = [
            (self.left_out, "left out"),
            (self.by_hand, "done by hand"),
            (self.accepted, "failed and accepted"),
        ];
        let mut counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let (count, what) = counts.next()?;
        let first = format!("{count} step{} {what}", ending(count == 1));
        let more = counts.map(|(count, what)| format!("{count} {what}"));
        let words: Vec<String> = std::iter::once(first).chain(more).collect();
        Some(words.join(", "))
    }
}

impl RunState {
    /// What was settled in another way than the plan has it, in the phases that were gone.
    pub fn otherwise(&self, plan: &Plan) -> Otherwise {
        let mut found = Otherwise::default();
        let phases = plan.phases.iter().zip(&self.phases);
        let gone = phases.filter(|(_, at)| !at.dropped);
        for ix in gone.flat_map(|(phase, _)| phase.steps.clone()) {
            let step = &self.steps[ix];
            let not_wanted = matches!(step.condition, Weighing::Told(Some(false), _));
            let counted = match step.status {
                Status::Skipped if not_wanted || plan.steps[ix].spec.mark.is_some() => continue,
                Status::Skipped | Status::Passed if failed(step) => &mut found.accepted,
                Status::Skipped => &mut found.left_out,
                Status::Passed if step.by_hand => &mut found.by_hand,
                _ => continue,
            };
            *counted += 1;
        }
        found
    }

    /// What a run is that ends with every step settled: `completed, 2 steps left out`.
    pub fn completed_words(&self, plan: &Plan) -> String {
        let otherwise = self.otherwise(plan).words();
        let otherwise = otherwise.map(|words| format!(", {words}"));
        format!("completed{}", otherwise.unwrap_or_default())
    }

    /// Where the run stands, in words; of one that is over also how much it left out.
    pub fn outcome(&self, plan: &Plan) -> String {
        let left = self.left_out(plan);
        match (self.standing(), left.words(), left.some_done) {
            (Standing::RolledBack, Some(words), true) => format!("rolled back in part, {words}"),
            (Standing::RolledBack, Some(words), false) => format!("not rolled back, {words}"),
            (Standing::Completed, ..) => self.completed_words(plan),
            (standing, ..) => standing.word().replace('_', " "),
        }
    }
}

/// Whether it did not work the last time, and a person took that as it is.
fn failed(step: &StepState) -> bool {
    let end = step.end.as_ref();
    let failed = end.is_some_and(|end| end.outcome == Outcome::Failed);
    let settled = step.status == Status::Skipped || step.by_hand;
    settled && (failed || step.ended_by.is_some())
}
