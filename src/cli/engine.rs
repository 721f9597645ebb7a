//! The hidden command that is the engine: a process of its own, in a session of its own, which no
//! terminal takes with it.

mod lookout;
mod values;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::lookout::Lookout;
use super::exit::Exit;
use super::{applied, copy, monitors, status, wake, watchman};
use crate::clock::SystemClock;
use crate::journal::event::{EndedEngine, RunCreated};
use crate::journal::{Entry, Event, Lease, SqliteStore};
use crate::plan::Plan;
use crate::run::{
    Backends, Concerns, Engine, Environment, Outfit, Parts, RunDir, RunState, Secrets, ServerWords,
    Supervisor,
};
use crate::wire::{self, Server};

/// How long connections may take to end.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long the last outputs may take in which secrets are overwritten.
const LAST_LOOK: Duration = Duration::from_mins(5);

/// Runs the engine of the run in `dir` to its end.
pub(super) fn main(dir: PathBuf) -> anyhow::Result<Exit> {
    // Before anything else: from here on the terminal's end is not ours. It fails only where there
    // is no terminal to leave.
    let _ = rustix::process::setsid();
    let dir = RunDir::at(dir);
    let _log = log(&dir)?;
    super::block_on(async {
        let result = run(&dir).await;
        if let Err(error) = &result {
            tracing::error!("{error:#}");
        }
        result
    })
}

/// Logs go into the run's directory, beside everything else there is to know about it.
fn log(dir: &RunDir) -> anyhow::Result<tracing_appender::non_blocking::WorkerGuard> {
    let file = tracing_appender::rolling::never(dir.path(), "engine.log");
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("GONOGO_LOG")
        .or_else(|_| EnvFilter::try_new("info,sqlx=warn"))?
        .add_directive(format!("{}=off", ServerWords::TARGET).parse()?);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(false)
        .with_filter(filter);
    let words = Targets::new().with_target(ServerWords::TARGET, LevelFilter::TRACE);
    tracing_subscriber::registry()
        .with(lines)
        .with(ServerWords.with_filter(words))
        .init();
    Ok(guard)
}

/// A run as an engine finds it.
struct Found {
    plan: Arc<Plan>,
    created: RunCreated,
    state: RunState,
    store: SqliteStore,
    /// The engine before, if that was ended because it did not answer.
    ended: Option<EndedEngine>,
}

impl Found {
    async fn read(dir: &RunDir) -> anyhow::Result<Self> {
        let plan = Arc::new(status::load_plan(dir)?);
        let (store, entries) = SqliteStore::open(&dir.journal()).await?;
        let created =
            created(&entries).context("the journal does not begin with the run's creation")?;
        let state = RunState::folded(&plan, &entries)?;
        let ended = wake::ended(dir).filter(|ended| last_engine(&entries) == Some(ended.pid));
        Ok(Found {
            plan,
            created,
            state,
            store,
            ended,
        })
    }
}

async fn run(dir: &RunDir) -> anyhow::Result<Exit> {
    // A file that must not grow is an error like a full disk, not the end of this process.
    let _caught = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?;
    let _lease = Lease::take(dir.path())?;
    let found = Found::read(dir).await?;
    let (clock, secrets) = (SystemClock::new(), Secrets::default());
    let (notify, notices) = mpsc::channel(1024);
    let (request, requests) = mpsc::channel(256);
    let (ask, asks) = mpsc::channel(64);
    let (concern, concerns) = watch::channel(Concerns::default());
    let urls = monitors::urls(&found.plan);
    values::keep_passwords(&secrets, &urls);
    let variables = values::known(&found.plan, &found.state, dir, &secrets);

    let (mut lookout, alerts) = Lookout::begin(&found, &urls, clock, asks);
    lookout.report(&found, &notify, &concern);
    let health = lookout.health();
    let concealing = TaskTracker::new();
    let supervisor = Supervisor::new(Outfit {
        plan: Arc::clone(&found.plan),
        dir: dir.clone(),
        cwd: PathBuf::from(&found.created.cwd),
        urls,
        backends: Backends(ask),
        clock,
        notices: notify,
        secrets: secrets.clone(),
        applied: applied::reader(&found.plan, &found.created),
        concealing: concealing.clone(),
    });
    let Found {
        plan,
        created,
        state,
        store,
        ended,
    } = found;
    let (environment, before) = (Environment::of_this_process(), Environment::known(dir));
    let (engine, published) = Engine::new(Parts {
        plan: Arc::clone(&plan),
        store,
        state: state.clone(),
        clock,
        supervisor,
        readings: lookout.readings(),
        secrets: secrets.clone(),
        variables,
        ended,
        changed: before.map_or_else(Vec::new, |before| environment.differences(&before)),
        die_after: std::env::var("GONOGO_DIE_AFTER").ok(),
    });
    lookout.follow(dir, Arc::clone(&plan), state, published.seq.clone());
    let begun = published.seq.clone();
    lookout.add(keep_environment(environment, dir.clone(), begun));
    let connections = TaskTracker::new();
    let serving = wire::serve(
        &dir.socket(),
        Server {
            journal: dir.journal(),
            published,
            find_session: lookout.finds_sessions(),
            health,
            concerns,
            secrets,
            requests: request,
            connections: connections.clone(),
        },
    )?;
    let serving = tokio::spawn(serving);
    tracing::info!(
        run = created.run,
        pid = std::process::id(),
        "engine started"
    );
    let other = (plan.digest != created.digest).then_some(&created);
    let stop = asked_or_left(dir, concern, other);
    let ended = engine.run(requests, notices, alerts, stop).await;
    // Whoever gave the last command still hears that it was granted.
    serving.abort();
    connections.close();
    let _ = tokio::time::timeout(LAST_WORDS, connections.wait()).await;
    lookout.end().await;
    concealing.close();
    if tokio::time::timeout(LAST_LOOK, concealing.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            "secrets may stand in the outputs of steps: the disk did not take what overwrites them"
        );
    }
    ended?;
    tracing::info!("engine ended");
    Ok(Exit::Done)
}

/// Once this engine has the run, its environment is what the next one compares its own with. Until
/// then what the one before knew must not be lost.
async fn keep_environment(now: Environment, dir: RunDir, mut seq: watch::Receiver<u64>) {
    if seq.changed().await.is_err() {
        return;
    }
    if let Err(error) = now.keep(&dir) {
        tracing::warn!(%error, "what the environment is could not be kept");
    }
}

fn created(entries: &[Entry]) -> Option<RunCreated> {
    match entries.first().map(|entry| &entry.event) {
        Some(Event::RunCreated(created)) => Some(created.clone()),
        _ => None,
    }
}

/// The process of the engine that had the run last.
fn last_engine(entries: &[Entry]) -> Option<u32> {
    let mut before = entries.iter().rev();
    before.find_map(|entry| match &entry.event {
        Event::EngineStarted(engine) => Some(engine.pid),
        _ => None,
    })
}

/// Ends when there is nothing to drive any more, or nobody wants it to be driven. An engine of another
/// plan than the one that the run was `created` with ends when that is there again, for one that has it.
async fn asked_or_left(
    dir: &RunDir,
    concern: watch::Sender<Concerns>,
    created: Option<&RunCreated>,
) {
    let mended = async {
        match created {
            Some(created) => copy::mended(dir, created).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = asked_to_end() => {}
        () = watchman::directory(dir, concern) => {
            tracing::warn!(dir = %dir.path().display(), "the run's directory is gone: nothing is left to drive");
        }
        () = mended => {
            tracing::info!("the plan that the run was created with is there again: the next engine takes it");
        }
    }
}

/// Ends when this process is told to end. Its steps go on under their shims; a hang-up is nothing to
/// an engine.
async fn asked_to_end() {
    let (Ok(mut term), Ok(mut int), Ok(mut hup)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    ) else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            _ = hup.recv() => {}
        }
    }
}
