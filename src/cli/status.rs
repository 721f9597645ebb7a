//! `ctl status`: where a run stands, told from its journal, whether an engine lives or not.

use anyhow::Context;

use super::args::Format;
use super::ctl::presence;
use super::exit::Exit;
use super::say;
use crate::journal::event::SnapshotCompared;
use crate::journal::{Entry, Event, Lease, Reader};
use crate::plan::{self, Plan, Step, duration};
use crate::report::{self, ANOTHER_PLAN, downtime_words, waiting_for};
use crate::run::{RunDir, RunState, Status};
use crate::wire::FromEngine;

/// Prints where the run in `dir` stands.
pub(super) async fn print(dir: &RunDir, format: Format) -> anyhow::Result<Exit> {
    let (plan, state) = fold(dir).await?;
    let alive = Lease::holder(dir.path());
    let (watchers, trouble) = match presence(dir).await {
        Ok(FromEngine::Presence {
            watchers, trouble, ..
        }) => (watchers, trouble),
        _ => (0, None),
    };
    match format {
        Format::Json => {
            let mut status = report::status(&plan, &state, alive, watchers);
            status["journal_stuck"] = trouble.into();
            say::out(format_args!("{}\n", say::json(&status)))?;
        }
        Format::Human => {
            let text = to_text(&plan, &state, alive, trouble.as_deref());
            say::out(text)?;
        }
    }
    Ok(Exit::Done)
}

/// The plan of the run in `dir`, and its state.
pub(super) async fn fold(dir: &RunDir) -> anyhow::Result<(Plan, RunState)> {
    let (plan, state, _) = read(dir).await?;
    Ok((plan, state))
}

/// The plan of the run in `dir`, its state, and all entries of its journal.
pub(super) async fn read(dir: &RunDir) -> anyhow::Result<(Plan, RunState, Vec<Entry>)> {
    let plan = load_plan(dir)?;
    let entries = Reader::open(&dir.journal()).await?.rest().await?;
    let state = RunState::folded(&plan, &entries);
    let state = state.with_context(|| match entries.first().map(|entry| &entry.event) {
        Some(Event::RunCreated(created)) if created.digest != plan.digest => ANOTHER_PLAN,
        _ => "the journal does not fit the plan",
    })?;
    Ok((plan, state, entries))
}

/// The copy of the plan that the run in `dir` was started with.
pub(super) fn load_plan(dir: &RunDir) -> anyhow::Result<Plan> {
    let path = dir.plan();
    let bytes =
        std::fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
    let load = |file: &str| {
        let copy = dir.included(file);
        std::fs::read(&copy).map_err(|error| format!("failed to read {}: {error}", copy.display()))
    };
    let opened = plan::open_from(&path.to_string_lossy(), &bytes, None, &load);
    opened
        .plan
        .with_context(|| format!("the plan {} has errors", path.display()))
}

fn to_text(plan: &Plan, state: &RunState, engine: Option<u32>, stuck: Option<&str>) -> String {
    let mut text = format!("{}  {}\n", state.run, plan.title);
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<12} {value}\n"));
    line("state", state.outcome(plan));
    if state.is_of_another_plan(plan) {
        line("plan", ANOTHER_PLAN.to_owned());
    }
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
    if let Some(why) = stuck {
        let words = format!("stuck: nothing can be recorded, so nothing is done: {why}");
        line("journal", words);
    }
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
    for downtime in state.downtimes() {
        let words = downtime_words(&downtime);
        line("downtime", format!("{}: {words}", downtime.probe));
    }
    if let Some(waiting) = waiting_for(plan, state) {
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

/// What came out where the step compared a picture with an earlier one.
fn compared_by<'s>(state: &'s RunState, step: &Step) -> Option<&'s SnapshotCompared> {
    let mut taken = state.snapshots.values();
    let taken = taken.find(|taken| taken.job.step == step.id.as_str())?;
    taken.compared.as_ref()
}

fn step_line(plan: &Plan, state: &RunState, ix: usize) -> String {
    let (step, at) = (&plan.steps[ix], &state.steps[ix]);
    let mut line = format!(
        "  {:<6} {:<8} {}",
        step.number,
        match (&at.sought, &at.left_out) {
            (Some(_), _) => "lost",
            (None, Some(_)) => "left out",
            (None, None) => at.status.word(),
        },
        step.spec.title
    );
    if let (Some(took), Some(_)) = (at.worked(), at.ended) {
        line.push_str(&format!("  ({})", duration::show(took)));
    }
    let said = at.reason.as_ref().filter(|_| at.status != Status::Pending);
    let left = at.left_out.as_ref().map(|left| &left.reason);
    if let Some(reason) = left.or(said) {
        line.push_str(&format!("  — {reason}"));
    }
    if let Some(compared) = compared_by(state, step) {
        line.push_str(&format!("\n  {:<15} {}", "", compared.words()));
    }
    line.push('\n');
    line
}
