//! The monitor on real servers, in every state that a server can be in.

mod blockers;
mod crowds;
mod encodings;
mod links;
mod locks;
mod migrations;
mod ours;
mod pace;
mod parts;
mod pooler;
mod probes;
mod progress;
mod roles;
mod signals;
mod sources;
mod standby;
mod statements;
mod tls;
mod vitals;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gonogo::clock::SystemClock;
use gonogo::demo::server::Server;
use gonogo::monitor::{
    Backend, Config, DatabaseHealth, Health, Link, Monitor, OursBook, Picture, Signaller,
    WatchedDatabase,
};
use gonogo::plan::{AlertRule, Probe};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the sessions of the run are called in these tests.
const TAG: &str = "gonogo:r1";
/// Longer than anything here takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// A monitor and what it shows.
struct Watched {
    /// What the monitor is told of the run.
    ours: OursBook,
    monitor: Monitor,
    health: watch::Receiver<Arc<Health>>,
}

/// How databases are watched, and nothing else.
fn config(urls: &[String]) -> Config {
    let databases = urls.iter().enumerate().map(|(ix, url)| WatchedDatabase {
        name: format!("db{ix}"),
        url: Ok(url.clone()),
    });
    Config {
        databases: databases.collect(),
        probes: Vec::new(),
        rules: Vec::new(),
        tag: TAG.to_owned(),
        ours: OursBook::default(),
        idle_sessions: 0,
        hidden: Vec::new(),
        folder: None,
        folder_is_guess: false,
        may_begin: true,
        interval: Duration::from_millis(100),
    }
}

impl Watched {
    fn start(urls: &[String], probes: Vec<Probe>) -> Watched {
        Watched::in_folder(urls, probes, None)
    }

    /// A monitor of a project in `folder`.
    fn in_folder(urls: &[String], probes: Vec<Probe>, folder: Option<&Path>) -> Watched {
        Watched::with(urls, probes, folder, Duration::from_millis(100))
    }

    fn with(
        urls: &[String],
        probes: Vec<Probe>,
        folder: Option<&Path>,
        interval: Duration,
    ) -> Watched {
        Watched::start_with(urls, probes, Vec::new(), folder, interval)
    }

    /// A monitor with rules.
    fn by_rules(urls: &[String], rules: Vec<AlertRule>) -> Watched {
        Watched::start_with(urls, Vec::new(), rules, None, Duration::from_millis(100))
    }

    fn start_with(
        urls: &[String],
        probes: Vec<Probe>,
        rules: Vec<AlertRule>,
        folder: Option<&Path>,
        interval: Duration,
    ) -> Watched {
        Watched::by(&Config {
            probes,
            rules,
            folder: folder.map(Path::to_owned),
            interval,
            ..config(urls)
        })
    }

    fn by(config: &Config) -> Watched {
        let monitor = gonogo::monitor::start(config, Arc::new(SystemClock::new()));
        let health = monitor.health();
        Watched {
            ours: config.ours.clone(),
            monitor,
            health,
        }
    }

    /// A monitor that lists idle sessions, too.
    fn with_idle(urls: &[String]) -> Watched {
        Watched::by(&Config {
            idle_sessions: 1_000,
            ..config(urls)
        })
    }

    /// A monitor that looks so often.
    fn every(urls: &[String], interval: Duration) -> Watched {
        Watched::with(urls, Vec::new(), None, interval)
    }

    /// A monitor of the database `postgres` of `server`.
    fn of(server: &Server) -> Watched {
        Watched::start(&[server.url("postgres")], Vec::new())
    }

    fn signaller(&self) -> Signaller {
        self.monitor.signaller("db0").unwrap()
    }

    /// Waits until the health is as wanted.
    #[track_caller]
    fn until(
        &mut self,
        wanted: impl Fn(&Health) -> bool + Send,
    ) -> impl Future<Output = Arc<Health>> {
        let caller = std::panic::Location::caller();
        async move {
            let result = tokio::time::timeout(LIMIT, self.health.wait_for(|h| wanted(h))).await;
            let found = result.map(|found| Arc::clone(&found.unwrap()));
            found.unwrap_or_else(|_| {
                let newest = self.health.borrow();
                panic!("{caller}: never so, at last {:#?}", newest.databases)
            })
        }
    }

    /// Waits until the only database is as wanted.
    #[track_caller]
    fn database(
        &mut self,
        wanted: impl Fn(&DatabaseHealth) -> bool + Send,
    ) -> impl Future<Output = DatabaseHealth> {
        let found = self.until(move |health| wanted(&health.databases[0]));
        async { found.await.databases[0].clone() }
    }

    /// Waits for a picture of the only database, over a link that is up, that is as wanted.
    #[track_caller]
    fn picture(
        &mut self,
        wanted: impl Fn(&Picture) -> bool + Send,
    ) -> impl Future<Output = Arc<Picture>> {
        let found = self.database(move |database| {
            is_up(database) && database.picture.as_deref().is_some_and(&wanted)
        });
        async { found.await.picture.unwrap() }
    }

    /// Waits until the link is down, and tells the reason.
    #[track_caller]
    fn down(&mut self) -> impl Future<Output = String> {
        let found = self.database(|database| matches!(database.link, Link::Down { .. }));
        async { reason(&found.await) }
    }
}

fn is_up(database: &DatabaseHealth) -> bool {
    matches!(database.link, Link::Up { .. })
}

fn reason(database: &DatabaseHealth) -> String {
    match &database.link {
        Link::Down { reason, .. } => reason.clone(),
        other => panic!("the link is {other:?}"),
    }
}

/// A session called `name`, with its pid and start.
struct Client {
    connection: PgConnection,
    backend: Backend,
}

impl Client {
    async fn of(server: &Server, name: &str) -> Client {
        let options: PgConnectOptions = server.url("postgres").parse().unwrap();
        Client::with(options.application_name(name)).await.unwrap()
    }

    async fn with(options: PgConnectOptions) -> sqlx::Result<Client> {
        let mut connection = options.disable_statement_logging().connect().await?;
        let row = sqlx::query(
            "select pid, (extract(epoch from backend_start) * 1000000)::int8
               from pg_stat_get_activity(pg_backend_pid())",
        )
        .fetch_one(&mut connection)
        .await?;
        let backend = Backend {
            pid: row.get(0),
            started: row.get(1),
        };
        Ok(Client {
            connection,
            backend,
        })
    }

    fn pid(&self) -> i32 {
        self.backend.pid
    }

    async fn run(&mut self, sql: &str) {
        self.attempt(sql).await.unwrap();
    }

    async fn attempt(&mut self, sql: &str) -> sqlx::Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        sql.execute(&mut self.connection).await.map(drop)
    }

    /// Runs something that will have to wait.
    fn wait_in(mut self, sql: &str) -> JoinHandle<sqlx::Result<()>> {
        let sql = sql.to_owned();
        tokio::spawn(async move { self.attempt(&sql).await })
    }

    /// The first field of the first row.
    async fn ask(&mut self, sql: &str) -> i64 {
        let sql = sqlx::query(AssertSqlSafe(sql));
        sql.fetch_one(&mut self.connection).await.unwrap().get(0)
    }
}

const MONITORS: &str =
    "select count(*) from pg_stat_activity where application_name = 'gonogo monitor'";

/// How many sessions of monitors the server has.
async fn monitors(client: &mut Client) -> i64 {
    client.ask(MONITORS).await
}

/// Waits until the server has as many sessions of monitors as wanted.
async fn until_monitors(client: &mut Client, wanted: i64) {
    until(client, MONITORS, wanted).await;
}

/// Waits until `sql` has `wanted` for an answer.
async fn until(client: &mut Client, sql: &str, wanted: i64) {
    let found = async {
        while client.ask(sql).await != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(LIMIT, found).await;
    assert!(found.is_ok(), "{sql}: {}", client.ask(sql).await);
}
