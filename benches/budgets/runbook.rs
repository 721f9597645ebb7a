//! Runbooks of any size, made of what real ones are made of.

use std::fmt::Write;

/// Runbooks as teams write them, the one with front matter aside.
const CHAPTERS: [&str; 5] = [
    include_str!("../../tests/runbooks/change-4711.md"),
    include_str!("../../tests/runbooks/league-season.md"),
    include_str!("../../tests/runbooks/manor-strategy.md"),
    include_str!("../../tests/runbooks/split-address.md"),
    include_str!("../../tests/runbooks/warehouse-move.md"),
];

/// About `bytes` of whole runbooks, one after the other: headings, task items, commands, SQL,
/// tables, people. No two headings and no two task items are the same, and there are as many words
/// to a heading as teams write: those of the tests have fewer.
pub fn chapters(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 10_000);
    let mut number = 0;
    while text.len() < bytes {
        for line in CHAPTERS[number % CHAPTERS.len()].lines() {
            text.push_str(line);
            if line.starts_with("##") {
                let _ = write!(
                    text,
                    " {number}\n\nAs in move {number}, which went well; ask before changing it."
                );
            } else if line.trim_start().starts_with("- [") {
                let _ = write!(text, " {number}, and say so");
            }
            text.push('\n');
        }
        number += 1;
    }
    text
}

/// About `bytes` of nothing but task items: as many steps as a runbook can have.
pub fn checklist(bytes: usize) -> String {
    let mut text = String::from("# Moving house\n\n## Deployment\n\n");
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        let _ = writeln!(text, "- [ ] Carry box {number} to `room-{}`", number % 40);
    }
    text
}

/// About `bytes` each of what nobody writes, and what a slow reader would choke on.
pub fn hostile(bytes: usize) -> Vec<(&'static str, String)> {
    let head = "# Moving house\n\n## Deployment\n\n";
    let whole = |piece: &str| format!("{head}{}\n", piece.repeat(bytes / piece.len()));
    let block = |n| format!("- [ ] Step {n}\n  ```bash\n  deploy <tag-{n}> /path/to/{n}\n  ```\n");
    let blocks = (0..bytes / 60).map(block).collect::<Vec<_>>().concat();
    vec![
        ("opening brackets", whole("[")),
        ("links", whole("[a](")),
        ("backticks", whole("`` ` ")),
        ("stars", whole("*a **b ")),
        (
            "table cells",
            format!("{head}| a | b |\n|-|-|\n{}\n", "|".repeat(bytes)),
        ),
        ("quotations", whole(&format!("{} x\n", "> ".repeat(500)))),
        (
            "one line",
            format!("{head}- [ ] {}\n", "word ".repeat(bytes / 5)),
        ),
        (
            "a transcript",
            format!(
                "{head}```console\n$ cat <<EOF\n{}",
                "x y\n".repeat(bytes / 4)
            ),
        ),
        ("placeholders", format!("{head}{blocks}")),
    ]
}
