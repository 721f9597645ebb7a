//! What stands at the end of a file or a section and is about the document: "Last updated: 2025-01-02", "Version: 1.2".
//! Nobody is called by it.

use crate::plan::letters;
use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::names::decoration;

/// Where among `blocks` a footer begins: behind a rule, only lines of text of which one is about the document.
pub(in crate::plan::markdown) fn start(blocks: &[Block]) -> usize {
    let rule = blocks
        .iter()
        .rposition(|block| matches!(block.kind, Kind::Rule));
    let Some(rule) = rule else {
        return blocks.len();
    };
    let behind = &blocks[rule + 1..];
    let told = |block: &Block| block.paragraph().is_some_and(|inline| is_in(&inline.text));
    let reached = |block: &Block| {
        block
            .paragraph()
            .is_some_and(|inline| reaches(&inline.text))
    };
    let text = behind.iter().all(|block| block.paragraph().is_some());
    if text && !behind.iter().any(reached) && behind.iter().any(told) {
        rule
    } else {
        blocks.len()
    }
}

/// Whether a line of `text` tells something of the document, and none how somebody is reached.
pub(in crate::plan::markdown) fn is_footer(text: &str) -> bool {
    is_in(text) && !reaches(text)
}

fn is_in(text: &str) -> bool {
    text.lines().any(tells)
}

/// Whether an address or a telephone's number stands in `text`.
fn reaches(text: &str) -> bool {
    text.contains(['@', '+'])
}

fn tells(line: &str) -> bool {
    let line = decoration::strip(line);
    let name = line.split([':', '：']).next().unwrap_or(line);
    name.len() < line.len() && is_of_document(name)
}

/// Whether `name`, in front of a colon, is what is told of a document.
pub(in crate::plan::markdown) fn is_of_document(name: &str) -> bool {
    let folded = letters::fold(name);
    let name = folded.trim_matches(|c: char| !c.is_alphanumeric());
    WHOLE.contains(&name) || BEGINNINGS.iter().any(|word| name.starts_with(word))
}

/// Whether `name` says for which case it is: "Escalate to L2 if".
pub(in crate::plan::markdown) fn names_a_case(name: &str) -> bool {
    let folded = letters::fold(name);
    let last = folded.trim_end().rsplit(' ').next().unwrap_or("");
    folded.contains(' ')
        && [
            "if",
            "when",
            "wenn",
            "falls",
            "si",
            "lorsque",
            "cuando",
            "se",
            "quando",
            "если",
            "когда",
        ]
        .contains(&last)
}

#[rustfmt::skip]
const WHOLE: [&str; 35] = [
    "updated", "version", "revision", "status", "date", "signature", "signatures", "next review", "reviewed", "generated", "stand",
    "datum", "unterschrift", "zuletzt geandert", "nachste prufung", "statut", "estado", "fecha", "firma", "versao", "data", "assinatura",
    "версия", "дата", "статус", "подпись", "обновлено", "バージョン", "版数", "更新日", "作成日", "版本", "状态", "日期", "签名",
];
#[rustfmt::skip]
const BEGINNINGS: [&str; 31] = [
    "last update", "last review", "last modified", "last changed", "last tested", "last verified", "document ", "created on", "reviewed on",
    "letzte aktualisierung", "letzte anderung", "zuletzt aktualisiert", "dokumentversion", "derniere mise a jour", "mis a jour",
    "mise a jour", "cree le", "ultima actualizacion", "ultima revision", "documento ", "creado el", "ultima atualizacao", "ultima revisao",
    "criado em", "последнее обновление", "последнее изменение", "версия документа", "最終更新", "最后更新", "更新时间", "文档版本",
];
