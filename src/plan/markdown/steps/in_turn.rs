//! Steps of a way back that are for a case: "If the data is corrupt, restore the database", among others that are
//! not. What is said of all of them is the case that the way back itself is for.

use std::sync::LazyLock;

use super::guards::{self, Named};
use crate::plan::draft::StepSpec;
use crate::plan::letters::is_dense;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::figures::daytime::{self, Limit};
use crate::plan::markdown::found::Found;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::names::cases;
use crate::plan::markdown::names::comments;
use crate::plan::markdown::names::conditional::{self, Reserve};
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::instead::Instead;
use crate::plan::markdown::names::label::Group;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::{only, remarked};
use crate::plan::markdown::tongues::{self, Beginnings};

/// Makes a person say that those of the steps `found` are needed that are for a case. All stand below `heading`,
/// which was chosen.
pub(super) fn guard(found: &mut Found, heading: Option<&Group>, book: &mut Book<'_>) {
    let Found { steps, limited, .. } = found;
    if steps.iter().all(|step| step.work.is_check()) {
        return;
    }
    guard_limits(steps, heading, limited, book);
    guard_unclear(steps, heading, book);
    let cases = steps.iter().map(|step| case(step, heading, book));
    let cases: Vec<Option<String>> = cases.collect();
    let mut all = cases.iter();
    let first = all.next().cloned().flatten();
    let same = first.is_some() && all.clone().all(|case| *case == first);
    let fails = first.is_some_and(|first| Words::new(&first).fails());
    let general = fails && all.all(Option::is_none);
    if same || general {
        return;
    }
    for (step, case) in steps.iter_mut().zip(cases) {
        if let Some(case) = case {
            guards::guard_case(step, &case, book);
        }
    }
}

/// The same of `steps` that may be what a line above them forbids.
fn guard_unclear(steps: &mut [Box<StepSpec>], heading: Option<&Group>, book: &mut Book<'_>) {
    for step in steps.iter_mut().filter(|step| !step.work.is_check()) {
        let mut names = above(step, heading).chain([step.title.as_str()]);
        let unclear = |name: &&str| Words::whole(name).instead() == Some(Instead::Unclear);
        let name = names.find(unclear).map(str::to_owned);
        drop(names);
        if let Some(name) = name {
            guards::guard_as(step, &name, Reserve::Instead, book);
        }
    }
}

/// The same of `steps`, some of them `limited` by a line above them, that are for before a time of the day, and for after it: only one of them is gone.
fn guard_limits(
    steps: &mut [Box<StepSpec>],
    heading: Option<&Group>,
    limited: &[(usize, String)],
    book: &mut Book<'_>,
) {
    let limit = |(ix, step): (usize, &StepSpec)| {
        let lines = limited.iter().filter(|(at, _)| *at == ix);
        let titled = guards::named_by(step, book) != Named::Line;
        let own = above(step, heading).chain(titled.then_some(step.title.as_str()));
        let mut names = own.chain(lines.map(|(_, line)| line.as_str()));
        names.find_map(|name| Some((daytime::limit(name)?, name.to_owned())))
    };
    let limits: Vec<Option<(Limit, String)>> = steps
        .iter()
        .map(Box::as_ref)
        .enumerate()
        .map(limit)
        .collect();
    let excluded = |limit: Limit| {
        let mut others = limits.iter().flatten();
        others.any(|(other, _)| limit.excludes(*other))
    };
    for (step, limit) in steps.iter_mut().zip(&limits) {
        if let Some((_, text)) = limit.as_ref().filter(|(limit, _)| excluded(*limit)) {
            guards::guard_case(step, text, book);
        }
    }
}

/// Whether the heading `ix`, one of those that count the steps of a way back, is for a case. The first of them may tell
/// the case that all are for: "1. If the migration fails".
pub(super) fn is_for_a_case(outline: &Outline, ix: SectionIx) -> bool {
    let title = &outline.sections[ix].title;
    let beside = outline
        .parent(ix)
        .map(|above| &outline.sections[above].children);
    let several = beside.is_some_and(|beside| beside.len() > 1);
    let first = beside.is_some_and(|beside| beside.first() == Some(&ix));
    several && says_case(&title.text) && !(first && title.words.fails())
}

/// Makes a person say that those of `steps` are needed that are for a case, where the heading `ix` above them numbers one
/// of several parts of a way back. The first may tell the case that all are for.
pub(super) fn guard_parts(
    outline: &Outline,
    ix: SectionIx,
    steps: &mut [Box<StepSpec>],
    book: &mut Book<'_>,
) {
    let beside = outline
        .parent(ix)
        .map(|above| &outline.sections[above].children);
    let Some(beside) = beside.filter(|beside| beside.len() > 1) else {
        return;
    };
    let first = beside.first() == Some(&ix);
    let heading = Group::from(outline.sections[ix].title.text.as_str());
    for step in steps {
        let case = case(step, Some(&heading), book);
        if let Some(case) = case.filter(|case| !(first && Words::new(case).fails())) {
            guards::guard_case(step, &case, book);
        }
    }
}

/// The case that `step` is for, as its title or a line above it says.
fn case(step: &StepSpec, heading: Option<&Group>, book: &Book<'_>) -> Option<String> {
    let restores = || comments::restores_if(&step.title, &step.work.text());
    let title = || match guards::named_by(step, book) {
        Named::Line => false,
        Named::Comment => says_case_in_comment(&step.title) || restores(),
        Named::Words => says_case(&step.title) || restores(),
    };
    let above = above(step, heading).find(|name| says_case(name));
    let said = above.or_else(|| title().then_some(step.title.as_str()));
    said.map(str::to_owned)
}

/// Whether a comment names a case. "Restart the workers if needed" may tell what the command sees to by itself.
pub(super) fn says_case_in_comment(text: &str) -> bool {
    begins_case(text) || (conditional::remarks_case(text) && says_case(text))
}

/// The lines above `step` below the `heading`.
fn above<'s>(step: &'s StepSpec, heading: Option<&Group>) -> impl Iterator<Item = &'s str> {
    let group = step.group.as_deref().unwrap_or("");
    let own = group.strip_prefix(heading.map_or("", |heading| heading));
    own.unwrap_or(group).split(" › ")
}

/// Whether `text` names a case, and not what the way back is for: "To undo it".
pub(in crate::plan::markdown) fn says_case(text: &str) -> bool {
    let text = &*remarked::without_advice(text);
    let dense = || CASES.iter().filter(|word| word.starts_with(is_dense));
    if begins_case(text) || Words::whole(text).instead() == Some(Instead::Unclear) {
        return true;
    }
    let text = conditional::ordinarily(heading::behind_count(text).trim_start());
    !IN_THIS.begin_word(text)
        && (conditional::remarks_case(text)
            || cases::trails(text)
            || (!text.is_ascii() && dense().any(|word| text.contains(word))))
}

/// Whether that is what `text` begins with.
fn begins_case(text: &str) -> bool {
    let text = conditional::ordinarily(heading::behind_count(text).trim_start());
    !IN_THIS.begin_word(text) && (BEGINNINGS.begin_word(text) || only::is(text))
}

/// What is said of the case that the whole way back is for.
static IN_THIS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.in_this));

/// "If", "optionally".
static CASES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let all = tongues::words(|tongue| tongue.in_case);
    let all = all.chain(tongues::words(|tongue| tongue.may));
    let all = all.chain(tongues::words(|tongue| tongue.only_in_case));
    let goes_back = |word: &str| Words::new(word).is_rollback();
    let short = |word: &str| word.starts_with(is_dense) && word.chars().nth(1).is_none();
    all.filter(|word| !goes_back(word) && !short(word))
        .collect()
});
static BEGINNINGS: LazyLock<Beginnings> =
    LazyLock::new(|| Beginnings::new(CASES.iter().map(|word| (*word, ()))));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_told_from_what_a_way_back_is_for() {
        for text in [
            "If the data is corrupt, restore the database",
            "2. Only if step 1 was run: rebuild the index",
            "Optional: purge the cache",
            "Restart it (if needed)",
            "Falls die Daten defekt sind",
            "Si les données sont corrompues",
            "Если данные повреждены",
            "如果数据损坏，恢复数据库",
            "データが壊れている場合のみ戻す",
        ] {
            assert!(says_case(text), "{text}");
        }
        for text in [
            "To undo the change",
            "Roll back",
            "In this case, tell everybody",
            "Stop the app",
            "Revert the release (v1)",
            "ロールバック",
            "回滚数据库",
        ] {
            assert!(!says_case(text), "{text}");
        }
    }
}
