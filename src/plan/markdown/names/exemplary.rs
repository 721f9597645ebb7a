//! Remarks that give a value as an example: "the previous revision (e.g. revision 3 if 4 is broken)".

use std::sync::LazyLock;

use super::cases;
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::markdown::tongues::folded::folded;

/// "For example".
static EXAMPLES: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.examples));

/// Whether `text` gives a value with a number as an example that stands in `script` as it is.
pub(in crate::plan::markdown) fn is_taken(text: &str, script: &str) -> bool {
    let parts = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    cases::in_brackets(text)
        .filter(|inside| EXAMPLES.begin_word(&folded(inside)))
        .flat_map(|inside| inside.split(parts))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .any(|value| holds(script, value))
}

/// Whether `value` stands in `script` for itself: not as a part of another number or name.
fn holds(script: &str, value: &str) -> bool {
    script.match_indices(value).any(|(at, _)| {
        let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
        let before = script[..at].chars().next_back();
        apart(before) && apart(script[at + value.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_that_the_command_holds_is_taken_for_the_value() {
        for (text, script) in [
            ("Go back (e.g. revision 3 if 4 is broken)", "deploy shop:3"),
            (
                "Roll back to a revision (e.g., revision 5)",
                "kubectl rollout undo deploy/x --to-revision=5",
            ),
            (
                "Roll back (for example v1.2.3)",
                "helm upgrade --version v1.2.3",
            ),
            ("Zurück (z. B. auf 1.2.3)", "./deploy 1.2.3"),
        ] {
            assert!(is_taken(text, script), "{text}");
        }
        for (text, script) in [
            (
                "Go back (e.g. revision 3 if 4 is broken)",
                "deploy shop:$REVISION",
            ),
            ("Go back (e.g. revision 3)", "deploy shop:33"),
            ("Go back (revision 3)", "deploy shop:3"),
            ("Choose a window (e.g., maintenance window)", "./window"),
            ("Back up (e.g. with pg_dump)", "pg_dump shop > x"),
        ] {
            assert!(!is_taken(text, script), "{text}");
        }
    }
}
