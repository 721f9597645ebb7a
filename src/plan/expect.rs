//! What must be true after a step, and the judgement whether it is.

mod json;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::json::{BadInJson, InJson};
pub use self::text::holds;
use super::json_path;
use super::pattern::Pattern;
use super::snapshot::Kept;
use super::{duration, template};

/// Everything a step's outcome is held against. Empty: success is what the work itself calls so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The exit codes that count as success; empty: only 0.
    pub exit: Vec<i32>,
    /// A text that the output must hold.
    pub output: Option<String>,
    /// A pattern that a line of the output must match.
    pub regex: Option<Pattern>,
    /// A comparison that the value must meet: a query's first field, a command's last line.
    pub value: Option<Comparison>,
    /// What must stand in the JSON of an answer, of a script's output or of a query's value.
    pub json: Vec<InJson>,
    /// The HTTP statuses that count as success; empty: 200 to 299.
    pub status: Vec<u16>,
    /// The longest an HTTP request may take.
    pub within: Option<Duration>,
    /// What a snapshot must show, by itself and against an earlier one.
    pub kept: Option<Box<Kept>>,
    /// The words of the author, always shown; tested only through the fields above.
    pub shown: Option<String>,
}

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

/// One expectation held against what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was expected, such as `exit code 0`.
    pub expected: String,
    /// What was found.
    pub got: String,
    /// Whether it was met.
    pub met: bool,
}

/// What a step's work left to judge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The exit code of a process.
    pub exit: Option<i32>,
    /// The status of an HTTP answer.
    pub status: Option<u16>,
    /// How long the request took.
    pub took: Option<Duration>,
    /// The value: a query's first field, a command's last line.
    pub value: Option<String>,
    /// Whether the output held the text that [`Expect::output`] names.
    pub output_found: bool,
    /// Whether a line of the output matched [`Expect::regex`].
    pub regex_found: bool,
    /// The JSON that [`Expect::json`] is held against, or why there is none.
    pub json: Option<Result<serde_json::Value, String>>,
}

impl Expect {
    /// Nothing but what the work itself calls success.
    pub(super) const SUCCESS: Expect = Expect {
        exit: Vec::new(),
        output: None,
        regex: None,
        value: None,
        json: Vec::new(),
        status: Vec::new(),
        within: None,
        kept: None,
        shown: None,
    };

    /// Whether the output has to be searched to judge it.
    pub fn reads_output(&self) -> bool {
        self.output.is_some() || self.regex.is_some() || !self.json.is_empty()
    }

    /// The texts in which variables are filled in.
    pub fn texts(&self) -> Vec<Cow<'_, str>> {
        let output = self.output.as_deref().map(Cow::from);
        let regex = self.regex.as_ref().map(|regex| regex.unescaped().into());
        let value = self
            .value
            .as_ref()
            .map(|value| value.wanted.as_str().into());
        let json = self.json.iter().filter_map(|one| one.wanted.as_ref());
        let json = json.map(|wanted| wanted.wanted.as_str().into());
        let texts = output.into_iter().chain(regex).chain(value);
        texts.chain(json).collect()
    }

    /// The same expectations with every text filled in: by `plain` as it is, by `regex` so that it
    /// matches itself.
    pub fn filled<E>(&self, plain: impl Fn(&str) -> Result<String, E>) -> Result<Expect, E> {
        let mut filled = self.clone();
        if let Some(output) = &mut filled.output {
            *output = plain(output)?;
        }
        if let Some(value) = &mut filled.value {
            value.wanted = plain(&value.wanted)?;
        }
        for wanted in filled.json.iter_mut().flat_map(|one| &mut one.wanted) {
            wanted.wanted = plain(&wanted.wanted)?;
        }
        if let Some(regex) = &mut filled.regex {
            *regex = regex.filled(plain)?;
        }
        Ok(filled)
    }

    /// What a search of `output` finds of what is expected in it.
    pub fn searched(&self, output: &str) -> Observed {
        let text = self.output.as_deref();
        let regex = self.regex.as_ref();
        Observed {
            output_found: text.is_some_and(|text| holds(output, text)),
            regex_found: regex.is_some_and(|regex| output.lines().any(|l| regex.is_match(l))),
            json: (!self.json.is_empty())
                .then(|| json_path::in_text(output).ok_or_else(|| json_path::NONE.to_owned())),
            ..Observed::default()
        }
    }

    /// Whether nothing but the work's own success is expected.
    pub fn is_plain(&self) -> bool {
        self.lines().is_empty()
    }

    /// Holds `seen` against every expectation that applies to it.
    pub fn judge(&self, seen: &Observed) -> Vec<Evidence> {
        let mut all = Vec::new();
        let mut add = |expected: String, got: String, met: bool| {
            all.push(Evidence { expected, got, met });
        };
        if let Some(code) = seen.exit {
            let met = if self.exit.is_empty() {
                code == 0
            } else {
                self.exit.contains(&code)
            };
            add(self.exit_words(), format!("exit code {code}"), met);
        }
        if let Some(status) = seen.status {
            let met = if self.status.is_empty() {
                (200..300).contains(&status)
            } else {
                self.status.contains(&status)
            };
            add(self.status_words(), format!("status {status}"), met);
        }
        if let (Some(limit), Some(took)) = (self.within, seen.took) {
            let expected = format!("within {}", duration::show(limit));
            add(expected, format!("{} ms", took.as_millis()), took <= limit);
        }
        if let Some(text) = &self.output {
            let got = if seen.output_found {
                "found"
            } else {
                "not found"
            };
            add(
                format!("output holds \"{text}\""),
                got.to_owned(),
                seen.output_found,
            );
        }
        if let Some(regex) = &self.regex {
            let got = if seen.regex_found {
                "matched"
            } else {
                "no match"
            };
            add(
                format!("a line matches /{}/", regex.as_str()),
                got.to_owned(),
                seen.regex_found,
            );
        }
        if let Some(comparison) = &self.value {
            let got = seen.value.clone();
            let met = got.as_deref().is_some_and(|v| comparison.holds(v));
            add(
                format!("value {comparison}"),
                got.unwrap_or_else(|| "no value".to_owned()),
                met,
            );
        }
        let json = match &seen.json {
            Some(json) => json.as_ref().map_err(String::as_str),
            None => Err(json_path::NONE),
        };
        all.extend(self.json.iter().map(|one| one.judge(json)));
        all
    }

    /// The expectations in words, one a line, for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.exit.is_empty() {
            lines.push(self.exit_words());
        }
        if !self.status.is_empty() {
            lines.push(self.status_words());
        }
        if let Some(within) = self.within {
            lines.push(format!("within {}", duration::show(within)));
        }
        if let Some(text) = &self.output {
            lines.push(format!("output holds \"{text}\""));
        }
        if let Some(regex) = &self.regex {
            lines.push(format!("a line matches /{}/", regex.unescaped()));
        }
        if let Some(value) = &self.value {
            lines.push(format!("value {value}"));
        }
        lines.extend(self.json.iter().map(ToString::to_string));
        lines.extend(self.kept.iter().flat_map(|kept| kept.lines()));
        if let Some(shown) = &self.shown {
            lines.push(shown.clone());
        }
        lines
    }

    fn exit_words(&self) -> String {
        if self.exit.is_empty() {
            "exit code 0".to_owned()
        } else {
            format!("exit code {}", join_or(&self.exit))
        }
    }

    fn status_words(&self) -> String {
        if self.status.is_empty() {
            "status 200 to 299".to_owned()
        } else {
            format!("status {}", join_or(&self.status))
        }
    }
}

fn join_or<T: ToString>(items: &[T]) -> String {
    let words: Vec<String> = items.iter().map(ToString::to_string).collect();
    words.join(" or ")
}

#[cfg(test)]
mod tests;
