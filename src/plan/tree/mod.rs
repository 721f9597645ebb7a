//! Typed text as a tree whose every node knows its place in the file: what TOML, YAML and JSON have
//! in common. Plans in TOML and the front matter of runbooks are read from it by the same code.

pub(super) mod json;
pub(super) mod toml;
pub(super) mod yaml;

use super::draft::Placed;
use super::source::Span;

/// How deep values may nest: whoever walks the tree by recursion needs little stack.
const MAX_DEPTH: usize = 64;

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// What can be said in TOML or YAML.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    /// The digits as they are written, and their base.
    Integer(String, u32),
    /// As it is written.
    Float(String),
    Boolean(bool),
    Date,
    /// YAML's null, and what is too deep to be read.
    Nothing,
    List(Vec<Node>),
    Table(Entries),
}

/// The keys of a table and their values, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Entries(pub(super) Vec<(Placed<String>, Node)>);

impl Entries {
    /// The value of `key`; where it is there twice, the first.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.0
            .iter()
            .find(|(known, _)| known.value == key)
            .map(|(_, node)| node)
    }
}

impl Node {
    pub(super) fn new(value: Value, span: impl Into<Span>) -> Self {
        Node {
            value,
            span: span.into(),
        }
    }

    /// Whether it is text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, Value::Text(_))
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.value, Value::Table(_))
    }

    /// The boolean, if it is one.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(flag) => Some(flag),
            _ => None,
        }
    }

    /// Text, a decimal number or a boolean as text.
    pub(super) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Float(text) | Value::Integer(text, 10) => Some(text.clone()),
            Value::Boolean(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// What it is, in words that fit behind "not".
    pub(super) fn sort(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a string",
            Value::Integer(..) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date => "a date",
            Value::Nothing => "nothing",
            Value::List(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}
