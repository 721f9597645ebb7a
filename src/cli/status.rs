//! `ctl status`: where a run stands, told from its journal, whether an engine lives or not.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::args::Format;
use super::ctl::presence;
use super::exit::Exit;
use super::say;
use crate::journal::event::SnapshotCompared;
use crate::journal::{Entry, Event, Lease, Reader};
use crate::monitor::Awaited;
use crate::plan::{self, Plan, Step, duration};
use crate::report::{self, ANOTHER_PLAN, downtime_words, waiting_for};
use crate::run::{RunDir, RunState, Status, StepState};
use crate::wire::{ConnectError, FromEngine};

/// How long an engine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is said of one that does not.
const SILENT: &str = ", which DOES NOT ANSWER: this is what the journal says, and what runs goes on. \
                      `gonogo resume` replaces it";

/// Prints where the run in `dir` stands.
pub(super) async fn print(dir: &RunDir, format: Format) -> anyhow::Result<Exit> {
    let (plan, state) = fold(dir).await?;
    let alive = Lease::holder(dir.path());
    let answer = answer(dir).await;
    let is_silent = alive.is_some() && matches!(answer, Err(ConnectError::Silent));
    let (watchers, trouble, awaited) = match answer {
        Ok(FromEngine::Presence {
            watchers,
            trouble,
            awaited,
            ..
        }) => (watchers, trouble, awaited),
        _ => Default::default(),
    };
    match format {
        Format::Json => {
            let mut status = report::status(&plan, &state, alive, watchers);
            for alert in status["alerts"].as_array_mut().into_iter().flatten() {
                let name = alert["name"].as_str().filter(|_| alert["state"] == "blind");
                let awaited = name.and_then(|name| awaited.get(name));
                alert["awaited"] = awaited.map(awaited_json).into();
            }
            status["journal_stuck"] = trouble.into();
            status["engine_silent"] = is_silent.into();
            say::out(format_args!("{}\n", say::json(&status)))?;
        }
        Format::Human => {
            let text = to_text(
                &plan,
                &state,
                (alive, is_silent),
                trouble.as_deref(),
                &awaited,
            );
            say::out(text)?;
        }
    }
    Ok(Exit::Done)
}

/// The readings that a rule waits for.
fn awaited_json(awaited: &Awaited) -> Value {
    json!({
        "readings": awaited.readings,
        "of": awaited.of,
        "seconds_left": awaited.left.map(|left| left.as_secs()),
        "usual": awaited.usual,
    })
}

/// What the engine of the run in `dir` says of who is there.
async fn answer(dir: &RunDir) -> Result<FromEngine, ConnectError> {
    let answer = tokio::time::timeout(PATIENCE, presence(dir)).await;
    answer.unwrap_or(Err(ConnectError::Silent))
}

/// Whether the engine that the run in `dir` has does not answer.
pub(super) async fn is_silent(dir: &RunDir) -> bool {
    matches!(answer(dir).await, Err(ConnectError::Silent))
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

fn to_text(
    plan: &Plan,
    state: &RunState,
    (engine, is_silent): (Option<u32>, bool),
    stuck: Option<&str>,
    awaited: &BTreeMap<String, Awaited>,
) -> String {
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
    let silent = if is_silent { SILENT } else { "" };
    line(
        "engine",
        engine.map_or("gone".to_owned(), |pid| format!("process {pid}{silent}")),
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
    for (name, alert) in &state.alerts {
        let stands = match (&alert.accepted, alert.blind) {
            (Some(accepted), _) => format!("accepted by {}: ", accepted.by),
            (None, true) => "blind: ".to_owned(),
            (None, false) => format!("since {}, when ", alert.since.to_local_time()),
        };
        let awaited = awaited.get(name).filter(|_| alert.blind);
        let awaited = awaited.map(|awaited| format!("; {}", awaited.words()));
        let awaited = awaited.unwrap_or_default();
        line("alert", format!("{name}: {stands}{}{awaited}", alert.words));
    }
    for downtime in state.downtimes() {
        let words = downtime_words(&downtime);
        line("downtime", format!("{}: {words}", downtime.probe));
    }
    if let Some(waiting) = waiting_for(plan, state) {
        line("waiting for", waiting);
    }
    for (ix, (phase, at)) in plan.phases.iter().zip(&state.phases).enumerate() {
        let undone = if state.phase_is_undone(plan, ix) {
            "  undone"
        } else {
            ""
        };
        text.push_str(&format!(
            "\n{} {}  {}/{}{undone}\n",
            phase.number,
            phase.spec.name,
            at.settled,
            phase.steps.len()
        ));
        for ix in phase.steps.clone() {
            text.push_str(&step_line(plan, state, ix));
        }
    }
    text.push_str(&way_back(plan, state));
    text
}

/// The way back, if one was begun, with each thing on it. Of those before it only the names are told.
fn way_back(plan: &Plan, state: &RunState) -> String {
    let Some(rollback) = &state.rollback else {
        return String::new();
    };
    let mut text = String::new();
    for left in &state.left_ways {
        text.push_str(&format!("\nrollback: {}, given up\n", left.name(plan)));
        let begun = left.items.iter().filter(|item| !item.undo);
        for item in begun {
            let (step, at) = (&plan.steps[item.step], item.stands(state));
            if at.status != Status::Pending {
                let left = item.left.as_ref();
                let word = left.map_or(at.status.word(), |_| "left out");
                let why = left.map(|left| &left.reason).or(at.reason.as_ref());
                text.push_str(&line((&step.number, word, &step.spec.title), &at, why));
                text.push('\n');
            }
        }
    }
    let outside = rollback.outside(plan);
    let outside = outside.map_or(String::new(), |outside| format!(" ({outside})"));
    text.push_str(&format!("\nrollback: {}{outside}\n", rollback.name(plan)));
    for item in &rollback.items {
        if !item.undo {
            text.push_str(&step_line(plan, state, item.step));
            continue;
        }
        let step = &plan.steps[item.step];
        let (at, number) = (item.stands(state), format!("undo {}", step.number));
        let left = item.left.as_ref();
        let word = left.map_or(at.status.word(), |_| "left out");
        let why = left.map(|left| &left.reason).or(at.reason.as_ref());
        text.push_str(&line((&number, word, &step.spec.title), &at, why));
        text.push('\n');
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
    let (step, now) = (&plan.steps[ix], &state.steps[ix]);
    // Whose undo was left out stands as before it.
    let (undo, own) = match &now.left_out {
        Some(left) if left.undo => (Some(left), None),
        left => (None, left.as_ref()),
    };
    let at = undo.and(now.before_undo.as_deref()).unwrap_or(now);
    let word = match (&at.sought, own) {
        (Some(_), _) => "lost",
        (None, Some(_)) => "left out",
        (None, None) => at.status.word(),
    };
    let said = at.reason.as_ref();
    let said = said.filter(|_| at.status != Status::Pending);
    let why = own.map(|left| &left.reason).or(said);
    let mut text = line((&step.number, word, &step.spec.title), at, why);
    if let Some(left) = undo {
        text.push_str(&format!("; undo left out: {}", left.reason));
    }
    let running = at.end.iter().flat_map(|end| &end.running);
    let running: Vec<&str> = running.map(String::as_str).collect();
    if !running.is_empty() {
        let words = format!("left running: {}", running.join(", "));
        text.push_str(&format!("\n  {:<15} {words}", ""));
    }
    if let Some(compared) = compared_by(state, step) {
        text.push_str(&format!("\n  {:<15} {}", "", compared.words()));
    }
    text.push('\n');
    text
}

/// `2.3    passed   Apply  (1s)  — quiet`
fn line((number, word, title): (&str, &str, &str), at: &StepState, why: Option<&String>) -> String {
    let mut line = format!("  {number:<6} {word:<8} {title}");
    if let (Some(took), Some(_)) = (at.worked(), at.ended) {
        line.push_str(&format!("  ({})", duration::show(took)));
    }
    if let Some(why) = why {
        line.push_str(&format!("  — {why}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::journal::event::{
        AlertRaised, Applied, Consequence, Job, KnownBy, Outcome, RollbackStarted, StepFinished,
        StepReason, StepStarted, UndoItem,
    };
    use crate::journal::{Actor, Via};

    const PLAN: &str = r#"
title = "Shop"
[[phase]]
name = "Deploy"
kind = "deploy"
  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "apply"
  undo = { shell = "unapply" }
  [[phase.step]]
  id = "switch"
  title = "Switch"
  shell = "switch"
  undo = { shell = "back" }
"#;

    fn ran(step: &str, undo: bool, outcome: Outcome, running: &[&str]) -> [Event; 2] {
        let job = Job {
            step: step.to_owned(),
            attempt: 1,
            undo,
        };
        let started = StepStarted {
            job: job.clone(),
            work: "shell".to_owned(),
            choice: 0,
            reason: None,
        };
        let finished = StepFinished {
            job,
            outcome,
            applied: Applied::Yes,
            known_by: KnownBy::Report,
            exit_code: None,
            signal: None,
            findings: Vec::new(),
            message: None,
            elsewhere: false,
            changed: Vec::new(),
            running: running.iter().map(|words| (*words).to_owned()).collect(),
            session: None,
            left: None,
            ended: None,
        };
        [Event::StepStarted(started), Event::StepFinished(finished)]
    }

    #[test]
    fn the_way_back_stands_below_the_steps_with_what_was_left_of_it() {
        let plan = plan::open("plan.toml", PLAN.as_bytes()).plan.unwrap();
        let item = |step: &str| UndoItem {
            step: step.to_owned(),
            undo: true,
        };
        let begun = Event::RollbackStarted(RollbackStarted {
            tier: None,
            items: vec![item("switch"), item("apply")],
            since_t_zero: None,
            by_wall_clock: false,
        });
        let left = Event::UndoLeft(StepReason {
            step: "switch".to_owned(),
            reason: "tomorrow".to_owned(),
        });
        let fires = Event::AlertFired(AlertRaised {
            alert: "Errors".to_owned(),
            words: "7 % is over 5 %".to_owned(),
            then: Consequence::Note,
        });
        let events = ran("apply", false, Outcome::Passed, &["process 7 (sleep)"])
            .into_iter()
            .chain(ran("switch", false, Outcome::Passed, &[]))
            .chain([begun])
            .chain(ran("switch", true, Outcome::Failed, &[]))
            .chain([left, fires]);
        let mut state = RunState::new(&plan);
        for (seq, event) in (1..).zip(events) {
            let entry = Entry {
                seq,
                at: Moment::default(),
                actor: Actor::person("ann", Via::Ctl),
                event,
            };
            state.apply(&plan, &entry).unwrap();
        }
        let text = to_text(&plan, &state, (Some(4), true), None, &BTreeMap::new());
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let at = lines.iter().position(|line| line.starts_with("1 Deploy"));
        assert_eq!(
            lines[at.unwrap() + 1..],
            [
                "  1.1    passed   Apply  (0s)",
                "                  left running: process 7 (sleep)",
                "  1.2    passed   Switch  (0s); undo left out: tomorrow",
                "",
                "rollback: what was applied",
                "  undo 1.2 left out Switch  (0s)  — tomorrow",
                "  undo 1.1 pending  Apply",
            ]
        );
        assert!(text.contains("process 4, which DOES NOT ANSWER"), "{text}");
        let alert = "alert        Errors: since ";
        assert!(text.contains(alert), "{text}");
        assert!(text.contains(", when 7 % is over 5 %\n"), "{text}");
    }
}
