//! What dies, freezes or changes under a run, and where the run stands afterwards.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gonogo::demo::server::{Server, Shutdown};
use rustix::process::Signal;

use crate::support::bench::remove_socket;
use crate::support::process::{is_alive, locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, text_of, wait};

const WAITS: &str = r#"
title = "Waits"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "waits"
  title = "Wait for a file"
  shell = "echo begun >>trace; until test -e go; do sleep 0.02; done; echo ended >>trace"
  [[phase.step]]
  id = "after"
  title = "Afterwards"
  shell = "echo after >>trace"
"#;

/// Whether the run's step shows this status.
fn step_is(run: &Run<'_>, number: &str, status: &str) {
    wait::until("a step's status", || run.step(number)["status"] == status);
}

/// The shim of the step that runs.
fn shim_of(run: &Run<'_>) -> i32 {
    let locks = std::fs::read_dir(run.dir().join("output")).unwrap();
    let mut locks = locks.map(|entry| entry.unwrap().path());
    locks.find_map(|path| locked_by(&path)).expect("a shim")
}

#[test]
fn a_frozen_engine_is_ended_and_replaced() {
    let bench = Bench::new();
    let mut run = bench.start(WAITS);
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    let frozen = run.engine();
    signal(frozen, Signal::STOP);
    let refused = run.try_ctl(&["note", "is anybody there?"]);
    assert!(
        text_of(&refused).contains("does not answer"),
        "{}",
        text_of(&refused)
    );
    let resumed = bench.gonogo(&["--as", "bob", "resume", "last", "--detach"]);
    assert!(resumed.status.success(), "{}", text_of(&resumed));
    assert!(text_of(&resumed).contains("does not answer"));
    // It can't come back and do something.
    assert!(!is_alive(frozen));
    let entries = run.entries();
    let started = entries
        .iter()
        .rfind(|entry| entry["kind"] == "engine_started");
    let ended = serde_json::json!({ "pid": frozen, "by": "bob" });
    assert_eq!(started.unwrap()["data"]["ended"], ended);
    assert_ne!(run.engine(), frozen);
    bench.write("go", "");
    step_is(&run, "1.1", "passed");
    assert_eq!(bench.read("trace"), "begun\nended\n");
    assert_eq!(run.step("1.1")["attempt"], 1);
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
}

#[test]
fn what_somebody_wanted_who_has_gone_is_not_done() {
    let bench = Bench::new();
    let mut run = bench.start(WAITS);
    let engine = run.engine();
    let socket = run.dir().join("engine.sock").canonicalize().unwrap();
    let mut screen = UnixStream::connect(socket).unwrap();
    let hello =
        r#"{"say":"hello","protocol":1,"role":"drive","name":"bob","terminal":"t","after":0}"#;
    writeln!(screen, "{hello}").unwrap();
    run.wait_for("driver_attached", |_| true);
    signal(engine, Signal::STOP);
    wait::until("the engine stands still", || {
        let stat = std::fs::read_to_string(format!("/proc/{engine}/stat")).unwrap();
        stat.rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('T')
    });
    let wish = r#"{"say":"command","id":1,"wish":{"command":"run","step":null}}"#;
    writeln!(screen, "{wish}").unwrap();
    // A process that another test has just forked may hold it open for a moment.
    screen.shutdown(std::net::Shutdown::Both).unwrap();
    signal(engine, Signal::CONT);
    run.wait_for("driver_left", |_| true);
    let kinds = run.kinds();
    assert!(!kinds.contains(&"step_started".to_owned()), "{kinds:?}");
}

#[test]
fn there_is_never_a_second_engine() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    let first = run.engine();
    let dir = run.dir();
    let second = bench.gonogo(&["engine", dir.to_str().unwrap()]);
    assert!(!second.status.success());
    let resumed = bench.gonogo(&["resume", "last", "--detach"]);
    assert!(resumed.status.success());
    assert_eq!(run.engine(), first);
}

#[test]
fn of_several_who_resume_at_once_all_but_one_are_told_that_another_has_the_run() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    run.kill_engine();
    let resumed: Vec<_> = thread::scope(|scope| {
        let resume = || bench.gonogo(&["resume", "last", "--detach"]);
        let all: Vec<_> = (0..4).map(|_| scope.spawn(resume)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(resumed.iter().any(|one| one.status.success()));
    for one in resumed.iter().filter(|one| !one.status.success()) {
        assert_eq!(one.status.code(), Some(1), "{}", text_of(one));
        let words = text_of(one);
        assert!(words.contains("already driving this run"), "{words}");
    }
}

#[test]
fn of_a_step_whose_shim_was_killed_nobody_knows_the_end() {
    let bench = Bench::new();
    let mut run = bench.start(WAITS);
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    let shim = shim_of(&run);
    signal(shim, Signal::KILL);
    wait::until("the shim is dead", || !is_alive(shim));
    // The step itself goes on, and so there is nothing to decide yet.
    assert_eq!(run.step("1.1")["status"], "running");
    bench.write("go", "");
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "unknown", "{end}");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("none of its processes"), "{end}");
    assert_eq!(bench.read("trace"), "begun\nended\n");
    // Nothing goes on by itself, and nothing is run again without a word.
    run.ctl(&["auto", "on"]);
    assert_eq!(run.step("1.2")["status"], "pending");
    assert!(run.refused(&["retry", "1.1"]).contains("reason"));
    run.ctl(&["done", "1.1", "--reason", "the file tells that it ended"]);
    step_is(&run, "1.2", "passed");
    assert_eq!(bench.read("trace"), "begun\nended\nafter\n");
}

#[test]
#[cfg(target_os = "linux")]
fn what_left_the_group_of_a_step_that_nobody_watches_any_more_is_named() {
    const LEAVES: &str = "#!/bin/sh\nsetsid sh -c 'echo $$ > stray; until [ -e go ]; do sleep 0.05; done; rm stray' &\n\
                          until [ -s stray ]; do sleep 0.05; done; sleep 600\n";
    let bench = Bench::new();
    bench.write("leaves", LEAVES);
    let waits = "echo begun >>trace; until test -e go; do sleep 0.02; done; echo ended >>trace";
    let mut run = bench.start(&WAITS.replace(waits, "sh ./leaves"));
    run.ctl(&["run"]);
    let launched = run.wait_for("step_launched", |_| true);
    wait::until("it has left", || !bench.read("stray").is_empty());
    let stray = bench.read("stray").trim().to_owned();
    let leader = i32::try_from(launched["data"]["pid"].as_u64().unwrap()).unwrap();
    let shim = shim_of(&run);
    signal(shim, Signal::KILL);
    let group = rustix::process::Pid::from_raw(leader).unwrap();
    rustix::process::kill_process_group(group, Signal::KILL).unwrap();
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "unknown", "{end}");
    let message = end["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("process {stray} (sh)")),
        "{message}"
    );
    bench.write("go", "");
    wait::until("the stray is gone", || !bench.path("stray").exists());
}

#[test]
fn a_shim_that_stands_still_does_not_keep_its_step_from_being_stopped() {
    let bench = Bench::new();
    let mut run = bench.start(WAITS);
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    let shim = shim_of(&run);
    signal(shim, Signal::STOP);
    run.ctl(&["stop", "waits"]);
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "failed", "{end}");
    wait::until("the shim is done", || !is_alive(shim));
}

#[test]
fn attach_offers_to_go_on_without_an_engine() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    run.kill_engine();
    let mut screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("Go on with a new one?");
    screen.press("\r", "driving: you");
    screen.press("\r", "running");
    bench.write("go", "");
    screen.see("enter starts 1.2");
}

#[test]
fn why_no_engine_can_be_started_is_said_on_the_screen() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    run.kill_engine();
    remove_socket(&run.dir());
    let socket = run.dir().join("engine.sock");
    std::fs::create_dir(&socket).unwrap();
    let screen = Pty::start(&bench, &["resume"], 200, 36);
    screen.see("the engine ended at once");
    screen.see("1.2 Afterwards");
    std::fs::remove_dir(&socket).unwrap();
}

#[test]
fn a_plan_that_is_changed_meanwhile_is_said_to_differ_and_not_followed() {
    let bench = Bench::new();
    bench.write("plan.toml", WAITS);
    let screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("driving: you");
    bench.write("plan.toml", &WAITS.replace("Afterwards", "Something else"));
    screen.see("plan file differs");
    screen.see("1.2 Afterwards");
    bench.write("plan.toml", WAITS);
    screen.gone("plan file differs");
}

const ON_A_SERVER: &str = r#"
title = "On a server"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "long"
  title = "A long statement"
  sql = "create table made (n int); select pg_sleep(3600)"
  undo = { sql = "drop table made" }
"#;

#[test]
fn a_server_that_dies_in_the_middle_has_undone_what_was_not_committed() {
    let mut server = Server::start(&[]).unwrap();
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", server.url("postgres"));
    let mut run = bench.start(ON_A_SERVER);
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    server.kill9();
    let end = run.wait_finished("long");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into()),
        "{end}"
    );
}

/// A session that goes on without its client, where a server can see that it is gone.
const SLEEPS: &str = "select set_config(name, '0', true) from pg_settings \
    where name = 'client_connection_check_interval'; select pg_sleep(3600)";

/// Kills the engine in the middle of a step's SQL, and then does what `meanwhile` does before
/// another engine goes on; tells how the step ended.
fn engine_lost_in_sql(meanwhile: impl FnOnce(&mut Server)) -> serde_json::Value {
    engine_lost_in_sql_of(Server::start(&[]).unwrap(), "postgres", meanwhile)
}

/// The same on `server` with the role `role`.
fn engine_lost_in_sql_of(
    mut server: Server,
    role: &str,
    meanwhile: impl FnOnce(&mut Server),
) -> serde_json::Value {
    let mut bench = Bench::new();
    let url = server.url("postgres");
    bench.set(
        "DATABASE_URL",
        url.replace("user=postgres", &format!("user={role}")),
    );
    let made = "create table made (n int); select pg_sleep(3600)";
    let mut run = bench.start(&ON_A_SERVER.replace(made, SLEEPS));
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    let asleep = "select count(*) from pg_stat_activity
        where application_name like 'gonogo:%' and wait_event = 'PgSleep'";
    wait::until("the step sleeps", || postgres::value(&url, asleep) == "1");
    run.kill_engine();
    meanwhile(&mut server);
    let mut run = run.resumed();
    run.wait_finished("long")
}

#[test]
fn of_sql_whose_engine_is_gone_the_server_tells_what_became_of_it() {
    let end = engine_lost_in_sql(|server| {
        let sessions = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'gonogo:%'";
        postgres::value(&server.url("postgres"), sessions);
    });
    assert_eq!(
        (&end["outcome"], &end["known_by"], &end["applied"]),
        (&"failed".into(), &"server".into(), &"no".into()),
        "{end}"
    );
}

#[test]
fn of_a_transaction_that_a_crash_has_forgotten_nothing_was_applied() {
    let end = engine_lost_in_sql(|server| {
        server.kill9();
        server.launch().unwrap();
    });
    assert_eq!(
        (&end["outcome"], &end["known_by"], &end["applied"]),
        (&"failed".into(), &"server".into(), &"no".into()),
        "{end}"
    );
}

/// The server crashes, and then others write so much that they get every number it may have forgotten.
fn crash_and_go_on(server: &mut Server) {
    server.kill9();
    server.launch().unwrap();
    let url = server.url("postgres");
    wait::until("the server answers again", || {
        postgres::attempt(&url, "create table others (n int)").is_ok()
    });
    for n in 0..20 {
        postgres::execute(&url, &format!("insert into others values ({n})"));
    }
}

#[test]
fn a_crash_does_not_give_the_number_of_a_step_to_somebody_else() {
    // The step has written nothing when all dies, but its number is on the disk.
    let end = engine_lost_in_sql(crash_and_go_on);
    assert_eq!(
        (&end["outcome"], &end["known_by"], &end["applied"]),
        (&"failed".into(), &"server".into(), &"no".into()),
        "{end}"
    );
}

#[test]
fn a_number_that_a_crash_may_have_given_to_somebody_else_says_nothing_of_the_step() {
    // With more than this the server itself notes which numbers are given out, every 15 seconds.
    let forgetful = [("wal_level", "minimal"), ("max_wal_senders", "0")];
    let server = Server::start(&forgetful).unwrap();
    // What is made here is to survive the crash.
    let plain = "set synchronous_commit = on;
        create role plain login;
        do $$ declare f regprocedure; begin
          for f in select oid from pg_proc where proname = 'pg_logical_emit_message' loop
            execute format('revoke execute on function %s from public', f);
          end loop;
        end $$";
    postgres::execute(&server.url("postgres"), plain);
    let end = engine_lost_in_sql_of(server, "plain", crash_and_go_on);
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"unknown".into(), &"maybe".into()),
        "{end}"
    );
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("has recovered from a crash"), "{message}");
}

#[test]
fn a_run_whose_database_freezes_in_the_middle_is_held_until_a_person_decides() {
    let server = Server::start(&[]).unwrap();
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", server.url("postgres"));
    let mut run = bench.start(&ON_A_SERVER.replace("pg_sleep(3600)", "pg_sleep(5)"));
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("of 97 usable");
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    server.freeze();
    let held = run.wait_for("held", |_| true);
    assert!(
        held["data"]["reason"]
            .as_str()
            .unwrap()
            .contains("lost: the server has not answered"),
        "{held}"
    );
    screen.see("HOLD");
    server.thaw();
    let end = run.wait_ever("step_finished", |data| data["step"] == "long")["data"].clone();
    assert_eq!(end["outcome"], "passed", "{end}");
    assert_eq!(run.state(), "held");
    run.ctl(&["release"]);
    run.wait_for("released", |_| true);
}

#[test]
fn a_watcher_that_stands_still_holds_nobody_up_and_catches_up() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    let mut watcher = Pty::start(&bench, &["attach", "--watch"], 120, 36);
    watcher.see("t takes control");
    signal(watcher.pid(), Signal::STOP);
    let count = 300;
    for n in 0..count {
        run.ctl(&[
            "note",
            &format!("note number {n}, {}", "long ".repeat(2000)),
        ]);
    }
    bench.write("go", "");
    run.ctl(&["auto", "on"]);
    step_is(&run, "1.2", "passed");
    signal(watcher.pid(), Signal::CONT);
    watcher.see("2 of 2");
    watcher.keys("q");
}

#[test]
fn a_torn_or_changed_journal_is_told_precisely_and_left_alone() {
    let bench = Bench::new();
    let mut run = bench.start(WAITS);
    run.ctl(&["note", "something to lie about"]);
    let note = run.wait_for("note_added", |_| true)["seq"]
        .as_u64()
        .unwrap();
    // What is last can be taken away without leaving a gap.
    run.ctl(&["note", "something else"]);
    run.kill_engine();
    let journal = run.dir().join("journal.db");
    let changed = edit(
        &journal,
        &format!("update entry set body = replace(body, 'lie', 'sing') where seq = {note}"),
    );
    assert_eq!(changed, 1);
    for args in [&["verify", "last"][..], &["resume", "last", "--detach"]] {
        let output = bench.gonogo(args);
        assert!(!output.status.success());
        let said = text_of(&output);
        assert!(said.contains(&format!("entry {note}")), "{args:?}: {said}");
    }
    assert_eq!(
        edit(&journal, &format!("delete from entry where seq = {note}")),
        1
    );
    let said = text_of(&bench.gonogo(&["verify", "last"]));
    assert!(said.contains(&note.to_string()), "{said}");
}

/// Changes a journal behind the program's back; tells how many rows.
fn edit(journal: &Path, sql: &str) -> u64 {
    use sqlx::Connection;
    postgres::block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(journal);
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap();
        let names = "select name from sqlite_master where type = 'trigger'";
        let names: Vec<String> = sqlx::query_scalar(names)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        for name in names {
            let drop = sqlx::AssertSqlSafe(format!("drop trigger {name}"));
            sqlx::raw_sql(drop).execute(&mut connection).await.unwrap();
        }
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        let rows = done.execute(&mut connection).await.unwrap().rows_affected();
        connection.close().await.unwrap();
        rows
    })
}

#[test]
fn a_server_that_is_restarted_while_nothing_runs_holds_nothing() {
    let mut server = Server::start(&[]).unwrap();
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", server.url("postgres"));
    let run = bench.start(ON_A_SERVER);
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("of 97 usable");
    server.stop(Shutdown::Fast);
    screen.see("no server");
    server.launch().unwrap();
    screen.gone("no server");
    screen.see("of 97 usable");
    assert_eq!(run.state(), "ready");
}

#[test]
fn that_an_engine_is_frozen_shows_within_seconds() {
    let bench = Bench::new();
    let run = bench.start(WAITS);
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    screen.see("driving: you");
    let engine = run.engine();
    assert_eq!(run.status()["engine_silent"], false);
    signal(engine, Signal::STOP);
    let begun = Instant::now();
    screen.see("SILENT FOR");
    assert!(begun.elapsed() < Duration::from_secs(6));
    let told = text_of(&bench.gonogo(&["ctl", "last", "status"]));
    assert!(told.contains("DOES NOT ANSWER"), "{told}");
    assert_eq!(run.status()["engine_silent"], true);
    signal(engine, Signal::CONT);
    screen.gone("SILENT FOR");
    screen.see("driving: you");
    assert_eq!(run.status()["engine_silent"], false);
}

#[test]
fn nobody_else_reaches_the_engine() {
    use std::os::unix::fs::PermissionsExt;

    let bench = Bench::new();
    let run = bench.start(WAITS);
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(run.dir()), 0o700);
    assert_eq!(mode(run.dir().join("engine.sock")), 0o600);
}

/// A screen that drives a run with a check to tick, and the run's engine.
fn driven(bench: &Bench) -> (Pty, Run<'_>) {
    bench.write("plan.toml", TICKS);
    let screen = Pty::start(bench, &["run", "plan.toml"], 120, 36);
    screen.see("driving: you");
    wait::until("there is a run", || !bench.run_dirs().is_empty());
    let dir = bench.run_dirs().remove(0);
    let id = dir.to_str().unwrap().rsplit('-').next().unwrap();
    (screen, Run::new(bench, id.to_owned()))
}

const TICKS: &str = "title = \"Ticks\"\n[[phase]]\nname = \"Go\"\nkind = \"before\"\n\
                     [[phase.step]]\ntitle = \"Look\"\ncheck = \"look\"\n";

/// As long as a screen waits for a word from its engine, for an answer to its greeting, and some more.
const HANGS: Duration = Duration::from_secs(16);

#[test]
fn whoever_drove_drives_again_when_what_hung_goes_on() {
    thread::scope(|scope| {
        for (screen_hangs, engine_hangs) in [(true, true), (false, true), (true, false)] {
            scope.spawn(move || {
                let bench = Bench::new();
                let (mut screen, run) = driven(&bench);
                let hung = [(screen_hangs, screen.pid()), (engine_hangs, run.engine())];
                let hung = hung.into_iter().filter(|(hangs, _)| *hangs);
                let hung: Vec<i32> = hung.map(|(_, pid)| pid).collect();
                for &pid in &hung {
                    signal(pid, Signal::STOP);
                }
                thread::sleep(HANGS);
                for &pid in &hung {
                    signal(pid, Signal::CONT);
                }
                // What the screen showed before it hung, it shows until it hears more.
                thread::sleep(Duration::from_secs(2));
                screen.see("driving: you");
                screen.keys(" ");
                step_is(&run, "1.1", "passed");
                // It is the same engine, and nobody else came.
                let attached = run.kinds();
                let attached = attached.iter().filter(|kind| *kind == "driver_attached");
                assert!(attached.count() <= 2);
            });
        }
    });
}

#[test]
fn whoever_drove_hears_who_has_taken_over_while_the_engine_hung() {
    let bench = Bench::new();
    let (screen, run) = driven(&bench);
    signal(run.engine(), Signal::STOP);
    screen.see("does not answer");
    signal(screen.pid(), Signal::STOP);
    let mut other = Pty::start(&bench, &["--as", "bob", "resume", "last"], 120, 36);
    other.see("driving: you");
    signal(screen.pid(), Signal::CONT);
    screen.see("bob drives now");
    screen.see("driving: bob");
    other.keys(" ");
    step_is(&run, "1.1", "passed");
}
