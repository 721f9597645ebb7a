//! The run's copy of its plan, changed behind the program's back.

use crate::support::process::is_alive;
use crate::support::{Bench, text_of, wait};

const PLAN: &str = r#"
title = "A plan with a part"
include = "part.toml"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "first"
  title = "First"
  shell = "echo first >>trace"
  undo = { shell = "echo undone >>trace" }
  [[phase.step]]
  id = "second"
  title = "Second"
  shell = "echo second >>trace"
"#;

const PART: &str = r#"
[[phase]]
name = "Q"
kind = "after"
  [[phase.step]]
  id = "part"
  title = "Part"
  shell = "echo part >>trace"
"#;

/// What `verify` has against the run.
fn complaint(bench: &Bench) -> String {
    let verified = bench.gonogo(&["verify", "last"]);
    assert_eq!(verified.status.code(), Some(1), "{}", text_of(&verified));
    text_of(&verified)
}

#[test]
fn nothing_of_a_copy_that_was_changed_is_started_until_it_is_put_back() {
    let bench = Bench::new();
    bench.write("part.toml", PART);
    let mut run = bench.start(PLAN);
    run.ctl(&["run", "first"]);
    run.wait_finished("first");
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
    let copy = run.dir().join("plan.toml");
    run.kill_engine();
    std::fs::write(&copy, PLAN.replace("echo second", "echo another")).unwrap();
    let said = complaint(&bench);
    assert!(said.contains("plan.toml is not the file"), "{said}");
    assert!(!said.contains("part.toml"), "{said}");

    drop(run.resumed());
    run.ctl(&["release"]);
    for args in [&["run"][..], &["rollback"], &["auto", "on"]] {
        let why = run.refused(args);
        assert!(why.contains("nothing is started"), "{args:?}: {why}");
    }
    let waits = run.status()["waiting_for"].to_string();
    assert!(waits.contains("put the plan back"), "{waits}");

    let engine = run.engine();
    std::fs::write(&copy, PLAN).unwrap();
    wait::until("the engine leaves the plan to another", || {
        !is_alive(engine)
    });
    let log = std::fs::read_to_string(run.dir().join("engine.log")).unwrap();
    assert!(log.contains("is there again"), "{log}");
    let mut run = run.resumed();
    run.ctl(&["run"]);
    run.wait_finished("second");
    assert_eq!(bench.read("trace"), "first\nsecond\n");
    let verified = bench.gonogo(&["verify", "last"]);
    assert!(verified.status.success(), "{}", text_of(&verified));
}

#[test]
fn whoever_reads_a_run_by_another_plan_is_told_so() {
    let bench = Bench::new();
    bench.write("part.toml", PART);
    let mut run = bench.start(PLAN);
    run.ctl(&["run", "first"]);
    run.wait_finished("first");
    let id = run.id.as_str();
    let asked = [
        &["report", id][..],
        &["report", id, "--format", "json"],
        &["ctl", id, "status"],
        &["ctl", id, "status", "--format", "json"],
        &["runs"],
    ];
    let told = || {
        let told = asked.map(|args| text_of(&bench.gonogo(args)));
        let words = [
            "is not the plan that",
            r#""plan_changed":true"#,
            "plan was changed",
        ];
        told.map(|text| words.iter().any(|words| text.contains(words)))
    };
    assert_eq!(told(), [false; 5]);
    let copy = run.dir().join("plan.toml");
    std::fs::write(&copy, PLAN.replace("Second", "Something never run")).unwrap();
    assert_eq!(told(), [true; 5]);
    // What is no longer there can't be told of at all.
    std::fs::write(&copy, PLAN.replace(r#""first""#, r#""other""#)).unwrap();
    let report = bench.gonogo(&["report", id]);
    assert!(!report.status.success(), "{}", text_of(&report));
    let said = text_of(&report);
    assert!(said.contains("is not the plan that"), "{said}");
}

#[test]
fn an_included_file_that_was_changed_or_is_gone_is_named() {
    let bench = Bench::new();
    bench.write("part.toml", PART);
    let run = bench.start(PLAN);
    let part = std::fs::read_dir(run.dir().join("included")).unwrap();
    let part = part.map(|file| file.unwrap().path()).next().unwrap();
    std::fs::write(&part, PART.replace("echo part", "echo none")).unwrap();
    let said = complaint(&bench);
    assert!(said.contains("(it is the plan's part.toml)"), "{said}");
    assert!(!said.contains("plan.toml is not"), "{said}");
    std::fs::remove_file(&part).unwrap();
    let said = complaint(&bench);
    assert!(said.contains("No such file"), "{said}");
    std::fs::remove_file(run.dir().join("plan.toml")).unwrap();
    let said = complaint(&bench);
    assert!(
        said.contains("the plan that is being run is gone"),
        "{said}"
    );
}
