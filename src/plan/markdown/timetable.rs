//! Tables of what is done, when and by whom, where nothing else in a section of a phase is a step: "| Time | Task | Owner |".
//! Each row is ticked by who drives.

use super::blocks::{Block, Kind, Table};
use super::book::Book;
use super::boxes;
use super::found::{Found, Rules};
use super::label::Group;
use super::outline::Section;
use super::phrases::Topic;
use super::words::Words;
use super::work;
use crate::plan::ledger::Place;
use crate::plan::letters;

/// What the column is called that says what is done, folded.
const TASKS: [&str; 22] = [
    "task",
    "tasks",
    "step",
    "steps",
    "action",
    "actions",
    "activity",
    "activities",
    "what",
    "aufgabe",
    "schritt",
    "aktion",
    "tache",
    "etape",
    "action a realiser",
    "tarea",
    "paso",
    "accion",
    "tarefa",
    "atividade",
    "задача",
    "действие",
];
/// What columns are called that say when that is, who does it, or whether it is done.
const BESIDE: [&str; 36] = [
    "time",
    "start",
    "start time",
    "when",
    "owner",
    "owners",
    "responsible",
    "who",
    "assignee",
    "team",
    "status",
    "done",
    "completed",
    "check",
    "wann",
    "zeit",
    "uhrzeit",
    "wer",
    "verantwortlich",
    "erledigt",
    "heure",
    "quand",
    "qui",
    "responsable",
    "statut",
    "fait",
    "hora",
    "quien",
    "estado",
    "hecho",
    "responsavel",
    "quem",
    "время",
    "кто",
    "ответственный",
    "статус",
];
/// What others are called that say more of it.
const MORE: [&str; 20] = [
    "#", "no", "no.", "nr", "nr.", "nº", "№", "id", "end", "end time", "duration", "dauer",
    "duree", "duracion", "duracao", "notes", "note", "comments", "comment", "details",
];

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
pub(super) fn of_section(
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
        let Some(column) = task_column(table) else {
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
                .filter(|cell| cell.contains(char::is_alphanumeric))
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

/// Whether `block` is such a table.
pub(super) fn is(block: &Block) -> bool {
    matches!(&block.kind, Kind::Table(table) if task_column(table).is_some())
}

/// The column of `table` that says what is done, if the others all say when, by whom, or more of it.
fn task_column(table: &Table) -> Option<usize> {
    let (head, rows) = table.rows.split_first()?;
    // Boxes in cells are told of.
    let boxed = |cell: &String| boxes::is_in_cell(cell.trim());
    if rows.iter().any(|row| row.cells.iter().any(boxed)) {
        return None;
    }
    let head = &head.cells;
    let heads: Vec<String> = head.iter().map(|cell| letters::fold(cell.trim())).collect();
    let is = |known: &[&str], head: &String| known.contains(&head.as_str());
    // "Step | Action": the first counts.
    let column = heads.iter().rposition(|head| is(&TASKS, head))?;
    let known =
        |head: &String| is(&TASKS, head) || is(&BESIDE, head) || is(&MORE, head) || head.is_empty();
    let timed = heads.iter().any(|head| is(&BESIDE, head));
    (timed && heads.iter().all(known)).then_some(column)
}
