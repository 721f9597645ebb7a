//! What breaks around a run while it is driven: servers, the engine, a step that never stops
//! printing. What is asked everywhere: does the rest go on, is it said, is nothing lost?

use gonogo::demo::server::{Server, Shutdown};

use crate::support::postgres::OpenTransaction;
use crate::support::process::is_alive;
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, wait};

const BESIDE_A_SERVER: &str = r#"
title = "Beside a server"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  title = "First"
  shell = "echo first done"
  [[phase.step]]
  title = "Second"
  shell = "echo second done"
  [[phase.step]]
  id = "ask"
  title = "Ask"
  sql = "select 40 + 2"
  expect = { value = "42" }
"#;

/// Starts one step after the other, and sees each done.
fn drive(screen: &mut Pty, done: &[&str]) {
    screen.see("driving: you");
    for progress in done {
        screen.press("\r", progress);
    }
}

fn beside(server: &Server) -> Bench {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", server.url("postgres"));
    bench.write("plan.toml", BESIDE_A_SERVER);
    bench
}

#[test]
fn a_server_that_is_not_there_stops_nothing_and_is_seen_when_it_comes() {
    let mut server = Server::start(&[]).unwrap();
    server.stop(Shutdown::Fast);
    let bench = beside(&server);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("no server");
    drive(&mut screen, &["1 of 3", "2 of 3"]);
    server.launch().unwrap();
    screen.gone("no server");
    drive(&mut screen, &["3 of 3"]);
    screen.press("q", "Leave the screen?");
    screen.keys("\r");
    assert_eq!(screen.ended(), 3);
}

#[test]
fn a_frozen_server_is_said_to_be_frozen_and_the_run_goes_on() {
    let server = Server::start(&[]).unwrap();
    let bench = beside(&server);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("of 97 usable");
    server.freeze();
    screen.see("has not answered");
    drive(&mut screen, &["1 of 3", "2 of 3"]);
    server.thaw();
    screen.gone("has not answered");
    drive(&mut screen, &["3 of 3"]);
}

#[test]
fn a_restarted_server_is_found_again() {
    let mut server = Server::start(&[]).unwrap();
    let bench = beside(&server);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("of 97 usable");
    server.stop(Shutdown::Immediate);
    screen.see("no server");
    drive(&mut screen, &["1 of 3"]);
    server.launch().unwrap();
    screen.gone("no server");
    drive(&mut screen, &["2 of 3"]);
    drive(&mut screen, &["3 of 3"]);
}

#[test]
fn a_server_without_a_free_connection_is_entered_when_one_is_free() {
    let settings = [
        ("max_connections", "3"),
        ("superuser_reserved_connections", "0"),
        ("max_wal_senders", "0"),
    ];
    let server = Server::start(&settings).unwrap();
    let url = server.url("postgres");
    let mut taken: Vec<OpenTransaction> =
        (0..3).map(|_| OpenTransaction::begin(&url, "")).collect();
    let bench = beside(&server);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("too many");
    drive(&mut screen, &["1 of 3"]);
    taken.clear();
    screen.gone("too many");
    drive(&mut screen, &["2 of 3"]);
    drive(&mut screen, &["3 of 3"]);
}

const FLOOD: &str = r#"
title = "A flood"
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "make"
  title = "Make"
  shell = "touch made"
  undo = { shell = "rm made" }
  [[phase.step]]
  id = "flood"
  title = "Flood"
  shell = "echo $$ >pid; yes the same line again and again"
  undo = { shell = "echo dried" }
"#;

#[test]
fn a_rollback_in_the_middle_of_a_flood_stops_it_and_undoes_everything() {
    let bench = Bench::new();
    bench.write("plan.toml", FLOOD);
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("driving: you");
    screen.press("\r", "1 of 2");
    screen.press("\r", "the same line again and again");
    wait::until("the flood has begun", || {
        !bench.read("pid").trim().is_empty()
    });
    let flood: i32 = bench.read("pid").trim().parse().unwrap();
    screen.press("R", "ROLL BACK");
    screen.keys("\r");
    wait::until("the run is rolled back", || {
        let status = bench.gonogo(&["ctl", "last", "status", "--format", "json"]);
        String::from_utf8_lossy(&status.stdout).contains("\"rolled_back\"")
    });
    screen.see("ROLLED BACK");
    assert!(!bench.path("made").exists());
    wait::until("the flood is over", || !is_alive(flood));
    let runs = bench.gonogo(&["ctl", "last", "events"]);
    let events = String::from_utf8(runs.stdout).unwrap();
    let undone: Vec<&str> = events
        .lines()
        .filter(|line| line.contains("\"step_started\"") && line.contains("\"undo\":true"))
        .collect();
    assert_eq!(undone.len(), 2, "{events}");
    assert!(
        undone[0].contains("flood") && undone[1].contains("make"),
        "{undone:?}"
    );
}

#[test]
fn the_intent_is_in_the_journal_before_anything_is_done() {
    let bench = Bench::new();
    let plan = FLOOD.replace("yes the same line again and again", "true");
    bench.write("plan.toml", &plan);
    let started = bench
        .program(&["run", "--detach", "plan.toml"])
        .env("GONOGO_DIE_AFTER", "step_started")
        .output()
        .unwrap();
    let id = String::from_utf8(started.stdout).unwrap();
    let run = Run::new(&bench, id.trim().to_owned());
    let engine = run.engine();
    // The engine dies before it can answer.
    let _ = run.try_ctl(&["run", "1.1"]);
    wait::until("the engine is dead", || !is_alive(engine));
    assert!(!bench.path("made").exists());
    assert_eq!(run.kinds().last().unwrap(), "step_started");

    // Whoever goes on finds nothing that was begun, and does not guess: a person decides.
    let mut screen = Pty::start(&bench, &["resume", "last"], 120, 36);
    screen.see("unknown");
    assert!(!bench.path("made").exists());
    assert_eq!(run.step("1.1")["status"], "unknown");
    run.ctl(&["retry", "1.1", "--reason", "it was never started"]);
    wait::until("it is made", || bench.path("made").exists());
    screen.keys("q");
}

#[test]
fn an_engine_that_is_killed_leaves_its_step_alone_and_the_next_one_takes_its_outcome() {
    let bench = Bench::new();
    let mut run = bench.start(
        r#"
title = "Alone"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "waits"
  title = "Wait for a file"
  shell = "echo begun; until test -e go; do sleep 0.05; done; echo went on"
"#,
    );
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    run.kill_engine();
    bench.write("go", "");
    wait::until("the step has ended", || {
        run.output("waits-1.log").contains("went on")
    });
    let mut screen = Pty::start(&bench, &["resume", "last"], 120, 36);
    screen.see("went on");
    wait::until("its outcome is taken", || {
        run.step("1.1")["status"] == "passed"
    });
    assert_eq!(run.step("1.1")["attempt"], 1);
    screen.keys("q");
}

#[test]
fn whoever_blocks_a_step_can_be_ended_by_command_and_the_record_says_who_did_it() {
    let mut bench = Bench::new();
    let url = postgres::database();
    postgres::execute(&url, "create table orders (id int)");
    bench.set("DATABASE_URL", &url);
    let blocker = OpenTransaction::begin(&url, "lock table orders");
    let mut run = bench.start(
        r#"
title = "Blocked"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "alter"
  title = "Alter"
  sql = "alter table orders add column note text"
  undo = { sql = "alter table orders drop column note" }
"#,
    );
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    let holder = "select pid from pg_locks where relation = 'orders'::regclass and granted";
    let pid = postgres::value(&url, holder);
    wait::until("the monitor has seen it", || {
        run.try_ctl(&["terminate", &pid]).status.success()
    });
    assert_eq!(run.wait_finished("alter")["outcome"], "passed");
    let signalled = run.entries();
    let asked = signalled.iter().find(|e| {
        e["kind"] == "backend_signal_asked" || e["kind"].as_str().unwrap().starts_with("backend")
    });
    let asked = asked.unwrap_or_else(|| panic!("{:?}", run.kinds()));
    assert_eq!(asked["by"], "ann");
    assert_eq!(asked["data"]["pid"].to_string(), pid);
    blocker.end();
}

/// A step that says how it connects, and one whose clients listen to nothing and begin anew.
const CLIENTS: &str = r#"
title = "Clients"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "look"
  title = "Look"
  sql = "select 1"
  [[phase.step]]
  id = "plain"
  title = "Plain"
  shell = "echo options: ${PGOPTIONS-none}"
  [[phase.step]]
  id = "limited"
  title = "Limited"
  lock_timeout = "3s"
  shell = "echo options: ${PGOPTIONS-none}"
  [[phase.step]]
  id = "deaf"
  title = "Deaf"
  shell = '''
trap '' INT TERM
while true; do PSQL -X -d "$DATABASE_URL" -c 'select pg_sleep(600)' || true; done
'''
"#;

#[test]
fn a_step_connects_as_its_shell_would_and_nothing_of_it_goes_on_when_it_was_ended_by_force() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let psql = postgres::shared().programs().psql.as_ref().unwrap();
    let mut run = bench.start(&CLIENTS.replace("PSQL", psql.to_str().unwrap()));
    for step in ["look", "plain", "limited"] {
        run.ctl(&["run", step]);
        assert_eq!(run.wait_finished(step)["outcome"], "passed");
    }
    assert_eq!(run.output("plain-1.log"), "options: none\n");
    let limited = "options: -c lock_timeout=3000ms\n";
    assert_eq!(run.output("limited-1.log"), limited);
    let sleeping = || {
        let sleeping = "(select count(*) from pg_stat_activity where datname = current_database()
                          and state = 'active' and query like '%sleep(600)')";
        postgres::value(&url, sleeping)
    };
    run.ctl(&["run", "deaf"]);
    wait::until("it sleeps on the server", || sleeping() == "1");
    run.ctl(&["stop", "deaf"]);
    let end = run.wait_finished("deaf");
    assert_eq!(
        (&end["outcome"], &end["signal"]),
        (&"failed".into(), &9.into())
    );
    wait::until("nothing of it is left there", || sleeping() == "0");
}
