//! Comparisons of what was found with what is wanted.

use std::fmt;

use crate::plan::template;

/// How a value relates to the wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `=` or `==`
    Equal,
    /// `!=` or `<>`
    Unequal,
}

/// A comparison such as `>= 58` or `= done`: of numbers where both sides are numbers, else of text
/// (which can only be equal or not).
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The relation.
    pub operator: Operator,
    /// The right-hand side.
    pub wanted: String,
}

/// Longer signs before shorter ones that begin them; of two for one operator the last is shown.
const OPERATORS: [(&str, Operator); 8] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("<>", Operator::Unequal),
    ("!=", Operator::Unequal),
    ("==", Operator::Equal),
    (">", Operator::Above),
    ("<", Operator::Below),
    ("=", Operator::Equal),
];

impl Comparison {
    /// Reads `>= 58`, `< 0.5`, `= up`, or a bare value, which must be equal.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        for (sign, meant) in [("=>", ">="), ("=<", "<=")] {
            if text.starts_with(sign) {
                return Err(format!(
                    "`{sign}` compares nothing: it is written `{meant}`"
                ));
            }
        }
        let (operator, rest) = OPERATORS
            .iter()
            .find_map(|(sign, op)| text.strip_prefix(sign).map(|rest| (*op, rest)))
            .unwrap_or((Operator::Equal, text));
        let wanted = rest.trim().to_owned();
        if wanted.is_empty() {
            return Err(format!("`{text}` compares with nothing"));
        }
        let orders = !matches!(operator, Operator::Equal | Operator::Unequal);
        let open = !template::tokens(&wanted).is_empty();
        if orders && !open && number(&wanted).is_none() {
            return Err(format!("`{wanted}` is not a number"));
        }
        Ok(Comparison { operator, wanted })
    }

    /// Whether it compares with a number, so that no text can be judged by it.
    pub fn is_of_numbers(&self) -> bool {
        number(&self.wanted).is_some()
    }

    /// Whether `got` meets it.
    pub fn holds(&self, got: &str) -> bool {
        let got = got.trim();
        let order = match (number(got), number(&self.wanted)) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => return self.holds_for_text(got),
        };
        order.is_some_and(|order| match self.operator {
            Operator::AtLeast => order.is_ge(),
            Operator::AtMost => order.is_le(),
            Operator::Above => order.is_gt(),
            Operator::Below => order.is_lt(),
            Operator::Equal => order.is_eq(),
            Operator::Unequal => order.is_ne(),
        })
    }

    fn holds_for_text(&self, got: &str) -> bool {
        match self.operator {
            Operator::Equal => got == self.wanted,
            Operator::Unequal => got != self.wanted,
            _ => false,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPERATORS
            .iter()
            .rfind(|(_, op)| *op == self.operator)
            .map_or("=", |(sign, _)| sign);
        write!(f, "{sign} {}", self.wanted)
    }
}

/// A finite number as people print it; thousands separators are not guessed at.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}
