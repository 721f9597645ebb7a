//! What is done only on a condition: "Only run this if the backup is there", "ONLY execute if:" above a list of what has
//! to be true.

use super::conditional;
use super::success;
use crate::plan::markdown::elements::blocks::{Block, Inline, Kind};
use crate::plan::markdown::tongues::TONGUES;
use crate::plan::markdown::tongues::folded::folded;

/// Whether `text` begins by saying that something is done only if, or only after. "Only after the previous step, run" tells
/// the order, and says nothing of that kind.
pub(in crate::plan::markdown) fn is(text: &str) -> bool {
    limits(text, false)
}

/// The same of a remark behind what is done: "(only after two weeks)".
pub(in crate::plan::markdown) fn remarks(inside: &str) -> bool {
    limits(inside, true)
}

/// Whether `text` begins so, behind what is `done` or with that in it.
fn limits(text: &str, mut done: bool) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty()).map(folded);
    let mut only = false;
    // Hardly any line goes on behind its first word.
    while let Some(word) = words.next() {
        let word = word.trim_end();
        if only && done && CONDITIONS.contains(&word) {
            let next = words.next();
            let next = next.as_deref().map_or("", str::trim_end);
            return match word {
                // "Run this only once" says how often, "only after step 2" in which order.
                "once" => OF_ONCE.contains(&next),
                "after" => !IN_ORDER.contains(&next),
                _ => true,
            };
        }
        let (limits, does) = (ONLY.contains(&word), DOES.contains(&word));
        (only, done) = (only || limits, done || does);
        if !limits && !does && !POINTS.contains(&word) {
            return false;
        }
    }
    false
}

/// Whether the condition that `text` begins with tells behind what something is done.
pub(super) fn tells_order(text: &str) -> bool {
    let folded = folded(text);
    let first = folded.split(' ').next().unwrap_or_default();
    AFTER.contains(&first)
}

/// Whether `text` ends with the condition that all is well, or done: "once everything works".
pub(super) fn ends_with_all(text: &str) -> bool {
    let folded = folded(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let all = |word: &str| TONGUES.iter().any(|tongue| tongue.all.contains(&word));
    let pairs = words.windows(2).skip(1);
    pairs
        .into_iter()
        .any(|pair| CONDITIONS.contains(&pair[0]) && all(pair[1]))
}

/// Whether `text` begins with a condition, or with the time at which something is done: "When all is well".
pub(super) fn begins_condition(text: &str) -> bool {
    let folded = folded(text);
    let first = folded.split(' ').next().unwrap_or_default();
    CONDITIONS.contains(&first) || folded.starts_with("as soon as ")
}

/// The line of `before`, the blocks above a list, that says that what stands behind the list is only for the cases that it
/// tells: "Run this only if:", "If all of these are true:".
pub(in crate::plan::markdown) fn lead<'t>(list: &Block, above: &'t Block) -> Option<&'t str> {
    let line = above
        .paragraph()
        .filter(|_| matches!(list.kind, Kind::List(_)))?;
    let text = line.text.trim();
    let lead = text.lines().last()?.trim();
    let bare = lead.strip_suffix([':', '：'])?;
    let words = folded(bare);
    let mut all = words.split_whitespace();
    let open = all
        .clone()
        .next_back()
        .is_some_and(|last| CONDITIONS.contains(&last));
    let told = open || all.any(|word| TOLD_BELOW.contains(&word));
    (told && conditional::is_for_a_case(bare) && !success::announces(lead)).then_some(lead)
}

/// What the first of `blocks` says so of all that stands below it.
pub(in crate::plan::markdown) fn of_all(blocks: &[Block]) -> Option<&str> {
    let (first, rest) = blocks.split_first()?;
    match &first.kind {
        Kind::Quote(quote) => in_quote(&quote.blocks),
        Kind::Paragraph(line) if line.text.trim_end().ends_with([':', '：']) => rest
            .first()
            .and_then(|list| lead(list, first))
            .filter(|lead| is(lead)),
        Kind::Paragraph(line) => {
            let goes_on = |sentence: &&str| success::announces(sentence);
            sentences(line)
                .find(|sentence| is(sentence))
                .filter(|sentence| !goes_on(sentence))
        }
        _ => None,
    }
}

/// The sentence in the quotation of `blocks` that says so of what stands below it.
pub(in crate::plan::markdown) fn in_quote(blocks: &[Block]) -> Option<&str> {
    let lines = blocks.iter().filter_map(Block::paragraph);
    let mut said = lines.flat_map(sentences);
    said.find(|sentence| is(sentence))
}

fn sentences(line: &Inline) -> impl Iterator<Item = &str> {
    let lines = line.text.split('\n');
    lines.flat_map(|line| line.split(". ")).map(str::trim)
}

#[rustfmt::skip]
const ONLY: [&str; 14] = ["only", "nur", "erst", "seulement", "uniquement", "que", "solo", "solamente", "unicamente", "so", "somente", "apenas", "только", "лишь"];
/// That something is done.
#[rustfmt::skip]
const DOES: [&str; 36] = [
    "do", "run", "execute", "perform", "apply", "use", "proceed", "continue", "begin", "start", "ausfuhren", "durchfuhren", "anwenden", "fortfahren", "weitermachen", "starten",
    "executer", "lancer", "appliquer", "continuer", "poursuivre", "ejecutar", "ejecute", "aplicar", "continuar", "executar", "execute", "prosseguir", "выполнять",
    "выполнить", "выполняйте", "запускать", "запустить", "запускайте", "продолжать", "продолжайте",
];
/// What, which is what stands below.
#[rustfmt::skip]
const POINTS: [&str; 44] = [
    "this", "these", "that", "it", "the", "following", "command", "commands", "step", "steps", "part", "section", "script", "query", "statement", "statements", "block", "below", "with", "please",
    "dies", "diese", "diesen", "dieses", "dann", "schritt", "befehl", "befehle", "skript", "n", "ne", "ceci", "cette", "ces", "ce", "etape", "commande", "esto", "este", "paso", "isto", "passo",
    "это", "эту",
];
/// Where the condition begins.
#[rustfmt::skip]
const CONDITIONS: [&str; 21] = [
    "if", "when", "after", "once", "unless", "wenn", "falls", "nachdem", "sobald", "si", "quand", "lorsque", "apres", "cuando", "se", "quando", "despues", "depois",
    "если", "когда", "после",
];
const AFTER: [&str; 5] = ["after", "apres", "despues", "depois", "после"];
/// What stands behind "once" where that does not say how often, and behind "after" where that only tells the order.
const IN_ORDER: [&str; 3] = ["step", "steps", "previous"];
const OF_ONCE: [&str; 8] = [
    "the",
    "all",
    "you",
    "we",
    "it",
    "everything",
    "everybody",
    "everyone",
];
/// What says that the cases stand below.
#[rustfmt::skip]
const TOLD_BELOW: [&str; 20] = [
    "these", "following", "all", "any", "both", "conditions", "diese", "folgende", "folgenden", "alle", "toutes", "ces", "suivantes", "todas", "estas", "condiciones", "condicoes",
    "все", "следующие", "условия",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::markdown::tests::{plan, titles};

    #[test]
    fn what_is_done_only_on_a_condition_is_told_from_an_order() {
        for text in [
            "Only run this if the backup is there",
            "⚠️ ONLY execute if everybody is gone",
            "Execute only after:",
            "Run this step only when the lag is 0",
            "Do this only after everybody has signed off",
            "Proceed only once the old pods are gone",
            "Nur ausführen, wenn das Backup da ist",
            "Dies nur dann ausführen, falls nötig",
            "N'exécuter que si la copie existe",
            "Ejecutar solo si hay copia",
            "Executar somente se houver cópia",
            "Выполнять только если есть копия",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "Run this only once",
            "Run this only once per host",
            "Run this only after step 2",
            "Only after the previous step is green, run",
            "Only start the workers after the migration",
            "Only run this on the primary",
            "Run the migration if it is needed",
            "Use this",
            "",
        ] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn a_condition_above_all_steps_holds_for_each() {
        let asks = |lead: &str| -> Vec<bool> {
            let text = format!(
                "## Deployment\n### 2. Drop\n{lead}\n\nFirst:\n```sh\n./drop\n```\nThen:\n```sh\n./clean\n```\n### 3. End\n```sh\n./end\n```\n"
            );
            let plan = plan(&text);
            let asks = plan.steps.iter().map(|step| step.spec.confirm.is_some());
            asks.collect()
        };
        for lead in [
            "**ONLY execute if:**\n\n- all is new",
            "It is dangerous. Only run this if there is a copy.",
            "> [!CAUTION]\n> Only run this if there is a copy.",
        ] {
            assert_eq!(asks(lead), [true, true, false], "{lead}");
        }
        for lead in ["Run this once.", "If it hangs, call Ann."] {
            assert_eq!(asks(lead), [false, false, false], "{lead}");
        }
    }

    #[test]
    fn what_a_way_back_as_a_whole_is_for_asks_for_nothing() {
        let text = "## Deployment\n```sh\n./deploy\n```\n## Rollback\n> [!CAUTION]\n> Only run this if the deployment failed.\n\n```sh\n./back\n```\n";
        assert!(
            plan(text)
                .steps
                .iter()
                .all(|step| step.spec.confirm.is_none())
        );
    }

    /// Whether the block below `lead` asks.
    fn asks(lead: &str) -> bool {
        let text = format!(
            "## Deployment\n### 1. Deploy\n```sh\n./deploy\n```\n### 2. Drop\n{lead}\n\n```sh\n./drop\n```\n"
        );
        let plan = plan(&text);
        assert!(
            titles(&plan).iter().any(|(kind, _)| *kind == "shell"),
            "{lead}"
        );
        plan.steps
            .last()
            .is_some_and(|step| step.spec.confirm.is_some())
    }

    #[test]
    fn a_condition_holds_for_the_block_behind_the_list_that_tells_it() {
        for lead in [
            "⚠️ **ONLY execute if:**\n\n- all is new\n- nothing is slow",
            "Run this only when:\n\n1. all is new\n2. nothing is slow",
            "If all of these are true:\n\n- all is new",
            "Only if the following holds:\n\n- all is new",
            "**Execute only after:**",
            "⚠️ **ONLY execute if all is new.**",
            "> [!WARNING]\n> It is gone for good. Only run this if there is a copy.",
        ] {
            assert!(asks(lead), "{lead}");
        }
        for lead in [
            "Run this:\n\n- all is new",
            "If it fails:\n\n- call Ann",
            "Rows to expect:\n\n- all of these",
            "> [!WARNING]\n> If it hangs, call Ann.",
            "Run this only once:",
        ] {
            assert!(!asks(lead), "{lead}");
        }
    }
}
