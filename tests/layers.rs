//! The house's rules, read from its source: which folder may import which, which crates belong to
//! which files, how long a file may be, and what no line outside tests may hold.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder of `src/` may import, besides itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("plan", &[]),
    ("project", &["plan"]),
    ("journal", &["clock", "plan"]),
    ("monitor", &["clock", "plan"]),
    ("review", &["clock", "plan"]),
    ("run", &["clock", "plan", "journal", "monitor"]),
    ("wire", &["plan", "journal", "run", "monitor"]),
    ("report", &["clock", "plan", "journal", "run"]),
    (
        "ui",
        &[
            "clock", "plan", "project", "journal", "run", "monitor", "wire", "review",
        ],
    ),
    ("demo", &["clock", "plan"]),
    (
        "cli",
        &[
            "clock", "plan", "project", "journal", "monitor", "run", "wire", "report", "review",
            "ui", "demo",
        ],
    ),
];

/// The folders of `plan/markdown/`, each of which may import those behind it.
const OF_MARKDOWN: &[&str] = &[
    "course", "steps", "people", "code", "holes", "headings", "lines", "names", "figures",
    "tongues", "elements",
];

/// Words that only the files under these places may hold.
const CONFINED: &[(&str, &[&str])] = &[
    (
        "sqlx::",
        &[
            "journal/sqlite",
            "journal/error.rs",
            "monitor/postgres/",
            "run/work/",
            "demo/",
            "cli/engine/values.rs",
        ],
    ),
    // What the monitor asks ends with the mark by which it is known: `line::query` adds it.
    (
        "sqlx::query",
        &[
            "journal/sqlite",
            "monitor/postgres/line.rs",
            "run/work/",
            "demo/",
            "cli/engine/values.rs",
        ],
    ),
    ("crossterm::", &["ui/"]),
    ("ratatui::", &["ui/"]),
    ("ratatui_textarea::", &["ui/dialogs/", "ui/review/"]),
    ("tokio::process", &["run/work/", "monitor/"]),
    ("SystemTime::now", &["clock.rs"]),
    ("Instant::now", &["clock.rs"]),
    ("Timestamp::now", &["clock.rs"]),
    ("Zoned::now", &["clock.rs"]),
    ("clap::", &["cli/"]),
    (
        "reqwest::",
        &[
            "cli/engine/values.rs",
            "monitor/",
            "run/supervisor.rs",
            "run/work/http.rs",
            "demo/traffic.rs",
        ],
    ),
    ("hyper::", &["demo/"]),
    ("pulldown_cmark::", &["plan/markdown/"]),
    ("saphyr_parser::", &["plan/tree/"]),
    ("toml_edit::", &["plan/layout/"]),
    ("signal_hook::", &["run/shim.rs"]),
];

/// What no line outside tests may hold.
const FORBIDDEN: &[&str] = &[
    ".unwrap()",
    ".expect(\"",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "dbg!(",
    "TODO",
    "FIXME",
    "unsafe ",
];

/// Where `panic!` is the point: the screen's own fault injection.
const MAY_PANIC: &[&str] = &["ui/app.rs"];

const LONGEST_FILE: usize = 400;

/// A source file without its tests.
struct File {
    /// Below `src/`, with `/`.
    name: String,
    /// The lines of the program, numbered from 1: without tests, without comments.
    lines: Vec<(usize, String)>,
    /// How many lines it has before its tests, comments included.
    length: usize,
}

#[test]
fn every_folder_imports_only_what_lies_below_it() {
    let mut wrong = Vec::new();
    for file in sources() {
        let folder = folder_of(&file.name);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == folder) else {
            assert!(
                ["main", "lib"].contains(&folder.as_str()),
                "src/{} is in a folder that has no rule: add it to MAY_IMPORT",
                file.name
            );
            continue;
        };
        for (number, line) in &file.lines {
            for name in imported(line) {
                let known = MAY_IMPORT.iter().any(|(folder, _)| *folder == name);
                if known && name != folder && !allowed.contains(&name.as_str()) {
                    wrong.push(format!(
                        "src/{}:{number}: {folder} may not import {name}",
                        file.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_reads_markdown_imports_only_what_lies_below_it() {
    let at = |folder: &str| OF_MARKDOWN.iter().position(|known| *known == folder);
    let named = |line: &str| {
        let names = line.split("crate::plan::markdown::").skip(1);
        let names = names.map(|rest| rest.split("::").next().unwrap_or(rest));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut wrong = Vec::new();
    for file in sources() {
        let inside = file.name.strip_prefix("plan/markdown/");
        let folder = inside
            .and_then(|name| name.split_once('/'))
            .map(|(folder, _)| folder);
        let Some(place) = folder.and_then(at) else {
            continue;
        };
        for (number, line) in &file.lines {
            for name in named(line)
                .iter()
                .filter(|name| at(name).is_some_and(|of| of < place))
            {
                wrong.push(format!(
                    "src/{}:{number}: it may not import {name}",
                    file.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_two_folders_import_each_other_on_any_way() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let folder = folder_of(&file.name);
        let names = file.lines.iter().flat_map(|(_, line)| imported(line));
        arrows
            .entry(folder.clone())
            .or_default()
            .extend(names.filter(|name| *name != folder));
    }
    for start in arrows.keys() {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&String> = arrows[start].iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(arrows.get(next).into_iter().flatten());
            }
        }
        assert!(
            !reached.contains(start),
            "{start} imports itself on the way over {reached:?}"
        );
    }
}

#[test]
fn crates_and_clocks_stay_in_the_files_they_belong_to() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (number, line) in &file.lines {
            for (word, places) in CONFINED {
                if holds_path(line, word)
                    && !places.iter().any(|place| file.name.starts_with(place))
                {
                    wrong.push(format!(
                        "src/{}:{number}: {word} belongs to {places:?}",
                        file.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_hold_nothing_that_can_blow_up() {
    let mut wrong = Vec::new();
    for file in sources() {
        if file.length > LONGEST_FILE {
            wrong.push(format!(
                "src/{}: {} lines; {LONGEST_FILE} is the most",
                file.name, file.length
            ));
        }
        for (number, line) in &file.lines {
            for word in FORBIDDEN {
                let excused = *word == "panic!(" && MAY_PANIC.contains(&file.name.as_str());
                if line.contains(word) && !excused {
                    wrong.push(format!("src/{}:{number}: {word}", file.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<String> = paths()
        .iter()
        .filter(|path| !name_of(path).contains("tests"))
        .filter(|path| !fs::read_to_string(path).is_ok_and(|text| text.starts_with("//!")))
        .map(|path| name_of(path))
        .collect();
    assert!(silent.is_empty(), "without a module comment: {silent:#?}");
}

/// Whether `line` names the path `word`, and not a longer name that ends like it.
fn holds_path(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The folders that a line names by `crate::`.
fn imported(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .map(|(at, word)| {
            line[at + word.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

fn folder_of(name: &str) -> String {
    name.split(['/', '.']).next().unwrap_or_default().to_owned()
}

fn sources() -> Vec<File> {
    let files: Vec<File> = paths()
        .iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            let text = fs::read_to_string(path).expect("a source file can be read");
            let program: Vec<&str> = text
                .lines()
                .take_while(|line| !line.starts_with("#[cfg(test)]"))
                .collect();
            File {
                name: name_of(path),
                length: program.len(),
                lines: program
                    .iter()
                    .enumerate()
                    .map(|(index, line)| (index + 1, without_comment(line).to_owned()))
                    .collect(),
            }
        })
        .collect();
    assert!(
        files.len() > 100,
        "only {} source files were found",
        files.len()
    );
    files
}

/// `line` up to a comment. A `//` inside a text cuts it too: that only hides what a text says.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn is_test(path: &Path) -> bool {
    let name = name_of(path);
    ["/tests/", "/tests.rs", "/testing.rs"]
        .iter()
        .any(|part| name.contains(part))
}

fn name_of(path: &Path) -> String {
    path.strip_prefix(root())
        .expect("below src/")
        .to_string_lossy()
        .into_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn paths() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of src/ can be read") {
            let path = entry.expect("an entry of src/").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
