//! Conditions must make sense, and ask about what is there.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::references::all_steps;
use crate::plan::condition::{Condition, Fact};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::metric;
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::{Source, Span};

/// Finds what is wrong with the conditions of phases and steps.
pub(super) fn check(draft: &Draft, source: &Source, problems: &mut Vec<Problem>) {
    let mut check = Check {
        draft,
        source,
        problems,
        before: BTreeSet::new(),
        own: None,
        ids: OnceCell::new(),
        variables: OnceCell::new(),
    };
    for phase in &draft.phases {
        if let Some(when) = &phase.when {
            check.condition(when);
            if phase.choice.is_some() {
                let all = check.span(when, 0..when.text.len());
                let message = "a phase that is one of several to choose from has no condition";
                check.problems.push(
                    Problem::error("condition-and-choice", all, message)
                        .hint("people choose; put the condition on the steps"),
                );
            }
        }
        check.steps(&phase.steps);
    }
    for tier in &draft.tiers {
        check.steps(&tier.steps);
    }
}

struct Check<'a> {
    draft: &'a Draft,
    source: &'a Source,
    problems: &'a mut Vec<Problem>,
    /// The ids of the steps so far.
    before: BTreeSet<&'a str>,
    /// The id of the step whose condition is looked at.
    own: Option<&'a str>,
    /// The ids of all steps, and the names of all variables, once somebody asks.
    ids: OnceCell<BTreeSet<&'a str>>,
    variables: OnceCell<BTreeSet<&'a str>>,
}

impl<'a> Check<'a> {
    fn steps(&mut self, steps: &'a [Box<StepSpec>]) {
        for step in steps {
            self.own = step.id.as_ref().map(|id| id.value.as_str());
            if let Some(when) = &step.when {
                self.condition(when);
            }
            self.own = None;
            if let Some(id) = &step.id {
                self.before.insert(&id.value);
            }
        }
    }

    fn span(&self, condition: &Condition, range: Range<usize>) -> Span {
        condition.origin.span(&condition.text, range, self.source)
    }

    fn condition(&mut self, condition: &Condition) {
        if let Some(bad) = condition.problem() {
            let span = self.span(condition, bad.range.clone());
            // Of what a thing may be compared with nobody can speak where there is no such thing.
            let asked = bad.asked.as_deref().unwrap_or_default();
            if let Some((code, message, hint)) = self.nowhere(asked) {
                self.problems
                    .push(Problem::error(code, span, message).hint(hint));
                return;
            }
            self.problems.push(
                Problem::error("bad-condition", span, bad.why.clone())
                    .hint("such as `release == 'v2' and main.size < 40 GB`"),
            );
            return;
        }
        for (fact, range) in condition.facts() {
            if let Some((code, message, hint)) = self.unknown(fact) {
                let span = self.span(condition, range);
                let problem = Problem::error(code, span, message);
                self.problems.push(problem.hint(hint));
            }
        }
        for (name, text, range) in condition.wanted_texts() {
            let var = self.draft.vars.iter().find(|var| var.name == name);
            let choices = var.map_or(&[][..], |var| &var.choices);
            if choices.is_empty() || choices.iter().any(|choice| choice == text) {
                continue;
            }
            let message = format!("`{name}` is never `{text}`");
            let problem = Problem::error("bad-condition", self.span(condition, range), message);
            let known = || choices.iter().map(String::as_str);
            let hint = nearest(text, known()).map_or_else(
                || format!("it is one of {}", choices.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.problems.push(problem.hint(hint));
        }
    }

    /// What is wrong with asking about `name`, where it is one of two parts and nothing is called as
    /// the first.
    fn nowhere(&self, name: &str) -> Option<(&'static str, String, String)> {
        let (source, what) = name.split_once('.')?;
        let probe = self.draft.probes.iter().any(|probe| probe.name == source);
        let database = self.draft.databases.iter().any(|d| d.name == source);
        let ours = matches!(source, "step" | "vars" | "var");
        if probe || database || ours || source.is_empty() || what.is_empty() {
            return None;
        }
        let mut steps = all_steps(self.draft).filter_map(|step| step.id.as_ref());
        let hint = if steps.any(|id| id.value == source) {
            format!("of a step one asks `step.{source} == passed`")
        } else {
            "a fact begins with `step`, or with the name of a database or a probe".to_owned()
        };
        let message = format!("no database and no probe is called `{source}`");
        Some(("unknown-metric", message, hint))
    }

    /// What is wrong with asking about `fact`: code, message, hint.
    fn unknown(&self, fact: &Fact) -> Option<(&'static str, String, String)> {
        match fact {
            Fact::Variable(name) => self.variable(name),
            Fact::Step(id) => self.step(id),
            Fact::Metric(metric) => self.metric(metric),
            _ => self.database(fact.source().unwrap_or_default()),
        }
    }

    fn variable(&self, name: &str) -> Option<(&'static str, String, String)> {
        let var = self.draft.vars.iter().find(|var| var.name == name);
        if var.is_some_and(|var| var.secret) {
            return Some((
                "secret-in-condition",
                format!("`{name}` is secret, and what is decided by it would tell of it"),
                "take another variable that says what is to be done".to_owned(),
            ));
        }
        let known = self.variables.get_or_init(|| {
            let captured = all_steps(self.draft).flat_map(StepSpec::captures);
            let captured = captured.map(|capture| capture.name.as_str());
            let given = self.draft.vars.iter().map(|var| var.name.as_str());
            given.chain(captured).collect()
        });
        let hint = || {
            nearest(name, known.iter().copied()).map_or_else(
                || format!("text stands in quotes: `'{name}'`"),
                |near| format!("did you mean `{near}`?"),
            )
        };
        (!known.contains(name)).then(|| {
            (
                "unknown-variable",
                format!("there is no variable `{name}`"),
                hint(),
            )
        })
    }

    /// What a step will be can be asked only of those before.
    fn step(&self, id: &str) -> Option<(&'static str, String, String)> {
        if self.before.contains(id) {
            return None;
        }
        let ids = self.ids.get_or_init(|| {
            let ids = all_steps(self.draft).filter_map(|step| step.id.as_ref());
            ids.map(|id| id.value.as_str()).collect()
        });
        if self.own == Some(id) {
            let message = format!("`{id}` is this step itself: nothing of it is known yet");
            let hint = "ask about a step that stands before".to_owned();
            return Some(("condition-on-later-step", message, hint));
        }
        if ids.contains(id) {
            let message =
                format!("`{id}` comes later: nothing of it is known when this is decided");
            let hint = "ask about a step that stands before".to_owned();
            return Some(("condition-on-later-step", message, hint));
        }
        let near = nearest(id, self.before.iter().copied());
        let hint = near.map_or_else(
            || {
                format!(
                    "give that step an id: `id = \"{id}\"`; in a runbook a name, `{{ name={id} }}`"
                )
            },
            |near| format!("did you mean `{near}`?"),
        );
        Some(("unknown-step", format!("no step has the id `{id}`"), hint))
    }

    fn database(&self, name: &str) -> Option<(&'static str, String, String)> {
        let known = || {
            self.draft
                .databases
                .iter()
                .map(|database| database.name.as_str())
        };
        if known().any(|known| known == name) {
            return None;
        }
        let hint = nearest(name, known()).map_or_else(
            || format!("add `[databases.{name}]`"),
            |near| format!("did you mean `{near}`?"),
        );
        Some((
            "unknown-database",
            format!("there is no database `{name}`"),
            hint,
        ))
    }

    fn metric(&self, name: &str) -> Option<(&'static str, String, String)> {
        let (source, what) = metric::parts(name);
        let probe = self.draft.probes.iter().any(|probe| probe.name == source);
        let database = self.draft.databases.iter().any(|d| d.name == source);
        let known = match (probe, database) {
            (true, _) => metric::OF_PROBES,
            (false, true) => metric::OF_DATABASES,
            (false, false) => {
                let hint = "a fact begins with `step`, or with the name of a database or a probe";
                return Some((
                    "unknown-metric",
                    format!("nothing measures `{name}`"),
                    hint.to_owned(),
                ));
            }
        };
        let names = || known.iter().map(|(name, _)| *name);
        if names().any(|known| known == what) {
            return None;
        }
        let hint = nearest(what, names()).map_or_else(
            || format!("it is one of {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{source}.{near}`?"),
        );
        Some(("unknown-metric", format!("nothing measures `{name}`"), hint))
    }
}
