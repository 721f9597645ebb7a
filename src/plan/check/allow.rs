//! Problems that an author knows and accepts, with a reason. What is allowed is not forgotten: it is
//! kept beside the problems, with the reason.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::codes;
use crate::plan::draft::{Allow, Draft, StepSpec};
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
pub(crate) struct Allows {
    rules: Vec<Rule>,
    by_code: HashMap<String, Holders>,
}

#[derive(Clone, Debug)]
struct Rule {
    allow: Allow,
    /// The stretches of the file where it holds; none: everywhere.
    within: Option<Vec<Range<usize>>>,
    used: bool,
}

impl Allows {
    /// What `draft` allows.
    pub(super) fn of(draft: &Draft) -> Self {
        let plan = draft.allows.iter().map(|allow| Rule {
            allow: allow.clone(),
            within: allow.scope.map(|scope| vec![reach(scope)]),
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
        let rules: Vec<Rule> = plan.chain(own).collect();
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (ix, rule) in rules.iter().enumerate() {
            named.entry(&rule.allow.code).or_default().push(ix);
        }
        let holders = |(code, named): (&str, Vec<usize>)| {
            let holders = Holders::of(&rules, &named);
            (code.to_owned(), holders)
        };
        Allows {
            by_code: named.into_iter().map(holders).collect(),
            rules,
        }
    }

    /// Everything that is accepted.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Allow> {
        self.rules.iter().map(|rule| &rule.allow)
    }

    /// Takes out of `problems` what is allowed. Errors can't be: with them there is no plan.
    pub(crate) fn take(&mut self, problems: &mut Vec<Problem>) -> Vec<Allowed> {
        if self.rules.is_empty() {
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
        let holders = self.by_code.get(problem.code)?;
        let ix = match problem.file {
            None => holders.at(problem.span.start),
            Some(_) => holders.everywhere,
        };
        self.rules.get_mut(ix?)
    }

    /// What allows something that nobody has found.
    pub(crate) fn unused(&self) -> Vec<Problem> {
        let known: Vec<&str> = codes().collect();
        let mut meant: HashMap<&str, Option<&str>> = HashMap::new();
        let idle = self.rules.iter().filter(|rule| !rule.used);
        idle.map(|rule| {
            let code = rule.allow.code.as_str();
            let message = if known.contains(&code) {
                format!("nothing is found here that is called `{code}`")
            } else {
                format!("there is no problem that is called `{code}`")
            };
            let problem = Problem::note("unused-allow", rule.allow.span, message);
            let near = meant
                .entry(code)
                .or_insert_with(|| nearest(code, known.iter().copied()));
            match near {
                Some(near) if *near != code => problem.hint(format!("did you mean `{near}`?")),
                Some(_) => problem.hint("take it out: what it allowed is gone"),
                None => problem.hint("take it out: it allows nothing"),
            }
        })
        .collect()
    }
}

/// Which rule for a code holds where, the first of several: a file may have any number of rules, and
/// of problems as well.
#[derive(Clone, Debug, Default)]
struct Holders {
    /// The first that holds everywhere.
    everywhere: Option<usize>,
    /// From which byte on which one holds.
    from: Vec<(usize, Option<usize>)>,
}

impl Holders {
    /// What the rules `named`, all for one code, hold.
    fn of(rules: &[Rule], named: &[usize]) -> Self {
        let mut reaches: Vec<(Range<usize>, usize)> = Vec::new();
        for &ix in named {
            match &rules[ix].within {
                None => reaches.push((0..usize::MAX, ix)),
                Some(within) => reaches.extend(within.iter().map(|reach| (reach.clone(), ix))),
            }
        }
        reaches.sort_by_key(|(reach, _)| reach.start);
        let ends = reaches
            .iter()
            .flat_map(|(reach, _)| [reach.start, reach.end]);
        let mut borders: Vec<usize> = ends.collect();
        borders.sort_unstable();
        borders.dedup();
        let mut coming = reaches.into_iter().peekable();
        let mut open = BinaryHeap::new();
        let mut from = Vec::with_capacity(borders.len());
        for border in borders {
            while let Some((reach, ix)) = coming.next_if(|(reach, _)| reach.start == border) {
                open.push(Reverse((ix, reach.end)));
            }
            while open.peek().is_some_and(|Reverse((_, end))| *end <= border) {
                open.pop();
            }
            from.push((border, open.peek().map(|Reverse((ix, _))| *ix)));
        }
        let everywhere = |ix: &&usize| rules[**ix].within.is_none();
        Holders {
            everywhere: named.iter().find(everywhere).copied(),
            from,
        }
    }

    /// The rule that holds at the byte `at`.
    fn at(&self, at: usize) -> Option<usize> {
        let next = self.from.partition_point(|(from, _)| *from <= at);
        self.from[..next].last()?.1
    }
}

/// The bytes of `span`; an empty one is about the byte it stands before.
fn reach(span: Span) -> Range<usize> {
    span.start..span.end.max(span.start + 1)
}

/// Where a step stands: its title, and the texts of what it does.
pub(in crate::plan) fn reaches(step: &StepSpec) -> Vec<Range<usize>> {
    let works = std::iter::once(&step.work)
        .chain(step.alternatives.iter().map(|way| &way.work))
        .chain(step.undo.iter().map(|undo| &undo.work));
    let texts = works.filter_map(|work| match work {
        Work::Shell(shell) => shell.origin.whole(),
        Work::Sql(sql) => sql.origin.whole(),
        Work::Check(_) | Work::Http(_) | Work::Wait(_) | Work::Snapshot(_) => None,
    });
    let texts = texts.map(|span| span.start..span.end);
    std::iter::once(reach(step.span)).chain(texts).collect()
}
