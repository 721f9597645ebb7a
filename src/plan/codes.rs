//! What problems are called that an author may know and accept, beside the traps of
//! `check::safety`: those that only the reading of a runbook finds, and those of every plan.

/// Problems of the reading: in a typed plan nothing is left to it. What a runbook's reading remarked
/// goes with it when it is imported, as a `remark`.
pub(super) const READING: [&str; 22] = [
    "background-block",
    "bad-comment",
    "conditional-step",
    "contact-without-name",
    "expected-failure",
    "fence-attributes",
    "front-matter",
    "lost-variable",
    "moved-phase",
    "never-offered",
    "no-return",
    "open-fence",
    "psql-command",
    "section-not-run",
    "unclear-kind",
    "unclear-tier",
    "unclear-transcript",
    "unclear-undo",
    "unread-block",
    "unread-box",
    "unread-time",
    "untested-expectation",
];

/// Problems of any plan.
pub(super) const PLAN: [&str; 24] = [
    "bad-default",
    "captured-later",
    "duplicate-name",
    "empty",
    "empty-include",
    "empty-phase",
    "empty-rollback",
    "encoding",
    "missing-key",
    "no-deploy-phase",
    "no-gate",
    "no-steps",
    "no-way-back",
    "not-included",
    "placeholder",
    "unasked-name",
    "unclear-database",
    "unknown-key",
    "unmeasured-alert",
    "unread-format",
    "unread-migrations",
    "window-gap",
    "wrong-type",
    "yaml-alias",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use regex::Regex;

    use super::super::check;

    fn sources(folder: &Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                sources(&path, out);
            } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                out.push(own.to_owned());
            }
        }
    }

    #[test]
    fn whatever_is_no_error_may_be_allowed() {
        let said =
            r#"(?:\b(?:warning|note)\(\s*|Severity::(?:Warning|Note),\s*|code: )"([a-z-]+)""#;
        let said = Regex::new(said).unwrap();
        let mut texts = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan"),
            &mut texts,
        );
        let known: Vec<&str> = check::codes().collect();
        let mut count = 0;
        for text in &texts {
            for code in said.captures_iter(text).map(|found| found[1].to_owned()) {
                count += 1;
                // What is said of the `allow`s themselves can't be.
                let allowable = known.contains(&code.as_str()) || code == "unused-allow";
                assert!(allowable, "`{code}` may not be allowed");
            }
        }
        assert!(count > 60, "only {count} were found");
    }
}
