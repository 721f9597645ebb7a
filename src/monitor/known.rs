//! Something that may not be known, and why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is known of something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "known", rename_all = "snake_case")]
pub enum Known<T> {
    /// It has not been looked at.
    #[default]
    NotYet,
    /// It can't be known.
    Missing {
        /// Why, and what would help.
        why: String,
    },
    /// This is what was seen.
    Seen {
        /// The newest of it.
        what: Arc<T>,
    },
}

impl<T> Known<T> {
    /// It can't be known for the reason `why`.
    pub fn missing(why: impl Into<String>) -> Self {
        Known::Missing { why: why.into() }
    }

    /// `what` was seen.
    pub fn seen(what: T) -> Self {
        Known::Seen {
            what: Arc::new(what),
        }
    }

    /// What was seen, if something was.
    pub fn get(&self) -> Option<&T> {
        match self {
            Known::Seen { what } => Some(what),
            Known::NotYet | Known::Missing { .. } => None,
        }
    }

    /// Why nothing is known, for whatever reason; none if something was seen.
    pub fn lacking(&self) -> Option<&str> {
        match self {
            Known::NotYet => Some("not looked at yet"),
            Known::Missing { why } => Some(why),
            Known::Seen { .. } => None,
        }
    }

    /// Why it can't be known, if that is so.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Known::Missing { why } => Some(why),
            Known::NotYet | Known::Seen { .. } => None,
        }
    }
}
