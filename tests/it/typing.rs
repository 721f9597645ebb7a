//! Steps with a terminal of their own: what they see of it, what people type into it, and what becomes of
//! it when something dies.

use std::io::Write;
use std::process::Stdio;

use rustix::process::Signal;

use crate::support::bench::remove_socket;
use crate::support::process::{group_lives, locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, wait};

fn plan(script: &str) -> String {
    format!(
        r#"
title = "Typed"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "ask"
  title = "Ask"
  tty = true
  shell = '''
{script}
'''
"#
    )
}

/// Waits until the step has printed `text`.
fn printed(run: &Run<'_>, text: &str) {
    let path = run.dir().join("output/ask-1.log");
    wait::until("something is printed", || {
        let bytes = std::fs::read(&path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(text)
    });
}

/// The words of all findings and of the end itself.
fn outcome(run: &mut Run<'_>) -> String {
    let end = run.wait_finished("ask");
    format!("{} {}", end["outcome"].as_str().unwrap(), end["exit_code"])
}

#[test]
fn a_step_with_a_terminal_is_asked_and_answered() {
    let mut bench = Bench::new();
    bench.set("TERM", "");
    let script = "tty; stty size; echo $TERM $PAGER; read -r -p 'Sure? ' sure < /dev/tty\n\
                  IFS= read -r -s -p 'Password: ' word; echo\n\
                  [[ $sure = yes && ${#word} = 10 ]] && echo well";
    let mut run = bench.start(&plan(script));
    assert!(
        run.refused(&["input", "1.1", "yes"])
            .contains("nothing runs")
    );
    run.ctl(&["run"]);
    printed(&run, "Sure? ");
    run.ctl(&["input", "1.1", "yes"]);
    printed(&run, "Password: ");
    let mut typing = bench
        .program(&["ctl", &run.id, "input", "ask"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    typing
        .stdin
        .take()
        .unwrap()
        .write_all(b"hush hush \n")
        .unwrap();
    assert!(typing.wait().unwrap().success());
    assert_eq!(outcome(&mut run), "passed 0");
    let output = run.output("ask-1.log");
    let lines: Vec<&str> = output.lines().collect();
    assert!(lines[0].starts_with("/dev/"), "{output:?}");
    assert_eq!(
        lines[1..],
        [
            "36 120",
            "xterm-256color cat",
            "Sure? yes",
            "Password: ",
            "well"
        ]
    );

    let typed = run
        .entries()
        .iter()
        .filter(|e| e["kind"] == "step_typed")
        .count();
    assert_eq!(typed, 2);
    for entry in std::fs::read_dir(run.dir()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        let found = bytes.windows(9).any(|part| part == b"hush hush");
        assert!(!found, "what was typed is written down");
    }
    assert!(!run.dir().join("output/ask-1.typed").exists());
    assert!(
        run.refused(&["input", "1.1", "more"])
            .contains("nothing runs")
    );
}

#[test]
fn a_step_without_a_terminal_is_not_typed_into() {
    let bench = Bench::new();
    let text = plan("test ! -t 0; test ! -t 1; until test -e go; do sleep 0.02; done");
    let mut run = bench.start(&text.replace("  tty = true\n", ""));
    run.ctl(&["run"]);
    run.wait_for("step_launched", |_| true);
    let refused = run.refused(&["input", "1.1", "yes"]);
    assert!(refused.contains("no terminal to type into"), "{refused}");
    bench.write("go", "");
    assert_eq!(outcome(&mut run), "passed 0");
}

#[test]
fn all_that_is_printed_on_a_terminal_is_kept() {
    let bench = Bench::new();
    let mut run = bench.start(&plan("seq 1 200000; sleep 300 &\nprintf 'the end'"));
    run.ctl(&["run"]);
    assert_eq!(outcome(&mut run), "passed 0");
    let output = run.output("ask-1.log");
    assert_eq!(output.lines().count(), 200_001);
    assert!(output.starts_with("1\n2\n3\n") && output.ends_with("\n200000\nthe end"));
}

#[test]
fn a_terminal_outlives_the_engine_and_is_typed_into_through_the_next() {
    let bench = Bench::new();
    let script = "read -r -p 'Go on? ' answer; echo \"told $answer\"";
    let run = bench.start(&plan(script));
    run.ctl(&["run"]);
    printed(&run, "Go on? ");
    run.kill_engine();
    remove_socket(&run.dir());
    let mut run = run.resumed();
    run.wait_for("step_adopted", |_| true);
    run.ctl(&["input", "1.1", "on"]);
    assert_eq!(outcome(&mut run), "passed 0");
    assert_eq!(run.output("ask-1.log"), "Go on? on\ntold on\n");
}

#[test]
fn a_stop_reaches_everything_on_a_terminal() {
    let bench = Bench::new();
    let script = "sleep 300 & read -r -p 'Wait ' never";
    let mut run = bench.start(&plan(script));
    run.ctl(&["run"]);
    let launched = run.wait_for("step_launched", |_| true);
    let group = i32::try_from(launched["data"]["pid"].as_u64().unwrap()).unwrap();
    printed(&run, "Wait ");
    run.ctl(&["stop", "1.1"]);
    let end = run.wait_finished("ask");
    assert_eq!(end["outcome"], "failed", "{end}");
    assert!(!group_lives(group));
}

#[test]
fn a_step_whose_terminal_died_with_its_shim_is_unknown() {
    let bench = Bench::new();
    let mut run = bench.start(&plan("read -r -p 'Wait ' never"));
    run.ctl(&["run"]);
    printed(&run, "Wait ");
    let shim = locked_by(&run.dir().join("output/ask-1.shim")).expect("a shim");
    signal(shim, Signal::KILL);
    let end = run.wait_finished("ask");
    assert_eq!(end["outcome"], "unknown", "{end}");
}

#[test]
fn a_word_to_a_terminal_that_is_gone_is_noted() {
    let bench = Bench::new();
    let mut run = bench.start(&plan("echo begun; until test -e go; do sleep 0.02; done"));
    run.ctl(&["run"]);
    printed(&run, "begun");
    std::fs::remove_file(run.dir().join("output/ask-1.typed")).unwrap();
    run.ctl(&["input", "1.1", "yes"]);
    let note = run.wait_for("note_added", |_| true);
    let text = note["data"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("what was typed did not reach it"),
        "{note}"
    );
    bench.write("go", "");
    assert_eq!(outcome(&mut run), "passed 0");
}
