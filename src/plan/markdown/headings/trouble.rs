//! What is told for who meets it, among the steps: "Partial migration failure", and what is known by its "Symptoms:".

use super::outline::{Outline, SectionIx};
use crate::plan::markdown::elements::blocks::Block;
use crate::plan::markdown::names::heading::Title;
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::markdown::tongues::phrases::Topic;

impl Outline {
    /// The heading of `ix`, or the nearest above it, that names something that has gone wrong, or below which its symptoms are
    /// told. Below "Step 2: Monitor" they are told of what is watched there.
    pub(in crate::plan::markdown) fn trouble(&self, ix: SectionIx) -> Option<&str> {
        let found = std::iter::once(ix).chain(self.above(ix)).find(|&ix| {
            let Title { words, ordinal, .. } = &self.sections[ix].title;
            let counted = matches!(ordinal, Some(Ordinal::Number | Ordinal::Phase));
            let known = self.symptoms.contains(&ix) && !counted;
            known || words.names_failure() || words.tells_scenarios()
        });
        found.map(|ix| self.sections[ix].title.text.as_str())
    }
}

impl Words {
    /// "Advanced recovery scenarios"
    fn tells_scenarios(&self) -> bool {
        let last = self.uncounted().split_whitespace().next_back();
        self.has(Topic::Recovery) && last.is_some_and(|last| SCENARIOS.contains(&last))
    }
}

/// Whether `block` is the line "Symptoms:".
pub(super) fn names_symptoms(block: &Block) -> bool {
    let line = block.paragraph().filter(|line| is_label(line));
    line.is_some_and(|line| {
        let label = folded(&label(&line.text));
        SYMPTOMS.iter().any(|stem| label.starts_with(stem))
    })
}

/// How that is called, in all languages.
const SYMPTOMS: [&str; 4] = ["symptom", "sintoma", "симптом", "症状"];
/// What cases are called that are told one by one, in all languages.
#[rustfmt::skip]
const SCENARIOS: [&str; 6] = ["scenario", "scenarios", "szenarien", "escenarios", "cenarios", "сценарии"];
