//! The README tells what is true of the program.

use std::path::Path;

use crate::support::{Bench, text_of};

const START: &str = "<!-- keys: written from the keymap -->\n";
const END: &str = "<!-- /keys -->";

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// The README with the table of keys as it should be.
fn with_keys(text: &str) -> String {
    let (before, rest) = text.split_once(START).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let keys = gonogo::ui::keys_in_markdown();
    format!("{before}{START}\n{}\n{END}{after}", keys.trim())
}

#[test]
fn its_table_of_keys_is_the_keymap() {
    let text = std::fs::read_to_string(path()).unwrap();
    let wanted = with_keys(&text);
    if text != wanted && std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path(), &wanted).unwrap();
        return;
    }
    assert!(
        text == wanted,
        "the keymap has changed: UPDATE_README=1 cargo test --test it readme"
    );
}

#[test]
fn its_plan_is_in_order() {
    let text = std::fs::read_to_string(path()).unwrap();
    let (_, rest) = text.split_once("```toml\n").unwrap();
    let (plan, _) = rest.split_once("```").unwrap();
    let bench = Bench::new();
    bench.write("readme.toml", plan);
    let output = bench.gonogo(&["check", "readme.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(
        text_of(&output).contains("in order"),
        "{}",
        text_of(&output)
    );
}

#[test]
fn its_commands_are_there() {
    let text = std::fs::read_to_string(path()).unwrap();
    let bench = Bench::new();
    let help = text_of(&bench.gonogo(&["help"])) + &text_of(&bench.gonogo(&["help", "ctl"]));
    let (_, rest) = text.split_once("## Scripts").unwrap();
    let (scripts, _) = rest.split_once("\n## ").unwrap();
    let rows = scripts.lines().filter(|line| line.starts_with("| `"));
    let mut seen = 0;
    for quoted in rows.flat_map(|row| row.split('`').skip(1).step_by(2)) {
        let verb = quoted.split(' ').next().unwrap();
        if verb.len() > 1 && verb.chars().all(|c| c.is_ascii_lowercase()) {
            let known = help
                .lines()
                .any(|line| line.split_whitespace().next() == Some(verb));
            assert!(known, "`{verb}` is not a command:\n{help}");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}
