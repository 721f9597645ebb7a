//! From what a picture shows to findings: what was expected of it, and whether it is so.

use super::compare::Change;
use super::picture::{Picture, Rows};
use super::print::{number, plural};
use crate::journal::event::{Finding, Fortune};
use crate::plan::{Aspect, Flaw, Kept, fits};

/// How many things one finding names.
const NAMED: usize = 4;

/// Holds `picture` and its `changes` against what is expected. That every table could be counted is
/// expected always: who does not know what was there can't tell what is lost.
pub(in crate::run) fn verdict(
    picture: &Picture,
    changes: &[Change],
    kept: Option<&Kept>,
) -> Vec<Finding> {
    let mut findings = vec![counted(picture)];
    let Some(kept) = kept else { return findings };
    let mut lines = kept.lines().into_iter();
    let lost: [Fortune; 2] = [Fortune::Lost, Fortune::Unknown];
    let other = [
        Fortune::Lost,
        Fortune::Unknown,
        Fortune::Changed,
        Fortune::Gained,
    ];
    for (aspects, fortunes) in [(&kept.keeps, &lost[..]), (&kept.same, &other[..])] {
        if aspects.is_empty() {
            continue;
        }
        let against = changes.iter().filter(|change| {
            fortunes.contains(&change.line.fortune)
                && change.about.iter().any(|aspect| aspects.contains(aspect))
                && !fits(&kept.except, &change.table)
        });
        findings.push(finding(lines.next(), against));
    }
    for flaw in &kept.none {
        let against = changes.iter().filter(|change| {
            let of_index = change.about.contains(&Aspect::Indexes);
            change.line.fortune == Fortune::Invalid && of_index == (*flaw == Flaw::InvalidIndexes)
        });
        findings.push(finding(lines.next(), against));
    }
    findings
}

/// That every table was counted that should be.
fn counted(picture: &Picture) -> Finding {
    let unknown: Vec<String> = picture
        .tables()
        .filter_map(|(name, table)| match &table.rows {
            Rows::Unknown(why) => Some(format!("{name} ({why})")),
            Rows::Counted(_) | Rows::LeftOut(_) => None,
        })
        .collect();
    let (tables, rows) = picture.tables().fold((0, 0), |(tables, rows), (_, table)| {
        (tables + 1, rows + table.counted().unwrap_or(0))
    });
    let got = if unknown.is_empty() {
        format!("{}, {}", plural(tables, "table"), plural(rows, "row"))
    } else {
        format!(
            "{} of {} not: {}",
            number(unknown.len() as u64),
            number(tables),
            some(&unknown)
        )
    };
    Finding {
        expected: "every table counted".to_owned(),
        got,
        met: unknown.is_empty(),
    }
}

fn finding<'c>(expected: Option<String>, against: impl Iterator<Item = &'c Change>) -> Finding {
    let against: Vec<String> = against.map(|change| words(change)).collect();
    Finding {
        expected: expected.unwrap_or_default(),
        met: against.is_empty(),
        got: if against.is_empty() {
            "none".to_owned()
        } else {
            some(&against)
        },
    }
}

fn words(change: &Change) -> String {
    let line = &change.line;
    let sides = match (line.before.as_str(), line.after.as_str()) {
        ("", _) | (_, "") => String::new(),
        (before, after) => format!(" {before} → {after}"),
    };
    format!("{} {}{sides}", line.what, line.name)
}

/// The first of them, and how many more.
fn some(all: &[String]) -> String {
    let shown = all.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match all.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), number(more as u64)),
    }
}
