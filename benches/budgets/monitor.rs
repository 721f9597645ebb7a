//! Watching databases: what it costs the server and this machine, how soon something is seen.

use std::path::Path;
use std::time::{Duration, Instant};

use gonogo::demo::server::Server;
use gonogo::monitor::{Frame, Tape};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::task::JoinHandle;

use crate::figures::{Figures, told};
use crate::processor::{Cost, processor_time};
use crate::support::postgres::{OpenTransaction, execute, value};
use crate::support::{Bench, Pty};

/// How often a screen is opened, and how often a key is pressed.
const OPENINGS: usize = 20;
const KEYS: usize = 300;
/// How long costs are summed up.
const WATCHED: Duration = Duration::from_secs(20);
/// The processor time that this program may have in a minute, and the most memory, in megabytes: a tenth
/// and a quarter of what `pg_activity` was measured to need.
const OWN_A_MINUTE: Duration = Duration::from_millis(83);
const MEMORY: f64 = 11.5;

/// All of it.
pub fn measure() {
    let server = Server::start(&[("max_connections", "1100")]).unwrap();
    let url = server.url("postgres");
    execute(
        &url,
        "create table orders as select g as id, md5(g::text) as note from generate_series(1, 2000000) as g",
    );
    screens(&url);
    crowded(&url);
    chains(&url);
    builds(&url);
    costs(&url, 100, Duration::from_millis(3));
    costs(&url, 1_000, Duration::from_millis(8));
}

/// From the start of the process to the first frame, and to the first one with data.
fn screens(url: &str) {
    let (mut shown, mut seen) = (Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        let bench = Bench::new();
        let since = Instant::now();
        let screen = Pty::start(&bench, &["monitor", url], 120, 36);
        screen.see("? keys");
        shown.push(since.elapsed());
        screen.see("usable");
        seen.push(since.elapsed());
    }
    Figures::new(shown).tell("monitor: first screen", Duration::from_millis(50));
    Figures::new(seen).tell("monitor: with data", Duration::from_millis(100));
}

/// From a key to its frame, with 5,000 sessions and a queue 1,000 deep.
fn crowded(url: &str) {
    let bench = Bench::new();
    let mut screen = Pty::start(&bench, &["monitor", url, "--record", "seen"], 120, 36);
    screen.see("usable");
    let holder = OpenTransaction::begin(url, "lock table orders");
    let waiting = wait(url, "select 1 from orders", 1);
    screen.see("1 blocker, 1 waiting");
    screen.keys("q");
    screen.ended();
    holder.end();
    drop(waiting);
    bench.write("crowd", &crowd(&bench.path("seen")));
    for (columns, rows) in [(80, 24), (120, 36), (200, 50)] {
        let mut screen = Pty::start(&bench, &["monitor", "--play", "crowd"], columns, rows);
        screen.see("Sessions  5000");
        for (panel, key) in [("sessions", "1"), ("queue", "2")] {
            screen.keys(key);
            screen.press("\x1b[B", "q quit");
            let what = format!("cursor down, 5,000 sessions, {panel}, {columns}×{rows}");
            let mut last = screen.look(vt100::Screen::state_formatted);
            let used = processor_time(screen.pid());
            let figures = Figures::of(KEYS, || {
                screen.keys("\x1b[B");
                let before = std::mem::take(&mut last);
                loop {
                    // Whoever looks all the time keeps the terminal from showing anything.
                    std::thread::sleep(Duration::from_micros(100));
                    last = screen.look(vt100::Screen::state_formatted);
                    if last != before {
                        break;
                    }
                }
            });
            figures.tell(&what, Duration::from_millis(8));
            let used = processor_time(screen.pid()).saturating_sub(used);
            let each = used.as_secs_f64() * 1e3 / KEYS as f64;
            println!("    {each:.2} ms of processor time a key");
        }
    }
}

/// The last frame with somebody waiting, with 5,000 sessions of which 1,000 wait one for the other.
fn crowd(tape: &Path) -> String {
    let mut tape = Tape::open(tape).unwrap();
    let frames = (0..tape.frames()).rev().map(|at| tape.frame(at).unwrap());
    let waits = |frame: &Frame| {
        let picture = frame.health.databases[0].picture.as_ref();
        picture.is_some_and(|picture| picture.locks.waiters == 1)
    };
    let frame = frames.into_iter().find(waits).unwrap();
    let mut frame = serde_json::to_value(&frame).unwrap();
    let picture = &mut frame["health"]["databases"][0]["picture"];
    let node = picture["locks"]["nodes"][1].clone();
    let nodes = (0..1_000).map(|at| {
        let mut node = node.clone();
        node["depth"] = json!(at);
        node["session"]["pid"] = json!(10_000 + at);
        node
    });
    picture["locks"]["nodes"] = nodes.collect();
    picture["locks"]["waiters"] = json!(999);
    let sessions = (0..5_000).map(|at| {
        let mut session = node["session"].clone();
        session["pid"] = json!(10_000 + at);
        session
    });
    picture["sessions"] = sessions.collect();
    format!("{{\"gonogo_monitor\":1}}\n{frame}\n")
}

/// From the lock to the tree on the screen, looking once a second.
fn chains(url: &str) {
    let bench = Bench::new();
    let screen = Pty::start(&bench, &["monitor", url], 120, 36);
    screen.see("nobody waits for a lock");
    let mut times = Vec::new();
    for _ in 0..8 {
        let holder = OpenTransaction::begin(url, "lock table orders");
        let waiting = wait(url, "select 1 from orders", 1);
        let since = Instant::now();
        screen.see("1 blocker, 1 waiting");
        times.push(since.elapsed());
        holder.end();
        drop(waiting);
        screen.see("nobody waits for a lock");
    }
    Figures::new(times).tell("a new chain is on the screen", Duration::from_millis(1_100));
}

/// How far the time that is said to be left of an index build is from what it took.
fn builds(url: &str) {
    let bench = Bench::new();
    let mut screen = Pty::start(&bench, &["monitor", url, "--poll", "0.2"], 120, 36);
    screen.press("5", "nothing long goes on");
    execute(
        url,
        "insert into orders select g, md5(g::text) from generate_series(1, 2000000) as g",
    );
    let built = {
        let url = url.to_owned();
        std::thread::spawn(move || {
            let sql = "set maintenance_work_mem = '64MB'; create index on orders (note)";
            execute(&url, sql);
            Instant::now()
        })
    };
    let since = Instant::now();
    let mut said = Vec::new();
    while !built.is_finished() {
        if let Some(left) = left(&screen.text()) {
            said.push((Instant::now(), left));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let ended = built.join().unwrap();
    let whole = ended - since;
    let mut worst: f64 = 0.0;
    for (at, left) in &said {
        let true_left = ended.saturating_duration_since(*at);
        if *at - since >= whole / 10 && true_left > Duration::from_secs(1) {
            let off = (left.as_secs_f64() - true_left.as_secs_f64()).abs();
            worst = worst.max(off / whole.as_secs_f64());
        }
    }
    println!(
        "  an index build of {:.1} s: {} estimates, the worst {:.0} % of the whole off, budget 25 %",
        whole.as_secs_f64(),
        said.len(),
        worst * 100.0
    );
}

/// The time that the screen says is left.
fn left(screen: &str) -> Option<Duration> {
    let (before, _) = screen.split_once(" left")?;
    let word = before.rsplit([' ', ',', '│', '┃']).next()?;
    gonogo::plan::duration::parse(word).ok()
}

/// What looking once a second costs, with this many sessions.
fn costs(url: &str, sessions: usize, of_server: Duration) {
    let crowd = Crowd::new(url, sessions);
    let bench = Bench::new();
    let screen = Pty::start(&bench, &["monitor", url], 120, 36);
    screen.see("1 blocker, 10 waiting");
    let backends = value(
        url,
        "select string_agg(pid::text, ' ') from pg_stat_activity where application_name = 'gonogo monitor'",
    );
    let backends: Vec<i32> = backends
        .split(' ')
        .map(|pid| pid.parse().unwrap())
        .collect();
    let cost = Cost::of(screen.pid(), &backends, WATCHED);
    let what = format!("{sessions} sessions: of the server a look");
    told(&what, cost.server_a_minute / 60, of_server);
    let what = format!("{sessions} sessions: of this program a minute");
    told(&what, cost.own_a_minute, OWN_A_MINUTE);
    println!("    {:.1} MB of memory, budget {MEMORY:.1} MB", cost.memory);
    drop(screen);
    drop(crowd);
}

/// Sessions beside a measurement: half of them hold a transaction open, and ten wait for a table.
pub struct Crowd {
    _sessions: Vec<PgConnection>,
    _holder: OpenTransaction,
    _waiting: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// A crowd of `sessions` in the database at `url`, in which there is a table `orders`.
    pub fn new(url: &str, sessions: usize) -> Self {
        let options: PgConnectOptions = url.parse().unwrap();
        let options = options
            .application_name("crowd")
            .disable_statement_logging();
        let connect = async |at: usize| {
            let mut one = options.connect().await.unwrap();
            let sql = ["begin; select 1", "select 1"][at % 2];
            sqlx::raw_sql(sql).execute(&mut one).await.unwrap();
            one
        };
        let connected = async {
            let mut all = Vec::new();
            for at in 0..sessions {
                all.push(connect(at).await);
            }
            all
        };
        Crowd {
            _sessions: crate::processor::runtime().block_on(connected),
            _holder: OpenTransaction::begin(url, "lock table orders"),
            _waiting: wait(url, "select 1 from orders", 10),
        }
    }
}

/// Sessions that run `sql`, which has to wait.
fn wait(url: &str, sql: &'static str, count: usize) -> Vec<JoinHandle<()>> {
    let handle = crate::processor::runtime();
    let options: PgConnectOptions = url.parse().unwrap();
    let one = |_| {
        let options = options.clone();
        handle.spawn(async move {
            let mut connection = options.application_name("web").connect().await.unwrap();
            let sql = sqlx::raw_sql(AssertSqlSafe(sql));
            // Whoever measures may have ended it.
            let _ = sql.execute(&mut connection).await;
        })
    };
    (0..count).map(one).collect()
}
