//! What tables say where no heading tells what they are for, and lines that announce what has to be true for
//! going on.

use super::criteria::{self, rule};
use crate::plan::letters;
use crate::plan::markdown::elements::blocks::{Row, Table};
use crate::plan::markdown::figures::threshold;
use crate::plan::markdown::names::conditional;
use crate::plan::parts::AlertRule;

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

/// What is looked at, which another cell tells, and its limit.
fn named(row: &Row, limit: usize) -> Option<String> {
    let line = row.cells.get(limit)?;
    if !line.contains(char::is_alphanumeric) {
        return None;
    }
    let what = row.cells.first().filter(|_| limit > 0);
    Some(what.map_or_else(|| line.clone(), |what| format!("{what} {line}")))
}
