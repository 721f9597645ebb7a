//! Scripts whose engine or shim is gone: as long as one of them goes on it is watched, and nothing is
//! undone beside it.

use std::io::Write;
use std::process::Stdio;

use rustix::process::Signal;

use crate::support::process::{is_alive, locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, wait};

const SECRET: &str = r#"
title = "A script with a secret"
[vars]
token = { prompt = "Token", secret = true }
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "waits"
  title = "Wait for a file"
  shell = "echo begun >>trace; until test -e go; do sleep 0.02; done; echo ended >>trace; echo {{token}}"
  expect = { output = "EXPECTED" }
  undo = { shell = "echo undone >>trace" }
"#;

/// A run of that plan whose engine has died in the middle of its step, and was followed by another.
fn without_its_secret<'b>(bench: &'b Bench, expected: &str) -> Run<'b> {
    let mut run = bench.start(&SECRET.replace("EXPECTED", expected));
    give_secret(bench);
    run.ctl(&["run", "1.1"]);
    run.wait_for("step_launched", |_| true);
    wait::until("it has begun", || bench.read("trace") == "begun\n");
    run.kill_engine();
    let mut run = run.resumed();
    run.wait_for("variable_forgotten", |_| true);
    run
}

fn give_secret(bench: &Bench) {
    let mut set = bench.program(&["ctl", "last", "set", "token=-"]);
    let mut set = set.stdin(Stdio::piped()).spawn().unwrap();
    set.stdin.take().unwrap().write_all(b"s3cr3t").unwrap();
    assert!(set.wait().unwrap().success());
}

#[test]
fn a_script_whose_secret_is_gone_is_watched_to_its_end() {
    let bench = Bench::new();
    let mut run = without_its_secret(&bench, "s3");
    run.wait_ever("step_adopted", |_| true);
    assert_eq!(run.step("1.1")["status"], "running");
    bench.write("go", "");
    let end = run.wait_finished("waits");
    assert_eq!(
        (&end["outcome"], &end["known_by"]),
        (&"passed".into(), &"record".into()),
        "{end}"
    );
}

#[test]
fn a_script_that_ended_without_an_engine_ended_when_it_did() {
    let bench = Bench::new();
    let mut run = bench.start(&SECRET.replace("EXPECTED", "s3"));
    give_secret(&bench);
    run.ctl(&["run", "1.1"]);
    run.wait_for("step_launched", |_| true);
    run.kill_engine();
    bench.write("go", "");
    let record = run.dir().join("output/waits-1.exit");
    wait::until("the shim has left its record", || record.exists());
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
    let mut run = run.resumed();
    let end = run.wait_finished("waits");
    assert!(record["ended"]["mono"].is_u64(), "{record}");
    assert_eq!(end["ended"], record["ended"], "{end}");
    let entries = run.entries();
    let noticed = entries
        .iter()
        .rfind(|entry| entry["kind"] == "step_finished");
    assert_ne!(run.step("1.1")["ended"], noticed.unwrap()["at"]);
}

#[test]
fn a_script_that_had_ended_before_somebody_wanted_to_stop_it_has_ended_by_itself() {
    let bench = Bench::new();
    let mut run = bench.start(&SECRET.replace("EXPECTED", "s3"));
    give_secret(&bench);
    run.ctl(&["run", "1.1"]);
    run.wait_for("step_launched", |_| true);
    run.kill_engine();
    bench.write("go", "");
    let output = run.dir().join("output");
    wait::until("the shim has left its record", || {
        output.join("waits-1.exit").exists()
    });
    // Whoever reads a pipe waits until somebody writes.
    let log = output.join("waits-1.log");
    std::fs::remove_file(&log).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&log).status();
    assert!(made.unwrap().success());
    let mut run = run.resumed();
    run.wait_for("step_sought", |_| true);
    let mut pipe = None;
    wait::until("the output is read", || {
        pipe = rustix::fs::open(
            &log,
            rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK,
            rustix::fs::Mode::empty(),
        )
        .ok();
        pipe.is_some()
    });
    run.ctl(&["stop", "1.1"]);
    run.wait_for("step_stopping", |_| true);
    std::fs::File::from(pipe.unwrap())
        .write_all(b"s3cr3t\n")
        .unwrap();
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "passed", "{end}");
}

#[test]
fn what_is_expected_of_a_script_by_a_secret_that_is_gone_is_judged_when_it_is_there_again() {
    let bench = Bench::new();
    let mut run = without_its_secret(&bench, "{{token}}");
    run.wait_ever("step_adopted", |_| true);
    bench.write("go", "");
    let end = run.wait_finished("waits");
    assert_eq!(
        (&end["outcome"], &end["exit_code"]),
        (&"unknown".into(), &0.into()),
        "{end}"
    );
    assert!(end["message"].as_str().unwrap().contains("token"), "{end}");
    give_secret(&bench);
    run.ctl(&["look", "1.1"]);
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "passed", "{end}");
}

#[test]
fn a_script_whose_secret_is_gone_is_stopped_before_it_is_undone() {
    let bench = Bench::new();
    let mut run = without_its_secret(&bench, "s3");
    run.ctl(&["rollback", "--tier", "undo"]);
    assert_eq!(run.wait_over(), "rolled_back");
    assert_eq!(bench.read("trace"), "begun\nundone\n");
    let events = run.kinds();
    assert!(events.contains(&"step_stopping".to_owned()), "{events:?}");
}

const STUBBORN: &str = r#"
title = "A script"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "waits"
  title = "Wait for a file"
  shell = "trap '' INT; echo $$ >pid; until test -e go; do sleep 0.02; done; echo ended >>trace"
  undo = { shell = "grep State /proc/$(cat pid)/status; echo undone >>trace" }
"#;

/// A run whose step goes on without its shim, which was killed.
fn without_its_shim(bench: &Bench) -> (Run<'_>, i32) {
    let mut run = bench.start(STUBBORN);
    run.ctl(&["run", "1.1"]);
    run.wait_for("step_launched", |_| true);
    wait::until("it has begun", || bench.read("pid").ends_with('\n'));
    let shim = locked_by(&run.dir().join("output/waits-1.shim")).expect("a shim");
    signal(shim, Signal::KILL);
    wait::until("the shim is dead", || !is_alive(shim));
    let pid = bench.read("pid").trim().parse().unwrap();
    (run, pid)
}

#[test]
fn a_script_that_goes_on_without_its_shim_is_stopped_before_it_is_undone() {
    for engine_too in [false, true] {
        let bench = Bench::new();
        let (mut run, pid) = without_its_shim(&bench);
        if engine_too {
            run.kill_engine();
            run = run.resumed();
            run.wait_for("step_adopted", |_| true);
        }
        assert!(is_alive(pid));
        assert_eq!(run.step("1.1")["status"], "running");
        run.ctl(&["rollback", "--tier", "undo"]);
        assert_eq!(run.wait_over(), "rolled_back");
        assert!(!is_alive(pid));
        assert_eq!(bench.read("trace"), "undone\n");
        let printed = run.output("waits-1.undo.log");
        assert!(
            !printed.contains("State") || printed.contains("zombie"),
            "{printed}"
        );
    }
}

#[test]
fn a_script_that_goes_on_without_its_shim_can_be_stopped_by_whoever_drives() {
    let bench = Bench::new();
    let (mut run, pid) = without_its_shim(&bench);
    run.ctl(&["stop", "1.1"]);
    run.ctl(&["stop", "1.1"]);
    let end = run.wait_finished("waits");
    assert_eq!(end["outcome"], "unknown", "{end}");
    wait::until("it is gone", || !is_alive(pid));
}
