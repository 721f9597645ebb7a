//! Starting and stopping the monitor.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::alert::Alert;
use super::baseline::Readings;
use super::board::Board;
use super::command::CommandProbe;
use super::health::{DatabaseHealth, Health, Link};
use super::http::HttpProbe;
use super::log::LogProbe;
use super::migrations::Shelf;
use super::ours::OursBook;
use super::pace::Pace;
use super::postgres::{
    Desk, Inspector, KeptLine, Signaller, SqlProbe, Target, WantedRarely, Watcher, Wishes,
    keep_spare,
};
use super::probe::{self, Meter, ProbeHealth, Runner};
use super::prometheus::PrometheusProbe;
use super::rules::Rules;
use super::script::Script;
use crate::clock::Clock;
use crate::plan::{AlertRule, Probe, ProbeTarget, metric};

/// What to watch.
pub struct Config {
    /// The databases, in the order in which they are to be shown.
    pub databases: Vec<WatchedDatabase>,
    /// The probes, variables filled in.
    pub probes: Vec<Probe>,
    /// What the sessions of this run are called: `gonogo:<run>`. Sessions called so, and those with a
    /// colon and more after it, are ours. Empty: none are.
    pub tag: String,
    /// The rules about what is measured.
    pub rules: Vec<AlertRule>,
    /// What the run does at the moment, which tells its sessions where their name does not.
    pub ours: OursBook,
    /// How many idle sessions of each database are listed beside the busy ones.
    pub idle_sessions: u32,
    /// The values of secrets, which nothing that is shown may hold.
    pub hidden: Vec<String>,
    /// The project's folder: scripts run there, and files of migration tools are looked for.
    pub folder: Option<PathBuf>,
    /// Whether no plan says that it is the project's, so that its files may be of another one.
    pub folder_is_guess: bool,
    /// Whether a deployment may begin here, which records what was normal before.
    pub may_begin: bool,
    /// The time between two polls of a database.
    pub interval: Duration,
}

/// A database to watch.
pub struct WatchedDatabase {
    /// Its name in the plan.
    pub name: String,
    /// Its URL, which may hold a password, or why there is none.
    pub url: Result<String, String>,
}

/// A running monitor. Dropping it ends its tasks and their sessions; [`Monitor::stop`] also waits
/// until they have ended.
pub struct Monitor {
    board: Board,
    alerts: mpsc::Receiver<Alert>,
    readings: Readings,
    signallers: HashMap<String, Signaller>,
    inspectors: HashMap<String, Inspector>,
    tasks: TaskTracker,
    stop: DropGuard,
}

/// Starts watching, one task for each database and each probe, within the runtime of the caller.
/// Nothing that is watched can make it fail: what is wrong shows in the [`Health`].
pub fn start(config: &Config, clock: Arc<dyn Clock>) -> Monitor {
    let databases = config.databases.iter();
    let probes = config.probes.iter();
    let board = Board::new(Health {
        databases: databases.map(|db| DatabaseHealth::new(&db.name)).collect(),
        probes: probes
            .map(|probe| ProbeHealth::new(&probe.name, probe.every))
            .collect(),
        alerts: Vec::new(),
    });
    let (tell, alerts) = mpsc::channel(256);
    let stop = CancellationToken::new();
    let mut starting = Starting {
        board,
        clock,
        tasks: TaskTracker::new(),
        stop: stop.clone(),
        signallers: HashMap::new(),
        spares: HashMap::new(),
    };
    for (place, database) in config.databases.iter().enumerate() {
        starting.database(place, database, config);
    }
    for (place, probe) in config.probes.iter().enumerate() {
        starting.probe(place, probe, config);
    }
    let readings = starting.rules(config, tell);
    starting.tasks.close();
    Monitor {
        alerts,
        readings,
        board: starting.board,
        signallers: starting.signallers,
        inspectors: starting
            .spares
            .into_iter()
            .map(|(name, spare)| (name, Inspector::new(spare)))
            .collect(),
        tasks: starting.tasks,
        stop: stop.drop_guard(),
    }
}

impl Monitor {
    /// What is known, now and whenever it changes.
    pub fn health(&self) -> watch::Receiver<Arc<Health>> {
        self.board.subscribe()
    }

    /// What happens to the alerts, in order. Nobody has to listen; whoever does not should drop it.
    pub fn take_alerts(&mut self) -> mpsc::Receiver<Alert> {
        let (_, closed) = mpsc::channel(1);
        std::mem::replace(&mut self.alerts, closed)
    }

    /// What is remembered of the readings, for whoever begins the deployment.
    pub fn readings(&self) -> Readings {
        self.readings.clone()
    }

    /// Who cancels and terminates sessions of the database called `name`.
    pub fn signaller(&self, name: &str) -> Option<Signaller> {
        self.signallers.get(name).cloned()
    }

    /// Who looks into single sessions of the database called `name`.
    pub fn inspector(&self, name: &str) -> Option<Inspector> {
        self.inspectors.get(name).cloned()
    }

    /// Ends all tasks and waits for them. Sessions of signallers and inspectors end with the last
    /// clone of those.
    pub async fn stop(self) {
        drop((self.signallers, self.inspectors));
        drop(self.stop);
        self.tasks.wait().await;
    }
}

/// The monitor while its tasks are started.
struct Starting {
    board: Board,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    stop: CancellationToken,
    signallers: HashMap<String, Signaller>,
    spares: HashMap<String, Result<Arc<KeptLine>, String>>,
}

impl Starting {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            stop.run_until_cancelled(task).await;
        });
    }

    fn database(&mut self, place: usize, database: &WatchedDatabase, config: &Config) {
        let name = database.name.clone();
        let target = match database.url.clone().and_then(|url| Target::parse(&url)) {
            Ok(target) => target,
            Err(reason) => {
                let since = self.clock.now();
                let link = Link::Down {
                    since,
                    reason: reason.clone(),
                    unasked: true,
                };
                self.board.database(place, |health| health.link = link);
                self.signallers
                    .insert(name.clone(), Signaller::without(reason.clone()));
                self.spares.insert(name, Err(reason));
                return;
            }
        };
        self.board.database(place, |health| {
            health.place = target.place();
            target.wanted().clone_into(&mut health.wanted);
        });
        let free = config.ours.free(target.wanted());
        let spare = Arc::new(KeptLine::new(target.clone(), free.clone()));
        let (desk, errands) = Desk::new();
        self.signallers
            .insert(name.clone(), Signaller::new(spare.clone(), desk));
        self.spares.insert(name, Ok(spare.clone()));
        let (link_is_up, watched_link) = watch::channel(false);
        self.spawn(keep_spare(spare, watched_link, place, self.board.clone()));
        let watcher = Watcher {
            target,
            free,
            name: database.name.clone(),
            wishes: Wishes {
                tag: config.tag.clone(),
                ours: config.ours.clone(),
                idle: config.idle_sessions,
                shelf: if config.folder_is_guess {
                    Shelf::guessed(config.folder.clone())
                } else {
                    Shelf::new(config.folder.clone())
                },
                rarely: wanted_rarely(config, &database.name),
            },
            place,
            pace: Pace::new(config.interval),
            board: self.board.clone(),
            clock: self.clock.clone(),
            errands,
            link_is_up,
        };
        self.spawn(watcher.run());
    }

    fn rules(&self, config: &Config, tell: mpsc::Sender<Alert>) -> Readings {
        let databases: Vec<String> = config.databases.iter().map(|db| db.name.clone()).collect();
        let probes: Vec<String> = config
            .probes
            .iter()
            .map(|probe| probe.name.clone())
            .collect();
        let book = config.ours.clone();
        let mut rules = Rules::new(&config.rules, &databases, &probes, book, tell);
        if config.may_begin {
            rules = rules.recording(&databases, &probes);
        }
        let readings = rules.readings();
        let (board, clock) = (self.board.clone(), self.clock.clone());
        self.spawn(rules.run(self.board.subscribe(), board, clock));
        readings
    }

    fn probe(&self, place: usize, probe: &Probe, config: &Config) {
        let runner = Runner {
            health: ProbeHealth::new(&probe.name, probe.every),
            place,
            meter: self.meter(probe, config).unwrap_or_else(Meter::Broken),
            hidden: config.hidden.clone(),
        };
        let (board, clock) = (self.board.clone(), self.clock.clone());
        self.spawn(probe::run(runner, board, clock));
    }

    fn meter(&self, probe: &Probe, config: &Config) -> Result<Meter, String> {
        let (expect, every, folder) = (&probe.expect, probe.every, config.folder.clone());
        Ok(match &probe.target {
            ProbeTarget::Http(http) => Meter::Http(Box::new(HttpProbe::new(http, expect, every)?)),
            ProbeTarget::Sql { text, database } => match self.spares.get(database) {
                Some(line) => Meter::Sql(SqlProbe::new(line.clone()?, text, expect)),
                None => return Err(format!("there is no database called {database}")),
            },
            ProbeTarget::Command(script) => {
                let script = Script::new(script, folder);
                let value = format!("{}.value", probe.name);
                let mut rules = config.rules.iter();
                let is_asked = rules.any(|rule| rule.metric.as_deref() == Some(&value[..]));
                Meter::Command(CommandProbe::new(script, expect, is_asked, every))
            }
            ProbeTarget::Log { source, pattern } => {
                Meter::Log(LogProbe::new(source, pattern, folder))
            }
            ProbeTarget::Prometheus { server, query } => {
                let probe = PrometheusProbe::new(server, query, expect, every)?;
                Meter::Prometheus(Box::new(probe))
            }
        })
    }
}

/// What the rules are about of what is looked at rarely in `database`.
fn wanted_rarely(config: &Config, database: &str) -> WantedRarely {
    let metrics = config
        .rules
        .iter()
        .filter_map(|rule| rule.metric.as_deref());
    let metrics = metrics.clone().map(metric::parts);
    let mut metrics = metrics.filter(|(of, _)| *of == database);
    let rows = metrics.clone();
    let tables: BTreeSet<&str> = rows
        .filter_map(|(_, it)| it.strip_prefix(metric::ROWS))
        .collect();
    WantedRarely {
        counted: tables.into_iter().map(str::to_owned).collect(),
        slow: config.may_begin && metrics.any(|(_, it)| metric::CHANGES_SLOWLY.contains(&it)),
    }
}
