//! The reader as a whole; its parts are tested beside their code.

mod back;
mod field;
mod guides;
mod headings;
mod hosts;
mod items;
mod kept;
pub(in crate::plan) mod nothing_lost;
mod numbered;
mod occasions;
mod people;
mod reading;
mod runbooks;
mod shapes;
mod unread;
mod ways;
mod withheld;

use crate::plan::{Opened, Plan, Step, open};

/// The plan of a runbook that is in order.
pub(super) fn plan(text: &str) -> Plan {
    let opened = opened(text);
    opened
        .plan
        .unwrap_or_else(|| panic!("{:#?}", opened.problems))
}

pub(super) fn opened(text: &str) -> Opened {
    open("runbook.md", text.as_bytes())
}

/// The problems, as code and line.
pub(in crate::plan::markdown) fn problems(text: &str) -> Vec<(&'static str, usize)> {
    let opened = opened(text);
    let at = |span: crate::plan::Span| opened.source.line(span.start);
    opened
        .problems
        .iter()
        .map(|p| (p.code, at(p.span)))
        .collect()
}

/// The steps of the phases and rollbacks, as kind and title.
pub(super) fn titles(plan: &Plan) -> Vec<(&'static str, &str)> {
    let of = |step: &'_ Step| step.spec.work.kind();
    plan.steps
        .iter()
        .map(|step| (of(step), step.spec.title.as_str()))
        .collect()
}
