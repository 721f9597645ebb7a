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
    let plan = Arc::new(status::load_plan(&dir)?);
    let ready = async { Ok(()) };
    screen(common, dir, plan, role(args), Leaving::RunGoesOn, ready).await
}

/// Runs `gonogo resume`.
pub(super) async fn resume(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    let (plan, state) = status::fold(&dir).await?;
    if state.end.is_none() && Lease::holder(dir.path()).is_none() {
        run::start_engine(&dir, 1.0, &[]).await?;
    }
    let ready = async { Ok(()) };
    let plan = Arc::new(plan);
    screen(common, dir, plan, role(args), Leaving::RunGoesOn, ready).await
}

/// Whether somebody sits at both ends.
pub(super) fn has_terminal() -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

fn role(args: &Attach) -> Role {
    if args.watch { Role::Watch } else { Role::Drive }
}

/// What becomes of the run when its screen is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// It goes on.
    RunGoesOn,
    /// It ends, with all that belongs to it.
    EndsDemo,
}

impl Leaving {
    /// What somebody is told who is about to leave.
    fn words(self, dir: &RunDir) -> Vec<String> {
        match self {
            Leaving::RunGoesOn => vec![
                "The run goes on without this screen.".to_owned(),
                format!("gonogo attach {}  comes back to it.", dir.id()),
            ],
            Leaving::EndsDemo => vec![
                "The demo ends: what runs is stopped, and the server,".to_owned(),
                "the shop and the run are removed.".to_owned(),
            ],
        }
    }
}

/// Opens the screen on the run in `dir`, whose engine listens once `ready` says so.
pub(super) async fn screen(
    common: &Common,
    dir: RunDir,
    plan: Arc<Plan>,
    role: Role,
    leaving: Leaving,
    ready: impl Future<Output = Result<(), String>> + Send + 'static,
) -> anyhow::Result<Exit> {
    if !has_terminal() {
        eprintln!(
            "gonogo: a screen needs a terminal; `gonogo ctl {} status` needs none",
            dir.id()
        );
        return Ok(Exit::Usage);
    }
    let feed = wire::listen(dir.clone(), place::hello(common, role, 0), ready);
    let state = ui::open(Setup {
        plan,
        dir: dir.clone(),
        name: place::user(common),
        feed,
        farewell: leaving.words(&dir),
    })
    .await?;
    if state.end.is_none() && leaving == Leaving::RunGoesOn {
        println!("the run goes on: gonogo attach {}", dir.id());
    }
    Ok(Exit::of(&state))
}
