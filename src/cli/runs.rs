//! `gonogo runs` and `gonogo verify`.

use anyhow::Context;

use super::args::Common;
use super::exit::Exit;
use super::say::complain;
use super::{copy, place, say, status};
use crate::journal::{self, Event, JournalError, Lease, Reader};
use crate::run::{self, RunDir};

/// Runs `gonogo runs`.
pub(super) async fn list(common: &Common) -> anyhow::Result<Exit> {
    let runs = place::runs(common)?;
    let all = run::list(&runs).with_context(|| format!("failed to read {}", runs.display()))?;
    for dir in all {
        let alive = if Lease::holder(dir.path()).is_some() {
            ""
        } else {
            ", no engine"
        };
        match status::fold(&dir).await {
            Ok((plan, state)) => {
                let since = state
                    .created
                    .map(|at| at.local("%Y-%m-%d %H:%M"))
                    .unwrap_or_default();
                let standing = state.outcome(&plan);
                let alive = if state.end.is_some() { "" } else { alive };
                let another = if state.is_of_another_plan(&plan) {
                    ", the plan was changed"
                } else {
                    ""
                };
                say::out(format_args!(
                    "{}  {since}  {standing}{alive}{another}  {}\n",
                    dir.id(),
                    plan.title
                ))?;
            }
            Err(error) => say::out(format_args!("{}  can't be read: {error:#}\n", dir.id()))?,
        }
    }
    Ok(Exit::Done)
}

/// Runs `gonogo verify`.
pub(super) async fn verify(common: &Common, name: &str) -> anyhow::Result<Exit> {
    let dir = place::find(common, name)?;
    match journal::verify(&dir.journal()).await {
        Ok((entries, hash)) => {
            let differences = copy_differs(&dir).await?;
            if !differences.is_empty() {
                for difference in differences {
                    complain!("{difference}");
                }
                return Ok(Exit::NotDone);
            }
            say::out(format_args!(
                "{}: {entries} {}, whole and unchanged; the last one's hash is {hash}\n",
                dir.id(),
                if entries == 1 { "entry" } else { "entries" }
            ))?;
            Ok(Exit::Done)
        }
        Err(
            error @ (JournalError::Broken { .. }
            | JournalError::Gap { .. }
            | JournalError::EndMissing { .. }
            | JournalError::NoBeginning
            | JournalError::Unreadable { .. }),
        ) => {
            complain!("{}: {error}", dir.journal().display());
            Ok(Exit::NotDone)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with the run's copy of its plan.
async fn copy_differs(dir: &RunDir) -> anyhow::Result<Vec<String>> {
    let first = Reader::open(&dir.journal()).await?.next(1).await?;
    Ok(match first.first().map(|entry| &entry.event) {
        Some(Event::RunCreated(created)) => copy::differences(dir, created),
        _ => Vec::new(),
    })
}
