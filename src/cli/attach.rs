//! `gonogo attach` and `gonogo resume`: a screen on a run that exists.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::args::{Attach, Common, Resume};
use super::exit::Exit;
use super::say::complain;
use super::{place, status, wake};
use crate::journal::Lease;
use crate::plan::Plan;
use crate::run::{RunDir, RunState};
use crate::ui::{self, Setup};
use crate::wire::{self, Role, Start};

/// Runs `gonogo attach`.
pub(super) async fn attach(common: &Common, args: &Attach) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    if let Some(missing) = wake::missing(&dir).await?
        && wake::is_open(&dir).await?
    {
        complain!("{}", missing.why);
        if !answered_yes("Go on with a new one? [Y/n] ", true) {
            complain!("`gonogo resume {}` goes on", dir.id());
            return Ok(Exit::Open);
        }
        wake::go_on(&dir, &missing, place::user(common)).await?;
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
        if let Some(why) = wake::wake(&dir, place::user(common)).await? {
            complain!("{why}; going on with a new one");
        }
        writeln!(std::io::stdout(), "{}", dir.id())?;
        return Ok(Exit::Done);
    }
    let plan = Arc::new(status::load_plan(&dir)?);
    let role = role(&args.attach);
    let (sleeping, by) = (dir.clone(), place::user(common));
    let (tell, told) = oneshot::channel();
    let waking = has_terminal().then(|| {
        tokio::spawn(async move {
            let woken = wake::wake(&sleeping, by).await;
            // It is said on the screen, and once that is left again.
            let _ = tell.send(woken.as_ref().map(drop).map_err(|why| format!("{why:#}")));
            woken
        })
    });
    let start = Start::Meanwhile(async { told.await.unwrap_or(Ok(())) });
    let state = show(common, &dir, plan, role, Leaving::RunGoesOn, start).await?;
    if let Some(waking) = waking {
        // Whoever leaves early leaves a run with an engine all the same.
        waking.await??;
    }
    farewell(&dir, state.as_ref(), Leaving::RunGoesOn)
}

/// Asks whoever sits here; where nobody does, the answer is no.
pub(super) fn answered_yes(question: &str, by_enter: bool) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("{question}");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    let answer = answer.trim().to_lowercase();
    let yes = matches!(answer.as_str(), "y" | "yes") || (by_enter && answer.is_empty());
    read.is_ok_and(|length| length > 0) && yes
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

/// Opens the screen on the run in `dir`, whose engine `start` starts, until somebody leaves it.
pub(super) async fn screen(
    common: &Common,
    dir: RunDir,
    plan: Arc<Plan>,
    role: Role,
    leaving: Leaving,
    start: Start<impl Future<Output = Result<(), String>> + Send + 'static>,
) -> anyhow::Result<Exit> {
    let state = show(common, &dir, plan, role, leaving, start).await?;
    farewell(&dir, state.as_ref(), leaving)
}

/// Shows the screen, and tells where the run stood when it was left. None: there is no terminal.
async fn show(
    common: &Common,
    dir: &RunDir,
    plan: Arc<Plan>,
    role: Role,
    leaving: Leaving,
    start: Start<impl Future<Output = Result<(), String>> + Send + 'static>,
) -> anyhow::Result<Option<RunState>> {
    if !has_terminal() {
        return Ok(None);
    }
    let feed = wire::listen(dir.clone(), place::hello(common, role, 0), start);
    let state = ui::open(Setup {
        plan,
        dir: dir.clone(),
        name: place::user(common),
        feed,
        farewell: leaving.words(dir),
    });
    Ok(Some(state.await?))
}

/// What is said once the screen is gone.
fn farewell(dir: &RunDir, state: Option<&RunState>, leaving: Leaving) -> anyhow::Result<Exit> {
    let id = dir.id();
    let Some(state) = state else {
        complain!("a screen needs a terminal; `gonogo ctl {id} status` needs none");
        return Ok(Exit::Usage);
    };
    if state.end.is_none() && leaving == Leaving::RunGoesOn {
        let said = if Lease::holder(dir.path()).is_some() {
            format!("the run goes on: gonogo attach {id}")
        } else {
            format!("no engine drives the run; what runs goes on: gonogo resume {id}")
        };
        writeln!(std::io::stdout(), "{said}")?;
    }
    Ok(Exit::of(state))
}
