//! What tables say where no heading tells what they are for, and lines that announce what has to be true for
//! going on.

use super::criteria::{self, rule};
use super::unsaid::{self, Unsaid};
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Kind, Row, Table};
use crate::plan::markdown::figures::threshold;
use crate::plan::markdown::headings::timetable;
use crate::plan::markdown::names::conditional;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::parts::AlertRule;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// How the head of a column begins whose cells are thresholds if they hold something against a number.
const LIMITS: [&str; 17] = [
    "threshold",
    "trigger",
    "limit",
    "alert",
    "alarm",
    "abort",
    "rollback",
    "roll back",
    "schwell",
    "grenzwert",
    "abbruch",
    "seuil",
    "umbral",
    "limiar",
    "порог",
    "しきい値",
    "阈值",
];
/// How that of a column begins that says what is done then.
const ACTIONS: [&str; 15] = [
    "action",
    "decision",
    "then",
    "response",
    "what to do",
    "do",
    "massnahme",
    "aktion",
    "entscheidung",
    "accion",
    "acao",
    "acoes",
    "действи",
    "решени",
    "対応",
];

/// The criteria in the rows of `table`: thresholds below a head that says so, and conditions beside "roll back".
pub(in crate::plan::markdown) fn criteria(table: &Table) -> Vec<AlertRule> {
    let Some((head, rows)) = table.rows.split_first() else {
        return Vec::new();
    };
    let heads: Vec<String> = head.cells.iter().map(|cell| letters::fold(cell)).collect();
    let begins = |words: &[&str]| {
        let begins = |head: &String| words.iter().any(|word| head.starts_with(word));
        heads.iter().position(begins)
    };
    let sure = heads.iter().position(|head| criteria::heads_column(head));
    let limit = sure.or_else(|| begins(&LIMITS));
    let action = begins(&ACTIONS).filter(|ix| *ix > 0);
    let found = rows.iter().filter_map(|row| {
        let given = limit.and_then(|ix| Some((ix, named(row, ix)?)));
        let given = given.filter(|(_, name)| sure.is_some() || threshold::compares(name));
        let back = || {
            let cell = row.cells.get(action?)?;
            conditional::goes_back(cell).then(|| row.cells.first().cloned())?
        };
        let name = given.map(|(_, name)| name).or_else(back)?;
        (!name.trim().is_empty()).then(|| rule(name, row.span))
    });
    found.collect()
}

/// Warns of tables among `blocks`, which stand below a heading that something is looked at, whose rows say what that is
/// and that are only kept as `notes`: what is to be looked at is seen by nobody whom nothing asks.
pub(in crate::plan::markdown) fn say_unread(blocks: &[Block], notes: &[Span], book: &mut Book<'_>) {
    for block in blocks.iter().filter(|block| notes.contains(&block.span)) {
        let Kind::Table(table) = &block.kind else {
            continue;
        };
        let Some((head, [first, rest @ ..])) = table.rows.split_first() else {
            continue;
        };
        if !head.cells.iter().any(|cell| heads_checks(cell)) || !criteria(table).is_empty() {
            continue;
        }
        let message = match rest.len() {
            0 => "this row looks like a check, and is none: nobody is asked for it".to_owned(),
            n => format!(
                "these {} rows look like checks, and are none: nobody is asked for them",
                n + 1
            ),
        };
        let line = book.first_line(first.span);
        let problem = Problem::warning("unread-box", line, message);
        book.problems
            .push(problem.hint("write each as an item of a list: `- [ ] …`"));
    }
}

/// Whether a column of this name says what is looked at, by whom, or how that should be.
fn heads_checks(cell: &str) -> bool {
    let words = Words::whole(cell);
    let looks = words.has(Topic::Verify) || words.has(Topic::Testing);
    looks || timetable::stands_beside(cell) || unsaid::of_title(cell) == Some(Unsaid::Printed)
}

/// What is looked at, which another cell tells, and its limit.
fn named(row: &Row, limit: usize) -> Option<String> {
    let line = row.cells.get(limit)?;
    if !line.contains(char::is_alphanumeric) {
        return None;
    }
    let what = row.cells.first().filter(|_| limit > 0);
    Some(what.map_or_else(|| line.clone(), |what| format!("{what} {line}")))
}
