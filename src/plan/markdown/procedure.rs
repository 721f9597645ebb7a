//! Headings that say nothing of their own and belong to a procedure all the same, because of those beside them.

use std::collections::HashMap;

use super::heading::{Ordinal, Title};
use super::outline::{Outline, Section, SectionIx};
use super::roles::says_steps;
use super::words::Meaning;
use crate::plan::model::PhaseKind;

/// Which headings go on with what those beside them do.
pub(super) fn goes_on(outline: &Outline) -> Vec<bool> {
    let counted = counted(outline);
    let mut goes_on = around(outline);
    for (section, goes_on) in outline.sections.iter().zip(&mut goes_on) {
        *goes_on |= counted[section.parent.unwrap_or(0)] && is_numbered(&section.title);
    }
    goes_on
}

/// Below which sections numbered headings are the steps of one procedure, because one of them says
/// so: who runs "1." and "4." and leaves "2." out does something else. The first section, below which
/// none is, stands for the file.
fn counted(outline: &Outline) -> Vec<bool> {
    let mut counted = vec![false; outline.sections.len()];
    for section in &outline.sections {
        let title = &section.title;
        if is_numbered(title) && title.meaning.sense.is_none() && says_steps(title) {
            counted[section.parent.unwrap_or(0)] = true;
        }
    }
    counted
}

fn is_numbered(title: &Title) -> bool {
    title.ordinal == Some(Ordinal::Number)
}

/// Which headings are orders of which nothing says when, right before or behind the deployment: who
/// stops the application and migrates starts it as well. So is "100%" behind "Canary 25%".
fn around(outline: &Outline) -> Vec<bool> {
    let sections = &outline.sections;
    let mut around = vec![false; sections.len()];
    let deploys = |title: &Title| {
        let stage = title.meaning.stage;
        title.meaning.sense.is_none() && stage.is_some_and(|stage| stage.kind == PhaseKind::Deploy)
    };
    let orders = |section: &Section| {
        let title = &section.title;
        let unsaid = title.meaning == Meaning::default() && section.holds.work;
        let unsaid = unsaid && !title.words.names_a_case();
        unsaid && (title.words.orders() || is_share(&title.text))
    };
    let mut look = |ixs: &mut dyn Iterator<Item = SectionIx>| {
        let mut beside: HashMap<Option<SectionIx>, bool> = HashMap::new();
        for ix in ixs {
            let section = &sections[ix];
            let beside = beside.entry(section.parent).or_insert(false);
            let order = orders(section);
            around[ix] |= order && *beside;
            *beside = deploys(&section.title) || (order && *beside);
        }
    };
    look(&mut (1..sections.len()));
    look(&mut (1..sections.len()).rev());
    around
}

/// Whether `text` is no more than a share of the whole: "50%", "100 %".
fn is_share(text: &str) -> bool {
    let share = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.'))
    };
    text.strip_suffix('%')
        .is_some_and(|text| !text.is_empty() && share(text))
}
