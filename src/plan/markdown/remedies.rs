//! Remedies: what stands below "Solution:", behind "Symptom:" or "Cause:", is done by who has that trouble.

use super::blocks::{Block, Inline, Kind};
use super::folded::folded;

/// The line above the block at `at` among `blocks`, if it calls that a remedy of what stands before it.
pub(super) fn above(blocks: &[Block], at: usize) -> Option<&str> {
    let (above, before) = blocks[..at].split_last()?;
    let line = above.paragraph()?;
    if !is_one(line, &REMEDIES) {
        return None;
    }
    // What it is the remedy of stands close before it.
    let mut before = before.iter().rev().flat_map(lines);
    let troubled = before.any(|line| is_one(line, &TROUBLES));
    troubled.then_some(line.text.as_str())
}

/// The lines that may say what stands below them.
fn lines(block: &Block) -> Vec<&Inline> {
    match &block.kind {
        Kind::List(list) => list.items.iter().filter_map(|item| item.head().0).collect(),
        _ => block.paragraph().into_iter().collect(),
    }
}

/// Whether `line` begins as one of `names` with a colon behind it: "Solution 2: …".
fn is_one(line: &Inline, names: &[&str]) -> bool {
    let Some((name, _)) = line.text.split_once([':', '：']) else {
        return false;
    };
    let name = folded(name);
    let name = name.trim_matches(|c: char| c == ' ' || c.is_ascii_digit());
    names.contains(&name)
}

/// What troubles are told of by, in all languages.
const TROUBLES: [&str; 46] = [
    "symptom",
    "symptoms",
    "diagnosis",
    "diagnose",
    "diagnostic",
    "diagnostics",
    "cause",
    "causes",
    "root cause",
    "possible cause",
    "likely cause",
    "problem",
    "issue",
    "error",
    "ursache",
    "ursachen",
    "symptome",
    "fehler",
    "fehlerbild",
    "symptomes",
    "probleme",
    "erreur",
    "sintoma",
    "sintomas",
    "causa",
    "causas",
    "diagnostico",
    "problema",
    "erro",
    "симптом",
    "симптомы",
    "причина",
    "причины",
    "диагностика",
    "проблема",
    "ошибка",
    "症状",
    "原因",
    "診断",
    "诊断",
    "现象",
    "現象",
    "问题",
    "問題",
    "错误",
    "エラー",
];
/// What their remedies are called by.
const REMEDIES: [&str; 40] = [
    "solution",
    "solutions",
    "fix",
    "fixes",
    "quick fix",
    "remedy",
    "remediation",
    "resolution",
    "workaround",
    "mitigation",
    "recovery",
    "losung",
    "losungen",
    "abhilfe",
    "behebung",
    "correction",
    "correctif",
    "remede",
    "solucion",
    "soluciones",
    "correccion",
    "solucao",
    "solucoes",
    "correcao",
    "решение",
    "исправление",
    "устранение",
    "解决",
    "解决方案",
    "解决方法",
    "解决办法",
    "处理",
    "处理方法",
    "修复",
    "対処",
    "対処法",
    "対応",
    "解決策",
    "解決方法",
    "解決",
];
