//! Lists, lines and tables of people: what contacts and sign-offs have in common.

use std::collections::HashSet;

use crate::plan::draft::Mark;
use crate::plan::ledger::Place;
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Item, Kind, Row, Table};
use crate::plan::markdown::lines::footers;
use crate::plan::markdown::tongues::{self, Tongue};
use crate::plan::source::Span;

/// The longest text that can be a role.
pub(super) const MAX_ROLE: usize = 60;

/// What a section about people gave.
pub(in crate::plan::markdown) struct People<'t, T> {
    pub(in crate::plan::markdown) found: Vec<T>,
    /// What speaks of nobody.
    pub(in crate::plan::markdown) others: Vec<Other<'t>>,
    /// What says more of somebody than can be told of a person.
    pub(in crate::plan::markdown) notes: Vec<Span>,
}

/// Where a line about a person stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// In an item with a box, which may be ticked.
    Boxed { ticked: bool },
    /// In an item without one.
    Listed,
    /// In running text.
    Told,
}

/// How lines and rows are read.
pub(super) struct Reading<L, R, S> {
    /// A line of text.
    pub(in crate::plan::markdown) line: L,
    /// A row of a table, with the table's head.
    pub(in crate::plan::markdown) row: R,
    /// What is kept of the line or the row, in words.
    pub(in crate::plan::markdown) shown: S,
}

/// A part of such a section that is something else.
pub(in crate::plan::markdown) enum Other<'t> {
    Block(&'t Block),
    Item(&'t Item),
}

/// Reads a section of people.
pub(super) fn read<'t, T>(
    blocks: &'t [Block],
    place: Place,
    book: &mut Book<'_>,
    reading: &Reading<
        impl Fn(&str, Span, Stands) -> Option<T>,
        impl Fn(&Row, &Row) -> Option<T>,
        impl Fn(&T) -> String,
    >,
) -> People<'t, T> {
    let mut people = People {
        found: Vec::new(),
        others: Vec::new(),
        notes: Vec::new(),
    };
    let footer = match place {
        Place::Contact => footers::start(blocks),
        _ => blocks.len(),
    };
    for (ix, block) in blocks.iter().enumerate() {
        let (found, text): (Vec<T>, String) = match &block.kind {
            Kind::Rule => continue,
            _ if ix >= footer => (Vec::new(), String::new()),
            Kind::List(list) => {
                for item in &list.items {
                    match of_item(item, &reading.line) {
                        Some((found, text)) => {
                            book.settle_within(item.span, place, place);
                            if says_more(&text, &(reading.shown)(&found)) {
                                people.notes.push(item.span);
                            }
                            people.found.push(found);
                        }
                        None => people.others.push(Other::Item(item)),
                    }
                }
                continue;
            }
            Kind::Paragraph(inline) => {
                let lines = inline.text.lines();
                let all: Option<Vec<T>> = lines
                    .map(|text| (reading.line)(text, block.span, Stands::Told))
                    .collect();
                (all.unwrap_or_default(), inline.text.clone())
            }
            Kind::Table(table) => (of_table(table, &reading.row), words_of(table)),
            _ => (Vec::new(), String::new()),
        };
        if found.is_empty() {
            people.others.push(Other::Block(block));
        } else {
            let shown: Vec<String> = found.iter().map(&reading.shown).collect();
            if says_more(&text, &shown.join(" ")) {
                people.notes.push(block.span);
            }
            book.settle_within(block.span, place, place);
            people.found.extend(found);
        }
    }
    people
}

/// What the rows of a table say, its head aside.
fn words_of(table: &Table) -> String {
    let cells = table.rows.iter().skip(1).flat_map(|row| &row.cells);
    let cells: Vec<&str> = cells.map(String::as_str).collect();
    cells.join("\n")
}

/// Whether `text` has words that are not in `shown`: blanks to be filled in, and what they are
/// for, aside.
fn says_more(text: &str, shown: &str) -> bool {
    const BLANKS: [&str; 12] = [
        "date",
        "time",
        "signature",
        "signed",
        "name",
        "by",
        "and",
        "tbd",
        "tba",
        "tbc",
        "todo",
        "xxx",
    ];
    let shown = shown.to_lowercase();
    let apart = |c: char| !c.is_alphanumeric();
    let whole: HashSet<&str> = shown.split(apart).collect();
    // Most words stand there as they are.
    let is_shown = |word: &str| whole.contains(word) || shown.contains(word);
    let words = |text: &str| {
        text.to_lowercase()
            .split(apart)
            .any(|word| word.len() > 1 && !BLANKS.contains(&word) && !is_shown(word))
    };
    // What stands in brackets is a blank, unless there are brackets in it.
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(['[', '<']) {
        let end = after
            .find(['[', ']', '<', '>', '\n'])
            .unwrap_or(after.len());
        let blank = after[end..].starts_with([']', '>']) && !after[..end].contains('@');
        if words(before) || (!blank && words(&after[..end])) {
            return true;
        }
        rest = &after[end..];
    }
    words(rest)
}

/// A person is one line; an item with more below it is something else. Also the text of that line.
fn of_item<T>(item: &Item, line: &impl Fn(&str, Span, Stands) -> Option<T>) -> Option<(T, String)> {
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
    let span = Span::new(item.span.start, item.span.start + 1);
    let stands = match item.task {
        Some(task) => Stands::Boxed {
            ticked: task.mark == Some(Mark::Done),
        },
        None => Stands::Listed,
    };
    let found = line(&text, span, stands)?;
    Some((found, text))
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
    let inside = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let bracketed = inside.is_some_and(|inside| !inside.contains(['[', ']']))
        || text.starts_with('<') && text.ends_with('>') && !text.contains('@');
    let lower = text.to_lowercase();
    let later = [
        "tbd", "tba", "tbc", "n/a", "na", "name", "todo", "xxx", "pending", "未定", "待定",
    ]
    .contains(&lower.as_str());
    (!empty && !bracketed && !later).then_some(text)
}

/// The columns of a table that hold people's roles, the first where no head says so, and their names.
pub(super) fn columns(head: &Row) -> (usize, Option<usize>) {
    let role = column(head, |tongue| tongue.role, None).unwrap_or(0);
    (role, column(head, |tongue| tongue.name, Some(role)))
}

/// The column other than `taken` whose head is one of the words that `of` tells, or else ends with
/// one, or else begins with one.
fn column(
    head: &Row,
    of: fn(&Tongue) -> &'static [&'static str],
    taken: Option<usize>,
) -> Option<usize> {
    let cells: Vec<String> = head.cells.iter().map(|cell| letters::fold(cell)).collect();
    let find = |fits: fn(&str, &str) -> bool| {
        tongues::words(of).find_map(|word| {
            let fitting = |(ix, cell): (usize, &String)| fits(cell, word) && Some(ix) != taken;
            (0..cells.len()).zip(&cells).position(fitting)
        })
    };
    let ends = |cell: &str, word: &str| cell.ends_with(&format!(" {word}"));
    find(|cell, word| cell == word)
        .or_else(|| find(ends))
        .or_else(|| find(|cell, word| cell.starts_with(word)))
}

/// Whether `text` is a person's name: a few words that begin with capitals, and none that answers a question.
pub(super) fn is_name(text: &str) -> bool {
    const PARTICLES: [&str; 10] = [
        "al", "bin", "da", "de", "del", "der", "dos", "el", "van", "von",
    ];
    const ANSWERS: [&str; 14] = [
        "yes", "no", "ok", "okay", "done", "pass", "fail", "green", "red", "pending", "complete",
        "ja", "nein", "required",
    ];
    let Some(text) = filled(text) else {
        return false;
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = |word: &str| {
        word.chars()
            .all(|c| c.is_alphabetic() || "-'’.".contains(c))
    };
    let capital = |word: &&str| {
        let first = word.chars().next();
        first.is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()))
    };
    let lower = text.to_lowercase();
    let answers = ANSWERS.contains(&lower.as_str()) || (words.len() == 1 && lower.ends_with("ed"));
    let named = words
        .iter()
        .all(|word| capital(word) || PARTICLES.contains(word));
    let begins = words.first().is_some_and(capital);
    words.len() <= 4 && begins && named && words.iter().all(|word| letters(word)) && !answers
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
    let folded = letters::fold(text);
    let job = tongues::words(|tongue| tongue.jobs).any(|job| folded.contains(job));
    words.len() <= 5 && (job || words.iter().any(|word| NOUNS.contains(word)))
}
