//! `gonogo demo`: a deployment to try, on a server of its own. Nothing of it remains.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::args::{Common, Run};
use super::attach::{self, Leaving};
use super::exit::Exit;
use super::place;
use super::review::Seen;
use super::run::{self, NewRun};
use super::say::{aside, complain};
use crate::demo::Demo;
use crate::journal::Lease;
use crate::run::{Command, RunDir};
use crate::wire::{self, Role, Start};

/// How long the steps that still run are given to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs `gonogo demo`.
pub(super) async fn demo(common: &Common) -> anyhow::Result<Exit> {
    if !attach::has_terminal() {
        complain!("the demo needs a terminal");
        return Ok(Exit::Usage);
    }
    aside("Starting a throwaway PostgreSQL and a small shop on it …");
    let demo = match Demo::start().await {
        Ok(demo) => demo,
        Err(error) => {
            complain!("{error}");
            return Ok(Exit::Usage);
        }
    };
    let result = drive(common, &demo).await;
    aside("Removing the server, the shop and the run …");
    demo.end().await;
    result
}

async fn drive(common: &Common, demo: &Demo) -> anyhow::Result<Exit> {
    let common = Common {
        state_dir: Some(demo.state_dir()),
        ..common.clone()
    };
    let args = Run::of(demo.plan());
    let Some((plan, _, files)) = run::read(&args) else {
        return Ok(Exit::Internal);
    };
    let new = NewRun::make(&common, &args, plan, &files, Seen::default())?;
    let (dir, plan) = (new.dir.clone(), Arc::clone(&new.plan));
    let environment = demo.environment();
    let start = Start::First(async move {
        let begun = new.begin(&environment).await;
        begun.map_err(|error| format!("{error:#}"))
    });
    let shown = attach::screen(
        &common,
        dir.clone(),
        plan,
        Role::Drive,
        Leaving::EndsDemo,
        start,
    )
    .await;
    end_engine(&common, &dir).await;
    shown
}

/// Stops what runs, and the engine after it.
async fn end_engine(common: &Common, dir: &RunDir) {
    let Some(engine) = Lease::holder(dir.path()) else {
        return;
    };
    let stopping = stop_steps(common, dir);
    if tokio::time::timeout(PATIENCE, stopping).await.is_err() {
        tracing::warn!("steps of the demo still run");
    }
    if let Some(pid) = Pid::from_raw(engine.cast_signed()) {
        let _ = rustix::process::kill_process(pid, Signal::TERM);
    }
    while Lease::holder(dir.path()).is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends the run; as long as the engine says that something runs, that is stopped first.
async fn stop_steps(common: &Common, dir: &RunDir) {
    let hello = place::hello(common, Role::Command, 0);
    let Ok(mut client) = wire::connect(&dir.socket(), hello).await else {
        return;
    };
    loop {
        let reason = Some("the demo was closed".to_owned());
        match client.ask(Command::Finish { reason }).await {
            Ok(Ok(())) | Err(_) => return,
            Ok(Err(_)) => {}
        }
        let Ok((plan, state)) = super::status::fold(dir).await else {
            return;
        };
        if state.end.is_some() {
            return;
        }
        for ix in state.active_steps() {
            let step = plan.steps[ix].number.clone();
            if client.ask(Command::Stop { step }).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
