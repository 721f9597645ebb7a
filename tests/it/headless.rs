//! Runs without a screen: what is printed, how they end, and how commands reach them.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Bench, text_of};

fn plan(first: &str, second: &str) -> String {
    format!(
        r#"
title = "Without a screen"
[[phase]]
name = "Before"
kind = "before"
  [[phase.step]]
  title = "Look"
  check = "Look around"
  [[phase.step]]
  title = "First"
  shell = "{first}"
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  title = "Second"
  shell = "{second}"
  undo = {{ shell = "echo undone" }}
"#
    )
}

fn events(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn an_unattended_run_prints_one_event_a_line_and_ends_by_itself() {
    let bench = Bench::new();
    bench.write("plan.toml", &plan("echo one", "echo two"));
    let output = bench.gonogo(&["run", "--headless", "--tick-checks", "plan.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let events = events(&output.stdout);
    let numbers: Vec<u64> = events.iter().map(|e| e["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(events.last().unwrap()["kind"], "run_finished");
    let ticked = events.iter().find(|e| e["kind"] == "step_ticked").unwrap();
    assert_eq!(ticked["by"], "unattended", "{ticked}");
}

#[test]
fn the_exit_code_tells_how_a_run_ended() {
    for (second, commands, code) in [
        ("true", &[][..], 0),
        ("exit 3", &[&["finish", "--reason", "enough"][..]][..], 1),
        ("exit 3", &[&["rollback"][..]][..], 1),
    ] {
        let bench = Bench::new();
        bench.write("plan.toml", &plan("true", second));
        let mut child = bench
            .program(&["run", "--headless", "--tick-checks", "plan.toml"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        if !commands.is_empty() {
            let failed = lines.by_ref().map_while(Result::ok).find(|line| {
                let event: Value = serde_json::from_str(line).unwrap();
                event["kind"] == "step_finished" && event["data"]["outcome"] == "failed"
            });
            assert!(failed.is_some());
            for command in commands {
                let output = bench.gonogo(&[&["ctl", "last"], *command].concat());
                assert!(output.status.success(), "{}", text_of(&output));
            }
        }
        let rest = lines.map_while(Result::ok).last();
        assert!(rest.is_some_and(|line| line.contains("run_finished")));
        assert_eq!(child.wait().unwrap().code(), Some(code), "{second}");
    }
}

#[test]
fn a_check_waits_for_a_person_unless_it_is_told_not_to() {
    let bench = Bench::new();
    bench.write("plan.toml", &plan("true", "true"));
    let mut child = bench
        .program(&["run", "--headless", "plan.toml"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // It is there as soon as it prints, and stands at the check.
    assert!(lines.next().unwrap().unwrap().contains("run_created"));
    let output = bench.gonogo(&["ctl", "last", "tick", "1.1", "--note", "by a script"]);
    assert!(output.status.success(), "{}", text_of(&output));
    assert!(
        lines
            .map_while(Result::ok)
            .last()
            .unwrap()
            .contains("completed")
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_wrong_on_the_command_line_is_said_and_nothing_happens() {
    let bench = Bench::new();
    let named = "[vars]\nrelease_tag = { default = 'v1' }\n";
    bench.write("plan.toml", &(plan("true", "true") + named));
    for (args, words) in [
        (&["run"][..], "PLAN"),
        (&["run", "--set", "novalue", "plan.toml"], "NAME=VALUE"),
        (&["run", "--set", "nobody=1", "plan.toml"], "nobody"),
        (
            &["run", "--set", "release-tag=1", "plan.toml"],
            "did you mean `release_tag`?",
        ),
        (&["ctl", "nosuchrun", "status"], "nosuchrun"),
        (&["attach"], "no run"),
        (&["fly"], "fly"),
    ] {
        let output = bench.gonogo(args);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            text_of(&output)
        );
        assert!(
            text_of(&output).contains(words),
            "{args:?}: {}",
            text_of(&output)
        );
    }
    assert!(bench.run_dirs().is_empty());
}
