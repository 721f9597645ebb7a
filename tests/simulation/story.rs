//! A story: one plan that a sensible person drives to its end, or back, and in which everything
//! succeeds. Engines die in it where they are told to, and afterwards it is counted what really
//! happened.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gonogo::journal::event::Ending;
use gonogo::journal::{Actor, Via};
use gonogo::plan::{self, Plan};
use gonogo::run::decide::deadline;
use gonogo::run::{Command, RunState, Waiting};

use super::jobs::Truth;
use super::run::{Simulation, Witness};

/// Every kind of work, forth and back.
const PLAN: &str = r#"
title = "Story"
environment = "production"
[vars]
token = { prompt = "Token", secret = true }
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Ready"
kind = "before"
  [[phase.step]]
  id = "flag"
  title = "Flag"
  shell = "flag {{token}}"
  undo = { shell = "unflag {{token}}" }
  [[phase.step]]
  id = "look"
  title = "Look"
  check = "Look"
[[phase]]
name = "Deploy"
kind = "deploy"
gate = { approvals = ["review"] }
  [[phase.step]]
  id = "left"
  title = "Left"
  shell = "left"
  parallel = true
  undo = { shell = "unleft" }
  [[phase.step]]
  id = "right"
  title = "Right"
  shell = "right"
  parallel = true
  [[phase.step]]
  id = "apply"
  title = "Apply"
  sql = "alter table t add a int"
  undo = { sql = "alter table t drop a" }
  [[phase.step]]
  id = "index"
  title = "Index"
  sql = "create index concurrently i on t (a)"
  idempotent = true
  [[phase.step]]
  id = "pause"
  title = "Pause"
  wait = "20s"
  [[phase.step]]
  id = "switch"
  title = "Switch"
  http = { url = "https://shop.example/switch", method = "POST" }
  danger = true
  undo = { http = { url = "https://shop.example/switch", method = "DELETE" } }
[[rollback]]
name = "Back"
undo = "last"
  [[rollback.step]]
  id = "stop-app"
  title = "Stop the application"
  shell = "stop"
"#;

/// How a story went.
pub struct Told {
    /// At how many points its engines could have died.
    pub points: u32,
    /// How the run ended.
    pub ending: Ending,
    /// What was really done, by step and whether it was the undo.
    pub done: BTreeMap<(String, bool), Done>,
}

/// What was really done of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How often it was begun for real.
    pub begun: u32,
    /// How often it took effect.
    pub took_effect: u32,
}

/// Tells the story, to its end or `back`. The first engine dies at the first of `deaths` (counted from
/// 1), the next one at the next; `machine`: and everything on its machine with it.
pub fn tell(back: bool, deaths: &[u32], machine: bool) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let plan = plan::open("plan.toml", PLAN.as_bytes()).plan;
    let mut simulation = Simulation::new(Arc::new(plan.expect("a plan")), 1);
    simulation.calm = true;
    simulation.machine = Some(machine);
    simulation.world.lock().lucky = true;
    simulation.create(false, false);
    let witness = Witness {
        seed: 1,
        world: simulation.world.clone(),
    };
    let told = runtime.block_on(drive(simulation, back, deaths));
    drop(witness);
    told
}

async fn drive(mut simulation: Simulation, back: bool, deaths: &[u32]) -> Told {
    let mut deaths = deaths.iter();
    for _ in 0..5_000 {
        if simulation.is_over() {
            break;
        }
        if !simulation.lives() {
            simulation.world.lock().points_left = deaths.next().copied();
            simulation.engine_starts();
            continue;
        }
        let (quiet, restless) = {
            let world = simulation.world.lock();
            (world.outbox.is_empty(), world.restless())
        };
        let (wish, due) = {
            let world = simulation.world.lock();
            let due = deadline(&simulation.plan, &world.state, world.now);
            (wish(&simulation.plan, &world.state, back), due)
        };
        if !quiet {
            simulation.deliver();
        } else if let Some(key) = restless.first() {
            simulation.world.lock().progress(key);
        } else if let Some((who, command)) = wish {
            simulation.ask(9, &Actor::person(who, Via::Ctl), &command);
        } else {
            let time = due.unwrap_or_else(|| panic!("nobody knows what to do"));
            simulation.wait(time.max(Duration::from_millis(1))).await;
        }
    }
    simulation.journal_is_whole();
    let world = simulation.world.lock();
    let end = world.state.end.as_ref().expect("an end");
    let mut done: BTreeMap<(String, bool), Done> = BTreeMap::new();
    for fake in world.jobs.values() {
        let key = (fake.job.step.clone(), fake.job.undo);
        let done = done.entry(key).or_default();
        done.begun += u32::from(fake.truth != Truth::NotBegun);
        done.took_effect += u32::from(fake.did_something());
    }
    Told {
        points: world.points,
        ending: end.ending,
        done,
    }
}

/// What a sensible person does now, and who it is.
fn wish(plan: &Plan, state: &RunState, back: bool) -> Option<(&'static str, Command)> {
    let number = |ix: usize| plan.steps[ix].number.clone();
    let forgotten = |ix: usize| {
        let undo = state.is_to_be_undone(ix);
        !state.missing_values(plan, ix, 0, undo).is_empty()
    };
    let secret = || Command::Set {
        name: "token".to_owned(),
        value: "s3cr3t".to_owned(),
    };
    let run = |step| Command::Run { step, choice: None };
    let command = match state.waiting(plan) {
        Waiting::Start(_) => run(None),
        Waiting::Confirm(ix) => run(Some(number(ix))),
        Waiting::Tick(ix) => Command::Tick {
            step: number(ix),
            note: None,
        },
        Waiting::Values(..) => secret(),
        Waiting::Decide(ix) if forgotten(ix) => secret(),
        Waiting::Decide(ix) => Command::Retry {
            step: number(ix),
            reason: Some("looked, and it can be".to_owned()),
            choice: None,
        },
        Waiting::Approval(_, names) => {
            let approve = Command::Approve {
                gate: names[0].clone(),
                reason: None,
            };
            return Some(("bob", approve));
        }
        Waiting::Gate(_) => Command::Go { reason: None },
        Waiting::Release => Command::Release,
        Waiting::Finish if back => Command::Rollback {
            tier: None,
            confirm: None,
        },
        Waiting::Finish => Command::Finish { reason: None },
        Waiting::Nothing
        | Waiting::Plan
        | Waiting::Facts(_)
        | Waiting::Undecided(_)
        | Waiting::Over
        | Waiting::Alternative(_)
        | Waiting::Choice(_) => {
            return None;
        }
    };
    Some(("ann", command))
}
