//! What watching a database costs, beside what other monitors cost that are installed here.

use std::collections::HashSet;
use std::time::Duration;

use gonogo::demo::server::Server;

use crate::monitor::Crowd;
use crate::processor::Cost;
use crate::support::postgres::{execute, value};
use crate::support::{Bench, Pty};

/// How long each is watched while it watches.
const WATCHED: Duration = Duration::from_secs(20);
/// How many sessions there are beside them.
const SESSIONS: [usize; 2] = [66, 1_000];

/// Monitors that look once a second, as they are called, and what is on their screens once they look.
const PEERS: [(&[&str], &str); 3] = [
    (&["pg_activity", "--refresh", "1"], "orders"),
    (&["pgcenter", "top"], "orders"),
    (&["pg_top", "-s", "1"], "COMMAND"),
];

/// All of it.
pub fn measure() {
    let server = Server::start(&[("max_connections", "1100")]).unwrap();
    let url = server.url("postgres");
    execute(&url, "create table orders (id int)");
    let mut bench = Bench::new();
    let dir = server.dir().display().to_string();
    for (name, value) in [
        ("PGHOST", dir.as_str()),
        ("PGPORT", "5432"),
        ("PGUSER", "postgres"),
        ("PGDATABASE", "postgres"),
    ] {
        bench.set(name, value);
    }
    for sessions in SESSIONS {
        let crowd = Crowd::new(&url, sessions);
        println!("  {sessions} sessions, each figure a minute");
        let own = bench.line(&["monitor", &url]);
        watch(&bench, &url, &own, "1 blocker, 10 waiting");
        for (line, seen) in PEERS {
            if is_installed(line[0]) {
                let line: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
                watch(&bench, &url, &line, seen);
            } else {
                println!("    {:<14} is not installed", line[0]);
            }
        }
        drop(crowd);
    }
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// The processes of the sessions that clients have.
fn backends(url: &str) -> HashSet<i32> {
    let pids = value(
        url,
        "select string_agg(pid::text, ' ') from pg_stat_activity \
         where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    pids.split(' ').map(|pid| pid.parse().unwrap()).collect()
}

/// Runs one of them, once `seen` is on its screen.
fn watch(bench: &Bench, url: &str, line: &[String], seen: &str) {
    let before = backends(url);
    let screen = Pty::of(bench, line, 200, 50);
    screen.see(seen);
    let sessions: Vec<i32> = backends(url).difference(&before).copied().collect();
    let cost = Cost::of(screen.pid(), &sessions, WATCHED);
    let name = line[0].rsplit('/').next().unwrap_or_default();
    println!(
        "    {name:<14} {:>6.2} s of its own, {:>6.2} s of the server in {} sessions, {:>6.1} MB",
        cost.own_a_minute.as_secs_f64(),
        cost.server_a_minute.as_secs_f64(),
        sessions.len(),
        cost.memory,
    );
}
