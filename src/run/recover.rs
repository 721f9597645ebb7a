//! What to do about work that was going on when the engine before this one went away.

use super::decide::{Case, Decision};
use super::state::RunState;
use crate::clock::Moment;
use crate::journal::Actor;
use crate::plan::Plan;

/// Everything that nobody watches any more is looked for, also what the engine before was itself
/// looking for. That it is looked for is recorded before anybody looks.
pub(super) fn recover(plan: &Plan, state: &RunState) -> Decision {
    let now = Moment::default();
    let case = Case { plan, state, now };
    let mut decision = Decision::default();
    for (ix, step) in state.steps.iter().enumerate() {
        if let Some(job) = case.active_job(ix).or_else(|| step.sought.clone()) {
            let why = "the engine that watched it is gone";
            decision.join(case.seek(&Actor::engine(), ix, &job, why));
        }
    }
    decision.join(case.ask_again());
    decision
}
