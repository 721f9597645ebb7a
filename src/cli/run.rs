//! `gonogo run`: a new run, its engine, and a front to it.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use super::args::{Common, Run};
use super::attach::{self, Leaving};
use super::exit::Exit;
use super::{check, headless, place, problems};
use crate::clock::{Clock, SystemClock};
use crate::journal::event::{RunCreated, VariableSet};
use crate::journal::{Actor, Event, SqliteStore, Store, Unwritten, Via};
use crate::plan::{self, Plan, Severity};
use crate::run::{RunDir, own_program};
use crate::wire::{self, Role};

/// How long an engine may take to listen.
const ENGINE_PATIENCE: Duration = Duration::from_secs(20);
/// How often to look whether it does.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// Runs `gonogo run`.
pub(super) async fn run(common: &Common, args: Run) -> anyhow::Result<Exit> {
    let Some((dir, plan)) = prepare(common, &args).await? else {
        return Ok(Exit::Usage);
    };
    if args.detach {
        start_engine(&dir, args.poll, &[]).await?;
        println!("{}", dir.id());
        return Ok(Exit::Done);
    }
    if args.headless {
        start_engine(&dir, args.poll, &[]).await?;
        eprintln!("gonogo: run {} in {}", dir.id(), dir.path().display());
        return headless::follow(&dir, 0, &mut std::io::stdout()).await;
    }
    // The screen is there at once; the engine follows.
    let started = dir.clone();
    let ready = async move {
        let engine = start_engine(&started, args.poll, &[]).await;
        engine.map_err(|error| format!("{error:#}"))
    };
    attach::screen(common, dir, plan, Role::Drive, Leaving::RunGoesOn, ready).await
}

/// Makes a run, ready for an engine. `None`: the plan or a value is wrong, and that was said.
pub(super) async fn prepare(common: &Common, args: &Run) -> anyhow::Result<Option<(RunDir, Plan)>> {
    let bytes = match check::read(&args.plan) {
        Ok(bytes) => bytes,
        Err(why) => {
            eprintln!("gonogo: {why}");
            return Ok(None);
        }
    };
    let opened = plan::open(&args.plan.to_string_lossy(), &bytes);
    let Some(plan) = opened.plan else {
        for problem in opened
            .problems
            .iter()
            .filter(|p| p.severity == Severity::Error)
        {
            eprintln!("{}\n", problems::render(&opened.source, problem, false));
        }
        eprintln!(
            "gonogo: {} can't be run; `gonogo check` says more",
            args.plan.display()
        );
        return Ok(None);
    };
    let clock = SystemClock::new();
    let runs = place::runs(common)?;
    let dir = RunDir::create(&runs, &plan.title, plan.format, &bytes, clock.now())
        .with_context(|| format!("failed to make a run in {}", runs.display()))?;
    if let Err(refusal) = create(common, args, &dir, &plan, &clock).await? {
        std::fs::remove_dir_all(dir.path())?;
        eprintln!("gonogo: {refusal}");
        return Ok(None);
    }
    Ok(Some((dir, plan)))
}

/// Writes the first entries of the run's journal. The inner error says what is wrong with a value.
async fn create(
    common: &Common,
    args: &Run,
    dir: &RunDir,
    plan: &Plan,
    clock: &SystemClock,
) -> anyhow::Result<Result<(), String>> {
    let actor = Actor::person(place::user(common), Via::Ctl);
    let path = std::path::absolute(&args.plan)?;
    let mut events = vec![Event::RunCreated(RunCreated {
        run: dir.id(),
        title: plan.title.clone(),
        digest: plan.digest.clone(),
        path: path.to_string_lossy().into_owned(),
        environment: plan.environment.clone(),
        unattended: args.headless,
        tick_checks: args.tick_checks,
        cwd: std::env::current_dir()?.to_string_lossy().into_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })];
    for (name, value) in &args.set {
        match plan.var(name) {
            None => return Ok(Err(format!("the plan has no variable `{name}`"))),
            Some(var) if var.secret => {
                return Ok(Err(format!(
                    "{name} is secret and would show in the list of processes: put it in the environment, or `gonogo ctl {} set {name}=-`",
                    dir.id()
                )));
            }
            Some(var) => {
                if let Some(why) = var.refuses(value) {
                    return Ok(Err(why));
                }
            }
        }
        events.push(Event::VariableSet(VariableSet {
            name: name.clone(),
            value: Some(value.clone()),
            origin: "operator".to_owned(),
        }));
    }
    let at = clock.now();
    let entries = events.into_iter().map(|event| Unwritten {
        at,
        actor: actor.clone(),
        event,
    });
    let (mut store, _) = SqliteStore::open(&dir.journal()).await?;
    store.append(entries.collect()).await?;
    store.close().await;
    Ok(Ok(()))
}

/// Starts an engine for the run in `dir`, detached from this terminal, with `environment` besides our
/// own, and waits until it listens.
pub(super) async fn start_engine(
    dir: &RunDir,
    poll: f64,
    environment: &[(String, String)],
) -> anyhow::Result<()> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.engine_log())?;
    let mut engine = Command::new(own_program()?)
        .arg("engine")
        .arg(dir.path())
        .env("GONOGO_POLL", poll.to_string())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("failed to start the engine")?;
    let listening = tokio::time::timeout(ENGINE_PATIENCE, listens(dir, &mut engine));
    match listening.await {
        Ok(result) => result?,
        Err(_) => bail!(
            "the engine does not listen; see {}",
            dir.engine_log().display()
        ),
    }
    reap(engine);
    Ok(())
}

/// Waits until the engine takes connections, or is gone.
async fn listens(dir: &RunDir, engine: &mut Child) -> anyhow::Result<()> {
    while std::os::unix::net::UnixStream::connect(wire::address(&dir.socket())).is_err() {
        if let Some(status) = engine.try_wait()? {
            bail!(
                "the engine ended at once ({status}): {}",
                last_words(&dir.engine_log())
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// An engine that ends before we do must not stay in the list of processes.
fn reap(mut engine: Child) {
    std::thread::spawn(move || engine.wait());
}

fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("it left no word").to_owned()
}
