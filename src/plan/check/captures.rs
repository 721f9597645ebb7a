//! Variables that a step takes from what it prints are known from then on, not before.

use std::collections::{BTreeMap, BTreeSet};

use super::references::{all_steps, works, written};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::model::Format;
use crate::plan::problem::Problem;
use crate::plan::source::Source;
use crate::plan::template;

/// Finds steps that use what only they themselves or later ones capture, and that nobody is asked for.
pub(super) fn check(draft: &Draft, source: &Source, format: Format, problems: &mut Vec<Problem>) {
    let mut later: BTreeMap<&str, &StepSpec> = BTreeMap::new();
    for step in all_steps(draft) {
        for capture in step.captures() {
            later.entry(&capture.name).or_insert(step);
        }
    }
    // What the plan declares, whoever starts a run can give.
    for var in &draft.vars {
        later.remove(var.name.as_str());
    }
    for step in all_steps(draft) {
        if later.is_empty() {
            return;
        }
        for name in used(step) {
            let Some(capturing) = later.get(name.as_str()) else {
                continue;
            };
            let message = if std::ptr::eq(*capturing, step) {
                format!("`{name}` is what this step itself captures: it is not known before")
            } else {
                format!(
                    "`{name}` is captured later, by \"{}\": it is not known here",
                    capturing.title
                )
            };
            let span = written(source, step.span, &format!("{{{{{name}"));
            // Braces in a runbook may be meant for another tool.
            let problem = match format {
                Format::Toml => Problem::error("captured-later", span, message),
                Format::Markdown => Problem::warning("captured-later", span, message),
            };
            problems.push(
                problem.hint("capture it before, or give the variable a `prompt` or a `default`"),
            );
        }
        for capture in step.captures() {
            later.remove(capture.name.as_str());
        }
    }
}

/// The variables that `step` needs before it runs; its undo runs later.
fn used(step: &StepSpec) -> BTreeSet<String> {
    let undo = step.undo.as_ref().map(|undo| &undo.work);
    let before = works(step).filter(|work| undo.is_none_or(|undo| !std::ptr::eq(undo, *work)));
    let mut names = BTreeSet::new();
    for work in before {
        for text in step.texts(work) {
            let found = template::names(&text, &step.holes);
            names.extend(found.into_iter().map(|name| step.variable(name).to_owned()));
        }
    }
    names
}
