//! SQL in steps, judged in the order in which the plan runs it.

use super::passage::Home;
use super::sql::{Remark, Session, Unit};
use super::text::{Sql, Text};
use crate::plan::ddl::{self, Catalog, Form, Judged, LockMode, Part};
use crate::plan::facts::Facts;
use crate::plan::problem::{Problem, Severity};

/// Finds statements in steps that keep others out, or break code that runs. What is only kept for
/// reading may well be an example of how not to do it.
pub(super) fn check(texts: &[Text<'_>], facts: Option<&Facts>, out: &mut Vec<Problem>) {
    let server = facts.and_then(|facts| facts.server);
    let mut catalog = Catalog::new(server);
    if let Some(facts) = facts {
        catalog.adopt(facts);
    }
    let patient = texts
        .iter()
        .any(|text| text.runs() && !text.is_reference() && text.limits_locks());
    let mut waiting = Waiting::default();
    for text in texts
        .iter()
        .filter(|text| text.runs() && !text.is_reference())
    {
        let pieces = text.sql();
        let mut session = Session::default();
        let mut first = 0;
        for (ix, piece) in pieces.iter().enumerate() {
            // What the plan makes itself nobody else uses before it is through.
            let judged = ddl::judge(piece.text, &mut catalog);
            let unit = Unit {
                sql: piece.text,
                wrap: piece.wrap,
                backwards: matches!(text.passage.home, Home::Tier(_)) || text.passage.undo,
                facts,
            };
            let mut say = |remark: Remark, piece: &Sql<'_>| {
                let place = piece.place(remark.range);
                let (severity, code) = (remark.severity, remark.code);
                out.push(text.finding(severity, code, place, remark.message, remark.hint));
            };
            for remark in session.remarks(&judged, unit) {
                say(remark, piece);
            }
            if !piece.goes_on {
                let ended = std::mem::take(&mut session).end();
                if let Some((text, remark)) = ended.filter(|_| !piece.unseen) {
                    say(remark, &pieces[first + text]);
                }
                first = ix + 1;
            }
            if !patient {
                waiting.add(text, piece, &judged);
            }
        }
    }
    out.extend(waiting.told());
}

/// Statements that wait for a lock without an end.
#[derive(Default)]
struct Waiting {
    first: Option<Problem>,
    others: usize,
}

impl Waiting {
    /// Those among the statements of `piece`, which were judged to be `judged`.
    fn add(&mut self, text: &Text<'_>, piece: &Sql<'_>, judged: &[Judged]) {
        for judged in judged {
            let Some(part) = judged.parts.iter().find(|part| waits(part, piece.text)) else {
                continue;
            };
            if self.first.is_some() {
                self.others += 1;
                continue;
            }
            self.first = Some(text.finding(
                Severity::Note,
                "no-lock-timeout",
                piece.place(part.range.clone()),
                "while this waits for its lock, everybody who comes later waits behind it",
                "give the step `lock_timeout = \"2s\"`, or `SET lock_timeout` first, and try again when it fails",
            ));
        }
    }

    /// What there is to say about them.
    fn told(self) -> Option<Problem> {
        let mut problem = self.first?;
        let more = match self.others {
            0 => String::new(),
            1 => "; so does a statement below".to_owned(),
            n => format!("; so do {n} statements below"),
        };
        problem.message.push_str(&more);
        Some(problem)
    }
}

/// Whether `part` of the statements `sql` waits for a lock that nobody can work beside.
fn waits(part: &Part, sql: &str) -> bool {
    let strong = |touch: &ddl::Touch| touch.lock == LockMode::AccessExclusive && !touch.fresh;
    let text = sql.get(part.range.clone()).unwrap_or_default();
    let impatient =
        part.form == Form::LockTable && text.trim_end().to_lowercase().ends_with("nowait");
    !impatient && part.touches.iter().any(strong)
}
