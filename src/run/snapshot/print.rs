//! A picture, or what became of it, as one table of text: the output of the step that took it.

use unicode_width::UnicodeWidthStr;

use super::compare::Change;
use super::picture::{Picture, Rows, Table};
use crate::journal::event::{Difference, Fortune, SnapshotCompared};
use crate::plan::Aspect;

/// The most lines of a table that are printed. What is more is in the file of the picture.
const LINES: usize = 2_000;
/// Parts longer than this do not make all the lines longer.
const WIDEST: usize = 28;
/// The most differences that are recorded in the journal.
const RECORDED: usize = 100;

/// What a comparison with `with` showed, as the journal keeps it.
pub(in crate::run) fn summary(with: &str, changes: &[Change]) -> SnapshotCompared {
    let of = |fortune| {
        let lines = changes.iter().filter(|c| c.line.fortune == fortune);
        lines.count() as u64
    };
    SnapshotCompared {
        with: with.to_owned(),
        lost: of(Fortune::Lost),
        invalid: of(Fortune::Invalid),
        unknown: of(Fortune::Unknown),
        changed: of(Fortune::Changed),
        gained: of(Fortune::Gained),
        differences: changes
            .iter()
            .take(RECORDED)
            .map(|change| change.line.clone())
            .collect(),
    }
}

/// The text. What matters most stands last, where whoever follows an output looks: the worst of the
/// differences, and below them how many there are. Each line begins with the word for what happened,
/// which is coloured as well.
pub(in crate::run) fn print(
    picture: &Picture,
    earlier: Option<&Picture>,
    changes: &[Change],
) -> String {
    let mut text = String::new();
    if earlier.is_none() {
        text.push_str(&tables(picture));
        text.push('\n');
    }
    if !changes.is_empty() {
        text.push_str(&differences(changes));
        text.push('\n');
    }
    text.push_str(&contents(picture));
    text.push('\n');
    if let Some(earlier) = earlier {
        text.push_str(&summary(&earlier.name, changes).words());
        text.push('\n');
    }
    text
}

/// What a picture holds, in one line.
fn contents(picture: &Picture) -> String {
    let sum = |aspect| -> u64 { picture.tables().map(|(_, t)| t.count(aspect)).sum() };
    let sequences: usize = picture.databases.iter().map(|d| d.sequences.len()).sum();
    let unknown = picture.tables();
    let unknown = unknown.filter(|(_, table)| matches!(table.rows, Rows::Unknown(_)));
    let mut parts = vec![
        plural(sum(Aspect::Tables), "table"),
        plural(sum(Aspect::Rows), "row"),
    ];
    match unknown.count() as u64 {
        0 => {}
        some => parts.push(format!("{} NOT COUNTED", plural(some, "table"))),
    }
    parts.extend([
        plural(sum(Aspect::Columns), "column"),
        named(sum(Aspect::Indexes), "index", "indexes"),
        plural(sum(Aspect::ForeignKeys), "foreign key"),
        plural(sum(Aspect::Constraints), "constraint"),
        plural(sequences as u64, "sequence"),
        size(picture.tables().filter_map(|(_, table)| table.bytes).sum()),
    ]);
    parts.join(", ")
}

fn differences(changes: &[Change]) -> String {
    let lines = changes.iter().take(LINES).rev().map(|change| {
        let line = &change.line;
        let name = line.name.clone();
        [
            line.fortune.word().to_owned(),
            line.what.clone(),
            name,
            sides(line),
        ]
        .to_vec()
    });
    more(changes.len()) + &coloured(&aligned(lines.collect()))
}

/// What something was and is, as far as there is anything to say: `120,000 → 119,200`.
fn sides(line: &Difference) -> String {
    match (line.before.as_str(), line.after.as_str()) {
        ("", only) | (only, "") => only.to_owned(),
        (before, after) => format!("{before} → {after}"),
    }
}

/// What a person looks for first stands out; the word itself tells it, too.
fn coloured(text: &str) -> String {
    let paint = |line: &str| {
        let word = line.split(' ').next().unwrap_or_default();
        let colour = match word {
            "lost" | "invalid" => "31",
            "gained" => "32",
            _ => "33",
        };
        format!("\u{1b}[{colour}m{word}\u{1b}[0m{}\n", &line[word.len()..])
    };
    text.lines().map(paint).collect()
}

/// All tables, those with the most rows last, and behind them those that could not be counted.
fn tables(picture: &Picture) -> String {
    let mut all: Vec<(String, &Table)> = picture.tables().collect();
    all.sort_by_key(|(_, table)| match &table.rows {
        Rows::LeftOut(_) => (0, 0),
        Rows::Counted(rows) => (1, *rows),
        Rows::Unknown(_) => (2, 0),
    });
    let head = [
        "table",
        "rows",
        "size",
        "columns",
        "indexes",
        "foreign keys",
        "",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for (name, table) in &all[all.len().saturating_sub(LINES)..] {
        let (rows, why) = match &table.rows {
            Rows::Counted(rows) => (number(*rows), ""),
            Rows::LeftOut(why) | Rows::Unknown(why) => ("not counted".to_owned(), why.as_str()),
        };
        let partitions = match table.partitions {
            0 => String::new(),
            n => format!(" ({})", plural(n.into(), "partition")),
        };
        lines.push(vec![
            format!("{name}{partitions}"),
            rows,
            table.bytes.map_or("unknown".to_owned(), size),
            number(table.count(Aspect::Columns)),
            number(table.count(Aspect::Indexes)),
            number(table.count(Aspect::ForeignKeys)),
            why.to_owned(),
        ]);
    }
    more(all.len()) + &aligned(lines)
}

/// Lines whose parts stand below each other, as far as they are not too long for that. Nothing in them
/// can move the cursor.
fn aligned(lines: Vec<Vec<String>>) -> String {
    let lines: Vec<Vec<String>> = lines
        .into_iter()
        .map(|line| {
            line.iter()
                .map(|part| part.replace(char::is_control, " "))
                .collect()
        })
        .collect();
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|ix| {
            let parts = lines.iter().filter_map(|line| line.get(ix));
            let widths = parts
                .map(|part| part.width())
                .filter(|width| *width <= WIDEST);
            widths.max().unwrap_or(0)
        })
        .collect();
    let line = |parts: &Vec<String>| {
        let padded = parts.iter().zip(&widths).map(|(part, width)| {
            format!("{part}{}  ", " ".repeat(width.saturating_sub(part.width())))
        });
        format!("{}\n", padded.collect::<String>().trim_end())
    };
    lines.iter().map(line).collect()
}

fn more(all: usize) -> String {
    match all.saturating_sub(LINES) {
        0 => String::new(),
        more => format!(
            "… {} more, in the file of the snapshot\n",
            number(more as u64)
        ),
    }
}

/// `1,234,567`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (ix, digit) in digits.chars().enumerate() {
        if ix > 0 && (digits.len() - ix).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 table`, `1,200 tables`.
pub(super) fn plural(count: u64, word: &str) -> String {
    named(count, word, &format!("{word}s"))
}

fn named(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// `8 kB`, `1.4 GB`.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    let unit = ["B", "kB", "MB", "GB", "TB"][unit];
    if value < 10.0 && unit != "B" && unit != "kB" {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}
