//! Tables that say what is done, and when or by whom: "| Time | Task | Owner |".

use crate::plan::letters;
use crate::plan::markdown::elements::blocks::{Block, Kind, Table};
use crate::plan::markdown::elements::boxes;

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
#[rustfmt::skip]
const MORE: [&str; 27] = [
    "#", "no", "no.", "nr", "nr.", "nº", "№", "id", "end", "end time", "duration", "dauer",
    "duree", "duracion", "duracao", "notes", "note", "comments", "comment", "details",
    "command", "commands", "befehl", "commande", "comando", "команда", "コマンド",
];

/// Whether `block` is such a table.
pub(in crate::plan::markdown) fn is(block: &Block) -> bool {
    matches!(&block.kind, Kind::Table(table) if task_column(table).is_some())
}

/// Whether a column of this name says when something is done, by whom, or whether it is.
pub(in crate::plan::markdown) fn stands_beside(cell: &str) -> bool {
    BESIDE.contains(&letters::fold(cell.trim()).as_str())
}

/// The column of `table` that says what is done, if the others all say when, by whom, or more of it.
pub(in crate::plan::markdown) fn task_column(table: &Table) -> Option<usize> {
    let (head, rows) = table.rows.split_first()?;
    let head = &head.cells;
    let heads: Vec<String> = head.iter().map(|cell| letters::fold(cell.trim())).collect();
    let is = |known: &[&str], head: &String| known.contains(&head.as_str());
    // Boxes in cells are told of, but in a column that says whether it is done.
    let boxed = |(ix, cell): (usize, &String)| {
        let done = heads.get(ix).is_some_and(|head| is(&BESIDE, head));
        boxes::is_in_cell(cell.trim()) && !done
    };
    if rows
        .iter()
        .any(|row| row.cells.iter().enumerate().any(boxed))
    {
        return None;
    }
    // "Step | Action": the first counts.
    let column = heads.iter().rposition(|head| is(&TASKS, head))?;
    let known =
        |head: &String| is(&TASKS, head) || is(&BESIDE, head) || is(&MORE, head) || head.is_empty();
    let timed = heads.iter().any(|head| is(&BESIDE, head));
    (timed && heads.iter().all(known)).then_some(column)
}
