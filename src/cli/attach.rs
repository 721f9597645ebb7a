//! `gonogo attach` and `gonogo resume`: a screen on a run that exists.

use super::args::{Attach, Common};
use super::exit::Exit;
use super::{place, run, status};
use crate::journal::Lease;
use crate::run::RunDir;
use crate::wire::Role;

/// Runs `gonogo attach`.
pub async fn attach(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
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
    screen(common, &dir, role(args)).await
}

/// Runs `gonogo resume`.
pub async fn resume(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    let (_, state) = status::fold(&dir).await?;
    if state.end.is_none() && Lease::holder(dir.path()).is_none() {
        run::start_engine(&dir, 1.0).await?;
    }
    screen(common, &dir, role(args)).await
}

fn role(args: &Attach) -> Role {
    if args.watch { Role::Watch } else { Role::Drive }
}

/// Opens the screen on the run in `dir`.
pub async fn screen(_common: &Common, dir: &RunDir, _role: Role) -> anyhow::Result<Exit> {
    let (_, state) = status::fold(dir).await?;
    Ok(Exit::of(&state))
}
