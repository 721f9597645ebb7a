//! Recovery: the engine of a story dies at every point at which it can, before and after every write
//! to the journal and before every effect, and the story comes to its end all the same. And for real:
//! engines that are killed while a server works for them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::process::Stdio;

use gonogo::clock::{Clock, SystemClock};
use gonogo::demo::server::{Server, Shutdown};
use gonogo::journal::event::Ending;
use serde_json::{Value, json};

use super::simulation::machine::story::{Done, Told, tell};
use crate::support::postgres::OpenTransaction;
use crate::support::process::is_alive;
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, wait};

/// What is done of each step when nothing goes wrong.
fn once() -> Done {
    Done {
        begun: 1,
        took_effect: 1,
    }
}

fn ending(back: bool) -> Ending {
    if back {
        Ending::RolledBack
    } else {
        Ending::Completed
    }
}

/// The steps of the story that are scripts, transactions, and what nobody can ask about.
const SCRIPTS: [&str; 4] = ["flag", "left", "right", "stop-app"];
const TRANSACTIONS: [&str; 1] = ["apply"];
const REQUESTS: [&str; 2] = ["switch", "index"];

fn check(told: &Told, back: bool, machine: bool, at: &[u32]) {
    assert_eq!(told.ending, ending(back), "{at:?}");
    for ((step, undo), done) in &told.done {
        let name = format!("{step}, undo {undo}, deaths at {at:?}: {done:?}");
        if SCRIPTS.contains(&step.as_str()) && !machine {
            // A script goes on without its engine: it is begun once, whatever happens to that.
            assert_eq!(*done, once(), "{name}");
        } else if TRANSACTIONS.contains(&step.as_str()) {
            assert_eq!(done.took_effect, 1, "{name}");
        } else {
            assert!(SCRIPTS.contains(&step.as_str()) || REQUESTS.contains(&step.as_str()));
            // Somebody was asked and gave a reason each time.
            assert!(done.begun as usize <= 1 + at.len(), "{name}");
        }
        assert!(done.took_effect >= 1, "{name}");
    }
}

#[test]
fn the_story_does_everything_once() {
    for back in [false, true] {
        let told = tell(back, &[], false);
        check(&told, back, false, &[]);
        let all: BTreeMap<_, _> = told.done.keys().map(|key| (key.clone(), once())).collect();
        assert_eq!(told.done, all);
        let undos = told.done.keys().filter(|(_, undo)| *undo).count();
        assert_eq!(undos, if back { 4 } else { 0 });
    }
}

#[test]
fn wherever_the_engine_dies_nothing_is_lost_and_nothing_done_twice() {
    for back in [false, true] {
        let points = tell(back, &[], false).points;
        assert!(points > 60, "{points}");
        for at in 1..=points {
            for machine in [false, true] {
                check(&tell(back, &[at], machine), back, machine, &[at]);
            }
        }
    }
}

#[test]
fn the_engine_after_it_may_die_too() {
    let points = tell(true, &[], false).points;
    for first in (1..=points).step_by(3) {
        for second in 1..=12 {
            let at = [first, second];
            check(&tell(true, &at, false), true, false, &at);
        }
    }
}

const SCRIPT: &str = r#"
title = "A script"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "trace"
  title = "Leave a trace"
  shell = "echo begun >>trace"
"#;

#[test]
fn a_shim_that_had_not_begun_when_its_engine_died_may_not_begin_behind_the_next_one() {
    let bench = Bench::new();
    let run = run_until(&bench, SCRIPT, "step_started");
    let (id, output) = (run.id.clone(), run.dir().join("output"));
    drop(run);
    // The engine has given the permit and started the shim, and died: it has not come to its lock.
    let boot = SystemClock::new().now().boot;
    let permit = output.join(format!("trace-1.permit-{boot:08x}"));
    std::fs::write(&permit, "").unwrap();
    let mut shim = bench
        .program(&["shim"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (_screen, mut run) = resume(&bench, &id);
    let end = run.wait_finished("trace");
    assert_eq!(
        (&end["outcome"], &end["applied"], &end["known_by"]),
        (&"failed".into(), &"no".into(), &"record".into()),
        "{end}"
    );
    // Now it gets there.
    let file = |extension: &str| output.join(format!("trace-1.{extension}"));
    let spec = json!({
        "program": "sh", "args": ["-c", "echo begun >>trace"], "env": [], "cwd": bench.path(""),
        "output": file("log"), "record": file("exit"), "lock": file("shim"), "permit": permit,
    });
    writeln!(shim.stdin.take().unwrap(), "{spec}").unwrap();
    let said = shim.wait_with_output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("ended") && !said.contains("started"),
        "{said}"
    );
    assert_eq!(bench.read("trace"), "");
    // Nothing was done, so that nobody has to give a reason for doing it.
    run.ctl(&["retry", "1.1"]);
    let end = run.wait_finished("trace");
    assert_eq!(end["outcome"], "passed", "{end}");
    assert_eq!(bench.read("trace"), "begun\n");
}

#[test]
fn a_step_is_known_before_it_does_anything_whatever_becomes_of_its_shim() {
    let bench = Bench::new();
    let (lock, permit) = (bench.path("lock"), bench.path("permit"));
    let become_step = |program: &[&str]| {
        let words = ["shim", "begin"].map(OsStr::new).into_iter();
        let files = [&lock, &permit].map(|path| path.as_os_str());
        let mut command = bench.program(&[]);
        command.args(words.chain(files)).args(program);
        command.output().unwrap()
    };
    let script = [
        "sh",
        "-c",
        r#"test ! -e permit; echo "$? $$" $(cat lock) >&2"#,
    ];
    bench.write("lock", "");
    bench.write("permit", "");
    let child = become_step(&script);
    let said = String::from_utf8(child.stderr).unwrap();
    let words: Vec<&str> = said.split_whitespace().collect();
    assert!(
        words.len() == 3 && words[0] == "0" && words[1] == words[2],
        "{said}"
    );
    assert_eq!(child.stdout, b"", "nothing kept it from beginning");
    // Its engine has seen its shim dead, and has taken the permit.
    let late = become_step(&script);
    assert_eq!(late.stderr, b"");
    assert!(!late.stdout.is_empty(), "it says why it did not begin");
    bench.write("permit", "");
    let missing = become_step(&["no-such-program"]);
    let said = String::from_utf8(missing.stdout).unwrap();
    assert!(said.contains("No such file"), "{said}");
}

#[test]
fn a_permit_from_before_the_machine_was_started_again_proves_nothing() {
    let bench = Bench::new();
    let run = run_until(&bench, SCRIPT, "step_started");
    let (id, output) = (run.id.clone(), run.dir().join("output"));
    drop(run);
    let boot = SystemClock::new().now().boot.wrapping_sub(1);
    std::fs::write(output.join(format!("trace-1.permit-{boot:08x}")), "").unwrap();
    let (_screen, mut run) = resume(&bench, &id);
    let end = run.wait_finished("trace");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"unknown".into(), &"maybe".into()),
        "{end}"
    );
}

const SQL: &str = r#"
title = "SQL"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "insert"
  title = "Insert"
  sql = "create table t as select 'v1' as a; select a, pg_sleep(WAIT) is null from t"
  capture = { seen = "(v[0-9]+)" }
"#;

/// A run of the plan above, whose engine dies after an event of the kind `dies_after` when the step is
/// started.
fn run_until<'b>(bench: &'b Bench, plan: &str, dies_after: &str) -> Run<'b> {
    bench.write("plan.toml", plan);
    let started = bench
        .program(&["run", "--detach", "plan.toml"])
        .env("GONOGO_DIE_AFTER", dies_after)
        .output()
        .unwrap();
    let id = String::from_utf8(started.stdout).unwrap();
    let run = Run::new(bench, id.trim().to_owned());
    let engine = run.engine();
    // The engine may die before it can answer.
    let _ = run.try_ctl(&["run", "1.1"]);
    wait::until("the engine is dead", || !is_alive(engine));
    run
}

/// Starts an engine on the run, and tells how the step's last try ended once that is known.
fn resume_and_finish(bench: &Bench, id: &str) -> Value {
    let (_screen, mut resumed) = resume(bench, id);
    resumed.wait_finished("insert")
}

fn resume<'b>(bench: &'b Bench, id: &str) -> (Pty, Run<'b>) {
    let screen = Pty::start(bench, &["resume", id], 120, 36);
    wait::until("an engine listens", || {
        let note = bench.gonogo(&["ctl", id, "note", "resumed"]);
        note.status.success()
    });
    (screen, Run::new(bench, id.to_owned()))
}

#[test]
fn a_transaction_that_never_got_permission_was_rolled_back_says_the_server() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let run = run_until(&bench, &SQL.replace("WAIT", "0"), "step_transaction");
    let end = resume_and_finish(&bench, &run.id);
    assert_eq!(end["outcome"], "failed", "{end}");
    assert_eq!(
        (&end["applied"], &end["known_by"]),
        (&"no".into(), &"server".into())
    );
    assert!(
        end["message"].as_str().unwrap().contains("was rolled back"),
        "{end}"
    );
    assert_eq!(postgres::value(&url, "to_regclass('t')"), "");
}

#[test]
fn a_transaction_whose_engine_is_killed_in_the_middle_is_not_guessed_at() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let mut run = bench.start(&SQL.replace("WAIT", "30"));
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    run.kill_engine();
    let end = resume_and_finish(&bench, &run.id);
    assert_eq!(
        (&end["outcome"], &end["known_by"]),
        (&"failed".into(), &"server".into()),
        "{end}"
    );
    assert_eq!(postgres::value(&url, "to_regclass('t')"), "");
}

/// What is inserted into a table waits for a lock when it is committed, also without its client.
const SLOW_COMMIT: &str = "
create table t (a text);
create table gate ();
create function wait() returns trigger language plpgsql as $$ begin
    perform set_config('client_connection_check_interval', '0', false);
    lock table gate;
    return null;
end $$;
create constraint trigger wait after insert on t deferrable initially deferred
    for each row execute function wait();
";

#[test]
fn what_was_committed_before_the_engine_died_has_passed_once_the_server_can_say_so() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    // The commit waits for a lock, and the engine dies meanwhile.
    postgres::execute(&url, SLOW_COMMIT);
    let gate = OpenTransaction::begin(&url, "lock table gate");
    let plan = SQL.replace(
        "create table t as select 'v1' as a; select a, pg_sleep(WAIT) is null from t",
        "insert into t values ('v1') returning a",
    );
    let run = bench.start(&plan);
    run.ctl(&["run"]);
    wait::until("it is being committed", || {
        let committing = "(select count(*) from pg_stat_activity
                           where datname = current_database() and query = 'commit' and wait_event_type = 'Lock')";
        postgres::value(&url, committing) == "1"
    });
    run.kill_engine();
    gate.end();
    wait::until("it has committed", || {
        postgres::value(&url, "(select count(*) from t)") == "1"
    });
    let id = run.id.clone();
    drop(run);
    bench.set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere");
    let (screen, mut lost) = resume(&bench, &id);
    // It is asked for a good while; somebody does not want to wait, unless the while is over already.
    for _ in 0..3 {
        let _ = lost.try_ctl(&["stop", "1.1"]);
    }
    let end = lost.wait_finished("insert");
    assert_eq!(
        (&end["outcome"], &end["known_by"]),
        (&"unknown".into(), &"nobody".into()),
        "{end}"
    );
    assert!(lost.refused(&["retry", "1.1"]).contains("give a reason"));
    drop(screen);
    lost.kill_engine();
    drop(lost);

    bench.set("DATABASE_URL", &url);
    let (_screen, mut found) = resume(&bench, &id);
    found.ctl(&["look", "1.1"]);
    let end = found.wait_for("step_finished", |data| data["outcome"] == "passed")["data"].clone();
    assert_eq!(
        (&end["applied"], &end["known_by"]),
        (&"yes".into(), &"server".into())
    );
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("has committed"), "{message}");
    let refusal = found.refused(&["look", "1.1"]);
    assert!(refusal.contains("nothing to look for"), "{refusal}");
}

#[test]
fn statements_outside_of_a_transaction_are_unknown_with_what_can_be_seen() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let outside = "create index concurrently i on s (a)";
    let plan = SQL.replace(
        "create table t as select 'v1' as a; select a, pg_sleep(WAIT) is null from t",
        outside,
    );
    postgres::execute(&url, "create table s (a int)");
    // Somebody writes to the table and does not come to an end, and so neither does the index.
    let writer = OpenTransaction::begin(&url, "insert into s values (1)");
    let mut run = bench.start(&plan);
    run.ctl(&["run"]);
    run.wait_for("step_transaction", |_| true);
    wait::until("the index is begun", || {
        postgres::value(&url, "to_regclass('i')") == "i"
    });
    run.kill_engine();
    let version = postgres::value(&url, "current_setting('server_version_num')");
    if version.parse::<u32>().unwrap() < 140_000 {
        // There, a session that waits does not hear that its client is gone: somebody has to end it.
        postgres::value(
            &url,
            "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity
              where datname = current_database() and query like 'create index concurrently%'",
        );
    }
    let end = resume_and_finish(&bench, &run.id);
    drop(writer);
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"unknown".into(), &"maybe".into()),
        "{end}"
    );
    let message = end["message"].as_str().unwrap();
    assert!(
        message.contains("its session is gone; invalid indexes: i"),
        "{message}"
    );
}

#[test]
fn a_database_that_is_lost_in_the_middle_of_a_deployment_holds_it() {
    let mut server = Server::start(&[]).unwrap();
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", server.url("postgres"));
    let mut run = bench.start(&SQL.replace("WAIT", "0"));
    let screen = Pty::start(&bench, &["attach"], 120, 36);
    // What was never there is not lost.
    screen.see("of 97 usable");
    run.ctl(&["run"]);
    run.wait_finished("insert");
    // One that was never there can't be lost.
    let monitors =
        "select count(*) > 0 from pg_stat_activity where application_name = 'gonogo monitor'";
    wait::until("the monitor has seen the server", || {
        postgres::value(&server.url("postgres"), monitors) == "true"
    });
    server.stop(Shutdown::Immediate);
    let held = run.wait_for("held", |_| true);
    let reason = held["data"]["reason"].as_str().unwrap();
    assert!(reason.contains("the database `main` was lost"), "{reason}");
    assert_eq!(run.state(), "held");
}
