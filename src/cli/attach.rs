//! `gonogo attach` and `gonogo resume`: a screen on a run that exists.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::oneshot;

use super::args::{Attach, Common, Resume};
use super::exit::Exit;
use super::{ctl, place, run, status};
use crate::journal::{Lease, Reader};
use crate::plan::Plan;
use crate::run::RunDir;
use crate::ui::{self, Setup};
use crate::wire::{self, ConnectError, Role, Start};

/// How long an engine that is to end may take.
const ENDING: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Runs `gonogo attach`.
pub(super) async fn attach(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    if let Some(why) = missing(&dir).await?
        && is_open(&dir).await?
    {
        eprintln!("gonogo: {why}");
        if !offered() {
            eprintln!("gonogo: `gonogo resume {}` goes on", dir.id());
            return Ok(Exit::Open);
        }
        go_on(&dir).await?;
    }
    let plan = Arc::new(status::load_plan(&dir)?);
    let start = Start::First(async { Ok(()) });
    screen(common, dir, plan, role(args), Leaving::RunGoesOn, start).await
}

/// Runs `gonogo resume`. The screen does not wait for the engine: until there is one it shows what the
/// journal says.
pub(super) async fn resume(common: &Common, args: &Resume) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.attach.run)?;
    if args.detach {
        if let Some(why) = wake(&dir).await? {
            eprintln!("gonogo: {why}; going on with a new one");
        }
        writeln!(std::io::stdout(), "{}", dir.id())?;
        return Ok(Exit::Done);
    }
    let plan = Arc::new(status::load_plan(&dir)?);
    let role = role(&args.attach);
    let sleeping = dir.clone();
    let (tell, told) = oneshot::channel();
    let waking = has_terminal().then(|| {
        tokio::spawn(async move {
            let woken = wake(&sleeping).await;
            // It is said on the screen, and once that is left again.
            let _ = tell.send(woken.as_ref().map(drop).map_err(|why| format!("{why:#}")));
            woken
        })
    });
    let start = Start::Meanwhile(async { told.await.unwrap_or(Ok(())) });
    let exit = screen(common, dir, plan, role, Leaving::RunGoesOn, start).await?;
    if let Some(waking) = waking.filter(tokio::task::JoinHandle::is_finished) {
        waking.await??;
    }
    Ok(exit)
}

/// Starts a new engine where the run needs one; tells why it did.
async fn wake(dir: &RunDir) -> anyhow::Result<Option<String>> {
    let Some(why) = missing(dir).await? else {
        return Ok(None);
    };
    if !is_open(dir).await? {
        return Ok(None);
    }
    go_on(dir).await?;
    Ok(Some(why))
}

/// Whether the run is not over.
async fn is_open(dir: &RunDir) -> anyhow::Result<bool> {
    Ok(!Reader::open(&dir.journal()).await?.is_over().await?)
}

/// Why the run has no engine that it could use, if it has none. Fails if its engine is in good order
/// and talks to other programs than this one: it is not ours to replace.
async fn missing(dir: &RunDir) -> anyhow::Result<Option<String>> {
    // One that has just been started does not listen yet.
    for _ in 0..ENDING.as_millis() / LOOK_AGAIN.as_millis() {
        let Some(pid) = Lease::holder(dir.path()) else {
            return Ok(Some("the engine of this run is gone".to_owned()));
        };
        match ctl::presence(dir).await {
            Ok(_) => return Ok(None),
            Err(ConnectError::Unwelcome(why)) => bail!("{why} (process {pid})"),
            Err(ConnectError::NoEngine(_)) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => return Ok(Some(format!("{error} (process {pid})"))),
        }
    }
    Ok(Some("the engine of this run does not listen".to_owned()))
}

/// Asks whoever sits here whether to go on.
fn offered() -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("Go on with a new one? [Y/n] ");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok_and(|length| length > 0)
        && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

/// Starts a new engine. One that holds the run and does not answer is killed first: it stands still,
/// and killing an engine is safe at any instant.
async fn go_on(dir: &RunDir) -> anyhow::Result<()> {
    if let Some(pid) = Lease::holder(dir.path()).and_then(|pid| Pid::from_raw(pid.cast_signed())) {
        kill_process(pid, Signal::KILL)
            .with_context(|| format!("failed to end the engine (process {pid:?})"))?;
        let freed = async {
            while Lease::holder(dir.path()).is_some() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        if tokio::time::timeout(ENDING, freed).await.is_err() {
            bail!("the engine (process {pid:?}) does not end, and holds the run");
        }
    }
    run::start_engine(dir, &[]).await
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

/// Opens the screen on the run in `dir`, whose engine `start` starts.
pub(super) async fn screen(
    common: &Common,
    dir: RunDir,
    plan: Arc<Plan>,
    role: Role,
    leaving: Leaving,
    start: Start<impl Future<Output = Result<(), String>> + Send + 'static>,
) -> anyhow::Result<Exit> {
    if !has_terminal() {
        eprintln!(
            "gonogo: a screen needs a terminal; `gonogo ctl {} status` needs none",
            dir.id()
        );
        return Ok(Exit::Usage);
    }
    let feed = wire::listen(dir.clone(), place::hello(common, role, 0), start);
    let state = ui::open(Setup {
        plan,
        dir: dir.clone(),
        name: place::user(common),
        feed,
        farewell: leaving.words(&dir),
    })
    .await?;
    if state.end.is_none() && leaving == Leaving::RunGoesOn {
        writeln!(
            std::io::stdout(),
            "the run goes on: gonogo attach {}",
            dir.id()
        )?;
    }
    Ok(Exit::of(&state))
}
