//! Placeholders in what typed steps run: nothing runs with a hole in it by going on. What is put in their places is
//! said by a variable, or below `placeholders`.

use crate::plan::draft::{Allow, Draft, StepSpec};
use crate::plan::markdown;
use crate::plan::origin::Origin;
use crate::plan::problem::Problem;
use crate::plan::source::Source;
use crate::plan::work::Work;

const CODE: &str = "placeholder";
/// Programs whose language is the shell's.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Tells of the placeholders in the steps of `draft`, and makes each of these steps ask first.
pub(super) fn guard(draft: &mut Draft, source: &Source, problems: &mut Vec<Problem>) {
    let accepts = |allows: &[Allow]| allows.iter().any(|allow| allow.code == CODE);
    let all = accepts(&draft.allows);
    let phases = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let tiers = draft.tiers.iter_mut().flat_map(|tier| &mut tier.steps);
    for step in phases.chain(tiers) {
        let found = told(step, source, problems);
        let accepted = all || accepts(&step.allows);
        if let Some(hole) = found.filter(|_| !accepted && step.confirm.is_none()) {
            step.confirm = Some(format!(
                "In it stands `{hole}`, which seems to be filled in first. Is it to be run as it is?"
            ));
            step.danger = true;
        }
    }
}

/// The first placeholder of `step` for which it doesn't say what is put in its place; all are told.
fn told(step: &StepSpec, source: &Source, problems: &mut Vec<Problem>) -> Option<String> {
    let ways = step.alternatives.iter().map(|way| &way.work);
    let own = std::iter::once(&step.work).filter(|_| step.alternatives.is_empty());
    let undo = step.undo.iter().map(|undo| &undo.work);
    let mut first = in_environment(step, problems);
    for (text, origin, sql) in own.chain(ways).chain(undo).filter_map(script) {
        let holes = markdown::placeholders(text, sql);
        if holes.is_empty() {
            continue;
        }
        let origin = origin.read(text, source);
        for range in holes {
            let literal = &text[range.clone()];
            let filled = |hole: &crate::plan::draft::Hole| literal.contains(&hole.literal);
            if step.holes.iter().any(filled) {
                continue;
            }
            let name = name_of(literal);
            let message = format!("`{literal}` stands for something that has to be filled in");
            let span = origin.span(text, range, source);
            problems.push(Problem::warning(CODE, span, message).hint(format!(
                "write `{{{{{name}}}}}`, and `{name} = {{ prompt = \"…\" }}` below `[vars]`: it is asked for before the step runs"
            )));
            first.get_or_insert_with(|| literal.to_owned());
        }
    }
    first
}

/// The first placeholder among the values that the step puts into its environment; all are told.
fn in_environment(step: &StepSpec, problems: &mut Vec<Problem>) -> Option<String> {
    let mut first = None;
    for (name, value) in &step.env {
        for range in markdown::placeholders(value, false) {
            let literal = &value[range];
            if step
                .holes
                .iter()
                .any(|hole| literal.contains(&hole.literal))
            {
                continue;
            }
            let message =
                format!("`{literal}` in `{name}` stands for something that has to be filled in");
            let hint = "write a variable in its place, with a `prompt` below `[vars]`";
            problems.push(Problem::warning(CODE, step.span, message).hint(hint));
            first.get_or_insert_with(|| literal.to_owned());
        }
    }
    first
}

/// What a work runs, where it came from, and whether that is SQL.
fn script(work: &Work) -> Option<(&str, &Origin, bool)> {
    match work {
        Work::Shell(shell) => {
            let program = shell.interpreter.program.rsplit('/').next()?;
            let known = SHELLS.contains(&program);
            known.then_some((shell.script.as_str(), &shell.origin, false))
        }
        Work::Sql(sql) => Some((sql.text.as_str(), &sql.origin, true)),
        _ => None,
    }
}

/// A variable's name made of what a placeholder says.
fn name_of(literal: &str) -> String {
    let words = literal.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("_")
}
