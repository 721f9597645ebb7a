//! What to do about work that was going on when the engine before this one went away.

use super::decide::{Case, Decision};
use super::state::RunState;
use crate::clock::Moment;
use crate::journal::event::{BackendAction, BackendAnswered, BackendSignalled};
use crate::journal::{Actor, Event};
use crate::plan::Plan;

/// Everything that nobody watches any more is looked for, also what the engine before was itself
/// looking for. That it is looked for is recorded before anybody looks. What was asked of sessions and
/// not answered stays so, and that is said.
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
    for asked in &state.asked {
        decision.join(Decision::event(&Actor::engine(), unanswered(asked)));
    }
    decision
}

/// Whoever would have heard the answer is gone.
fn unanswered(asked: &BackendSignalled) -> Event {
    let pid = asked.pid;
    let what = match asked.action {
        BackendAction::Cancel => format!("the statement of {pid} was cancelled"),
        BackendAction::Terminate => format!("{pid} has ended"),
    };
    Event::BackendAnswered(BackendAnswered {
        database: asked.database.clone(),
        pid,
        action: asked.action,
        done: false,
        result: format!("nobody knows whether {what}: the engine that asked for it is gone"),
    })
}
