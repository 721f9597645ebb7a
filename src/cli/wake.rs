//! A new engine for a run that has none, or one that does not answer.

use std::time::Duration;

use anyhow::bail;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::{ctl, run};
use crate::journal::event::EndedEngine;
use crate::journal::{Lease, Reader};
use crate::run::RunDir;
use crate::wire::ConnectError;

/// How long an engine that is to end may take.
const ENDING: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// That a run has no engine that it could use.
pub(super) struct Missing {
    /// Why, in words.
    pub(super) why: String,
    /// The process that holds the run all the same.
    holder: Option<u32>,
}

/// Starts a new engine `by` somebody's wish where the run needs one; tells why it did.
pub(super) async fn wake(dir: &RunDir, by: String) -> anyhow::Result<Option<String>> {
    let Some(missing) = missing(dir).await? else {
        return Ok(None);
    };
    if !is_open(dir).await? {
        return Ok(None);
    }
    go_on(dir, &missing, by).await?;
    Ok(Some(missing.why))
}

/// Whether the run is not over.
pub(super) async fn is_open(dir: &RunDir) -> anyhow::Result<bool> {
    Ok(!Reader::open(&dir.journal()).await?.is_over().await?)
}

/// What is the matter with the run's engine, if something is. Fails if its engine is in good order and
/// talks to other programs than this one: it is not ours to replace.
pub(super) async fn missing(dir: &RunDir) -> anyhow::Result<Option<Missing>> {
    let missing = |why, holder| Ok(Some(Missing { why, holder }));
    let mut last = None;
    // One that has just been started does not listen yet.
    for _ in 0..ENDING.as_millis() / LOOK_AGAIN.as_millis() {
        let Some(pid) = Lease::holder(dir.path()) else {
            return missing("the engine of this run is gone".to_owned(), None);
        };
        last = Some(pid);
        match ctl::presence(dir).await {
            Ok(_) => return Ok(None),
            Err(ConnectError::Unwelcome(why)) => bail!("{why} (process {pid})"),
            Err(ConnectError::NoEngine(_)) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => return missing(format!("{error} (process {pid})"), last),
        }
    }
    missing("the engine of this run does not listen".to_owned(), last)
}

/// Starts a new engine. One that holds the run and was found not to answer is killed first: it stands
/// still, and killing an engine is safe at any instant. One that has come since is left alone. Who wished that is
/// kept for the record.
pub(super) async fn go_on(dir: &RunDir, missing: &Missing, by: String) -> anyhow::Result<()> {
    let holder = Lease::holder(dir.path());
    if holder.is_some() && holder != missing.holder {
        return Ok(());
    }
    if let Some(number) = holder
        && let Some(pid) = Pid::from_raw(number.cast_signed())
    {
        if is_something_else(number, dir) {
            bail!(
                "process {number} is not the engine here: that runs in another container, and has to be ended there"
            );
        }
        // Whichever engine comes next records it. A full disk keeps nobody from going on.
        let _ = keep_ended(dir, &EndedEngine { pid: number, by });
        if let Err(error) = kill_process(pid, Signal::KILL) {
            let _ = std::fs::remove_file(dir.ended_engine());
            // On its way out already, or not here.
            if error != Errno::SRCH {
                bail!("failed to end the engine (process {number}): {error}");
            }
        }
        let freed = async {
            while Lease::holder(dir.path()).is_some() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        if tokio::time::timeout(ENDING, freed).await.is_err() {
            bail!("the engine (process {number}) does not end, and holds the run");
        }
    }
    run::start_engine(dir, &[]).await
}

fn keep_ended(dir: &RunDir, ended: &EndedEngine) -> std::io::Result<()> {
    std::fs::write(dir.ended_engine(), serde_json::to_vec(ended)?)
}

/// The engine of the run in `dir` that was ended last, because it did not answer.
pub(super) fn ended(dir: &RunDir) -> Option<EndedEngine> {
    let bytes = std::fs::read(dir.ended_engine()).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Whether the process `pid` is there and is not what drives the run in `dir`: what holds a lock may
/// have that number in another container.
#[cfg(target_os = "linux")]
fn is_something_else(pid: u32, dir: &RunDir) -> bool {
    // Of one that is on its way out there are no words any more.
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0).skip(1);
    let name = dir.path().file_name().unwrap_or_default();
    let is_engine = words.next() == Some(b"engine")
        && words
            .next()
            .is_some_and(|path| path.ends_with(name.as_encoded_bytes()));
    !line.is_empty() && !is_engine
}

#[cfg(not(target_os = "linux"))]
fn is_something_else(_pid: u32, _dir: &RunDir) -> bool {
    false
}
