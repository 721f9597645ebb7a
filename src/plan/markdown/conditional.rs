//! Commands among the steps forward that are only for a case: "If this fails, run:", "To undo the
//! change, run:". They are steps, and nobody may run them by going on.

use std::sync::LazyLock;

use super::book::Book;
use super::phrases::is_dense;
use super::tongues::{self, Beginnings};
use super::words::Words;
use crate::plan::draft::StepSpec;
use crate::plan::problem::Problem;

/// Whether `text` begins with the case that what it names is for. Without spaces between words, a case
/// stands at the end: "デプロイに失敗した場合".
fn is_conditional(text: &str) -> bool {
    let counted = |c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ');
    let text = text.trim_start_matches(counted);
    IN_CASE.begin_word(text)
        || (!text.is_ascii() && ANYWHERE.iter().any(|word| text.contains(word)))
        || (IN_CASE_OF.begin_word(text) && Words::new(text).is_failure())
}

/// "If"; "when", if what follows speaks of a failure; what says "if" wherever it stands.
static IN_CASE: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case));
static IN_CASE_OF: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::of(|tongue| tongue.in_case_of));
static ANYWHERE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let dense = |word: &&str| word.chars().all(is_dense) && word.chars().nth(2).is_some();
    tongues::words(|tongue| tongue.in_case)
        .filter(dense)
        .collect()
});

/// The case at the end of an item's text that names what stands below it: "Migrate. If that fails:".
pub(super) fn at_the_end(text: &str) -> Option<&str> {
    last(text.trim_end().strip_suffix([':', '：'])?)
}

/// The case that a paragraph above a block speaks of, at its beginning or at its end.
pub(super) fn above(text: &str) -> Option<&str> {
    let text = text.trim_end().trim_end_matches([':', '：', '.', '。']);
    let first = text.split(['\n', '。']).next().unwrap_or(text);
    let first = first.split(". ").next().unwrap_or(first).trim();
    is_conditional(first)
        .then_some(first)
        .or_else(|| last(text))
}

fn last(text: &str) -> Option<&str> {
    let clauses = text.split(['\n', ';', '。', '；']);
    let clauses = clauses.flat_map(|clause| clause.split(". "));
    let last = clauses.last().map(str::trim)?;
    is_conditional(last).then_some(last)
}

/// Makes a person say that `step`, which stands below `name`, is needed, if that, its group or its own
/// title says that it is for a case.
pub(super) fn guard(step: &mut StepSpec, name: &str, book: &mut Book<'_>) {
    if step.work.is_check() || step.confirm.is_some() || step.when.is_some() {
        return;
    }
    let groups = step.group.iter().flat_map(|group| group.split(" › "));
    // What has no words of its own is called by its first line, which may be an `if` of the shell.
    let script = step.work.text();
    let title = Some(step.title.as_str()).filter(|title| !script.trim_start().starts_with(title));
    let mut all = groups.chain([name]).chain(title);
    let Some(case) = all.find(|name| is_conditional(name)) else {
        return;
    };
    let message = format!("\"{case}\": nobody knows by now whether this is needed");
    book.problems.push(
        Problem::warning("conditional-step", step.span, message).hint(
            "it asks before it runs; `when` behind the fence can tell, and a way back belongs below a heading of its own",
        ),
    );
    step.confirm = Some(format!("This is for a case: \"{case}\". Is it needed now?"));
    step.danger = true;
}
