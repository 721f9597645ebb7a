//! What the reading of a runbook remarked, in the plan that was made of it: `[[remark]]`, and
//! `remark = [{ … }]` of a step. It stays said until somebody has settled it and takes it out.

use super::table::Table;
use crate::plan::codes::READING;
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::Span;

/// Tells the remarks of `table`: of the step at `step`, or of what they say themselves.
pub(super) fn remarks(table: &Table<'_>, step: Option<Span>) {
    for remark in table.tables("remark") {
        let code = remark.required("code");
        let text = remark.required("text");
        if let (Some(code), Some(text)) = (code, text) {
            let known = READING.into_iter().find(|known| *known == code.value);
            remark.problem(match known {
                Some(known) => Problem::warning(known, step.unwrap_or(text.span), text.value)
                    .hint("the runbook was read so: settle it, and take its `remark` out"),
                None => unknown(&code.value, code.span),
            });
        }
        remark.finish();
    }
}

fn unknown(code: &str, span: Span) -> Problem {
    let message = format!("no reading of a runbook remarks `{code}`");
    let problem = Problem::error("bad-word", span, message);
    match nearest(code, READING) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("what a person should know stands in `details` or `[[notes]]`"),
    }
}
