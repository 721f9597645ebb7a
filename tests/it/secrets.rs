//! Values that must not be shown: taken from what steps print, given by hand, and left behind by an
//! engine that dies.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::process::is_alive;
use crate::support::run::Run;
use crate::support::{Bench, text_of, wait};

const TOKEN: &str = "s3cr3t-value";

/// All files below `dir`, except those that only a run that goes on has.
fn kept(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let paths = entries.filter(|entry| entry.file_name() != "carried");
    let below = paths.flat_map(|entry| {
        if entry.file_type().unwrap().is_dir() {
            kept(&entry.path())
        } else {
            vec![entry.path()]
        }
    });
    below.collect()
}

/// Where `words` are told, of everything that tells of the run.
fn told(bench: &Bench, run: &Run<'_>, words: &str) -> Vec<String> {
    let commands: [&[&str]; 6] = [
        &["report", &run.id],
        &["report", &run.id, "--format", "html"],
        &["report", &run.id, "--format", "json"],
        &["ctl", &run.id, "status"],
        &["ctl", &run.id, "status", "--format", "json"],
        &["ctl", &run.id, "events"],
    ];
    let printed = commands.iter().map(|args| {
        let output = bench.gonogo(args);
        (args.join(" "), output.stdout)
    });
    let files = kept(&run.dir()).into_iter();
    let files = files.map(|path| {
        (
            path.display().to_string(),
            fs::read(&path).unwrap_or_default(),
        )
    });
    let tells = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(words);
    let all = printed.chain(files).filter(|(_, bytes)| tells(bytes));
    all.map(|(name, _)| name).collect()
}

fn step(run: &mut Run<'_>, id: &str) {
    run.ctl(&["run", id]);
    let end = run.wait_finished(id);
    assert_eq!(end["outcome"], "passed", "{end}");
}

#[test]
fn what_is_captured_with_a_secret_in_it_is_one_and_outlives_its_engine() {
    let mut bench = Bench::new();
    bench.set("TOKEN_FOR_TEST", TOKEN);
    let plan = r#"
title = "Captured"
[vars]
token = { env = "TOKEN_FOR_TEST", secret = true }
key = { prompt = "Key", secret = true }
other = { prompt = "Other" }
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "first"
  title = "First"
  shell = "echo key is K9-$(echo abcdef99)"
  [[phase.step]]
  id = "print"
  title = "Print"
  shell = "echo url=https://shop:{{token}}@h/x key=K9-$(echo abcdef99) tag=v17"
  capture = 'url=(?<url>\S+) key=(?<key>\S+) tag=(?<tag>\S+)'
  [[phase.step]]
  id = "derive"
  title = "Derive"
  shell = "echo more-{{key}}"
  capture = { derived = { value = true } }
  [[phase.step]]
  id = "use"
  title = "Use"
  shell = """
test {{url}} = "https://shop:$TOKEN_FOR_TEST@h/x"
test {{derived}} = "more-K9-$(echo abcdef99)"
echo {{url}} {{tag}}
"""
  [[phase.step]]
  id = "last"
  title = "Last"
  when = "derived == 'x'"
  shell = "true"
"#;
    let mut run = bench.start(plan);
    step(&mut run, "first");
    run.ctl(&["set", "other=of-s3cr3t-value"]);
    step(&mut run, "print");
    step(&mut run, "derive");
    run.kill_engine();
    let mut run = run.resumed();
    step(&mut run, "use");
    let printed = format!(
        "{} v17\n",
        "*".repeat("https://shop:s3cr3t-value@h/x".len())
    );
    wait::until("it is overwritten", || run.output("use-1.log") == printed);
    // What was printed before anybody knew that it is secret.
    let before = format!("key is {}\n", "*".repeat("K9-abcdef99".len()));
    wait::until("it is overwritten", || run.output("first-1.log") == before);
    for (name, value) in [
        ("tag", Some("v17")),
        ("url", None),
        ("key", None),
        ("derived", None),
        ("other", None),
    ] {
        let entries = run.entries();
        let set = entries
            .iter()
            .rev()
            .find(|entry| entry["kind"] == "variable_set" && entry["data"]["name"] == name);
        assert_eq!(set.unwrap()["data"]["value"].as_str(), value, "{name}");
    }
    // Nothing is decided by what must not be told, and nothing is made known by hand.
    run.wait_for("condition_weighed", |data| data["step"] == "last");
    let refused = run.refused(&["run"]);
    assert!(refused.contains("it is a secret"), "{refused}");
    assert!(
        run.refused(&["set", "derived=x"])
            .contains("list of processes")
    );
    for words in [TOKEN, "K9-abcdef99"] {
        assert_eq!(told(&bench, &run, words), [""; 0], "{words}");
    }
    let verified = bench.gonogo(&["verify", &run.id]);
    assert!(verified.status.success(), "{}", text_of(&verified));
    run.ctl(&["finish", "--reason", "seen"]);
    run.wait_over();
    wait::until("nothing is left of it", || {
        !run.dir().join("carried").exists()
    });
    assert!(text_of(&bench.gonogo(&["report", &run.id])).contains("url, a secret, from"));
}

const PRINTS: &str = r#"
title = "Prints"
[vars]
token = { env = "TOKEN_FOR_TEST", secret = true }
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "print"
  title = "Print"
  shell = "echo it is {{token}}; touch begun; while [ ! -e go ]; do sleep 0.05; done"
"#;

#[test]
fn what_a_step_has_printed_whose_engine_dies_is_overwritten_by_the_next_one() {
    let mut bench = Bench::new();
    bench.set("TOKEN_FOR_TEST", TOKEN);
    let run = bench.start(PRINTS);
    run.ctl(&["run", "print"]);
    wait::until("it has begun", || bench.path("begun").exists());
    run.kill_engine();
    bench.write("go", "");
    let record = run.dir().join("output/print-1.exit");
    wait::until("it has ended", || record.exists());
    assert!(run.output("print-1.log").contains(TOKEN));
    let mut run = run.resumed();
    assert_eq!(run.wait_finished("print")["outcome"], "passed");
    wait::until("it is overwritten", || {
        run.output("print-1.log") == "it is ************\n"
    });
}

#[test]
fn what_an_engine_did_not_live_to_overwrite_is_by_the_next_one() {
    let mut bench = Bench::new();
    bench.set("TOKEN_FOR_TEST", TOKEN);
    bench.write("go", "");
    bench.write("plan.toml", PRINTS);
    let started = bench
        .program(&["run", "--detach", "plan.toml"])
        .env("GONOGO_DIE_AFTER", "step_finished")
        .output()
        .unwrap();
    let id = String::from_utf8(started.stdout).unwrap().trim().to_owned();
    let run = Run::new(&bench, id);
    let engine = run.engine();
    // The engine may die before it can answer.
    let _ = run.try_ctl(&["run", "print"]);
    wait::until("the engine is dead", || !is_alive(engine));
    assert!(run.output("print-1.log").contains(TOKEN));
    let run = run.resumed();
    wait::until("it is overwritten", || {
        run.output("print-1.log") == "it is ************\n"
    });
}

#[test]
fn what_people_say_holds_no_secret_in_the_record() {
    let mut bench = Bench::new();
    bench.set("TOKEN_FOR_TEST", TOKEN);
    bench.write("go", "");
    let mut run = bench.start(PRINTS);
    let said = format!("it is {TOKEN} today");
    run.ctl(&["note", &said]);
    run.ctl(&["hold", "--reason", &said]);
    run.ctl(&["release"]);
    run.ctl(&["skip", "print", "--reason", &said]);
    run.ctl(&["finish", "--reason", &said]);
    run.wait_over();
    assert_eq!(told(&bench, &run, TOKEN), [""; 0]);
    assert!(text_of(&bench.gonogo(&["report", &run.id])).contains("it is •••••• today"));
}
