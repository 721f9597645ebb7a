//! Values that a transaction adds to an enum and uses: the server refuses them until it is over. Since 17 it does not
//! where the transaction has made the enum, too.

use super::Review;
use crate::plan::ddl::{Form, Judged};
use crate::plan::problem::Severity;
use crate::plan::sql_text::{self, Token, TokenSort};

/// What a transaction has done to enums.
#[derive(Default)]
pub(super) struct Enums {
    /// Those that it has made.
    made: Vec<String>,
    /// The values that it has added, as they are written, and the enums.
    added: Vec<(String, String)>,
}

impl Review<'_> {
    /// Whether the statement `judged` uses a value that the transaction has added.
    pub(super) fn values(&mut self, judged: &Judged) {
        let text = &self.unit.sql[judged.range.clone()];
        if !self.open {
            self.enums = Enums::default();
            return;
        }
        let tokens = || sql_text::tokens(text);
        if let Some(made) = made(text) {
            self.enums.made.push(made);
        } else if judged.parts.iter().any(|part| part.form == Form::AddValue) {
            let value = tokens().find(|token| token.sort == TokenSort::Text);
            let added = value
                .map(|value| text[value.range].to_owned())
                .zip(altered(text));
            let server = self.unit.facts.and_then(|facts| facts.server);
            let minds = server.is_some_and(|server| server < 17);
            let added = added.filter(|(_, ty)| minds || !self.enums.made.contains(ty));
            self.enums.added.extend(added);
        } else if !self.enums.added.is_empty() {
            let mut used = tokens().filter_map(|token| {
                let known = self.is_added(judged, &text[token.range.clone()])?;
                Some((token.range, known))
            });
            if let Some((used, known)) = used.next() {
                let start = judged.range.start;
                let fails = if known {
                    "this fails"
                } else {
                    "this fails where its column is of that type"
                };
                self.say(
                    Severity::Warning,
                    "not-in-transaction",
                    start + used.start..start + used.end,
                    format!("a value that this transaction adds to an enum can't be used before it is over: {fails}"),
                    "put the `ALTER TYPE … ADD VALUE` into a step or file of its own, before this one",
                );
            }
        }
    }

    /// Whether a column that `judged` touches is known to be of the type to which the value `text` was added; none where
    /// it wasn't, or none can be.
    fn is_added(&self, judged: &Judged, text: &str) -> Option<bool> {
        let mut added = self.enums.added.iter();
        let (_, ty) = added.find(|(value, _)| value == text)?;
        let parts = judged
            .parts
            .iter()
            .filter(|part| part.form != Form::ChangeSettings);
        let touched = parts.flat_map(|part| &part.touches);
        let may = touched.filter_map(|touch| {
            let known = self
                .unit
                .facts
                .and_then(|facts| facts.table(&touch.relation));
            let Some(table) = known else {
                return Some(false);
            };
            let mut columns = table.columns.values();
            columns.any(|column| last(&column.ty) == ty).then_some(true)
        });
        may.max()
    }
}

/// The enum that `text` makes.
fn made(text: &str) -> Option<String> {
    named(text, ["create", "type"])
}

/// The type that `text` alters.
fn altered(text: &str) -> Option<String> {
    named(text, ["alter", "type"])
}

/// The name behind the words with which `text` begins, without its schema.
fn named(text: &str, words: [&str; 2]) -> Option<String> {
    let mut tokens = sql_text::tokens(text);
    let word = |token: Option<Token>| token.map_or("", |token| &text[token.range]);
    for wanted in words {
        if !word(tokens.next()).eq_ignore_ascii_case(wanted) {
            return None;
        }
    }
    let mut name = tokens.next()?;
    while word(tokens.next()) == "." {
        name = tokens.next()?;
    }
    Some(last(&text[name.range]).to_lowercase())
}

/// A type's name without its schema, quotes and what makes an array of it.
fn last(name: &str) -> &str {
    let name = name.rsplit_once('.').map_or(name, |(_, last)| last);
    name.trim_end_matches("[]").trim_matches('"')
}
