//! Runs that are started while others are not over.

use std::process::{Output, Stdio};

use rustix::process::Signal;

use crate::support::process::signal;
use crate::support::{Bench, Pty, text_of};

const PLAN: &str = r#"
title = "Two"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "first"
  title = "First"
  shell = "echo first >>trace"
  [[phase.step]]
  id = "second"
  title = "Second"
  shell = "echo second >>trace"
"#;

/// Starts a run of what lies there, as whoever knows of no other.
fn begin(bench: &Bench, plan: &str) -> Output {
    let plan = bench.path(plan);
    bench.gonogo(&["run", "--detach", plan.to_str().unwrap()])
}

#[track_caller]
fn is_told(output: &Output, words: &[&str]) {
    let told = text_of(output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in words {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn who_starts_a_run_beside_another_is_told_before_anything_is_done() {
    let bench = Bench::new();
    let mut run = bench.start_as("two.toml", PLAN, &["--as", "ann"]);
    run.ctl(&["run"]);
    run.wait_finished("first");
    let (id, attach) = (run.id.clone(), format!("`gonogo attach {}`", run.id));
    let all = [
        &id,
        "begun by ann at 2",
        "the same plan",
        "the folder",
        &attach,
    ];
    is_told(&begin(&bench, "two.toml"), &all);
    // Another plan for the same folder.
    bench.write("other.toml", &PLAN.replace("Two", "Other"));
    is_told(&begin(&bench, "other.toml"), &[&id, "the folder", &attach]);
    assert_eq!(bench.run_dirs().len(), 1);
    assert_eq!(bench.read("trace"), "first\n");
    // Also where its engine died in the middle.
    run.kill_engine();
    let resume = format!("`gonogo resume {id}`");
    is_told(&begin(&bench, "two.toml"), &["Its engine is gone", &resume]);
    let run = run.resumed();
    let mut beside = bench.start_as("two.toml", PLAN, &["--as", "bob"]);
    let note = beside.wait_for("note_added", |_| true);
    let text = note["data"]["text"].as_str().unwrap();
    assert!(
        text.starts_with(&format!("begun beside run {id}")),
        "{text}"
    );
    for run in [run, beside] {
        run.ctl(&["finish", "--reason", "enough"]);
    }
    let alone = begin(&bench, "two.toml");
    assert!(alone.status.success(), "{}", text_of(&alone));
}

#[test]
fn at_a_terminal_it_is_asked() {
    let bench = Bench::new();
    let run = bench.start_as("two.toml", PLAN, &[]);
    let plan = bench.path("two.toml");
    let line = ["run", plan.to_str().unwrap()];
    let mut screen = Pty::start(&bench, &line, 120, 36);
    screen.see("Start one more beside it? [y/N]");
    screen.keys("\r");
    assert_eq!(screen.ended(), 1);
    assert_eq!(bench.run_dirs().len(), 1);
    let mut screen = Pty::start(&bench, &line, 120, 36);
    screen.see("[y/N]");
    screen.keys("y\r");
    screen.see("driving: you");
    assert_eq!(bench.run_dirs().len(), 2);
    drop(run);
}

#[test]
fn of_those_that_start_in_one_moment_the_second_is_told() {
    let bench = Bench::new();
    let plan = bench.write("two.toml", PLAN);
    let line = ["run", "--detach", plan.to_str().unwrap()];
    let mut starts = Vec::new();
    for _ in 0..3 {
        let mut start = bench.program(&line);
        start.stdout(Stdio::piped()).stderr(Stdio::piped());
        starts.push(start.spawn().unwrap());
    }
    let ends: Vec<Output> = starts
        .into_iter()
        .map(|start| start.wait_with_output().unwrap())
        .collect();
    let (begun, told): (Vec<_>, Vec<_>) = ends.iter().partition(|end| end.status.success());
    assert_eq!((begun.len(), told.len()), (1, 2), "{ends:?}");
    for end in told {
        is_told(end, &["the same plan", "the folder"]);
    }
    assert_eq!(bench.run_dirs().len(), 1);
}

#[test]
fn the_same_database_is_known_however_its_url_is_written() {
    let mut bench = Bench::new();
    let with_database = |env: &str| {
        let database = format!("[databases.main]\nurl_env = \"{env}\"\n[[phase]]");
        PLAN.replacen("[[phase]]", &database, 1)
    };
    bench.set("U1", "postgres://ann:pw@127.0.0.1:1/shop");
    bench.set("U2", "postgresql://bob@localhost:1/shop?sslmode=disable");
    std::fs::create_dir(bench.path("elsewhere")).unwrap();
    bench.write("elsewhere/other.toml", &with_database("U2"));
    let run = bench.start_as("one.toml", &with_database("U1"), &[]);
    let mut start = bench.program(&["run", "--detach", "other.toml"]);
    let start = start.current_dir(bench.path("elsewhere"));
    is_told(
        &start.output().unwrap(),
        &[&run.id, "the database `main` as well"],
    );
    let engine = run.engine();
    signal(engine, Signal::STOP);
    let resume = format!(
        "DOES NOT ANSWER, and what runs goes on: `gonogo resume {}`",
        run.id
    );
    is_told(&start.output().unwrap(), &[&resume]);
    signal(engine, Signal::CONT);
}
