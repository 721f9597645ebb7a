//! From a [`Draft`] to a [`Plan`]: names are given out, references followed, and everything that
//! would surprise an operator in the middle of a run is said before it starts.

mod advice;
mod names;
mod references;
mod safety;

use super::digest::sha256;
use super::draft::Draft;
use super::ledger::Element;
use super::model::{Format, Plan};
use super::problem::{Problem, Severity};
use super::source::{Source, Span};

/// Checks `draft`. There is a plan only if none of the problems is an error.
pub(super) fn check(
    mut draft: Draft,
    source: &Source,
    bytes: &[u8],
    format: Format,
    mut problems: Vec<Problem>,
) -> (Option<Plan>, Vec<Problem>) {
    if let Some(at) = source.damaged_at() {
        problems.push(
            Problem::warning(
                "encoding",
                Span::at(at),
                "the file is not valid text from here on",
            )
            .hint("save it as UTF-8; characters that could not be read are shown as \u{FFFD}"),
        );
    }
    if format == Format::Markdown {
        references::adopt_main_database(&mut draft);
    }
    references::check(&draft, source, format, &mut problems);
    if !has_errors(&problems) {
        advice::check(&draft, format, &mut problems);
    }
    safety::check(&draft, source, &mut problems);
    let named = names::give(&mut draft, &mut problems);
    // A step that could not be read is a step.
    let unread = source.text().contains("phase") && has_errors(&problems);
    if named.steps.is_empty() && draft.ledger.count(Element::TaskItem) == 0 && !unread {
        problems.push(nothing_to_do(format));
    }
    problems.sort_by_key(|problem| (problem.span.start, std::cmp::Reverse(problem.severity)));
    problems.dedup();
    if has_errors(&problems) {
        return (None, problems);
    }
    let plan = Plan {
        title: draft.title.map(|title| title.value).unwrap_or_default(),
        environment: draft.environment,
        format,
        digest: sha256(bytes),
        shell: draft.shell.unwrap_or_default(),
        vars: draft.vars,
        databases: draft.databases,
        steps: named.steps,
        phases: named.phases,
        tiers: named.tiers,
        probes: draft.probes,
        alerts: draft.alerts,
        contacts: draft.contacts,
        signoffs: draft.signoffs,
        notes: draft.notes,
        ledger: draft.ledger,
        by_id: named.by_id,
    };
    (Some(plan), problems)
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|p| p.severity == Severity::Error)
}

/// A plan without a step can still be looked at when it is prose; a typed one is a mistake.
fn nothing_to_do(format: Format) -> Problem {
    match format {
        Format::Toml => Problem::error("no-steps", Span::at(0), "the plan has no steps")
            .hint("add a `[[phase]]` with a `[[phase.step]]`"),
        Format::Markdown => Problem::warning(
            "no-steps",
            Span::at(0),
            "nothing to do was found in this file",
        )
        .hint("steps are task items (`- [ ]`) and shell or SQL blocks under headings"),
    }
}
