//! `ctl status`: where a run stands, told from its journal, whether an engine lives or not.

use anyhow::Context;
use serde_json::{Value, json};

use super::args::Format;
use super::ctl::presence;
use super::exit::Exit;
use crate::journal::{Lease, Reader};
use crate::plan::{self, Plan, duration};
use crate::run::{RunDir, RunState, Status, Waiting};
use crate::wire::FromEngine;

/// Prints where the run in `dir` stands.
pub(super) async fn print(dir: &RunDir, format: Format) -> anyhow::Result<Exit> {
    let (plan, state) = fold(dir).await?;
    let alive = Lease::holder(dir.path());
    let watchers = match presence(dir).await {
        Some(FromEngine::Presence {
            watchers, driver, ..
        }) => Some((watchers, driver.is_some())),
        _ => None,
    };
    match format {
        Format::Json => println!("{}", to_json(&plan, &state, alive, watchers)),
        Format::Human => print!("{}", to_text(&plan, &state, alive)),
    }
    Ok(Exit::Done)
}

/// The plan of the run in `dir`, and its state.
pub(super) async fn fold(dir: &RunDir) -> anyhow::Result<(Plan, RunState)> {
    let plan = load_plan(dir)?;
    let mut state = RunState::new(&plan);
    for entry in Reader::open(&dir.journal()).await?.rest().await? {
        state.apply(&plan, &entry)?;
    }
    Ok((plan, state))
}

/// The copy of the plan that the run in `dir` was started with.
pub(super) fn load_plan(dir: &RunDir) -> anyhow::Result<Plan> {
    let path = dir.plan();
    let bytes =
        std::fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
    let opened = plan::open(&path.to_string_lossy(), &bytes);
    opened
        .plan
        .with_context(|| format!("the plan {} has errors", path.display()))
}

fn to_json(
    plan: &Plan,
    state: &RunState,
    engine: Option<u32>,
    seats: Option<(usize, bool)>,
) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .zip(&state.steps)
        .map(|(step, at)| {
            json!({
                "number": step.number,
                "id": step.id,
                "title": step.spec.title,
                "kind": step.spec.work.kind(),
                "status": at.status.word(),
                "attempt": at.attempt,
                "started": at.started.map(crate::clock::Moment::to_rfc3339),
                "ended": at.ended.map(crate::clock::Moment::to_rfc3339),
                "by": at.by,
                "reason": at.reason,
                "exit_code": at.end.as_ref().and_then(|end| end.exit_code),
                "message": at.end.as_ref().and_then(|end| end.message.as_ref()),
            })
        })
        .collect();
    let phase = state.current_phase(plan).map(|ix| &plan.phases[ix]);
    let driver = state.driver.as_ref().filter(|driver| driver.gone.is_none());
    json!({
        "run": state.run,
        "plan": plan.title,
        "environment": plan.environment,
        "state": state.standing().word(),
        "phase": phase.map(|phase| &phase.id),
        "t_zero": state.t_zero.map(crate::clock::Moment::to_rfc3339),
        "auto": state.auto,
        "driver": driver.map(|driver| &driver.name),
        "watchers": seats.map_or(0, |(watchers, _)| watchers),
        "holds": state.holds.iter().map(|hold| json!({
            "reason": hold.reason, "by": hold.by, "since": hold.at.to_rfc3339(),
        })).collect::<Vec<_>>(),
        "alerts": [],
        "waiting_for": waiting_for(plan, &state.waiting(plan)),
        "engine": engine,
        "steps": steps,
    })
}

/// What is waited for, in words that begin with the command that ends the waiting.
pub(super) fn waiting_for(plan: &Plan, waiting: &Waiting) -> Option<String> {
    let called = |ix: &usize| {
        let step = &plan.steps[*ix];
        format!("{} {}", step.number, step.spec.title)
    };
    let phase = |ix: &usize| plan.phases[*ix].spec.name.clone();
    Some(match waiting {
        Waiting::Nothing | Waiting::Over => return None,
        Waiting::Start(ix) => format!("run {}", called(ix)),
        Waiting::Tick(ix) => format!("tick {}", called(ix)),
        Waiting::Confirm(ix) => format!("run {} (dangerous: name it)", called(ix)),
        Waiting::Alternative(ix) => format!("run {} (pick an alternative)", called(ix)),
        Waiting::Values(ix, names) => format!("set {} for {}", names.join(", "), called(ix)),
        Waiting::Decide(ix) => {
            format!("decide about {}: retry, done, skip or rollback", called(ix))
        }
        Waiting::Approval(ix, names) => format!("approve {} for {}", names.join(", "), phase(ix)),
        Waiting::Gate(ix) => format!("go or nogo for {}", phase(ix)),
        Waiting::Choice(among) => {
            let names: Vec<String> = among.iter().map(phase).collect();
            format!("run a step of one of: {}", names.join(", "))
        }
        Waiting::Release => "release".to_owned(),
        Waiting::Finish => "finish".to_owned(),
    })
}

fn to_text(plan: &Plan, state: &RunState, engine: Option<u32>) -> String {
    let mut text = format!("{}  {}\n", state.run, plan.title);
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<12} {value}\n"));
    line("state", state.standing().word().replace('_', " "));
    if let Some(environment) = &plan.environment {
        line("environment", environment.clone());
    }
    if let (Some(t_zero), None) = (state.t_zero, &state.end) {
        line("T-0", t_zero.to_local_time());
    }
    line(
        "engine",
        engine.map_or("gone".to_owned(), |pid| format!("process {pid}")),
    );
    for hold in &state.holds {
        line(
            "held",
            format!(
                "by {} since {}: {}",
                hold.by,
                hold.at.to_local_time(),
                hold.reason
            ),
        );
    }
    if let Some(waiting) = waiting_for(plan, &state.waiting(plan)) {
        line("waiting for", waiting);
    }
    for (phase, at) in plan.phases.iter().zip(&state.phases) {
        text.push_str(&format!(
            "\n{} {}  {}/{}\n",
            phase.number,
            phase.spec.name,
            at.settled,
            phase.steps.len()
        ));
        for ix in phase.steps.clone() {
            text.push_str(&step_line(plan, state, ix));
        }
    }
    for tier in state.rollback.iter().filter_map(|rollback| rollback.tier) {
        text.push_str(&format!("\nrollback: {}\n", plan.tiers[tier].spec.name));
        for ix in plan.tiers[tier].steps.clone() {
            text.push_str(&step_line(plan, state, ix));
        }
    }
    text
}

fn step_line(plan: &Plan, state: &RunState, ix: usize) -> String {
    let (step, at) = (&plan.steps[ix], &state.steps[ix]);
    let mut line = format!(
        "  {:<6} {:<8} {}",
        step.number,
        at.status.word(),
        step.spec.title
    );
    if let (Some(started), Some(ended), true) = (at.started, at.ended, at.attempt > 0) {
        line.push_str(&format!("  ({})", duration::show(ended.since(started))));
    }
    if let Some(reason) = at.reason.as_ref().filter(|_| at.status != Status::Pending) {
        line.push_str(&format!("  — {reason}"));
    }
    line.push('\n');
    line
}
