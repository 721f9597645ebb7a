//! Secrets that stand in a plan: they are not told to whoever reads what is said about it, a log among
//! them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::plan::{self, Opened};

/// Whether a secret stands in `opened`, as far as is known.
pub(super) fn holds_secret(opened: &Opened) -> bool {
    let accepted = opened.allowed.iter().map(|allowed| &allowed.problem);
    let mut all = opened.problems.iter().chain(accepted);
    all.any(|problem| problem.code == plan::SECRET)
}

/// The JSON `text` without the secrets in its strings.
pub(super) fn json(text: &str) -> String {
    let Some(string) = STRING.as_ref() else {
        return plan::without_secrets(text).into_owned();
    };
    let hide = |found: &Captures<'_>| {
        let string = found[0].to_owned();
        let hidden = serde_json::from_str::<String>(&string).map(|read| {
            let hidden = plan::without_secrets(&read);
            serde_json::to_string(&hidden).unwrap_or_default()
        });
        hidden.unwrap_or(string)
    };
    string.replace_all(text, hide).into_owned()
}

/// A string of JSON, in its quotes.
static STRING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*""#).ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_is_hidden() {
        let text = r#"{"title": "psql \"password=hunter2 host=db\"", "severity": "error"}"#;
        let hidden = r#"{"title": "psql \"password=******* host=db\"", "severity": "error"}"#;
        assert_eq!(json(text), hidden);
    }
}
