//! Conditions: whether a step or a phase is done at all, said in the plan and decided when its turn
//! comes.
//!
//! ```text
//!  when = "main.size > 40 GB and not step.backup == passed"
//!  text ─► read (words, then a tree of known sorts) ─► Condition ─► weigh (values) ─► yes, no, unknown
//! ```
//!
//! What can be asked about: variables (`release == 'v17'`), steps (`step.backup == passed`), databases
//! (`main.version >= 14`, `main.size > 1 GB`, `main.table.orders`, `main.rows.orders > 0`,
//! `main.replica`) and what is measured (`api.latency_p95 < 300`). What is not known makes neither yes
//! nor no of the whole, unless the rest decides.

mod fact;
mod lexer;
mod read;
mod weigh;

use std::ops::Range;

pub use fact::{Fact, Sort, Status};
pub use weigh::{Seen, Weighed};

use super::origin::Origin;

/// A condition of a step or a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it is written.
    pub text: String,
    /// Where it stands in the plan's file.
    pub origin: Origin,
    /// In a checked plan it makes sense.
    root: Result<Node, BadCondition>,
}

/// What does not make sense in a condition, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCondition {
    /// The bytes.
    pub range: Range<usize>,
    /// Why.
    pub why: String,
    /// What is asked about, where that does not fit what is said of it.
    pub asked: Option<String>,
}

impl BadCondition {
    fn new(range: Range<usize>, why: impl Into<String>) -> Self {
        let (why, asked) = (why.into(), None);
        BadCondition { range, why, asked }
    }

    /// The same of `fact`, which does not fit what is said of it.
    fn of(range: Range<usize>, fact: &Fact, why: impl Into<String>) -> Self {
        BadCondition {
            asked: Some(fact.to_string()),
            ..BadCondition::new(range, why)
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    /// A fact that is true or not.
    Is(Placed),
    Compare(Placed, Relation, Side),
}

/// A fact and where it is asked for.
#[derive(Clone, Debug, PartialEq)]
struct Placed {
    fact: Fact,
    range: Range<usize>,
}

/// What a fact is compared with.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    Fact(Placed),
    Text(String),
    /// In the unit of the fact, and as it is written.
    Number(f64, String),
    Truth(bool),
    Status(Status),
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    fn orders(self) -> bool {
        !matches!(self, Relation::Equal | Relation::Unequal)
    }

    /// The same with the sides exchanged.
    fn turned(self) -> Self {
        match self {
            Relation::Less => Relation::More,
            Relation::AtMost => Relation::AtLeast,
            Relation::More => Relation::Less,
            Relation::AtLeast => Relation::AtMost,
            same => same,
        }
    }

    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Unequal => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::AtMost => order.is_le(),
            Relation::More => order.is_gt(),
            Relation::AtLeast => order.is_ge(),
        }
    }
}

impl Condition {
    /// Reads a condition that stands at `origin`.
    pub fn new(text: impl Into<String>, origin: Origin) -> Self {
        let text = text.into();
        Condition {
            root: read::read(&text),
            text,
            origin,
        }
    }

    /// What does not make sense in it.
    pub fn problem(&self) -> Option<&BadCondition> {
        self.root.as_ref().err()
    }

    /// Gives variables and steps the names that they have in the plan; none: the same.
    pub(super) fn rename(&mut self, variable: NewName<'_>, step: NewName<'_>) {
        if let Ok(root) = &mut self.root {
            rename(root, variable, step);
        }
    }

    /// The variables that it asks about.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let facts = self.facts().into_iter();
        facts.filter_map(|(fact, _)| match fact {
            Fact::Variable(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The variables that it holds against a text, the texts, and where the variables stand.
    pub fn wanted_texts(&self) -> Vec<(&str, &str, Range<usize>)> {
        let mut all = Vec::new();
        if let Ok(root) = &self.root {
            texts(root, &mut all);
        }
        all
    }

    /// Everything that it asks about and where, in the order of the text.
    pub fn facts(&self) -> Vec<(&Fact, Range<usize>)> {
        let mut all = Vec::new();
        if let Ok(root) = &self.root {
            collect(root, &mut all);
        }
        all.sort_by_key(|(_, range)| range.start);
        all
    }
}

type NewName<'f> = &'f dyn Fn(&str) -> Option<String>;

fn rename(node: &mut Node, variable: NewName<'_>, step: NewName<'_>) {
    let one = |placed: &mut Placed| match &mut placed.fact {
        Fact::Variable(name) => variable(name).into_iter().for_each(|new| *name = new),
        Fact::Step(id) => step(id).into_iter().for_each(|new| *id = new),
        _ => {}
    };
    match node {
        Node::Is(placed) => one(placed),
        Node::Compare(left, _, right) => {
            one(left);
            if let Side::Fact(right) = right {
                one(right);
            }
        }
        Node::Any(nodes) | Node::All(nodes) => {
            for node in nodes {
                rename(node, variable, step);
            }
        }
        Node::Not(node) => rename(node, variable, step),
    }
}

fn collect<'n>(node: &'n Node, into: &mut Vec<(&'n Fact, Range<usize>)>) {
    let mut add = |placed: &'n Placed| into.push((&placed.fact, placed.range.clone()));
    match node {
        Node::Is(placed) => add(placed),
        Node::Compare(left, _, right) => {
            add(left);
            if let Side::Fact(right) = right {
                add(right);
            }
        }
        Node::Any(nodes) | Node::All(nodes) => {
            for node in nodes {
                collect(node, into);
            }
        }
        Node::Not(node) => collect(node, into),
    }
}

fn texts<'n>(node: &'n Node, into: &mut Vec<(&'n str, &'n str, Range<usize>)>) {
    match node {
        Node::Compare(left, relation, Side::Text(text)) if !relation.orders() => {
            if let Fact::Variable(name) = &left.fact {
                into.push((name, text, left.range.clone()));
            }
        }
        Node::Is(_) | Node::Compare(..) => {}
        Node::Any(nodes) | Node::All(nodes) => nodes.iter().for_each(|node| texts(node, into)),
        Node::Not(node) => texts(node, into),
    }
}

#[cfg(test)]
mod tests;
