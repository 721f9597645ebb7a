//! Tables of what is done, when and by whom, where nothing else in a section of a phase is a step: "| Time | Task | Owner |".
//! Each row is ticked by who drives.

use super::work;
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::elements::boxes;
use crate::plan::markdown::found::{Found, Rules};
use crate::plan::markdown::headings::outline::Section;
use crate::plan::markdown::headings::timetable;
use crate::plan::markdown::lines::tables;
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::label::Group;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// What tables tell of beside what is done elsewhere in a file.
#[rustfmt::skip]
const OVERVIEWS: [&str; 20] = [
    "timeline", "timetable", "schedul", "overview", "summary", "plan", "log", "history", "calendar", "window", "freeze",
    "result", "rehears", "duration", "zeitplan", "ablauf", "calendrier", "calendario", "cronograma", "график",
];

/// Whether the words of a heading say that a table below it only tells of what is done elsewhere, if something is:
/// "Deployment timeline", "Release calendar".
fn is_overview(words: &Words) -> bool {
    let mut said = words.uncounted().split(' ');
    let named = said.any(|word| OVERVIEWS.iter().any(|stem| word.starts_with(stem)));
    named || words.has(Topic::Prose)
}

/// Makes the rows of such tables among `blocks` steps of `group`, if nothing was `found` to be one and blocks are run there; what says that
/// it is an overview only in a file that is `idle` else.
pub(in crate::plan::markdown) fn of_section(
    section: &Section,
    idle: bool,
    rules: Rules,
    group: Option<&Group>,
    blocks: &[Block],
    found: &mut Found,
    book: &mut Book<'_>,
) {
    let forward = rules.fences && rules.place == Place::Step;
    let overview = !idle && is_overview(&section.title.words);
    // What stands below a heading of its own may say how each is done.
    if !forward || overview || !found.steps.is_empty() || !section.children.is_empty() {
        return;
    }
    for block in blocks {
        let Kind::Table(table) = &block.kind else {
            continue;
        };
        let Some(column) = timetable::task_column(table) else {
            continue;
        };
        let steps = found.steps.len();
        for row in table.rows.iter().skip(1) {
            let title = row.cells.get(column).map_or("", |cell| cell.trim());
            if !title.contains(char::is_alphanumeric) {
                continue;
            }
            let mut step = work::blank(title.to_owned(), book.first_line(row.span));
            step.group = group.cloned();
            let others = (row.cells.iter().enumerate()).filter(|(ix, _)| *ix != column);
            let others = others.map(|(_, cell)| cell.trim());
            let others: Vec<&str> = others
                .filter(|cell| cell.contains(char::is_alphanumeric) && !boxes::is_in_cell(cell))
                .collect();
            work::add(&mut step.details, &others.join(" - "));
            work::finish(&mut step);
            found.steps.push(step);
        }
        if found.steps.len() > steps {
            found.notes.retain(|note| *note != block.span);
        }
    }
}

/// Warns of tables among `blocks`, which stand below a heading that something is looked at, whose rows say what that is
/// and that are only kept as `notes`: what is to be looked at is seen by nobody whom nothing asks.
pub(in crate::plan::markdown) fn say_unread(blocks: &[Block], notes: &[Span], book: &mut Book<'_>) {
    for block in blocks.iter().filter(|block| notes.contains(&block.span)) {
        let Kind::Table(table) = &block.kind else {
            continue;
        };
        let Some((head, [first, rest @ ..])) = table.rows.split_first() else {
            continue;
        };
        if !head.cells.iter().any(|cell| heads_checks(cell)) || !tables::criteria(table).is_empty()
        {
            continue;
        }
        let message = match rest.len() {
            0 => "this row looks like a check, and is none: nobody is asked for it".to_owned(),
            n => format!(
                "these {} rows look like checks, and are none: nobody is asked for them",
                n + 1
            ),
        };
        let line = book.first_line(first.span);
        let problem = Problem::warning("unread-box", line, message);
        book.problems
            .push(problem.hint("write each as an item of a list: `- [ ] …`"));
    }
}

/// Whether a column of this name says what is looked at, by whom, or how that should be.
fn heads_checks(cell: &str) -> bool {
    let words = Words::whole(cell);
    let looks = words.has(Topic::Verify) || words.has(Topic::Testing);
    looks || timetable::stands_beside(cell) || unsaid::of_title(cell) == Some(Unsaid::Printed)
}
