//! Shapes of runbooks in `tests/shapes`, each with the JSON that is expected of it: what is easily misread, and
//! a twin beside it that looks like it and is read as it stands. `UPDATE_SHAPES=1` writes the JSON anew.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::plan::{json, open};

/// The Markdown files, by name.
fn shapes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut shapes: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    shapes.sort();
    shapes
}

/// `value` without what says nothing, and without what a reader of the test can't judge.
fn told(value: Value) -> Option<Value> {
    const ASIDE: [&str; 10] = [
        "file",
        "digest",
        "id",
        "shell",
        "hint",
        "accounts",
        "end_line",
        "end_column",
        "column",
        "number",
    ];
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Array(all) => {
            let all: Vec<Value> = all.into_iter().filter_map(told).collect();
            (!all.is_empty()).then_some(Value::Array(all))
        }
        Value::Object(all) => {
            let all = all.into_iter();
            let all = all.filter(|(key, _)| !ASIDE.contains(&key.as_str()));
            let all = all.filter_map(|(key, value)| Some((key, told(value)?)));
            Some(Value::Object(all.collect()))
        }
        value => Some(value),
    }
}

#[test]
fn every_shape_is_read_as_its_json_says() {
    let shapes = shapes();
    assert!(shapes.len() > 15);
    for path in shapes {
        let name = path.file_name().unwrap().to_str().unwrap();
        let opened = open(name, &std::fs::read(&path).unwrap());
        let report = serde_json::to_value(json::report(&opened)).unwrap();
        let read = serde_json::to_string_pretty(&told(report)).unwrap() + "\n";
        let expected = path.with_extension("json");
        if std::env::var_os("UPDATE_SHAPES").is_some() {
            std::fs::write(&expected, &read).unwrap();
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(read, expected, "{name}");
    }
}

#[test]
fn carriage_returns_alone_end_lines() {
    let text = "# M\r## Deploy\r- [ ] a\r```sh\r./x.sh\r```\r## Rollback\r- [ ] r\r";
    let plan = super::plan(text);
    let titles = super::titles(&plan);
    assert_eq!(titles, [("shell", "a"), ("check", "r")]);
    assert_eq!(plan.ledger.accounts.len(), 6);
    // Where there are other line ends, one is a part of its line.
    let mixed = super::plan("## Deploy\n```sh\nprintf 'a\rb'\n```\n");
    assert_eq!(mixed.steps.len(), 1);
}

#[test]
fn tiers_of_one_name_are_told_apart_by_their_times() {
    let text = "## Deploy\n- [ ] a\n## Rollback (< 15 min)\n- [ ] b\n## Rollback (15-60 min)\n- [ ] c\n## Rollback (15-60 min)\n- [ ] d\n";
    let plan = super::plan(text);
    let names: Vec<&str> = plan
        .tiers
        .iter()
        .map(|tier| tier.spec.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Rollback",
            "Rollback (15-60 min)",
            "Rollback (15-60 min) (2)"
        ]
    );
}
