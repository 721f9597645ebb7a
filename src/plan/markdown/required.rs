//! Sentences that say what a query must return: "Should return no rows", "The result must be 0. If not, wait".

use std::sync::LazyLock;

use super::amounts::{self, Amount};
use super::book::Book;
use super::expected;
use super::tongues::{self, Beginnings};
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::letters;

static MUST: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.must));
/// What stands last in such a sentence, in German and in Japanese.
const LAST: [&str; 8] = [
    " sein",
    " liefern",
    " ergeben",
    " zuruckgeben",
    " zuruckliefern",
    "であること",
    "になること",
    "です",
];

/// Makes what the title or the details of a step say that its query must return a test of it. What the author
/// says in the usual way goes before.
pub(super) fn adopt(draft: &mut Draft, book: &mut Book<'_>) {
    let phases = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let tiers = draft.tiers.iter_mut().flat_map(|tier| &mut tier.steps);
    for step in phases.chain(tiers) {
        if step.expected.is_some() || step.work.is_check() || !step.alternatives.is_empty() {
            continue;
        }
        if let Some((line, demand)) = demanded(step) {
            let line = line.to_owned();
            expected::require(step, &line, demand, book);
        }
    }
}

/// The line of `step` that demands an amount, and that, if it is certain.
fn demanded(step: &StepSpec) -> Option<(&str, Option<Amount>)> {
    let details = step.details.iter().flat_map(|details| details.lines());
    let mut lines = std::iter::once(step.title.as_str()).chain(details);
    let mut told = lines
        .by_ref()
        .filter_map(|line| Some((line.trim(), of_line(line.trim())?)));
    let first = told.next()?;
    let only = told.next().is_none();
    Some((first.0, first.1.filter(|_| only)))
}

/// The amount that a sentence of `line` demands; with none if what is said behind it leaves that open. Behind it
/// may stand only what to do else.
fn of_line(line: &str) -> Option<Option<Amount>> {
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(". ").map(|at| at + 2);
        let end = end.or_else(|| rest.find('。').map(|at| at + '。'.len_utf8()));
        let (sentence, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let sentence = sentence.trim_end_matches(['.', ':', '：', '。', ' ']);
        rest = behind.trim_start();
        if let Some(amount) = after(sentence).find_map(amount) {
            let certain = rest.is_empty() || tongues::says_otherwise(rest);
            return Some(certain.then_some(amount));
        }
    }
    None
}

/// What stands behind words with which a demand begins.
fn after(text: &str) -> impl Iterator<Item = &str> {
    let near = MUST.near(text).iter();
    near.filter_map(|(word, ())| tongues::strip_word(text, word))
}

fn amount(said: &str) -> Option<Amount> {
    let quoted = |c: &char| !matches!(c, '`' | '"' | '*');
    let said: String = letters::fold(said).chars().filter(quoted).collect();
    let said = said.trim();
    let bare = LAST.iter().find_map(|last| said.strip_suffix(last));
    amounts::read(bare.unwrap_or(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::markdown::amounts::Of;

    #[test]
    fn sentences_say_what_a_query_must_return() {
        let rows = [
            "Should return no rows:",
            "Must return 0 rows",
            "This must return zero rows.",
            "The result must be empty",
            "Sollte keine Zeilen liefern:",
            "Das Ergebnis muss leer sein",
            "Doit retourner 0 lignes",
            "La requête ne doit renvoyer aucune ligne",
            "Debe devolver 0 filas",
            "Deve retornar 0 linhas",
            "Должно быть 0 строк",
            "結果は0件であること",
            "应返回0行",
        ];
        let plain = [
            "The result must be `0`",
            "The result must be 0. If not, wait and repeat.",
            "Count the orphans. The result must be 0",
            "Das Ergebnis muss 0 sein",
            "Le résultat doit être 0",
        ];
        for (lines, of) in [(&rows[..], Of::Rows), (&plain[..], Of::Plain)] {
            for line in lines {
                let found = of_line(line).flatten();
                let found = found.map(|amount| (amount.wanted.to_string(), amount.of));
                assert_eq!(found, Some(("= 0".to_owned(), of)), "{line}");
            }
        }
        let more = of_line("Must return more than 3 rows").flatten();
        assert_eq!(
            more.map(|amount| amount.wanted.to_string()).as_deref(),
            Some("> 3")
        );
        assert_eq!(
            of_line("Should be 0. A few are fine while the job runs."),
            Some(None)
        );
        for line in [
            "Must return about 5 rows",
            "Must not return 0 rows",
            "Should be 0 or 1",
            "Should return the new rows",
            "Must be run as postgres",
            "No rows are locked",
            "The result must be 0 within a minute",
            "Should return rows",
        ] {
            assert_eq!(of_line(line), None, "{line}");
        }
    }
}
