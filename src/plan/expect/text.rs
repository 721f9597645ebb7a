//! Whether an output says what is expected of it: a word that it takes back in the same breath does
//! not count, nor does a word that is a part of another.

use crate::plan::letters::is_dense;

/// What may stand between a negation and what it negates: "could not be fully completed". With any other word
/// something else is negated: "SET NOT NULL constraint added".
const BETWEEN: [&str; 40] = [
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
    "are",
    "encore",
    "is",
    "mehr",
    "noch",
    "se",
    "to",
    "vollständig",
    "was",
    "were",
    "está",
    "están",
    "es",
    "ha",
    "fue",
];
/// Words that negate, in the languages in which nothing else is called so.
const NEGATIONS: [&str; 11] = [
    "not", "nothing", "cannot", "never", "without", "nicht", "nie", "pas", "не", "não", "nao",
];
/// What "no" negates, right behind it: before a noun it says how many there are.
const BEHIND_NO: [&str; 7] = ["longer", "está", "están", "es", "ha", "fue", "se"];
/// What is held to be no, as a value: "ready: false".
const NO: [&str; 4] = ["false", "no", "0", "off"];
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

/// Whether `line` says `word`: whole, since "inactive" is not "active", and not taken back. `t`, `true` and `10`
/// must be all of the line or of a field in it: a letter and a small number are found in every output.
pub fn says(line: &str, word: &str) -> bool {
    let mut found = line.match_indices(word);
    found.any(|(at, _)| {
        let (before, behind) = (&line[..at], &line[at + word.len()..]);
        let whole = !joins(before.chars().next_back(), word.chars().next())
            && !joins(word.chars().next_back(), behind.chars().next());
        let letter = word.starts_with(char::is_alphabetic);
        whole
            && (!is_common(word) || is_field(before, behind))
            && !(letter
                && (is_negated(before) || is_denied(behind) || is_negated_densely(before, behind)))
    })
}

/// Whether two letters side by side are of one word, where words have spaces between them.
fn joins(left: Option<char>, right: Option<char>) -> bool {
    let of_word =
        |c: Option<char>| c.is_some_and(|c| (c.is_alphanumeric() || c == '_') && !is_dense(c));
    of_word(left) && of_word(right)
}

/// The longest number that is found in about any output, in digits.
const MAX_COMMON: usize = 3;

fn is_common(word: &str) -> bool {
    let letters = word.chars().count();
    let number = letters <= MAX_COMMON && word.chars().all(|c| c.is_ascii_digit());
    letters == 1 || number || matches!(word, "true" | "false")
}

/// Whether what stands between `before` and `behind` is all of a field of a line.
fn is_field(before: &str, behind: &str) -> bool {
    let parts = |gap: &str, next: Option<char>| {
        let sign = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'));
        gap.contains("  ") || gap.contains('\t') || next.is_none_or(sign)
    };
    let (left, right) = (before.trim_end(), behind.trim_start());
    parts(&before[left.len()..], left.chars().next_back())
        && parts(&behind[..behind.len() - right.len()], right.chars().next())
}

/// Whether what follows says that the word before it is not so: `: false`, `=0`.
fn is_denied(behind: &str) -> bool {
    let behind = behind.trim_start_matches(['"', '\'']).trim_start();
    let Some(value) = behind.strip_prefix([':', '=']) else {
        return false;
    };
    let value = value
        .trim_start()
        .trim_start_matches(['"', '\''])
        .to_lowercase();
    let mut no = NO.iter().filter_map(|no| value.strip_prefix(no));
    no.any(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']).trim();
        rest.is_empty() || rest.starts_with([',', ';', '}', ')'])
    })
}

/// The same where words have no spaces between them: 不成功, 完了していません.
fn is_negated_densely(before: &str, behind: &str) -> bool {
    let no = |c: char| matches!(c, '不' | '未' | '没' | '無' | '无' | '非');
    let before = before.strip_suffix('有').unwrap_or(before);
    if before.ends_with(no) {
        return true;
    }
    let verb: String = behind
        .chars()
        .take_while(|c| is_dense(*c))
        .take(10)
        .collect();
    let ends = ["ません", "ない", "なかった", "せず"];
    verb.starts_with(['し', 'で', 'さ']) && ends.iter().any(|end| verb.contains(end))
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
    let mut behind = String::new();
    for word in clause.split_whitespace().rev() {
        let word = word.to_lowercase();
        let no = word == "no" && BEHIND_NO.contains(&behind.as_str());
        let shortened = word.ends_with("n't") || word.ends_with("n’t");
        if shortened || no || NEGATIONS.contains(&word.as_str()) {
            return true;
        }
        if !BETWEEN.contains(&word.as_str()) && word != "longer" {
            return false;
        }
        behind = word;
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

    #[test]
    fn a_word_is_no_part_of_another_and_a_short_one_is_all_of_a_field() {
        for (word, line) in [
            ("t", " t"),
            ("t", " 17 | t | x"),
            ("t", "17\tt"),
            ("ok", "Status: ok"),
            ("ok", "{\"db\":\"ok\"}"),
            ("ok", "[ ok ] db"),
            ("ok", "db ... ok"),
            ("ok", "rc: 0 ok"),
            ("ok", "ok: 0 errors"),
            ("ready", "web-1   ready   0"),
            ("ready", "not ready yet, retrying ... ready"),
            ("active", "Active: active (running)"),
            ("successfully", "rolled out successfully."),
            ("0", "count\n  0"),
            ("成功", "备份成功"),
            ("完了", "移行が完了しました"),
        ] {
            assert!(
                line.lines().any(|line| says(line, word)),
                "{word} in {line:?}"
            );
        }
        for (word, line) in [
            ("t", " pg_promote "),
            ("t", "not"),
            ("t", " f"),
            ("0", "10"),
            ("1", "(1 row)"),
            ("ok", "not ok"),
            ("ok", "Status: not ok"),
            ("ok", "token"),
            ("ok", "not ok, broken_ok"),
            ("OK", "NOT OK"),
            ("ready", "server is not ready"),
            ("ready", "ready: false"),
            ("ready", "{\"ready\": false, \"x\": true}"),
            ("bereit", "Dienst ist noch nicht bereit"),
            ("prêt", "le service n'est pas encore prêt"),
            ("listo", "no está listo"),
            ("pronto", "não está pronto"),
            ("готов", "не готов"),
            ("成功", "不成功"),
            ("成功", "没有成功"),
            ("完了", "完了していません"),
            ("migrated", "not all were migrated"),
            ("passed", "0 passed, 12 failed"),
            ("active", "inactive"),
            ("healthy", "Up 3 minutes (unhealthy)"),
            ("true", "untrue"),
        ] {
            assert!(!says(line, word), "{word} in {line:?}");
        }
    }
}
