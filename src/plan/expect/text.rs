//! Whether an output says what is expected of it: a word that it takes back in the same breath does
//! not count.

/// What may stand between a negation and what it negates: "could not be fully completed". With any other word
/// something else is negated: "SET NOT NULL constraint added".
const BETWEEN: [&str; 25] = [
    "a",
    "all",
    "an",
    "any",
    "be",
    "been",
    "being",
    "completely",
    "correctly",
    "currently",
    "entirely",
    "fully",
    "get",
    "have",
    "quite",
    "really",
    "safely",
    "successfully",
    "the",
    "yet",
    "actually",
    "properly",
    "cleanly",
    "reported",
    "marked",
];
/// Words that negate, in the languages in which nothing else is called so.
const NEGATIONS: [&str; 9] = [
    "not", "nothing", "cannot", "never", "without", "nicht", "nie", "pas", "не",
];
/// How much of what stands before a word is looked at, in bytes.
const NEAR: usize = 60;

/// Whether `text` stands in `output` and is not negated there, "not yet ready" does not say "ready", nor a part of
/// a longer number: "13 pods" are not "3 pods".
pub fn holds(output: &str, text: &str) -> bool {
    let is_word = text.starts_with(char::is_alphabetic);
    let digit = |c: char| c.is_ascii_digit();
    let mut found = output.match_indices(text);
    found.any(|(at, _)| {
        let (before, behind) = (&output[..at], &output[at + text.len()..]);
        let longer = (text.starts_with(digit) && before.ends_with(digit))
            || (text.ends_with(digit) && behind.starts_with(digit));
        !(longer || (is_word && is_negated(before)))
    })
}

/// Whether a negation stands closely before what follows `before`, in the same clause.
fn is_negated(before: &str) -> bool {
    let near = &before[before.floor_char_boundary(before.len().saturating_sub(NEAR))..];
    // What is a part of a longer word is another one.
    if !near.ends_with([' ', '\t', '"', '\'', '`']) {
        return false;
    }
    let near = near.trim_end_matches(['"', '\'', '`']);
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '\t' | '\'' | '’' | '-'));
    let clause = near.rsplit(ends).next().unwrap_or(near);
    // "0 passed, 12 failed"; in "rc: 0 ok" the number is what is told.
    let told = near[..near.len() - clause.len()].ends_with([':', '=']);
    if clause.trim() == "0" && !told {
        return true;
    }
    let mut words = clause.split_whitespace().rev().peekable();
    while let Some(word) = words.next() {
        let word = word.to_lowercase();
        let no_longer = word == "longer" && words.peek().is_some_and(|word| *word == "no");
        let shortened = word.ends_with("n't") || word.ends_with("n’t");
        if shortened || no_longer || NEGATIONS.contains(&word.as_str()) {
            return true;
        }
        if !BETWEEN.contains(&word.as_str()) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_negated_is_not_said() {
        for (output, text) in [
            ("the migration couldn't be completed", "completed"),
            ("not completed", "completed"),
            ("Backup was NOT successfully completed", "completed"),
            ("shop is not yet ready", "ready"),
            ("it cannot be reached", "reached"),
            ("node is no longer ready", "ready"),
            ("status: not \"ready\"", "ready"),
            ("never applied", "applied"),
            ("it ended without being completed", "completed"),
            ("noch nicht abgeschlossen", "abgeschlossen"),
            ("0 passed, 12 failed", "passed"),
            ("Nothing applied", "applied"),
            ("13 pods", "3 pods"),
            ("port 54321", "port 5432"),
        ] {
            assert!(!holds(output, text), "{output}");
        }
        for (output, text) in [
            ("0 errors, not null: ok", "ok"),
            ("no errors; completed", "completed"),
            ("not needed: completed", "completed"),
            ("column is not null and valid", "valid"),
            ("not needed - completed", "completed"),
            ("not ready\nready", "ready"),
            ("not ready yet, retrying ... ready", "ready"),
            ("state not ready", "not ready"),
            (
                "do not worry about the warnings above as the job completed",
                "completed",
            ),
            ("nothing to commit", "nothing to commit"),
            ("SET NOT NULL constraint added", "added"),
            ("Adding NOT NULL constraint OK", "OK"),
            ("CREATE TABLE IF NOT EXISTS done", "done"),
            ("constraint email_not_null NOT VALID added", "added"),
            ("not deferrable initially immediate", "immediate"),
            ("email NOT NULL\tvalidated", "validated"),
            ("lock not held by others ok", "ok"),
            ("not only ready but warm", "ready"),
            ("No pending migrations", "pending migrations"),
            ("notready", "ready"),
            ("not 58 rows", "58"),
            ("10 passed, 0 failed", "passed"),
            ("exit code 0 ok", "ok"),
            ("rc: 0 ok", "ok"),
            ("13 pods, 3 pods", "3 pods"),
        ] {
            assert!(holds(output, text), "{output}");
        }
    }
}
