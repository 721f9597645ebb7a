//! Scenarios: small plans, what people and jobs do, and everything that the run answers, in files
//! that read as transcripts (`tests/scenarios/*.md`, whose `README.md` tells how to read them).
//!
//! ```text
//!  file ─► plan, lines ─► play: decide, apply, advance ─► transcript ─► compared with the file
//! ```
//!
//! A transcript that is no longer true fails its test. With `GONOGO_UPDATE=1` in the environment the
//! files are rewritten instead, so that the change can be read where files are compared.

mod file;
mod input;
mod play;
mod print;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use file::File;
use play::Play;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

#[test]
fn every_scenario_goes_as_it_is_written() {
    let mut wrong = String::new();
    let mut count = 0;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .collect();
    paths.sort();
    for path in paths {
        let mut file = File::read(&path);
        for scenario in &mut file.scenarios {
            count += 1;
            let played = Play::of(&scenario.plan).all(&scenario.lines);
            if played != scenario.lines {
                let name = path.file_name().unwrap().to_string_lossy();
                let at = first_difference(&scenario.lines, &played);
                writeln!(wrong, "{name}: {}\n{at}", scenario.name).unwrap();
            }
            scenario.lines = played;
        }
        if std::env::var_os("GONOGO_UPDATE").is_some() {
            file.write(&path);
        }
    }
    assert!(count > 0, "there are no scenarios");
    if std::env::var_os("GONOGO_UPDATE").is_none() {
        assert!(wrong.is_empty(), "{wrong}");
    }
}

/// The first line that is not as written, with a few before it.
fn first_difference(written: &[String], played: &[String]) -> String {
    let same = written.iter().zip(played).take_while(|(a, b)| a == b);
    let at = same.count();
    let before = written[at.saturating_sub(6)..at].join("\n");
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or("(the end)".to_owned());
    format!(
        "{before}\nwritten: {}\nplayed:  {}\n",
        line(written),
        line(played)
    )
}
