//! Lines that announce what has to be true for going on.

use super::label::label;
use super::words::{Sense, Words};
use crate::plan::letters;

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
