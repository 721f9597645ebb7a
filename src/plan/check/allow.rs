//! Problems that an author knows and accepts, with a reason. What is allowed is not forgotten: it is
//! kept beside the problems, with the reason.

use super::codes;
use crate::plan::draft::{Allow, Draft, StepSpec};
use crate::plan::origin::Origin;
use crate::plan::problem::{Problem, Severity, nearest};
use crate::plan::source::Span;
use crate::plan::work::Work;

/// A problem that is allowed, and why.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The problem.
    pub problem: Problem,
    /// Why its author accepts it.
    pub reason: String,
}

/// What may be allowed where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allows(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    allow: Allow,
    /// Where it holds; none: everywhere.
    within: Option<Vec<Reach>>,
    used: bool,
}

/// A stretch of the file.
#[derive(Clone, Debug)]
enum Reach {
    Span(Span),
    Text(Origin),
}

impl Allows {
    /// What `draft` allows.
    pub(super) fn of(draft: &Draft) -> Self {
        let plan = draft.allows.iter().map(|allow| Rule {
            allow: allow.clone(),
            within: allow.scope.map(|scope| vec![Reach::Span(scope)]),
            used: false,
        });
        let phases = draft.phases.iter().flat_map(|phase| &phase.steps);
        let steps = phases.chain(draft.tiers.iter().flat_map(|tier| &tier.steps));
        let own = steps.flat_map(|step| {
            step.allows.iter().map(|allow| Rule {
                allow: allow.clone(),
                within: Some(reaches(step)),
                used: false,
            })
        });
        Allows(plan.chain(own).collect())
    }

    /// Everything that is accepted.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Allow> {
        self.0.iter().map(|rule| &rule.allow)
    }

    /// Takes out of `problems` what is allowed. Errors can't be: with them there is no plan.
    pub(crate) fn take(&mut self, problems: &mut Vec<Problem>) -> Vec<Allowed> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut allowed = Vec::new();
        problems.retain(|problem| match self.rule(problem) {
            Some(rule) => {
                rule.used = true;
                allowed.push(Allowed {
                    problem: problem.clone(),
                    reason: rule.allow.reason.clone(),
                });
                false
            }
            None => true,
        });
        allowed
    }

    fn rule(&mut self, problem: &Problem) -> Option<&mut Rule> {
        if problem.severity == Severity::Error {
            return None;
        }
        let here = problem.file.is_none();
        self.0.iter_mut().find(|rule| {
            let holds = match &rule.within {
                None => true,
                Some(reaches) => {
                    here && reaches.iter().any(|reach| reach.covers(problem.span.start))
                }
            };
            rule.allow.code == problem.code && holds
        })
    }

    /// What allows something that nobody has found.
    pub(crate) fn unused(&self) -> Vec<Problem> {
        let idle = self.0.iter().filter(|rule| !rule.used);
        idle.map(|rule| {
            let code = &rule.allow.code;
            let known: Vec<&str> = codes().collect();
            let message = format!("nothing is found here that is called `{code}`");
            let problem = Problem::note("unused-allow", rule.allow.span, message);
            match nearest(code, known.iter().copied()) {
                Some(near) if near != code => problem.hint(format!("did you mean `{near}`?")),
                _ => problem.hint("take it out: what it allowed is gone"),
            }
        })
        .collect()
    }
}

impl Reach {
    fn covers(&self, at: usize) -> bool {
        match self {
            Reach::Span(span) => (span.start..span.end.max(span.start + 1)).contains(&at),
            Reach::Text(origin) => origin.covers(at),
        }
    }
}

/// Where a step stands: its title, and the texts of what it does.
fn reaches(step: &StepSpec) -> Vec<Reach> {
    let works = std::iter::once(&step.work)
        .chain(step.alternatives.iter().map(|way| &way.work))
        .chain(step.undo.iter().map(|undo| &undo.work));
    let texts = works.filter_map(|work| match work {
        Work::Shell(shell) => Some(Reach::Text(shell.origin.clone())),
        Work::Sql(sql) => Some(Reach::Text(sql.origin.clone())),
        Work::Check(_) | Work::Http(_) | Work::Wait(_) | Work::Snapshot(_) => None,
    });
    std::iter::once(Reach::Span(step.span))
        .chain(texts)
        .collect()
}
