//! The hidden command that is the engine: a process of its own, in a session of its own, which no
//! terminal takes with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;

use super::exit::Exit;
use super::follow::follow;
use super::{monitors, outages, status, watchman};
use crate::clock::SystemClock;
use crate::journal::event::RunCreated;
use crate::journal::{Entry, Event, Lease, SqliteStore};
use crate::monitor::OursBook;
use crate::plan::Plan;
use crate::run::{
    Backends, Concerns, Engine, Environment, Notice, Outfit, Parts, RunDir, RunState, Secrets,
    Supervisor, Value,
};
use crate::wire::{self, Server};

/// How long connections may take to end.
const LAST_WORDS: Duration = Duration::from_millis(500);

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
    let filter = tracing_subscriber::EnvFilter::try_from_env("GONOGO_LOG")
        .or_else(|_| tracing_subscriber::EnvFilter::try_new("info,sqlx=warn"))?;
    tracing_subscriber::fmt()
        .with_writer(writer)
        .with_ansi(false)
        .with_env_filter(filter)
        .init();
    Ok(guard)
}

async fn run(dir: &RunDir) -> anyhow::Result<Exit> {
    let _lease = Lease::take(dir.path())?;
    let plan = Arc::new(status::load_plan(dir)?);
    let (store, entries) = SqliteStore::open(&dir.journal()).await?;
    let created =
        created(&entries).context("the journal does not begin with the run's creation")?;
    let state = RunState::folded(&plan, &entries)?;
    drop(entries);
    let clock = SystemClock::new();
    let secrets = Secrets::default();
    let (notify, notices) = mpsc::channel(1024);
    let (request, requests) = mpsc::channel(256);
    let (ask, asks) = mpsc::channel(64);
    let (concern, concerns) = watch::channel(Concerns::default());

    let urls = monitors::urls(&plan);
    for url in urls.values().flatten() {
        keep_password(&secrets, url);
    }
    let ours = OursBook::default();
    let poll = poll_interval();
    let mut monitor = monitors::start(&plan, &created, &urls, poll, ours.clone(), Arc::new(clock));
    let alerts = monitor.take_alerts();
    let monitor = Arc::new(monitor);
    let health = monitor.health();
    tell_variables(&plan, &state, &secrets, &notify).await?;

    // What goes on beside the engine; it ends with this.
    let mut beside = JoinSet::new();
    beside.spawn(monitors::answer(
        Arc::clone(&monitor),
        Arc::clone(&plan),
        asks,
        clock,
    ));
    beside.spawn(watchman::databases(health.clone(), notify.clone()));
    beside.spawn(outages::watch(health.clone(), notify.clone()));
    let files = watchman::PlanFiles::new(&PathBuf::from(&created.path), &plan);
    beside.spawn(watchman::plan(files, concern.clone()));

    let for_check = health.clone();
    let supervisor = Supervisor::new(Outfit {
        plan: Arc::clone(&plan),
        dir: dir.clone(),
        cwd: PathBuf::from(&created.cwd),
        urls,
        check_connections: Arc::new(move || monitors::check_connections(&for_check)),
        backends: Backends(ask),
        clock,
        notices: notify,
        secrets: secrets.clone(),
    });
    let (engine, published) = Engine::new(Parts {
        plan: Arc::clone(&plan),
        store,
        state: state.clone(),
        clock,
        supervisor,
        secrets: secrets.clone(),
        changed: changed(dir),
        die_after: std::env::var("GONOGO_DIE_AFTER").ok(),
    });
    beside.spawn(follow(
        dir.clone(),
        plan,
        state,
        published.seq.clone(),
        ours,
    ));
    let connections = TaskTracker::new();
    let for_sessions = health.clone();
    let serving = wire::serve(
        &dir.socket(),
        Server {
            journal: dir.journal(),
            published,
            health,
            concerns,
            find_session: Arc::new(move |named| monitors::find_session(&for_sessions, named)),
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
    let stop = asked_or_left(dir, concern);
    let ended = engine.run(requests, notices, alerts, stop).await;
    // Whoever gave the last command still hears that it was granted.
    serving.abort();
    connections.close();
    let _ = tokio::time::timeout(LAST_WORDS, connections.wait()).await;
    beside.shutdown().await;
    if let Some(monitor) = Arc::into_inner(monitor) {
        monitor.stop().await;
    }
    ended?;
    tracing::info!("engine ended");
    Ok(Exit::Done)
}

/// How the environment that we were started in differs from that of the engine before us.
fn changed(dir: &RunDir) -> Vec<String> {
    let now = Environment::of_this_process();
    match now.replace(dir) {
        Ok(before) => before.map_or_else(Vec::new, |before| now.differences(&before)),
        Err(error) => {
            tracing::warn!(%error, "what the environment is could not be kept");
            Vec::new()
        }
    }
}

fn created(entries: &[Entry]) -> Option<RunCreated> {
    match entries.first().map(|entry| &entry.event) {
        Some(Event::RunCreated(created)) => Some(created.clone()),
        _ => None,
    }
}

fn poll_interval() -> Duration {
    let seconds = std::env::var("GONOGO_POLL")
        .ok()
        .and_then(|text| text.parse().ok());
    Duration::try_from_secs_f64(seconds.unwrap_or(1.0)).unwrap_or(Duration::from_secs(1))
}

/// A password in a URL is a secret, whoever prints it.
fn keep_password(secrets: &Secrets, url: &str) {
    let parsed = reqwest::Url::parse(url).ok();
    if let Some(password) = parsed.as_ref().and_then(|url| url.password()) {
        secrets.keep(
            format!(
                "password of {}",
                parsed
                    .as_ref()
                    .map_or("", |url| url.host_str().unwrap_or(""))
            ),
            password.to_owned(),
        );
    }
}

/// Variables that come from the environment get their values now; secrets that an engine before this
/// one was given by hand are not known any more.
async fn tell_variables(
    plan: &Plan,
    state: &RunState,
    secrets: &Secrets,
    notify: &mpsc::Sender<Notice>,
) -> anyhow::Result<()> {
    for var in &plan.vars {
        let value = var.env.as_ref().and_then(|name| std::env::var(name).ok());
        if let Some(why) = value.as_ref().and_then(|value| var.refuses(value)) {
            let env = var.env.as_deref().unwrap_or_default();
            tracing::warn!("what {env} holds in the environment is not used: {why}");
        }
        let value = value.filter(|value| var.refuses(value).is_none());
        let notice = match (value, state.values.get(&var.name)) {
            (Some(value), known) if var.secret => {
                secrets.keep(var.name.clone(), value);
                match known {
                    Some(Value::Secret) => continue,
                    _ => set(&var.name, None),
                }
            }
            (Some(value), known) => match known {
                Some(Value::Known(old)) if *old == value => continue,
                // What somebody has said since counts for more.
                Some(Value::Known(_)) if var.default.is_none() => continue,
                _ => set(&var.name, Some(value)),
            },
            (None, Some(Value::Secret)) => Notice::VariableLost {
                name: var.name.clone(),
            },
            (None, _) => continue,
        };
        notify.send(notice).await?;
    }
    Ok(())
}

fn set(name: &str, value: Option<String>) -> Notice {
    Notice::Variable {
        name: name.to_owned(),
        value,
        origin: "environment".to_owned(),
    }
}

/// Ends when there is nothing to drive any more, or nobody wants it to be driven.
async fn asked_or_left(dir: &RunDir, concern: watch::Sender<Concerns>) {
    tokio::select! {
        () = asked_to_end() => {}
        () = watchman::directory(dir, concern) => {}
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
