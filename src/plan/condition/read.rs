//! From the words of a condition to a tree in which everything is of the sort that it must be.

use std::ops::Range;

use super::lexer::{Word, words};
use super::{BadCondition, Fact, Node, Placed, Relation, Side, Sort, Status};

/// How deep brackets may be nested: whoever walks the tree by recursion needs little stack.
const MAX_DEPTH: usize = 32;

type Read<T> = Result<T, BadCondition>;

/// Reads all of `text`.
pub(super) fn read(text: &str) -> Read<Node> {
    let mut reader = Reader {
        words: words(text)?,
        at: 0,
        depth: 0,
        end: text.len(),
    };
    let node = reader.any()?;
    match reader.words.get(reader.at) {
        None => Ok(node),
        Some((_, range)) => Err(BadCondition::new(
            range.clone(),
            "`and`, `or` or the end is expected here",
        )),
    }
}

struct Reader {
    words: Vec<(Word, Range<usize>)>,
    at: usize,
    depth: usize,
    end: usize,
}

/// One side of a comparison as it is read.
enum Operand {
    Fact(Placed),
    /// A value, and where it stands.
    Value(Side, Range<usize>),
}

impl Reader {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at).map(|(word, _)| word)
    }

    fn take(&mut self, wanted: &Word) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Read<Node> {
        self.row(&Word::Or, Self::all, Node::Any)
    }

    fn all(&mut self) -> Read<Node> {
        self.row(&Word::And, Self::one, Node::All)
    }

    fn row(
        &mut self,
        between: &Word,
        part: impl Fn(&mut Self) -> Read<Node>,
        together: impl Fn(Vec<Node>) -> Node,
    ) -> Read<Node> {
        let first = part(self)?;
        if self.peek() != Some(between) {
            return Ok(first);
        }
        let mut nodes = vec![first];
        while self.take(between) {
            nodes.push(part(self)?);
        }
        Ok(together(nodes))
    }

    fn one(&mut self) -> Read<Node> {
        self.depth += 1;
        let here = self.here();
        if self.depth > MAX_DEPTH {
            return Err(BadCondition::new(here, "it is nested too deep"));
        }
        let node = if self.take(&Word::Not) {
            Node::Not(Box::new(self.one()?))
        } else if self.take(&Word::Open) {
            let inside = self.any()?;
            if !self.take(&Word::Close) {
                return Err(BadCondition::new(here, "the bracket is not closed"));
            }
            inside
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn here(&self) -> Range<usize> {
        let next = self.words.get(self.at);
        next.map_or(self.end..self.end, |(_, range)| range.clone())
    }

    fn comparison(&mut self) -> Read<Node> {
        let left = self.operand()?;
        let Some(&Word::Relation(relation)) = self.peek() else {
            return truth(left);
        };
        let sign = self.here();
        self.at += 1;
        let right = self.operand()?;
        compare(left, relation, right, sign)
    }

    fn operand(&mut self) -> Read<Operand> {
        let range = self.here();
        let word = self.peek().cloned();
        self.at += 1;
        Ok(match word {
            Some(Word::Text(text)) => Operand::Value(Side::Text(text), range),
            Some(Word::Number(value, text)) => Operand::Value(Side::Number(value, text), range),
            Some(Word::Name(parts)) => match parts.as_slice() {
                [only] if matches!(only.as_str(), "true" | "yes") => {
                    Operand::Value(Side::Truth(true), range)
                }
                [only] if matches!(only.as_str(), "false" | "no") => {
                    Operand::Value(Side::Truth(false), range)
                }
                _ => Operand::Fact(placed(&parts, range)?),
            },
            _ => {
                return Err(BadCondition::new(
                    range,
                    "a name or a value is expected here",
                ));
            }
        })
    }
}

fn placed(parts: &[String], range: Range<usize>) -> Read<Placed> {
    let Some(fact) = Fact::named(parts) else {
        let why = "this is not the name of anything: `main.table.NAME`, `main.rows.NAME`";
        return Err(BadCondition::new(range, why));
    };
    Ok(Placed { fact, range })
}

/// A side without another one must be so or not so by itself.
fn truth(operand: Operand) -> Read<Node> {
    match operand {
        Operand::Fact(placed) if matches!(placed.fact.sort(), Sort::Truth | Sort::Text) => {
            Ok(Node::Is(placed))
        }
        Operand::Fact(placed) => Err(BadCondition::of(
            placed.range,
            &placed.fact,
            format!(
                "`{}` is {}: compare it with something",
                placed.fact,
                placed.fact.sort().words()
            ),
        )),
        Operand::Value(_, range) => Err(BadCondition::new(range, "a value alone says nothing")),
    }
}

fn compare(left: Operand, relation: Relation, right: Operand, sign: Range<usize>) -> Read<Node> {
    let (left, relation, right) = match (left, right) {
        (Operand::Fact(left), right) => (left, relation, right),
        (value, Operand::Fact(right)) => (right, relation.turned(), value),
        (Operand::Value(_, range), Operand::Value(..)) => {
            let why = "two values are compared: the result is always the same";
            return Err(BadCondition::new(range, why));
        }
    };
    let (right, range) = match right {
        // A step's status is written without quotes.
        Operand::Fact(other) => match (&left.fact, &other.fact) {
            (Fact::Step(_), Fact::Variable(word)) => (status(word, &other.range)?, other.range),
            (Fact::Variable(word), Fact::Step(_)) => {
                let side = status(word, &left.range)?;
                return comparable(other, relation, side, left.range, sign);
            }
            _ => {
                let range = other.range.clone();
                (Side::Fact(other), range)
            }
        },
        Operand::Value(Side::Text(word), range) if matches!(left.fact, Fact::Step(_)) => {
            (status(&word, &range)?, range)
        }
        Operand::Value(side, range) => (side, range),
    };
    comparable(left, relation, right, range, sign)
}

fn status(word: &str, range: &Range<usize>) -> Read<Side> {
    Status::parse(word).map(Side::Status).ok_or_else(|| {
        let why = format!("`{word}` is not a status: {}", Status::words());
        BadCondition::new(range.clone(), why)
    })
}

/// Both sides must be of one sort, and order only what has one.
fn comparable(
    left: Placed,
    relation: Relation,
    right: Side,
    range: Range<usize>,
    sign: Range<usize>,
) -> Read<Node> {
    let sort = left.fact.sort();
    let fits = match (&right, sort) {
        (Side::Fact(other), _) => {
            let other = other.fact.sort();
            other == sort
                || matches!(
                    (sort, other),
                    (Sort::Text, Sort::Number) | (Sort::Number, Sort::Text)
                )
        }
        (Side::Number(value, _), Sort::Number | Sort::Text) => value.is_finite(),
        (Side::Number(..), Sort::Version)
        | (Side::Text(_), Sort::Text | Sort::Version)
        | (Side::Truth(_), Sort::Truth | Sort::Text)
        | (Side::Status(_), Sort::Status) => true,
        _ => false,
    };
    if !fits {
        let why = format!(
            "`{}` is {}, and is compared with something else",
            left.fact,
            sort.words()
        );
        return Err(BadCondition::of(range, &left.fact, why));
    }
    let ordered = match &right {
        Side::Number(..) | Side::Fact(_) => !matches!(sort, Sort::Truth | Sort::Status),
        Side::Text(_) => sort == Sort::Version,
        Side::Truth(_) | Side::Status(_) => false,
    };
    if relation.orders() && !ordered {
        let why = "only numbers and versions are more or less: use `==` or `!=`";
        return Err(BadCondition::new(sign, why));
    }
    Ok(Node::Compare(left, relation, right))
}
