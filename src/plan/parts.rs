//! The parts of a plan that are not steps.

use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pattern::{Pattern, is_plain_word};
use super::source::Span;

/// A value that is filled in where the plan says `{{name}}`.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// The value until somebody sets another.
    pub default: Option<String>,
    /// What the operator is asked.
    pub prompt: Option<String>,
    /// What a value must match, from its first letter to its last.
    pub pattern: Option<Pattern>,
    /// The values it can have; empty: any.
    pub choices: Vec<String>,
    /// The environment variable it is taken from.
    pub env: Option<String>,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// Where it stands.
    pub span: Span,
}

/// What has something in it.
const SOMETHING: &str = r"\S";

impl Var {
    /// A variable of which only the name is known.
    pub fn new(name: impl Into<String>, span: impl Into<Span>) -> Self {
        Var {
            name: name.into(),
            default: None,
            prompt: None,
            pattern: None,
            choices: Vec::new(),
            env: None,
            secret: false,
            span: span.into(),
        }
    }

    /// A variable for a placeholder, which nothing can't stand for.
    pub(super) fn for_placeholder(name: impl Into<String>, span: impl Into<Span>) -> Self {
        // Compiling takes longer than reading the step that the placeholder stands in.
        static PATTERN: LazyLock<Option<Pattern>> = LazyLock::new(|| Pattern::new(SOMETHING).ok());
        Var {
            pattern: PATTERN.clone(),
            ..Var::new(name, span)
        }
    }

    /// Whether each of its values is a plain word to a shell.
    pub(super) fn is_plain(&self) -> bool {
        let choices = !self.choices.is_empty();
        (choices && self.choices.iter().all(|choice| is_plain_word(choice)))
            || self.pattern.as_ref().is_some_and(Pattern::is_plain)
    }

    /// Why `value` can't be its value, if it can't. The value is not in the words.
    pub fn refuses(&self, value: &str) -> Option<String> {
        if value.contains('\0') {
            return Some(format!("{} can't hold a zero byte", self.name));
        }
        if let Some(pattern) = &self.pattern
            && !fits(pattern, value)
        {
            if pattern.as_str() == SOMETHING {
                return Some(format!("{} must not be empty", self.name));
            }
            return Some(format!("{} must match /{}/", self.name, pattern.as_str()));
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
            return Some(format!(
                "{} must be one of {}",
                self.name,
                self.choices.join(", ")
            ));
        }
        None
    }
}

/// Whether `pattern` lets `value` through: that there is something in it, or that it is all of it.
fn fits(pattern: &Pattern, value: &str) -> bool {
    match pattern.as_str() {
        SOMETHING => pattern.is_match(value),
        _ => pattern.is_whole(value),
    }
}

/// A database the plan works on or watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The name by which steps call it.
    pub name: String,
    /// The environment variable that holds its URL.
    pub url_env: String,
    /// Where it stands.
    pub span: Span,
}

impl Database {
    /// Whether no line of the plan is about it: its SQL names none.
    pub fn is_adopted(&self) -> bool {
        self.span == Span::at(0)
    }
}

/// A rule about what is measured, or a criterion that a person has to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Its name.
    pub name: String,
    /// The metric, such as `api.latency_p95`; none for a criterion in words.
    pub metric: Option<String>,
    /// The line and the side of it that is bad.
    pub limit: Option<Limit>,
    /// How long it must be on the bad side.
    pub lasting: Option<Duration>,
    /// What it may do.
    pub then: AlertAction,
    /// Where it stands.
    pub span: Span,
}

/// The bad side of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// More than this is bad.
    Above(Threshold),
    /// Less than this is bad.
    Below(Threshold),
}

impl Limit {
    /// Whether it is drawn at a multiple of what was normal before T-0.
    pub fn is_relative(&self) -> bool {
        let (Limit::Above(threshold) | Limit::Below(threshold)) = self;
        matches!(threshold, Threshold::TimesBaseline(_))
    }
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// A value in the metric's unit.
    Absolute(f64),
    /// A multiple of what was normal before T-0.
    TimesBaseline(f64),
}

/// What an alert may do when it fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertAction {
    /// Be noted.
    #[default]
    Note,
    /// Hold the run.
    Hold,
    /// Roll back.
    Rollback,
}

impl AlertAction {
    /// The word that plans and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            AlertAction::Note => "note",
            AlertAction::Hold => "hold",
            AlertAction::Rollback => "rollback",
        }
    }
}

/// Somebody to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What they answer for.
    pub role: String,
    /// Who it is.
    pub name: Option<String>,
    /// How to reach them.
    pub reach: Option<String>,
    /// The group they are listed under.
    pub group: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Somebody who has to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signoff {
    /// In which role.
    pub role: String,
    /// Who it is, where the plan says.
    pub name: Option<String>,
    /// Whether it is given already: the runbook's box for it is ticked.
    pub given: bool,
    /// Where it stands.
    pub span: Span,
}

/// Text that is neither a step nor a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The heading it stands under.
    pub heading: String,
    /// The text, as it is written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}
