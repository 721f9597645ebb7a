//! SQL in steps, judged in the order in which the plan runs it.

use super::passage::Home;
use super::sql::{self, Unit};
use super::text::Text;
use crate::plan::ddl::{self, Catalog, Form, LockMode};
use crate::plan::facts::Facts;
use crate::plan::problem::{Problem, Severity};

/// Finds statements in steps that keep others out, or break code that runs. What is only kept for
/// reading may well be an example of how not to do it.
pub(super) fn check(texts: &[Text<'_>], facts: Option<&Facts>, out: &mut Vec<Problem>) {
    let server = facts.and_then(|facts| facts.server);
    let mut catalog = Catalog::new(server);
    let patient = texts
        .iter()
        .any(|text| text.runs() && !text.is_reference() && text.limits_locks());
    let mut noted = patient;
    for text in texts
        .iter()
        .filter(|text| text.runs() && !text.is_reference())
    {
        for piece in text.sql() {
            let judged = ddl::judge(piece.text, &mut catalog);
            catalog.end_file();
            let unit = Unit {
                sql: piece.text,
                wrap: piece.wrap,
                backwards: matches!(text.passage.home, Home::Tier(_)) || text.passage.undo,
                facts,
            };
            for remark in sql::remarks(&judged, unit) {
                let place = piece.place(remark.range);
                out.push(text.finding(
                    remark.severity,
                    remark.code,
                    place,
                    remark.message,
                    remark.hint,
                ));
            }
            let waits = judged.iter().flat_map(|judged| &judged.parts).find(|part| {
                let strong =
                    |touch: &ddl::Touch| touch.lock == LockMode::AccessExclusive && !touch.fresh;
                part.form != Form::LockTable && part.touches.iter().any(strong)
            });
            if let Some(part) = waits.filter(|_| !noted) {
                noted = true;
                out.push(text.finding(
                    Severity::Note,
                    "no-lock-timeout",
                    piece.place(part.range.clone()),
                    "while this waits for its lock, everybody who comes later waits behind it",
                    "give the step `lock_timeout = \"2s\"`, or `SET lock_timeout` first, and try again when it fails",
                ));
            }
        }
    }
}
