//! What can be wrong with a plan: where, why, and how to mend it.

use serde::Serialize;

use super::source::Span;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// The plan can run, but a person should look here first.
    Warning,
    /// The plan can't run.
    Error,
}

/// One thing to tell the author of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// A short name for this sort of problem, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong, as a lower-case sentence without a full stop.
    pub message: String,
    /// Where it is.
    pub span: Span,
    /// The file it is in, by its place in [`super::Opened::files`]; none: the plan itself.
    pub file: Option<usize>,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem that keeps the plan from running.
    pub fn error(code: &'static str, span: impl Into<Span>, message: impl Into<String>) -> Self {
        Problem::new(Severity::Error, code, span.into(), message.into())
    }

    /// A problem that a person should look at.
    pub fn warning(code: &'static str, span: impl Into<Span>, message: impl Into<String>) -> Self {
        Problem::new(Severity::Warning, code, span.into(), message.into())
    }

    /// Something worth knowing.
    pub fn note(code: &'static str, span: impl Into<Span>, message: impl Into<String>) -> Self {
        Problem::new(Severity::Note, code, span.into(), message.into())
    }

    fn new(severity: Severity, code: &'static str, span: Span, message: String) -> Self {
        Problem {
            severity,
            code,
            message,
            span,
            file: None,
            hint: None,
        }
    }

    /// The same problem with a way to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How many words one is compared with: a plan may have any number, and of mistakes as well.
const MAX_COMPARED: usize = 500;

/// The word of `known` that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Words whose lengths differ more than they may are not compared: a mistake can be of any size.
    let close =
        |candidate: &&str| length.abs_diff(candidate.chars().count()) <= 1 + candidate.len() / 4;
    known
        .into_iter()
        .take(MAX_COMPARED)
        .filter(close)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        // Of a short word at least half must be right.
        .filter(|(distance, _)| distance * 2 <= length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let known = ["timeout", "title", "expect"];
        assert_eq!(nearest("timout", known), Some("timeout"));
        assert_eq!(nearest("tilte", known), Some("title"));
        assert_eq!(nearest("database", known), None);
        assert_eq!(nearest("tty", ["http", "title"]), None);
        assert_eq!(nearest("sq", ["sql"]), Some("sql"));
    }
}
