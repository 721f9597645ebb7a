//! Criteria as they are said: in a heading, in a sentence, two in one line. "Rollback (if error rate > 5%)", "We roll
//! back when the error rate goes above 5 %", "Error rate > 5% or latency > 2s".

use super::criteria::rule;
use crate::plan::markdown::figures::threshold::{self, Measured};
use crate::plan::markdown::names::conditional;
use crate::plan::markdown::names::decided;
use crate::plan::markdown::names::sentences;
use crate::plan::markdown::tongues::folded::folded;
use crate::plan::parts::AlertRule;
use crate::plan::source::Span;

/// What stands between two of them.
const JOINS: [&str; 6] = [" or ", " oder ", " ou ", " o ", " или ", ", "];

/// The threshold that `name` tells, be it a part of a sentence or not.
pub(super) fn read(name: &str) -> Option<Measured> {
    threshold::read(name)
        .or_else(|| threshold::read(behind_label(name)?))
        .or_else(|| threshold::read(case(name)?.1))
}

/// "Rollback criteria: error rate > 5%"
fn behind_label(name: &str) -> Option<&str> {
    let (head, rest) = name.split_once([':', '：'])?;
    decided::asks(&format!("{head}:"), false).then_some(rest)
}

/// What stands before the word for "if" in `text` and behind it, where that is held against a number.
fn case(text: &str) -> Option<(&str, &str)> {
    let digit = text.find(|c: char| c.is_ascii_digit())?;
    let begins = text[..digit].match_indices([' ', '(', '（']);
    let mut begins = begins.map(|(at, sign)| text.split_at(at + sign.len()));
    begins.find_map(|(head, rest)| {
        let case = sentences::behind_if(rest)?.trim();
        threshold::compares(case).then_some((head, case))
    })
}

/// Whether `line` says that one goes back, and behind that when: "We roll back when the error rate goes above 5 %".
pub(super) fn decides(line: &str) -> bool {
    let told = case(line).filter(|_| line.len() <= MAX_SENTENCE);
    told.is_some_and(|(head, _)| conditional::goes_back(head.trim_end()) && is_decision(head))
}

/// Whether `head` says no more than that one goes back: "Rolling back is easy" tells something else about it.
fn is_decision(head: &str) -> bool {
    let folded = folded(head);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    words.all(|word| DECISION.contains(&word))
}

/// The longest sentence that is a criterion, in bytes.
const MAX_SENTENCE: usize = 160;
/// The words with which it says that one goes back: "We will roll back the deployment immediately".
#[rustfmt::skip]
const DECISION: [&str; 40] = [
    "", "we", "you", "the", "team", "please", "will", "must", "should", "shall", "always", "immediately", "at", "once", "now", "and", "stop",
    "roll", "back", "rollback", "revert", "restore", "undo", "abort", "trigger", "start", "begin", "initiate", "perform", "execute", "a", "to",
    "deployment", "release", "migration", "change", "changes", "everything", "it", "all",
];

/// The criterion that `heading`, that of a way back, tells: "Rollback (if error rate > 5%)".
pub(in crate::plan::markdown) fn in_heading(heading: &str, span: Span) -> Option<AlertRule> {
    let (_, case) = case(heading)?;
    let case = match case.rsplit_once([')', '）']) {
        Some((inside, _)) if !inside.contains(['(', '（']) => inside,
        _ => case,
    };
    Some(rule(
        case.trim_end_matches([':', ' ', '：']).to_owned(),
        span,
    ))
}

/// The alerts of the criterion `name`, which stands at `span`: several, if it is made of thresholds that are all
/// understood.
pub(in crate::plan::markdown) fn rules(name: String, span: Span) -> Vec<AlertRule> {
    let bare = behind_label(&name).unwrap_or(&name);
    let lower = bare.to_lowercase();
    let join = JOINS.iter().find(|join| lower.contains(**join));
    if let Some(join) = join.filter(|_| lower.len() == bare.len()) {
        let ends = lower.match_indices(*join).map(|(at, _)| at);
        let mut from = 0;
        let mut parts = Vec::new();
        for end in ends.chain([bare.len()]) {
            parts.push(bare[from..end].trim());
            from = (end + join.len()).min(bare.len());
        }
        if parts.iter().all(|part| threshold::read(part).is_some()) {
            let rules = parts.into_iter().map(|part| rule(part.to_owned(), span));
            return rules.collect();
        }
    }
    vec![rule(name, span)]
}
