//! Sentences that say what a query must return: "Should return no rows", "The result must be 0. If not, wait".

use super::expected;
use crate::plan::draft::{Draft, StepSpec};
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::figures::amounts::{self, Amount};
use crate::plan::markdown::names::announced::{EXPECTED, MUST};
use crate::plan::markdown::tongues;

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
pub(in crate::plan::markdown) fn adopt(draft: &mut Draft, book: &mut Book<'_>) {
    let phases = draft.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    let tiers = draft.tiers.iter_mut().flat_map(|tier| &mut tier.steps);
    for step in phases.chain(tiers) {
        if step.expected.is_some() || step.work.is_check() || !step.alternatives.is_empty() {
            continue;
        }
        if let Some((line, demand)) = demanded(step) {
            let line = line.to_owned();
            let amount = demand.certain.then_some(demand.amount);
            expected::require(step, &line, amount, book);
        }
    }
}

/// How much a sentence demands.
struct Demand {
    amount: Amount,
    /// Whether nothing is said behind it but what to do else.
    certain: bool,
}

/// The first line of `step` that demands an amount; it is certain only if no other one does.
fn demanded(step: &StepSpec) -> Option<(&str, Demand)> {
    let details = step.details.iter().flat_map(|details| details.lines());
    let lines = std::iter::once(step.title.as_str())
        .chain(details)
        .map(str::trim);
    let mut told = lines.filter_map(|line| Some((line, of_line(line)?)));
    let (line, mut demand) = told.next()?;
    demand.certain &= told.next().is_none();
    Some((line, demand))
}

/// What a sentence of `line` demands.
fn of_line(line: &str) -> Option<Demand> {
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(". ").map(|at| at + 2);
        let end = end.or_else(|| rest.find('。').map(|at| at + '。'.len_utf8()));
        let (sentence, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let sentence = sentence.trim_end_matches(['.', ':', '：', '。', ' ']);
        rest = behind.trim_start();
        if let Some(amount) = after(sentence).find_map(amount) {
            let certain = rest.is_empty() || tongues::says_otherwise(rest);
            return Some(Demand { amount, certain });
        }
    }
    None
}

/// What stands behind words with which a demand begins.
fn after(text: &str) -> impl Iterator<Item = &str> {
    let near = MUST.near(text).iter().chain(EXPECTED.near(text));
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
    use crate::plan::markdown::figures::amounts::Of;

    #[test]
    fn sentences_say_what_a_query_must_return() {
        let rows = [
            "Should return no rows:",
            "Must return 0 rows",
            "Expect 0 rows",
            "This must return zero rows.",
            "Sollte keine Zeilen liefern:",
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
        let nothing = ["The result must be empty", "Das Ergebnis muss leer sein"];
        for (lines, of) in [
            (&rows[..], Of::Rows),
            (&plain[..], Of::Plain),
            (&nothing[..], Of::Anything),
        ] {
            for line in lines {
                let found = of_line(line).filter(|demand| demand.certain);
                let found =
                    found.map(|demand| (demand.amount.wanted.to_string(), demand.amount.of));
                assert_eq!(found, Some(("= 0".to_owned(), of)), "{line}");
            }
        }
        let more = of_line("Must return more than 3 rows").unwrap();
        assert_eq!(more.amount.wanted.to_string(), "> 3");
        let open = of_line("Should be 0. A few are fine while the job runs.");
        assert!(!open.unwrap().certain);
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
            assert!(of_line(line).is_none(), "{line}");
        }
    }
}
