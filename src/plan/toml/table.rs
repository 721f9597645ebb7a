//! A table that remembers which keys were asked for and reports what is not as expected.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::plan::draft::Placed;
use crate::plan::duration;
use crate::plan::pattern::Pattern;
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::Span;
use crate::plan::tree::{Entries, Node, Value};

/// Where problems are collected while the tree is walked.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub(super) fn add(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// One table of the file.
pub(super) struct Table<'t> {
    entries: &'t Entries,
    span: Span,
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
    problems: &'t Problems,
}

impl<'t> Table<'t> {
    pub(super) fn root(entries: &'t Entries, problems: &'t Problems) -> Self {
        Table::new(entries, Span::at(0), String::new(), problems)
    }

    fn new(entries: &'t Entries, span: Span, name: String, problems: &'t Problems) -> Self {
        Table {
            entries,
            span,
            name,
            asked: RefCell::default(),
            problems,
        }
    }

    /// Where the table stands; for `[[x]]` its header.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    pub(super) fn problem(&self, problem: Problem) {
        self.problems.add(problem);
    }

    /// The value of `key`, which from now on is a known one.
    pub(super) fn value(&self, key: &'static str) -> Option<&'t Node> {
        self.asked.borrow_mut().insert(key);
        self.entries.get(key)
    }

    /// The text at `key`, which does not become a known one by that.
    pub(super) fn peek(&self, key: &str) -> Option<&'t str> {
        match &self.entries.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// The values of a table whose keys are names the author chose, in the order of the file.
    pub(super) fn named(&self) -> Vec<(Placed<String>, &'t Node)> {
        let entries = self.entries.0.iter();
        entries.map(|(key, node)| (key.clone(), node)).collect()
    }

    /// Takes `value` as a table called `name`.
    pub(super) fn as_table(&self, value: &'t Node, name: &str) -> Option<Table<'t>> {
        match &value.value {
            Value::Table(entries) => {
                let name = format!("{name} ");
                Some(Table::new(entries, value.span, name, self.problems))
            }
            _ => self.wrong(name, value, "a table"),
        }
    }

    /// Takes `value`, which its author called `own`, as a table that is a `name`.
    pub(super) fn as_own_table(&self, value: &'t Node, name: &str, own: &str) -> Option<Table<'t>> {
        match &value.value {
            Value::Table(_) => self.as_table(value, name),
            _ => self.wrong(own, value, "a table"),
        }
    }

    /// The table at `key`.
    pub(super) fn table(&self, key: &'static str) -> Option<Table<'t>> {
        self.as_table(self.value(key)?, key)
    }

    /// The tables of the array at `key`.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        match &value.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| self.as_table(item, key))
                .collect(),
            Value::Table(_) => {
                self.problem(
                    Problem::error(
                        "wrong-type",
                        value.span,
                        format!("`{key}` is a single table"),
                    )
                    .hint(format!("write `[[{key}]]`: there can be several")),
                );
                Vec::new()
            }
            _ => self
                .wrong(key, value, "an array of tables")
                .unwrap_or_default(),
        }
    }

    /// The text at `key`.
    pub(super) fn text(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.value(key)?;
        match &value.value {
            Value::Text(text) => Some(Placed::new(text.clone(), value.span)),
            _ => self.wrong(key, value, "a string"),
        }
    }

    /// The text at `key`, without its place.
    pub(super) fn string(&self, key: &'static str) -> Option<String> {
        self.text(key).map(|text| text.value)
    }

    /// The text at `key`, which has to be there and not be empty.
    pub(super) fn required(&self, key: &'static str) -> Option<Placed<String>> {
        if !self.has(key) {
            let message = format!("{}has no `{key}`", self.subject());
            self.problem(
                Problem::error("missing-key", self.span, message)
                    .hint(format!("add `{key} = \"…\"`")),
            );
        }
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            self.problem(Problem::error(
                "empty",
                text.span,
                format!("`{key}` is empty"),
            ));
            return None;
        }
        Some(text)
    }

    fn subject(&self) -> String {
        if self.name.is_empty() {
            "the plan ".to_owned()
        } else {
            match self.name.trim() {
                "alternatives" => "one of `alternatives` ".to_owned(),
                "notes" => "one of `notes` ".to_owned(),
                _ => format!("this {}", self.name),
            }
        }
    }

    /// The boolean at `key`, false where there is none.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        self.boolean(key).unwrap_or(false)
    }

    /// The boolean at `key`.
    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match &value.value {
            Value::Boolean(flag) => Some(*flag),
            _ => self.wrong(key, value, "true or false"),
        }
    }

    /// The length of time at `key`.
    pub(super) fn duration(&self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        duration::parse(&text.value)
            .map_err(|why| {
                self.problem(
                    Problem::error("bad-duration", text.span, why)
                        .hint("write a number and a unit, such as `90s`, `15m` or `1h 30m`"),
                );
            })
            .ok()
    }

    /// The same, where no time at all makes no sense.
    pub(super) fn some_time(&self, key: &'static str) -> Option<Duration> {
        let time = self.duration(key);
        if let (Some(Duration::ZERO), Some(value)) = (time, self.value(key)) {
            let message = format!("`{key}` can't be no time at all");
            self.problem(
                Problem::error("out-of-range", value.span, message)
                    .hint("such as `10s`; leave it out for what is usual"),
            );
        }
        time
    }

    /// The regular expression at `key`.
    pub(super) fn pattern(&self, key: &'static str) -> Option<Pattern> {
        let text = self.text(key)?;
        self.as_pattern(&text)
    }

    /// The same, where variables may stand in it.
    pub(super) fn pattern_with_variables(&self, key: &'static str) -> Option<Pattern> {
        let text = self.text(key)?;
        self.compiled(&text, Pattern::with_variables(&text.value))
    }

    pub(super) fn as_pattern(&self, text: &Placed<String>) -> Option<Pattern> {
        self.compiled(text, Pattern::new(&text.value))
    }

    fn compiled(&self, text: &Placed<String>, read: Result<Pattern, String>) -> Option<Pattern> {
        read.map_err(|why| {
            let why = why.lines().last().unwrap_or_default();
            let message = format!(
                "not a regular expression: {}",
                why.trim_start_matches("error: ")
            );
            self.problem(
                Problem::error("bad-regex", text.span, message)
                    .hint("single quotes keep backslashes as they are: '^v\\d+$'"),
            );
        })
        .ok()
    }

    /// The text or texts at `key`.
    pub(super) fn strings(&self, key: &'static str) -> Vec<Placed<String>> {
        self.one_or_many(
            key,
            "a string or an array of strings",
            |value| match value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            },
        )
    }

    /// The number or numbers at `key`.
    pub(super) fn integers(&self, key: &'static str) -> Vec<Placed<i64>> {
        self.one_or_many(
            key,
            "a whole number or an array of them",
            |value| match value {
                Value::Integer(digits, radix) => i64::from_str_radix(digits, *radix).ok(),
                _ => None,
            },
        )
    }

    fn one_or_many<T>(
        &self,
        key: &'static str,
        what: &str,
        take: impl Fn(&Value) -> Option<T>,
    ) -> Vec<Placed<T>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let items: Vec<&Node> = match &value.value {
            Value::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        items
            .into_iter()
            .filter_map(|item| match take(&item.value) {
                Some(found) => Some(Placed::new(found, item.span)),
                None => self.wrong(key, item, what),
            })
            .collect()
    }

    /// Text, a number or a boolean at `key`, as text.
    pub(super) fn scalar(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.value(key)?;
        match value.scalar() {
            Some(text) => Some(Placed::new(text, value.span)),
            None => self.wrong(key, value, "text or a number"),
        }
    }

    /// The names and texts of the table at `key`.
    pub(super) fn pairs(&self, key: &'static str) -> Vec<(Placed<String>, Placed<String>)> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        table
            .named()
            .into_iter()
            .filter_map(|(name, value)| match value.scalar() {
                Some(text) => Some((name, Placed::new(text, value.span))),
                None => self.wrong(&name.value, value, "text or a number"),
            })
            .collect()
    }

    pub(super) fn wrong<T>(&self, key: &str, value: &Node, wanted: &str) -> Option<T> {
        let message = format!("`{key}` must be {wanted}, not {}", value.sort());
        self.problem(Problem::error("wrong-type", value.span, message));
        None
    }

    /// The keys that were asked for.
    pub(super) fn known(&self) -> Vec<&'static str> {
        self.asked.borrow().iter().copied().collect()
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in &self.entries.0 {
            if asked.contains(key.value.as_str()) {
                continue;
            }
            let place = if self.name.is_empty() {
                "a plan".to_owned()
            } else {
                let name = self.name.trim();
                let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
                    "an"
                } else {
                    "a"
                };
                match name {
                    // One word for many, or for what is no thing.
                    "alternatives" | "expect" | "notes" | "retry" | "vars" => format!("`{name}`"),
                    name => format!("{article} {name}"),
                }
            };
            let problem = Problem::error(
                "unknown-key",
                key.span,
                format!("unknown key `{}` in {place}", key.value),
            );
            let known = self.known();
            self.problem(match nearest(&key.value, known.iter().copied()) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint(format!("known keys: {}", known.join(", "))),
            });
        }
    }
}
