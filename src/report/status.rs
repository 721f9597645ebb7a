//! Where a run stands, as programs read it.

use serde_json::{Value, json};

use super::downtime;
use super::table::way;
use super::waiting::waiting_for;
use crate::clock::Moment;
use crate::plan::{Plan, Step};
use crate::run::{RollbackState, RunState};

/// Where the run stands: what `ctl status --format json` prints. `engine` is the engine's process, if
/// one lives; `watchers` how many look on besides the driver.
pub fn status(plan: &Plan, state: &RunState, engine: Option<u32>, watchers: usize) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .zip(&state.steps)
        .map(|(step, at)| {
            let left = at.left_out.as_ref();
            json!({
                "number": step.number,
                "id": step.id,
                "title": step.spec.title,
                "kind": step.spec.work.kind(),
                "status": at.status.word(),
                "sought": at.sought.is_some(),
                "attempt": at.attempt,
                "started": at.started.map(Moment::to_rfc3339),
                "ended": at.ended.map(Moment::to_rfc3339),
                "by": at.by,
                "reason": left.map(|left| &left.reason).or(at.reason.as_ref()),
                "by_hand": at.by_hand,
                "left_out": left.is_some_and(|left| !left.undo),
                "undo_left_out": left.is_some_and(|left| left.undo),
                "still_ran": at.end.as_ref().map_or(&[][..], |end| end.running.as_slice()),
                "way": way(step, at),
                "before_undo": at.before_undo.as_ref().map(|before| json!({
                    "status": before.status.word(),
                    "started": before.started.map(Moment::to_rfc3339),
                    "ended": before.ended.map(Moment::to_rfc3339),
                    "by": before.by,
                    "reason": before.reason,
                })),
                "exit_code": at.end.as_ref().and_then(|end| end.exit_code),
                "message": at.end.as_ref().and_then(|end| end.message.as_ref()),
                "left": at.end.as_ref().and_then(|end| end.left.as_ref()),
                "snapshot": taken_by(state, step),
            })
        })
        .collect();
    let phase = state.current_phase(plan).map(|ix| &plan.phases[ix]);
    let driver = state.driver.as_ref().filter(|driver| driver.gone.is_none());
    json!({
        "run": state.run,
        "plan": plan.title,
        "plan_changed": state.is_of_another_plan(plan),
        "environment": plan.environment,
        "state": state.standing().word(),
        "outcome": state.outcome(plan),
        "left_out": state.left_out(plan).count(),
        "rollback": rollback(plan, state),
        "phase": phase.map(|phase| &phase.id),
        "t_zero": state.t_zero.map(Moment::to_rfc3339),
        "auto": state.auto,
        "driver": driver.map(|driver| &driver.name),
        "watchers": watchers,
        "holds": state.holds.iter().map(|hold| json!({
            "reason": hold.reason, "by": hold.by, "since": hold.at.to_rfc3339(),
        })).collect::<Vec<_>>(),
        "alerts": state.alerts.iter().map(|(name, alert)| json!({
            "name": name,
            "state": match (&alert.accepted, alert.blind) {
                (Some(_), _) => "accepted",
                (None, true) => "blind",
                (None, false) => "firing",
            },
            "words": alert.words,
            "then": alert.then,
            "since": alert.since.to_rfc3339(),
            "accepted_by": alert.accepted.as_ref().map(|accepted| &accepted.by),
            "reason": alert.accepted.as_ref().map(|accepted| &accepted.reason),
        })).collect::<Vec<_>>(),
        "downtime": downtime::json(state),
        "waiting_for": waiting_for(plan, state),
        "engine": engine,
        "steps": steps,
    })
}

/// The way back, if one was begun, with each thing on it as it stands.
fn rollback(plan: &Plan, state: &RunState) -> Option<Value> {
    let mut gone = way_back(plan, state, state.rollback.as_ref()?);
    let before = state.left_ways.iter();
    let before: Vec<Value> = before.map(|way| way_back(plan, state, way)).collect();
    gone["before"] = Value::Array(before);
    Some(gone)
}

/// One of the ways back.
fn way_back(plan: &Plan, state: &RunState, rollback: &RollbackState) -> Value {
    let items = rollback.items.iter().map(|item| {
        let at = item.stands(state);
        json!({
            "number": plan.steps[item.step].number,
            "undo": item.undo,
            "status": at.status.word(),
            "left_out": item.left.is_some(),
            "by": item.left.as_ref().map(|left| &left.by).or(at.by.as_ref()),
            "reason": item.left.as_ref().map(|left| &left.reason).or(at.reason.as_ref()),
        })
    });
    json!({
        "tier": rollback.tier.map(|tier| &plan.tiers[tier].id),
        "outside": rollback.outside(plan).map(|outside| outside.to_string()),
        "started": rollback.started.to_rfc3339(),
        "by": rollback.by,
        "items": items.collect::<Vec<_>>(),
    })
}

/// What the picture shows that the step, or its undo, took last.
fn taken_by(state: &RunState, step: &Step) -> Option<Value> {
    let mut taken = state.snapshots.values();
    let taken = taken.find(|taken| taken.job.step == step.id.as_str())?;
    Some(json!({
        "name": taken.name,
        "totals": taken.totals,
        "compared": taken.compared,
    }))
}
