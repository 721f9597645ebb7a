//! `gonogo attach` and `gonogo resume`: a screen on a run that exists.

use std::io::IsTerminal;
use std::sync::Arc;

use super::args::{Attach, Common};
use super::exit::Exit;
use super::{place, run, status};
use crate::journal::Lease;
use crate::plan::Plan;
use crate::run::RunDir;
use crate::ui::{self, Setup};
use crate::wire::{self, Role};

/// Runs `gonogo attach`.
pub(super) async fn attach(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    if Lease::holder(dir.path()).is_none() {
        let (_, state) = status::fold(&dir).await?;
        if state.end.is_none() {
            eprintln!(
                "gonogo: the engine of this run is gone; `gonogo resume {}` goes on",
                dir.id()
            );
            return Ok(Exit::Open);
        }
    }
    let plan = status::load_plan(&dir)?;
    screen(common, dir, plan, role(args), async { Ok(()) }).await
}

/// Runs `gonogo resume`.
pub(super) async fn resume(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    let (plan, state) = status::fold(&dir).await?;
    if state.end.is_none() && Lease::holder(dir.path()).is_none() {
        run::start_engine(&dir, 1.0).await?;
    }
    screen(common, dir, plan, role(args), async { Ok(()) }).await
}

fn role(args: &Attach) -> Role {
    if args.watch { Role::Watch } else { Role::Drive }
}

/// Opens the screen on the run in `dir`, whose engine listens once `ready` says so.
pub(super) async fn screen(
    common: &Common,
    dir: RunDir,
    plan: Plan,
    role: Role,
    ready: impl Future<Output = Result<(), String>> + Send + 'static,
) -> anyhow::Result<Exit> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        eprintln!(
            "gonogo: a screen needs a terminal; `gonogo ctl {} status` needs none",
            dir.id()
        );
        return Ok(Exit::Usage);
    }
    let feed = wire::listen(dir.clone(), place::hello(common, role, 0), ready);
    let state = ui::open(Setup {
        plan: Arc::new(plan),
        dir: dir.clone(),
        name: place::user(common),
        feed,
    })
    .await?;
    if state.end.is_none() {
        println!("the run goes on: gonogo attach {}", dir.id());
    }
    Ok(Exit::of(&state))
}
