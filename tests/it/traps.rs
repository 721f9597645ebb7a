//! The traps of runbooks: each has a runbook that falls into it and a twin that is well written.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use gonogo::plan::{Opened, Problem, open};

/// The folders of `tests/traps`, one for each trap.
fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traps");
    let entries = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() > 20);
    folders
}

/// What is found in the runbook `name` of a folder, whatever its format.
fn opened(folder: &Path, name: &str) -> Opened {
    let file = ["md", "toml"].map(|extension| folder.join(name).with_extension(extension));
    let file = file.into_iter().find(|path| path.exists()).unwrap();
    open(
        file.file_name().unwrap().to_str().unwrap(),
        &std::fs::read(&file).unwrap(),
    )
}

/// Its problems, those aside that are no traps: that nobody is asked, that something is to be filled in.
fn traps(opened: &Opened) -> Vec<&Problem> {
    let others = ["no-gate", "placeholder"];
    opened
        .problems
        .iter()
        .filter(|problem| !others.contains(&problem.code))
        .collect()
}

/// The problems with their places and the text under them, a line each.
fn listed(opened: &Opened) -> String {
    let mut out = String::new();
    for problem in traps(opened) {
        let at = opened.source.position(problem.span.start);
        let text = opened
            .source
            .slice(problem.span)
            .lines()
            .next()
            .unwrap_or("");
        let severity = format!("{:?}", problem.severity).to_lowercase();
        writeln!(
            out,
            "{}:{} {severity} {}: {text}",
            at.line, at.column, problem.code
        )
        .unwrap();
    }
    out
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

#[test]
fn every_trap_is_found_at_its_place() {
    let mut all = String::new();
    for folder in folders() {
        let opened = opened(&folder, "bad");
        let found = traps(&opened);
        assert!(
            found.iter().any(|problem| problem.code == name(&folder)),
            "{}",
            name(&folder)
        );
        assert!(
            found.iter().all(|problem| problem.hint.is_some()),
            "{}",
            name(&folder)
        );
        writeln!(all, "{}\n{}", name(&folder), listed(&opened)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_well_written_twin_of_every_trap_is_left_alone() {
    for folder in folders() {
        let opened = opened(&folder, "good");
        assert_eq!(listed(&opened), "", "{}", name(&folder));
        assert!(opened.plan.is_some());
    }
}
