//! `gonogo monitor`: the panels of databases, alone.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};

use super::args::Watch;
use super::exit::Exit;
use super::say::complain;
use super::{monitors, probes};
use crate::clock::SystemClock;
use crate::monitor::{self, Config, OursBook, Recorder, Tape, Target, WatchedDatabase};
use crate::plan::{self, AlertRule, Plan, Probe};
use crate::ui::monitor::{Live, Setup, Source, open};

/// How many idle sessions are listed.
const IDLE: u32 = 1_000;

/// The variables that tell `psql` which database is meant.
const PSQL_VARIABLES: [&str; 5] = ["PGSERVICE", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER"];

/// Runs `gonogo monitor`.
pub(super) async fn monitor(args: &Watch) -> anyhow::Result<Exit> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        complain!("the monitor needs a terminal");
        return Ok(Exit::Usage);
    }
    let clock = SystemClock::new();
    if let Some(path) = &args.play {
        let tape =
            Tape::open(path).with_context(|| format!("failed to play {}", path.display()))?;
        let source = Source::Tape(tape);
        open(Setup { source, clock }).await?;
        return Ok(Exit::Done);
    }
    let Some(watched) = what_to_watch(args)? else {
        complain!(
            "nothing to watch: name a URL or a plan with --plan, or set DATABASE_URL, PGHOST or \
             PGSERVICE"
        );
        return Ok(Exit::Usage);
    };
    // What a plan names may be set later; a URL that was typed and can't be read will never be one.
    let unreadable = |db: &WatchedDatabase| Target::parse(db.url.as_deref().ok()?).err();
    if args.plan.is_none()
        && let Some(why) = watched.databases.iter().find_map(unreadable)
    {
        complain!("{why}");
        return Ok(Exit::Usage);
    }
    let recorder = match &args.record {
        Some(path) => Some(recorder(path)?),
        None => None,
    };
    let databases = watched.databases.iter().map(|db| db.name.clone()).collect();
    let config = Config {
        databases: watched.databases,
        probes: watched.probes,
        rules: watched.rules,
        tag: "gonogo".to_owned(),
        ours: OursBook::default(),
        idle_sessions: IDLE,
        hidden: watched.hidden,
        folder: std::env::current_dir().ok(),
        folder_is_guess: args.plan.is_none(),
        may_begin: false,
        interval: Duration::try_from_secs_f64(args.poll).unwrap_or(Duration::from_secs(1)),
    };
    let monitor = monitor::start(&config, Arc::new(clock));
    let source = Source::Live(Live {
        monitor,
        databases,
        recorder,
    });
    open(Setup { source, clock }).await?;
    Ok(Exit::Done)
}

fn recorder(path: &Path) -> anyhow::Result<Recorder> {
    Recorder::create(path).with_context(|| format!("failed to record to {}", path.display()))
}

struct Watched {
    databases: Vec<WatchedDatabase>,
    probes: Vec<Probe>,
    rules: Vec<AlertRule>,
    hidden: Vec<String>,
}

fn what_to_watch(args: &Watch) -> anyhow::Result<Option<Watched>> {
    if let Some(path) = &args.plan {
        let plan = read(path)?;
        let urls = monitors::urls(&plan);
        let unset = || Err("there is no URL".to_owned());
        let databases = plan.databases.iter().map(|database| WatchedDatabase {
            name: database.name.clone(),
            url: urls.get(&database.name).cloned().unwrap_or_else(unset),
        });
        return Ok(Some(Watched {
            databases: databases.collect(),
            probes: probes::filled(&plan),
            hidden: probes::hidden(&plan),
            rules: plan.alerts.clone(),
        }));
    }
    let mut urls = args.urls.clone();
    if urls.is_empty() {
        urls.extend(url_of_environment());
    }
    let databases: Vec<WatchedDatabase> = urls
        .iter()
        .enumerate()
        .map(|(at, url)| WatchedDatabase {
            name: if urls.len() == 1 {
                "main".to_owned()
            } else {
                format!("db{}", at + 1)
            },
            url: Ok(url.clone()),
        })
        .collect();
    Ok((!databases.is_empty()).then_some(Watched {
        databases,
        probes: Vec::new(),
        rules: Vec::new(),
        hidden: Vec::new(),
    }))
}

/// What the environment names. Where it does so for `psql`, an empty URL takes it all from there.
fn url_of_environment() -> Option<String> {
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    if set(&"DATABASE_URL") {
        return std::env::var("DATABASE_URL").ok();
    }
    PSQL_VARIABLES
        .iter()
        .any(set)
        .then(|| "postgres://".to_owned())
}

fn read(path: &Path) -> anyhow::Result<Plan> {
    let bytes = crate::project::bytes(path).map_err(anyhow::Error::msg)?;
    let load = crate::project::beside(path);
    let opened = plan::open_from(&path.to_string_lossy(), &bytes, None, &load);
    match opened.plan {
        Some(plan) => Ok(plan),
        None => bail!(
            "the plan has errors: `gonogo check {}` says which",
            path.display()
        ),
    }
}
