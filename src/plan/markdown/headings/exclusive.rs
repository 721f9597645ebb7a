//! Headings of a way back that are for cases of their own, of which there is only one: "Before the swap", "After the
//! swap".

use std::collections::HashSet;

use super::outline::{Outline, SectionIx};
use super::roles::{Reading, Role};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::figures::daytime::{self, Limit};
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::problem::Problem;

/// The headings right below one about rollbacks each of which is for a case of its own, "Before the swap" and
/// "After the swap": they are never driven one after the other. Those that are counted are.
pub(in crate::plan::markdown) fn cases(
    outline: &Outline,
    readings: &[Reading],
    book: &mut Book<'_>,
) -> HashSet<SectionIx> {
    let mut cases = HashSet::new();
    let back = |ix: &SectionIx| readings[*ix].role == Role::Rollback;
    for root in (0..outline.sections.len()).filter(back) {
        let children = outline.sections[root].children.iter().copied().filter(back);
        let children: Vec<SectionIx> = children.filter(|&ix| !is_counted(outline, ix)).collect();
        let words = |ix: SectionIx| &outline.sections[ix].title.words;
        let times = times(outline, &outline.sections[root].children);
        let is_sure = |ix: SectionIx| words(ix).is_one_case() || times.contains(&ix);
        let (sure, unsure): (Vec<_>, Vec<_>) = children
            .into_iter()
            .filter(|&ix| is_sure(ix) || words(ix).is_rollback_of())
            .partition(|&ix| is_sure(ix));
        if sure.len() + unsure.len() < 2 {
            continue;
        }
        if let Some(&first) = unsure.first() {
            let section = &outline.sections[first];
            let message = format!(
                "\"{}\" and what stands beside it may be ways back of which one is gone: each is offered by itself",
                section.title.text
            );
            let problem = Problem::warning("unclear-tier", book.first_line(section.span), message);
            book.problems.push(problem.hint(
                "where they are parts of one way back, call them so: \"Step 1: the application\"",
            ));
        }
        cases.extend(sure.into_iter().chain(unsure));
    }
    cases
}

/// Those of `children` that are for before and for after the same thing. Where something stands beside them
/// that is for neither, they tell the order.
fn times(outline: &Outline, children: &[SectionIx]) -> HashSet<SectionIx> {
    // "After the switch (phases: Switched, Verifying)" is for after the switch.
    let time = |ix: &SectionIx| {
        let name = heading::without_parentheses(&outline.sections[*ix].title.text);
        let words = Words::new(&name);
        let (before, what) = words.one_time()?;
        Some((before, what.to_owned()))
    };
    let name = |ix: &SectionIx| heading::behind_count(&outline.sections[*ix].title.text);
    let limit = |ix: &SectionIx| daytime::limit(name(ix));
    let plain = |ix: &SectionIx| {
        let words = &outline.sections[*ix].title.words;
        time(ix).is_none()
            && limit(ix).is_none()
            && !words.is_one_case()
            && outline.sections[*ix].holds.work
    };
    if children.iter().any(plain) {
        return HashSet::new();
    }
    let said: HashSet<(bool, String)> = children.iter().filter_map(time).collect();
    let limits: Vec<Limit> = children.iter().filter_map(limit).collect();
    let denied = |ix: &&SectionIx| {
        let excluded = |own: Limit| limits.iter().any(|other| own.excludes(*other));
        limit(ix).is_some_and(excluded)
            || time(ix).is_some_and(|(before, what)| said.contains(&(!before, what)))
    };
    children.iter().filter(denied).copied().collect()
}

/// Whether a heading is counted as a step is: "1. Rollback of the app", not "5.1 Rollback of the app".
pub(in crate::plan::markdown) fn is_counted(outline: &Outline, ix: SectionIx) -> bool {
    let title = &outline.sections[ix].title;
    let digits = title.text.trim_start_matches(|c: char| c.is_ascii_digit());
    let chapter = digits.len() < title.text.len()
        && digits
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    title.ordinal == Some(Ordinal::Number) && !chapter
}
