//! Whether a condition holds, by what is known.

use std::cmp::Ordering;

use super::{Condition, Fact, Node, Relation, Side, Sort};

/// What became of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Whether it holds; none: what is known does not tell.
    pub holds: Option<bool>,
    /// What it asks about, each once, in the order of the text.
    pub seen: Vec<Seen>,
}

/// A fact and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The fact, as conditions call it.
    pub fact: String,
    /// Its value, or why there is none.
    pub value: Result<String, String>,
    /// Whether the value is a number of bytes.
    is_size: bool,
}

impl Weighed {
    /// What is known, in words: `main.size is 12 GB, step.backup is passed`.
    pub fn words(&self) -> String {
        let words = self.seen.iter().map(|seen| match &seen.value {
            Ok(value) if seen.is_size => format!("{} is {}", seen.fact, size(value)),
            Ok(value) if value.is_empty() => format!("{} is empty", seen.fact),
            Ok(value) => format!("{} is {value}", seen.fact),
            Err(why) => format!("{} is not known: {why}", seen.fact),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A number of bytes with a unit.
fn size(bytes: &str) -> String {
    let Ok(bytes) = bytes.parse::<u64>() else {
        return bytes.to_owned();
    };
    let units = [("GB", 1_u64 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    let unit = units.into_iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(name, unit)| format!("{:.1} {name}", bytes as f64 / unit as f64),
    )
}

impl Condition {
    /// Weighs it by what `known` tells of each fact: a value as text, or why there is none.
    pub fn weigh(&self, known: &dyn Fn(&Fact) -> Result<String, String>) -> Weighed {
        let mut seen: Vec<Seen> = Vec::new();
        for (fact, _) in self.facts() {
            let name = fact.to_string();
            if !seen.iter().any(|seen| seen.fact == name) {
                seen.push(Seen {
                    value: known(fact),
                    is_size: matches!(fact, Fact::Size(_)),
                    fact: name,
                });
            }
        }
        let value = |fact: &Fact| {
            let name = fact.to_string();
            let found = seen.iter().find(|seen| seen.fact == name);
            found.and_then(|seen| seen.value.clone().ok())
        };
        Weighed {
            holds: self.root.as_ref().ok().and_then(|root| holds(root, &value)),
            seen,
        }
    }
}

/// Three answers: what is not known decides nothing, and leaves it to the rest to decide.
fn holds(node: &Node, value: &dyn Fn(&Fact) -> Option<String>) -> Option<bool> {
    match node {
        Node::Any(nodes) => decided_by(true, nodes, value),
        Node::All(nodes) => decided_by(false, nodes, value),
        Node::Not(node) => holds(node, value).map(|holds| !holds),
        Node::Is(placed) => truth(&value(&placed.fact)?),
        Node::Compare(left, relation, right) => compare(
            &value(&left.fact)?,
            left.fact.sort(),
            *relation,
            right,
            value,
        ),
    }
}

fn decided_by(
    decisive: bool,
    nodes: &[Node],
    value: &dyn Fn(&Fact) -> Option<String>,
) -> Option<bool> {
    let answers: Vec<Option<bool>> = nodes.iter().map(|node| holds(node, value)).collect();
    if answers.contains(&Some(decisive)) {
        Some(decisive)
    } else if answers.contains(&None) {
        None
    } else {
        Some(!decisive)
    }
}

/// Whether a text means yes or no; none: it means neither.
fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" | "" => Some(false),
        _ => None,
    }
}

fn compare(
    left: &str,
    sort: Sort,
    relation: Relation,
    right: &Side,
    value: &dyn Fn(&Fact) -> Option<String>,
) -> Option<bool> {
    let order = match right {
        Side::Truth(wanted) => truth(left)?.cmp(wanted),
        Side::Status(wanted) => left.cmp(wanted.word()),
        Side::Text(wanted) if sort == Sort::Version => versions(left, wanted)?,
        Side::Text(wanted) => left.cmp(wanted.as_str()),
        Side::Number(_, wanted) if sort == Sort::Version => versions(left, wanted)?,
        Side::Number(wanted, _) => number(left)?.partial_cmp(wanted)?,
        Side::Fact(other) => {
            let right = value(&other.fact)?;
            match (sort, number(left), number(&right)) {
                (Sort::Version, ..) => versions(left, &right)?,
                (_, Some(left), Some(right)) => left.partial_cmp(&right)?,
                _ if relation.orders() => return None,
                _ => left.cmp(right.as_str()),
            }
        }
    };
    Some(relation.holds(order))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// As many parts count as the shorter one has: `15.4` is 15, and more than 14.9.
fn versions(left: &str, right: &str) -> Option<Ordering> {
    let parts = |text: &str| -> Option<Vec<u32>> {
        text.split('.')
            .map(|part| part.trim().parse().ok())
            .collect()
    };
    let (left, right) = (parts(left)?, parts(right)?);
    let common = left.len().min(right.len());
    Some(left[..common].cmp(&right[..common]))
}
