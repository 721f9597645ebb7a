//! Who has to sign.

use super::blocks::{Block, Row, one_line};
use super::book::Book;
use super::decoration;
use super::people::{self, MAX_ROLE, People, Reading, columns, filled, is_role};
use crate::plan::ledger::Place;
use crate::plan::parts::Signoff;
use crate::plan::source::Span;

/// The signatures that a section asks for; `heading` is who signs where the lines do not say.
pub(super) fn signoffs<'t>(
    blocks: &'t [Block],
    heading: &str,
    book: &mut Book<'_>,
) -> People<'t, Signoff> {
    people::read(
        blocks,
        Place::Signoff,
        book,
        &Reading {
            line: |line: &str, span, task| signoff(line, span, task, heading),
            row: signoff_of_row,
            shown: |signoff: &Signoff| {
                let name = signoff.name.as_deref().unwrap_or("");
                format!("{} {name}", signoff.role)
            },
        },
    )
}

/// `Role: ____ Date: ____`, or an item that is only a role.
fn signoff(line: &str, span: Span, task: bool, heading: &str) -> Option<Signoff> {
    let line = one_line(decoration::strip(line));
    let Some((role, rest)) = line.split_once([':', '：']) else {
        let role = line.trim_matches(['_', ' ', '.', '-']);
        return (task && is_role(role)).then(|| Signoff {
            role: role.to_owned(),
            name: None,
            span,
        });
    };
    let role = role.trim();
    let blank =
        rest.is_empty() || rest.contains("__") || filled(rest).is_none() || rest.contains("Date");
    if role.is_empty() || role.len() > MAX_ROLE || !(blank || is_role(role)) {
        return None;
    }
    let lower = role.to_lowercase();
    let of_heading = ["name", "signed", "signature", "signed by"].contains(&lower.as_str());
    if ["date", "time"].contains(&lower.as_str()) {
        return None;
    }
    let labels = ["Date", "Signature", "Signed", "Time", "Name"];
    let value = labels
        .iter()
        .filter_map(|label| rest.find(label).filter(|at| rest[*at..].contains(':')))
        .min()
        .map_or(rest, |at| &rest[..at]);
    Some(Signoff {
        role: if of_heading { heading } else { role }.to_owned(),
        name: filled(value).map(str::to_owned),
        span,
    })
}

fn signoff_of_row(head: &Row, row: &Row) -> Option<Signoff> {
    let (role, name) = columns(head);
    let role = one_line(row.cells.get(role)?);
    (!role.is_empty()).then(|| Signoff {
        role,
        name: name
            .and_then(|ix| row.cells.get(ix))
            .and_then(|cell| filled(cell))
            .map(str::to_owned),
        span: row.span,
    })
}
