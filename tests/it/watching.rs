//! `gonogo monitor` in a terminal, on real sessions.

use std::io::Read;
use std::process::Stdio;
use std::thread::JoinHandle;

use gonogo::monitor::Tape;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::support::postgres::{OpenTransaction, attempt, block_on, database, execute, value};
use crate::support::{Bench, Pty, text_of};

/// A session called `app` that runs `sql` and ends; what came of it.
fn session(url: &str, app: &str, sql: &str) -> JoinHandle<sqlx::Result<()>> {
    let options: PgConnectOptions = url.parse().unwrap();
    let options = options.application_name(app);
    let sql = sql.to_owned();
    std::thread::spawn(move || {
        block_on(async {
            let mut connection = options.connect().await?;
            let sql = sqlx::raw_sql(AssertSqlSafe(sql));
            sql.execute(&mut connection).await.map(drop)
        })
    })
}

fn watch(bench: &Bench, url: &str, args: &[&str]) -> Pty {
    let args = [&["monitor", url, "--poll", "0.2"], args].concat();
    let screen = Pty::start(bench, &args, 120, 36);
    screen.see("PostgreSQL");
    screen
}

/// What a tape of the terminal holds as its clipboard: base64 of the text.
fn clipboard(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let three = [0, 1, 2].map(|at| u32::from(*bytes.get(at).unwrap_or(&0)));
        let bits = three[0] << 16 | three[1] << 8 | three[2];
        for at in 0..4 {
            coded.push(if at <= bytes.len() {
                LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char
            } else {
                '='
            });
        }
    }
    coded
}

#[test]
fn who_blocks_is_found_looked_at_and_ended_by_a_key() {
    let bench = Bench::new();
    let url = database();
    execute(
        &url,
        "create table orders (id int primary key, n int); insert into orders values (1, 1)",
    );
    let statement = "update orders set n = 2 where id = 1";
    let mut screen = watch(&bench, &url, &[]);
    let _holder = OpenTransaction::begin(&url, "update orders set n = 3 where id = 1");
    let waiting = session(&url, "web shop", statement);
    screen.see("1 blocker, 1 waiting");
    // The one that waits is the first in the list.
    screen.press("\r", "waits for ");
    screen.see("Share on transaction");
    screen.see("holds RowExclusive on orders");
    screen.press("e", "->  Index Scan using orders_pkey on orders");
    screen.press("y", "sent to the terminal's clipboard");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    let copied = format!("\x1b]52;c;{}", clipboard(statement));
    assert!(raw.contains(&copied), "no {copied:?}");
    screen.keys("\x1b");
    screen.gone("holds RowExclusive");
    // Any key but Enter leaves it be.
    screen.press("c", "Cancel the statement of");
    screen.press("y", "nothing was done");
    screen.press("c", "Cancel the statement of");
    screen.press("\r", "was cancelled");
    let error = waiting.join().unwrap().unwrap_err().to_string();
    assert!(error.contains("canceling statement"), "{error}");
    // What is seen next is the second one in the queue, not the first one still.
    screen.see("nobody waits for a lock");
    // The one that holds stands first there. It is idle: only its end helps.
    let waiting = session(&url, "web shop", statement);
    screen.see("1 blocker, 1 waiting");
    screen.press("2", "idle in tx");
    screen.press("c", "there is no statement to cancel");
    screen.press("k", "End session");
    screen.keys("\r");
    waiting.join().unwrap().unwrap();
    screen.see("nobody waits for a lock");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn sessions_are_filtered_and_the_picture_can_stand_still() {
    let bench = Bench::new();
    let url = database();
    execute(&url, "create table orders (id int primary key)");
    let _one = OpenTransaction::begin(&url, "select 'first'");
    let mut screen = watch(&bench, &url, &[]);
    screen.see("select 'first'");
    screen.press(" ", "FROZEN");
    let _two = OpenTransaction::begin(&url, "select 'second'");
    let second = "select count(*) from pg_stat_activity where query like '%second%' and datname = current_database() and pid <> pg_backend_pid()";
    assert_eq!(value(&url, second), "1");
    // What is typed is drawn at once, and what stands still is drawn with it.
    screen.press("s", "by transaction");
    assert!(!screen.text().contains("select 'second'"));
    screen.press(" ", "select 'second'");
    screen.press("/second\r", "only what holds \"second\"");
    screen.gone("select 'first'");
    screen.press("\x1b", "select 'first'");
    screen.press("?", "stop the picture");
    // Together with the next key, it would be another key.
    screen.keys("\x1b");
    screen.gone("stop the picture");
    screen.press("D", "Sessions");
    screen.keys("\x03");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn what_was_seen_is_recorded_and_played_again_without_the_server() {
    let bench = Bench::new();
    let url = database();
    execute(&url, "create table orders (id int primary key)");
    let mut screen = watch(&bench, &url, &["--record", "seen"]);
    screen.see("nobody waits for a lock");
    let holder = OpenTransaction::begin(&url, "lock table orders");
    let waiting = session(&url, "web", "select 'kept waiting' from orders");
    screen.see("1 blocker, 1 waiting");
    holder.end();
    waiting.join().unwrap().unwrap();
    screen.see("nobody waits for a lock");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
    // Nothing is written over.
    let again = bench.gonogo(&["monitor", &url, "--record", "seen"]);
    assert_ne!(again.status.code(), Some(0), "{}", text_of(&again));
    attempt(&url, "drop table orders").unwrap();
    let mut screen = Pty::start(&bench, &["monitor", "--play", "seen"], 120, 36);
    screen.see("recording");
    let mut tape = Tape::open(&bench.path("seen")).unwrap();
    let frames = tape.frames();
    let is_blocked = |at| {
        let frame = tape.frame(at).unwrap();
        let picture = frame.health.databases[0].picture.as_ref();
        picture.is_some_and(|seen| (seen.locks.blockers, seen.locks.waiters) == (1, 1))
    };
    // On the screen the frames are counted from one.
    let blocked = (0..frames).position(is_blocked).unwrap() + 1;
    screen.keys("++++");
    screen.see(&format!(" {frames} of {frames} "));
    screen.see("nobody waits for a lock");
    for at in (blocked..frames).rev() {
        screen.press("\x1b[D", &format!(" {at} of {frames} "));
    }
    screen.see("1 blocker, 1 waiting");
    screen.press("e", "a recording has no server to ask");
    screen.press("\x1b[H", " 1 of ");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
    let wrong = bench.write("wrong", "no tape");
    let mut screen = Pty::start(
        &bench,
        &["monitor", "--play", wrong.to_str().unwrap()],
        80,
        24,
    );
    screen.see("it is no recording of gonogo monitor");
    assert_ne!(screen.ended(), 0);
}

#[test]
fn a_server_that_is_not_there_is_said_and_q_leaves_at_once() {
    let bench = Bench::new();
    let mut screen = Pty::start(
        &bench,
        &["monitor", "postgres://nobody@127.0.0.1:1/nothing"],
        80,
        24,
    );
    screen.see("NO CONNECTION");
    screen.see("no connection for");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn without_a_terminal_or_anything_to_watch_it_says_what_is_missing() {
    let bench = Bench::new();
    let mut command = bench.program(&["monitor", "postgres://127.0.0.1:1/x"]);
    let output = command.stdout(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("the monitor needs a terminal"));
    let mut screen = Pty::start(&bench, &["monitor"], 80, 24);
    screen.see("nothing to watch");
    assert_eq!(screen.ended(), 2);
}

#[test]
fn without_a_url_it_watches_what_psql_would_open() {
    let mut bench = Bench::new();
    let url = database();
    let options: PgConnectOptions = url.parse().unwrap();
    let socket = options.get_socket().unwrap().to_string_lossy().into_owned();
    bench.set("PGHOST", socket);
    bench.set("PGPORT", options.get_port().to_string());
    bench.set("PGUSER", options.get_username());
    bench.set("PGDATABASE", options.get_database().unwrap());
    let _open = OpenTransaction::begin(&url, "select 'psql'");
    let mut screen = Pty::start(&bench, &["monitor"], 120, 36);
    screen.see("'psql'");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn a_terminal_that_claims_to_be_enormous_is_drawn_on_in_part() {
    let bench = Bench::new();
    for (columns, rows) in [(65_535, 24), (80, 65_535)] {
        let args = ["monitor", "postgres://127.0.0.1:1/x"];
        let mut screen = Pty::start(&bench, &args, columns, rows);
        screen.see("NO CONNECTION");
        screen.resize(120, 36);
        screen.see("no connection for");
        screen.keys("q");
        assert_eq!(screen.ended(), 0);
    }
}

#[test]
fn a_terminal_that_vanishes_ends_it_without_a_panic() {
    let bench = Bench::new();
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let line = bench.line(&["monitor", "postgres://127.0.0.1:1/x"]);
    let mut command = CommandBuilder::new(&line[0]);
    command.args(&line[1..]);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut bytes) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("CONNECTION") {
        let read = reader.read(&mut bytes).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&bytes[..read]);
    }
    // Nobody holds the other end any more: whatever is written fails.
    drop((reader, pair.master));
    assert_ne!(child.wait().unwrap().exit_code(), 101);
}

#[test]
fn a_plan_brings_its_databases_probes_and_alerts() {
    let mut bench = Bench::new();
    let url = database();
    execute(&url, "create table jobs (id int)");
    bench.set("SHOP_URL", url.clone());
    bench.write(
        "plan.toml",
        r#"
title = "Watch"

[databases.shop]
url_env = "SHOP_URL"

[[probe]]
name = "backlog"
sql = "select count(*) from jobs"
every = "200ms"

[[alert]]
name = "too much to do"
metric = "backlog.value"
above = 2

[[phase]]
name = "Look"
kind = "before"

  [[phase.step]]
  title = "Look"
  check = "Well?"
"#,
    );
    let mut screen = Pty::start(&bench, &["monitor", "--plan", "plan.toml"], 120, 36);
    screen.see("backlog 0");
    execute(&url, "insert into jobs select generate_series(1, 7)");
    screen.see("backlog 7");
    screen.press("9", "too much to do");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}
