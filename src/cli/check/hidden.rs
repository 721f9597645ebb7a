//! Secrets that stand in a plan: they are not told to whoever reads what is said about it, a log among
//! them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::plan::{self, Opened};

/// What is known of the secrets of plans.
pub(super) struct Secrets {
    /// Those that are hidden wherever they stand, the longest first.
    values: Vec<String>,
}

impl Secrets {
    /// Those of `all`; none if no secret stands in them, as far as is known.
    pub(super) fn of(all: &[Opened]) -> anyhow::Result<Option<Secrets>> {
        let mut values = Vec::new();
        let mut found = false;
        for opened in all.iter().filter(|opened| holds_secret(opened)) {
            found = true;
            let report = serde_json::to_string(&plan::json::report(opened))?;
            for string in STRING.iter().flat_map(|string| string.find_iter(&report)) {
                let string = string.as_str().trim_end_matches([':', ' ']);
                let read = serde_json::from_str::<String>(string)?;
                values.extend(plan::secrets_in(&read));
            }
        }
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Ok(found.then_some(Secrets { values }))
    }

    /// `text` without them.
    pub(super) fn hidden(&self, text: &str) -> String {
        plan::without_values(&plan::without_secrets(text), &self.values)
    }

    /// The JSON `text` without them in its strings. The names of its fields are ours.
    pub(super) fn hidden_in_json(&self, text: &str) -> String {
        let Some(string) = STRING.as_ref() else {
            return self.hidden(text);
        };
        let hide = |found: &Captures<'_>| {
            let string = found[0].to_owned();
            if found.get(1).is_some() {
                return string;
            }
            let hidden = serde_json::from_str::<String>(&string)
                .map(|read| serde_json::to_string(&self.hidden(&read)).unwrap_or_default());
            hidden.unwrap_or(string)
        };
        string.replace_all(text, hide).into_owned()
    }
}

/// Whether a secret stands in `opened`, as far as is known.
fn holds_secret(opened: &Opened) -> bool {
    let accepted = opened.allowed.iter().map(|allowed| &allowed.problem);
    let mut all = opened.problems.iter().chain(accepted);
    all.any(|problem| matches!(problem.code, plan::SECRET | plan::URL_IN_PLAN))
}

/// A string of JSON, in its quotes, and whether it is a field's name.
static STRING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*"( *:)?"#).ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_is_hidden() {
        let secrets = Secrets { values: Vec::new() };
        let text = r#"{"title": "psql \"password=hunter2 host=db\"", "severity": "error"}"#;
        let hidden = r#"{"title": "psql \"password=******* host=db\"", "severity": "error"}"#;
        assert_eq!(secrets.hidden_in_json(text), hidden);
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let text = "# Log in with token=Lion4tree\n## Deployment\n- [ ] Set password=Lion4tree and token=Bear7\n  ```sh\n  PGPASSWORD=Lion4tree psql -c 'select 1'\n  echo Lion4tree, Bear7 | ./login.sh\n  PGPASSWORD=shop psql shop -c 'select 1'\n  ```\n- [ ] Bear75\n## Rollback\n- [ ] x\n";
        let all = [plan::open("shop.md", text.as_bytes())];
        let secrets = Secrets::of(&all).unwrap().unwrap();
        let report = serde_json::to_string(&plan::json::report(&all[0])).unwrap();
        assert!(report.contains("lion4tree"), "{report}");
        let hidden = secrets.hidden_in_json(&report);
        let lower = hidden.to_lowercase();
        assert!(!lower.contains("lion4tree"), "{hidden}");
        assert_eq!(
            lower.matches("bear7").count(),
            lower.matches("bear75").count()
        );
        // A short word is hidden only where a password is expected.
        assert!(hidden.contains("PGPASSWORD=**** psql shop "), "{hidden}");
        assert!(hidden.contains("\"file\":\"shop.md\""), "{hidden}");
        let none = [plan::open("a.md", b"## Deployment\n- [ ] Go\n")];
        assert!(Secrets::of(&none).unwrap().is_none());
    }
}
