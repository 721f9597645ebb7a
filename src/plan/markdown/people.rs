//! Lists, lines and tables of people: what contacts and sign-offs have in common.

use super::blocks::{Block, Item, Kind, Row, Table};
use super::book::Book;
use crate::plan::ledger::Place;
use crate::plan::source::Span;

/// The longest text that can be a role.
pub(super) const MAX_ROLE: usize = 60;

/// What a section about people gave.
pub(super) struct People<'t, T> {
    pub(super) found: Vec<T>,
    /// What speaks of nobody.
    pub(super) others: Vec<Other<'t>>,
}

/// A part of such a section that is something else.
pub(super) enum Other<'t> {
    Block(&'t Block),
    Item(&'t Item),
}

/// Reads a section of people with `line` for a line of text and `row` for a row of a table.
pub(super) fn read<'t, T>(
    blocks: &'t [Block],
    place: Place,
    book: &mut Book<'_>,
    line: impl Fn(&str, Span, bool) -> Option<T>,
    row: impl Fn(&Row, &Row) -> Option<T>,
) -> People<'t, T> {
    let mut people = People {
        found: Vec::new(),
        others: Vec::new(),
    };
    for block in blocks {
        let found: Vec<T> = match &block.kind {
            Kind::Rule => continue,
            Kind::List(list) => {
                for item in &list.items {
                    match of_item(item, &line) {
                        Some(found) => {
                            book.settle_within(item.span, place, place);
                            people.found.push(found);
                        }
                        None => people.others.push(Other::Item(item)),
                    }
                }
                continue;
            }
            Kind::Paragraph(inline) => {
                let lines = inline.text.lines();
                let all: Option<Vec<T>> = lines.map(|text| line(text, block.span, false)).collect();
                all.unwrap_or_default()
            }
            Kind::Table(table) => of_table(table, &row),
            _ => Vec::new(),
        };
        if found.is_empty() {
            people.others.push(Other::Block(block));
        } else {
            book.settle_within(block.span, place, place);
            people.found.extend(found);
        }
    }
    people
}

/// A person is one line; an item with more below it is something else.
fn of_item<T>(item: &Item, line: &impl Fn(&str, Span, bool) -> Option<T>) -> Option<T> {
    let (head, rest) = item.head();
    let mut text = head?.one_line();
    for block in rest {
        let Kind::List(list) = &block.kind else {
            return None;
        };
        for item in &list.items {
            let (head, rest) = item.head();
            if item.task.is_some() || !rest.is_empty() {
                return None;
            }
            text.push_str(" - ");
            text.push_str(&head?.one_line());
        }
    }
    line(
        &text,
        Span::new(item.span.start, item.span.start + 1),
        item.task.is_some(),
    )
}

fn of_table<T>(table: &Table, row: &impl Fn(&Row, &Row) -> Option<T>) -> Vec<T> {
    match table.rows.split_first() {
        Some((head, rows)) => rows.iter().filter_map(|cells| row(head, cells)).collect(),
        None => Vec::new(),
    }
}

/// `text`, unless it is a blank to be filled in.
pub(super) fn filled(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(['*', '_', '|']).trim();
    let empty = !text.contains(|c: char| c.is_alphanumeric());
    let bracketed = text.starts_with('[') && text.ends_with(']')
        || text.starts_with('<') && text.ends_with('>') && !text.contains('@');
    let lower = text.to_lowercase();
    let later = ["tbd", "tba", "tbc", "n/a", "na", "name", "todo", "xxx"].contains(&lower.as_str());
    (!empty && !bracketed && !later).then_some(text)
}

pub(super) fn column(head: &Row, names: &[&str]) -> Option<usize> {
    head.cells.iter().position(|cell| {
        let cell = cell.to_lowercase();
        names.iter().any(|name| cell.starts_with(name))
    })
}

/// Whether `text` names somebody who could sign, and nothing to do.
pub(super) fn is_role(text: &str) -> bool {
    const NOUNS: [&str; 31] = [
        "admin",
        "administrator",
        "approval",
        "approver",
        "architect",
        "ceo",
        "cto",
        "dba",
        "developer",
        "devops",
        "director",
        "engineer",
        "engineering",
        "head",
        "lead",
        "leader",
        "manager",
        "officer",
        "operations",
        "ops",
        "owner",
        "product",
        "qa",
        "representative",
        "reviewer",
        "security",
        "signoff",
        "sign-off",
        "sre",
        "stakeholder",
        "vp",
    ];
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split([' ', '/', '(', ')'])
        .filter(|w| !w.is_empty())
        .collect();
    words.len() <= 5 && words.iter().any(|word| NOUNS.contains(word))
}
