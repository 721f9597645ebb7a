//! Which pieces of work are over for good, so that nothing is read from what they have printed any more.

use super::Case;
use crate::clock::Moment;
use crate::journal::event::Job;
use crate::plan::{Plan, StepIx};
use crate::run::state::{RunState, StepState};

/// The jobs whose output may still be judged: they go on, are looked for, or nobody knows how they ended.
pub(in crate::run) fn open_jobs(plan: &Plan, state: &RunState) -> Vec<Job> {
    let now = Moment::default();
    let case = Case { plan, state, now };
    let of_step = |ix: StepIx| {
        let sought = state.steps[ix].sought.clone();
        [case.active_job(ix), sought, case.lost_job(ix)]
    };
    let jobs = (0..state.steps.len()).flat_map(of_step);
    let mut jobs: Vec<Job> = jobs.flatten().collect();
    jobs.dedup();
    jobs
}

/// All others that have ever begun.
pub(in crate::run) fn closed_jobs(plan: &Plan, state: &RunState) -> Vec<Job> {
    let open = open_jobs(plan, state);
    let of_step = |(ix, step): (usize, &StepState)| {
        let id = plan.steps[ix].id.to_string();
        let attempts = (1..=step.attempt).map(|attempt| (attempt, false));
        let undone = (1..=step.undo_attempt).map(|attempt| (attempt, true));
        attempts.chain(undone).map(move |(attempt, undo)| Job {
            step: id.clone(),
            attempt,
            undo,
        })
    };
    let all = state.steps.iter().enumerate().flat_map(of_step);
    all.filter(|job| !open.contains(job)).collect()
}
