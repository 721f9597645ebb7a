//! Lines that announce what has to be true for going on.

use super::label::label;
use super::words::{Sense, Stage, Weight, Words};
use crate::plan::letters;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::model::PhaseKind;

impl Words {
    /// The stage of what has to be there before one begins, whatever that is called after: "Deployment requirements".
    pub(super) fn stage_of_requirements(&self) -> Option<Stage> {
        let last = self.uncounted().split_whitespace().next_back()?;
        if !REQUIRED.contains(&last) {
            return None;
        }
        let own = self.stage();
        let deploys = own.is_none_or(|stage| stage.kind == PhaseKind::Deploy);
        // "Install requirements" is done.
        let told = self.begins(&[Topic::Acts, Topic::Order]);
        (deploys && !told).then_some(Stage {
            kind: PhaseKind::Before,
            // By itself it may be there to be read.
            weight: own.map_or(Weight::Faint, |_| Weight::Weak),
        })
    }
}

/// What that is called.
const REQUIRED: [&str; 5] = [
    "requirement",
    "requirements",
    "anforderungen",
    "requisitos",
    "требования",
];

/// Whether `line` announces what has to be true for going on: "Success criteria:", "Promote if, for ten minutes:".
pub(in crate::plan::markdown) fn announces(line: &str) -> bool {
    let line = label(line);
    let folded = letters::fold(&line);
    let going_on = GOING_ON.iter().any(|words| folded.starts_with(words));
    going_on || Words::new(&line).meaning().sense == Some(Sense::Success)
}

/// How a line begins that announces what has to be true for going on, and ends with a colon.
const GOING_ON: [&str; 28] = [
    "promote if",
    "promote when",
    "go on if",
    "go on when",
    "proceed if",
    "proceed when",
    "proceed only if",
    "continue if",
    "continue when",
    "continue only if",
    "go if",
    "weiter wenn",
    "weiter falls",
    "weiter nur wenn",
    "fortfahren wenn",
    "continuer si",
    "poursuivre si",
    "continuar si",
    "avanzar si",
    "continuar se",
    "prosseguir se",
    "continuare se",
    "procedere se",
    "продолжать если",
    "продолжаем если",
    "以下の場合は続行",
    "満足以下条件继续",
    "满足以下条件继续",
];
