//! What must be true after a step, and the judgement whether it is.

mod comparison;
mod json;
mod text;

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::comparison::{Comparison, Operator};
pub use self::json::{BadInJson, InJson};
pub use self::text::{holds, says};
use super::duration;
use super::json_path;
use super::pattern::Pattern;
use super::snapshot::Kept;

/// Everything a step's outcome is held against. Empty: success is what the work itself calls so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The exit codes that count as success; empty: only 0.
    pub exit: Vec<i32>,
    /// A text that the output must hold.
    pub output: Option<String>,
    /// A word that a line of the output must say: whole, and not taken back.
    pub says: Option<String>,
    /// A pattern that a line of the output must match.
    pub regex: Option<Pattern>,
    /// A comparison that the value must meet: a query's first field, a command's last line.
    pub value: Option<Comparison>,
    /// A comparison that the number of a query's rows must meet.
    pub rows: Option<Comparison>,
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
    /// How many rows a query returned.
    pub rows: Option<u64>,
    /// Whether a line of the output said [`Expect::says`].
    pub says_found: bool,
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
        says: None,
        regex: None,
        value: None,
        rows: None,
        json: Vec::new(),
        status: Vec::new(),
        within: None,
        kept: None,
        shown: None,
    };

    /// Whether the output has to be searched to judge it.
    pub fn reads_output(&self) -> bool {
        self.reads_text() || !self.json.is_empty()
    }

    fn reads_text(&self) -> bool {
        self.output.is_some() || self.says.is_some() || self.regex.is_some()
    }

    /// Whether what comes of the work is tested by more than whether it succeeds.
    pub fn judges_output(&self) -> bool {
        self.reads_output() || self.value.is_some() || self.rows.is_some()
    }

    /// The texts in which variables are filled in.
    pub fn texts(&self) -> Vec<Cow<'_, str>> {
        let output = self.output.iter().chain(&self.says);
        let output = output.map(|text| Cow::from(text.as_str()));
        let regex = self.regex.as_ref().map(|regex| regex.unescaped().into());
        let value = self
            .value
            .as_ref()
            .map(|value| value.wanted.as_str().into());
        let json = self.json.iter().filter_map(|one| one.wanted.as_ref());
        let json = json.map(|wanted| wanted.wanted.as_str().into());
        let texts = output.chain(regex).chain(value);
        texts.chain(json).collect()
    }

    /// The same expectations with every text filled in: by `plain` as it is, by `regex` so that it
    /// matches itself.
    pub fn filled<E>(&self, plain: impl Fn(&str) -> Result<String, E>) -> Result<Expect, E> {
        let mut filled = self.clone();
        for text in filled.output.iter_mut().chain(&mut filled.says) {
            *text = plain(text)?;
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
        let word = self.says.as_deref();
        let regex = self.regex.as_ref();
        Observed {
            output_found: text.is_some_and(|text| holds(output, text)),
            says_found: word.is_some_and(|word| output.lines().any(|line| says(line, word))),
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
        if let Some(word) = &self.says {
            let got = if seen.says_found { "said" } else { "not said" };
            add(says_words(word), got.to_owned(), seen.says_found);
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
        if let Some(comparison) = &self.rows {
            let got = seen.rows.map(|rows| rows.to_string());
            let met = got.as_deref().is_some_and(|rows| comparison.holds(rows));
            let got = got.unwrap_or_else(|| "no query".to_owned());
            add(format!("rows {comparison}"), got, met);
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
        if let Some(word) = &self.says {
            lines.push(says_words(word));
        }
        if let Some(regex) = &self.regex {
            lines.push(format!("a line matches /{}/", regex.unescaped()));
        }
        if let Some(value) = &self.value {
            lines.push(format!("value {value}"));
        }
        if let Some(rows) = &self.rows {
            lines.push(format!("rows {rows}"));
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

fn says_words(word: &str) -> String {
    format!("a line says \"{word}\"")
}

fn join_or<T: ToString>(items: &[T]) -> String {
    let words: Vec<String> = items.iter().map(ToString::to_string).collect();
    words.join(" or ")
}

#[cfg(test)]
mod tests;
