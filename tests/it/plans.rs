//! Plans as people hand them in: a folder of wrong ones with exactly what is said of each, runbooks
//! of five shapes, and each of them as the program prints it and as it is run.

use std::path::Path;

use serde_json::Value;

use crate::support::{Bench, text_of};

/// The files of a folder beside these tests, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn checked(bench: &Bench, name: &str) -> (Value, i32) {
    let output = bench.gonogo(&["check", "--format", "json", name]);
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}: {}", text_of(&output)));
    (json, output.status.code().unwrap())
}

#[test]
fn everything_wrong_with_a_plan_is_said_at_once_and_where() {
    let bench = Bench::new();
    for (name, content) in files("plans/bad") {
        std::fs::write(bench.path(&name), content).unwrap();
        let output = bench.gonogo(&["check", &name]);
        let said = format!("{}exit {}", text_of(&output), output.status.code().unwrap());
        insta::with_settings!({snapshot_path => "../plans/bad/said", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, said);
        });
    }
}

#[test]
fn a_plan_with_errors_is_not_run_and_leaves_no_trace() {
    let bench = Bench::new();
    for (name, content) in files("plans/bad") {
        std::fs::write(bench.path(&name), content).unwrap();
        let (json, code) = checked(&bench, &name);
        let errors = json["problems"].as_array().unwrap();
        let wrong = errors.iter().any(|problem| problem["severity"] == "error");
        assert_eq!(code, if wrong { 2 } else { 0 }, "{name}: {json}");
        if wrong {
            let output = bench.gonogo(&["run", "--detach", &name]);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{name}: {}",
                text_of(&output)
            );
        }
    }
    assert!(bench.run_dirs().is_empty());
}

#[test]
fn files_that_are_no_plans_are_named_with_what_is_wrong() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("folder")).unwrap();
    std::fs::write(bench.path("binary.md"), [0, 159, 146, 150, 0, 255]).unwrap();
    for (name, words) in [("missing.md", "No such file"), ("folder", "directory")] {
        let output = bench.gonogo(&["check", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = text_of(&output);
        assert!(said.contains(name) && said.contains(words), "{said}");
    }
    // Nobody writes into it: whoever waited for that would wait for ever.
    let mut made = std::process::Command::new("mkfifo");
    assert!(made.arg(bench.path("pipe.md")).status().unwrap().success());
    let output = bench.gonogo(&["check", "pipe.md"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("is no file"));
    let (json, code) = checked(&bench, "binary.md");
    assert_eq!(code, 2);
    let problems = json["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|problem| problem["code"] == "encoding"),
        "{json}"
    );
}

#[test]
fn a_secret_in_a_plan_is_told_of_and_not_told() {
    let bench = Bench::new();
    let text = "## Deployment\n- [ ] Go\n  ```sh\n  PGPASSWORD=hunter2 psql -c 'select 1'\n  psql \"password=hunter2 host=db\" < a.sql\n  ```\n## Rollback\n- [ ] x\n";
    std::fs::write(bench.path("a.md"), text).unwrap();
    for format in ["human", "json", "sarif", "github"] {
        let output = bench.gonogo(&["check", "--format", format, "a.md"]);
        let said = text_of(&output);
        assert!(said.contains("secret-in-plan"), "{format}: {said}");
        assert!(!said.contains("hunter2"), "{format}: {said}");
    }
    let text =
        "---\ndatabases: { shop: 'postgres://shop:pw7@db/shop' }\n---\n## Deployment\n- [ ] Go\n";
    std::fs::write(bench.path("b.md"), text).unwrap();
    for arguments in [
        &["check", "b.md"][..],
        &["check", "--format", "json", "b.md"],
        &["run", "--headless", "b.md"],
    ] {
        let said = text_of(&bench.gonogo(arguments));
        assert!(said.contains("url-in-plan"), "{arguments:?}: {said}");
        assert!(!said.contains("pw7"), "{arguments:?}: {said}");
    }
}

#[test]
fn in_runbooks_of_every_shape_nothing_is_lost() {
    let bench = Bench::new();
    for (name, content) in files("runbooks") {
        std::fs::write(bench.path(&name), &content).unwrap();
        let (json, code) = checked(&bench, &name);
        assert_eq!(code, 0, "{name}: {json}");
        let text = String::from_utf8_lossy(&content);
        let counts = &json["counts"];
        // Counted apart, by the look of the lines: the fixtures hold nothing that fools it.
        assert_eq!(counts["task_items"], task_items(&text), "{name}");
        assert_eq!(counts["fences"], fences(&text), "{name}");
        assert!(!json["phases"].as_array().unwrap().is_empty(), "{name}");
    }
}

fn outside_fences(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.lines()
        .filter(|line| {
            let fence = line
                .trim_start()
                .trim_start_matches("> ")
                .starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
        .collect()
}

fn task_items(text: &str) -> usize {
    let item = regex::Regex::new(r"^[\s>]*([-*+]|\d+[.)])\s+\[[ xX~-]\]\s").unwrap();
    outside_fences(text)
        .iter()
        .filter(|line| item.is_match(line))
        .count()
}

fn fences(text: &str) -> usize {
    let marks = text.lines().filter(|line| {
        line.trim_start()
            .trim_start_matches("> ")
            .starts_with("```")
    });
    marks.count() / 2
}

#[test]
fn runbooks_of_every_shape_are_driven_without_a_change_to_them() {
    for (name, content) in files("runbooks") {
        let bench = Bench::new();
        let text = String::from_utf8_lossy(&content).into_owned();
        let mut run = bench.start_as(&name, &text, &[]);
        let status = run.status();
        assert_eq!(status["state"], "ready", "{name}");
        for step in status["steps"].as_array().unwrap() {
            let number = step["number"].as_str().unwrap();
            // The ways back are not part of the way forward, and one way taken leaves out another.
            if number.starts_with('R') || run.step(number)["status"] != "pending" {
                continue;
            }
            // What is done where nothing of it can be run: by hand, each with its reason.
            if step["kind"] == "check" {
                run.ctl(&["tick", number]);
            } else {
                run.ctl(&["done", number, "--reason", "a rehearsal at a desk"]);
            }
        }
        run.ctl(&["finish"]);
        assert_eq!(run.wait_over(), "completed", "{name}");
        let record = bench.gonogo(&["report", &run.id]);
        let record = text_of(&record);
        assert!(
            record.contains("**Outcome**: completed"),
            "{name}: {record}"
        );
    }
}
