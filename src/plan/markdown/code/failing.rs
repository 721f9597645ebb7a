//! Commands that fail when all is well: "-- must fail", "Expected: ERROR: permission denied". A step that does so fails
//! just then.

use std::sync::LazyLock;

use super::script::Piece;
use crate::plan::draft::StepSpec;
use crate::plan::letters::{self, is_dense};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::tongues::Beginnings;
use crate::plan::problem::Problem;
use crate::plan::work::Work;

/// Tells of `step`, which does what `piece` says, if its words say that it has to fail and nothing turns that round.
pub(in crate::plan::markdown) fn look(step: &StepSpec, piece: &Piece<'_>, book: &mut Book<'_>) {
    let turned = match &step.work {
        Work::Sql(sql) => letters::fold(&sql.text).contains("exception"),
        Work::Shell(shell) => ["||", "! ", "if ", "set +e"]
            .iter()
            .any(|sign| shell.script.contains(sign)),
        _ => true,
    };
    if turned {
        return;
    }
    let comments = piece.comments.iter().map(|(_, text)| *text);
    let mut words = std::iter::once(step.title.as_str())
        .chain(piece.title.as_deref())
        .chain(comments);
    let said = words.find(|text| says(text));
    let error = || {
        piece
            .expected
            .iter()
            .map(String::as_str)
            .find(|text| is_error(text))
    };
    if let Some(text) = said.or_else(error) {
        let text = text.lines().next().unwrap_or(text);
        let message =
            format!("\"{text}\" says that this fails when all is well: the step fails then");
        let problem = Problem::warning("expected-failure", book.first_line(step.span), message);
        book.problems.push(problem.hint(
            "turn it round: `if command; then exit 1; fi` in a shell; in SQL a `DO` block that catches the error, and raises one of its own if there was none",
        ));
    }
}

/// Whether `text` says that what it names has to fail. "It must fail over" does not.
fn says(text: &str) -> bool {
    // Hardly any text does.
    if !MAY_FAIL.begin_within(text) && !text.contains(is_dense) {
        return false;
    }
    let folded = letters::fold(text);
    FAILS.iter().any(|word| {
        let behind = folded
            .split_once(word)
            .map(|(_, behind)| behind.trim_start());
        behind.is_some_and(|behind| !behind.starts_with("over"))
    })
}

fn is_error(expected: &str) -> bool {
    let folded = letters::fold(expected);
    let text = folded.trim_start_matches(['`', '"', '\'']);
    ["error:", "error ", "fehler:", "erreur", "psql: error"]
        .iter()
        .any(|word| text.starts_with(word))
        && !text.starts_with("error rate")
}

/// How [`FAILS`] begin.
static MAY_FAIL: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::first_of(FAILS));

/// How that is said, in all languages.
#[rustfmt::skip]
const FAILS: [&str; 22] = [
    "must fail", "should fail", "has to fail", "expected to fail", "expect failure", "expect an error", "expect error", "must be rejected",
    "should be rejected", "muss fehlschlagen", "soll fehlschlagen", "sollte fehlschlagen", "doit echouer", "devrait echouer",
    "debe fallar", "deberia fallar", "deve falhar", "deveria falhar", "должно завершиться ошибкой", "должен завершиться ошибкой",
    "应该失败", "失敗するはず",
];

#[cfg(test)]
mod tests {
    use super::{is_error, says};

    #[test]
    fn what_has_to_fail_is_told() {
        for text in [
            "insert into foreign tenant (must fail)",
            "Should fail with permission denied",
            "Das muss fehlschlagen",
            "应该失败",
        ] {
            assert!(says(text), "{text}");
        }
        for text in [
            "It must fail over to b",
            "This should not fail",
            "Failed jobs",
            "Make sure that nothing fails",
        ] {
            assert!(!says(text), "{text}");
        }
        assert!(is_error("ERROR: new row violates row-level security"));
        assert!(!is_error("no errors") && !is_error("Error rate < 1%"));
    }
}
