//! The names by which a plan's parts are spoken of.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::letters::fold;

/// The most characters an id made from a title has: ids name files and show in narrow panels.
const MAX_SLUG: usize = 48;

/// The id of a step: letters, digits, `-`, `_` and `.`; unique in its plan, rollbacks included.
/// A clone of it shares its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepId(Arc<str>);

impl StepId {
    /// The id written as `text`.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        StepId(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for StepId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Whether `text` can be an id as it stands: it names files and is typed on command lines.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.starts_with(['.', '-'])
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// An id made from a title: its letters and digits in lower case, joined by `-`. Titles without
/// any (only symbols, say) give `fallback`.
pub fn slug(title: &str, fallback: &str) -> String {
    let mut slug = Vec::with_capacity(title.len().min(MAX_SLUG));
    let mut apart = false;
    let folded = (!title.is_ascii()).then(|| fold(title));
    for byte in folded.as_deref().unwrap_or(title).bytes() {
        let byte = byte.to_ascii_lowercase();
        if !byte.is_ascii_alphanumeric() {
            apart = !slug.is_empty();
            continue;
        }
        if slug.len() + usize::from(apart) >= MAX_SLUG {
            break;
        }
        if apart {
            slug.push(b'-');
            apart = false;
        }
        slug.push(byte);
    }
    if slug.is_empty() {
        return fallback.to_owned();
    }
    String::from_utf8(slug).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_ids() {
        assert_eq!(
            slug("Apply the migrations!", "step"),
            "apply-the-migrations"
        );
        assert_eq!(slug("✅ 58+ tables", "step"), "58-tables");
        assert_eq!(slug("Миграция", "step-3"), "step-3");
        assert_eq!(slug("Übung für São Paulo", "step"), "ubung-fur-sao-paulo");
        assert!(is_id(&slug(&"very long ".repeat(30), "step")));
    }

    #[test]
    fn ids_name_files_safely() {
        assert!(is_id("2.3_backup-a"));
        for bad in ["", "../x", "a/b", "-rf", "a b", &"x".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
