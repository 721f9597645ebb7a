//! Whom to call.

use super::entries::{self, MAX_ROLE, People, Reading, Stands, columns, filled, is_name, is_role};
use crate::plan::ledger::Place;
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Kind, Row};
use crate::plan::markdown::lines::footers;
use crate::plan::markdown::names::decoration;
use crate::plan::parts::Contact;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// The contacts of a section.
pub(in crate::plan::markdown) fn contacts<'t>(
    blocks: &'t [Block],
    group: Option<&str>,
    book: &mut Book<'_>,
) -> People<'t, Contact> {
    let group = group.map(str::to_owned);
    let people = entries::read(
        blocks,
        Place::Contact,
        book,
        &Reading {
            line: |line: &str, span, stands| {
                let task = matches!(stands, Stands::Boxed { .. });
                contact(line, span, task, group.clone())
            },
            row: |head: &Row, row: &Row| contact_of_row(head, row, group.clone()),
            shown: |contact: &Contact| {
                let (name, reach) = (contact.name.as_deref(), contact.reach.as_deref());
                let (name, reach) = (name.unwrap_or(""), reach.unwrap_or(""));
                format!("{} {name} {reach}", contact.role)
            },
        },
    );
    say_unnamed(&people.found, book);
    people
}

/// `Role: Name - how to reach them`, or `Name - Role - how to reach them`.
fn contact(line: &str, span: Span, task: bool, group: Option<String>) -> Option<Contact> {
    let line = decoration::strip(line);
    let told = line
        .split_once([':', '：'])
        .filter(|(role, _)| !role.contains("http"));
    let (role, rest) = match told {
        Some((role, rest)) => (role.trim(), rest.trim()),
        None => split(line)?,
    };
    let person = !footers::is_of_document(role) && !footers::names_a_case(role);
    if role.is_empty() || role.len() > MAX_ROLE || (task && !is_role(role)) || !person {
        return None;
    }
    let (mut name, mut reach): (Option<String>, Option<String>) = (None, None);
    let mut rest = Some(rest);
    while let Some(text) = rest {
        let (part, more) = match split(text) {
            Some((part, more)) => (part, Some(more)),
            None => (text, None),
        };
        rest = more;
        // The bracket that this began with may end before more is said: "Ann (DBA) - ann@shop.example".
        let part = if part.contains('(') {
            part
        } else {
            part.trim_end_matches(')')
        };
        // "(5 min)" is how long to wait for them: it is kept as text.
        let Some(part) = filled(part).filter(|part| !is_time(part)) else {
            continue;
        };
        let (own, part) = named_number(part).map_or((None, part), |(own, part)| (Some(own), part));
        if name.is_none() {
            name = own.map(str::to_owned);
        }
        if name.is_none() && !reaches(part) {
            name = Some(part.to_owned());
            continue;
        }
        match &mut reach {
            Some(reach) => *reach = format!("{reach} - {part}"),
            None => reach = Some(part.to_owned()),
        }
    }
    // Without a colon only an address tells a person from a sentence.
    let mut role = role.to_owned();
    if told.is_none() {
        reach.as_deref().filter(|reach| reaches(reach))?;
        if let Some(second) = name
            .as_mut()
            .filter(|name| is_role(name) && !is_role(&role))
        {
            std::mem::swap(&mut role, second);
        }
    }
    // "+1 555 0199 (24/7)" is the number, and when to call it.
    if is_number(&role)
        && name.is_none()
        && let Some(when) = &mut reach
    {
        std::mem::swap(&mut role, when);
    }
    Some(Contact {
        role,
        name,
        reach,
        group,
        span,
    })
}

/// Whether `text` is a number to call.
fn is_number(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.');
    text.chars().all(fits) && text.chars().filter(char::is_ascii_digit).count() > 6
}

/// The name and the number that `text` is made of: "Kim Park +1 555 0100".
fn named_number(text: &str) -> Option<(&str, &str)> {
    let at = text.find(|c: char| c.is_ascii_digit() || c == '+')?;
    let (name, number) = text.split_at(at);
    (is_name(name.trim()) && is_number(number)).then_some((name.trim(), number))
}

/// The text before and behind the first dash or comma that stands between two things.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let marks = [" - ", " – ", " — ", " → ", ", ", " | ", " ("];
    // "On-call → Manager → CTO" is who is called after whom.
    let chain = text.matches('→').nth(1).is_some();
    let (at, mark) = marks
        .iter()
        .filter(|mark| !chain || **mark != " → ")
        .filter_map(|mark| text.find(mark).map(|at| (at, *mark)))
        .min_by_key(|(at, _)| *at)?;
    let rest = text[at + mark.len()..].trim();
    let rest = if mark == " (" {
        rest.trim_end_matches(')')
    } else {
        rest
    };
    Some((text[..at].trim(), rest))
}

/// Whether `text` is a number of minutes or the like, and nothing else.
fn is_time(text: &str) -> bool {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let units = [
        "s", "sec", "seconds", "m", "min", "mins", "minutes", "h", "hour", "hours",
    ];
    digits > 0 && units.contains(&text[digits..].trim().to_lowercase().as_str())
}

/// Whether `text` is how to reach somebody: an address, a number, a handle, a channel.
fn reaches(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.contains('@') || text.contains("://") || text.starts_with('#') || digits >= 3
}

/// Heads of columns that say what a team or a person is there for.
const DUTIES: [&str; 6] = [
    "responsibilit",
    "responsible for",
    "duties",
    "duty",
    "tasks",
    "scope",
];
/// Heads of columns that say when somebody is there.
const TIMES: [&str; 4] = ["when", "hours", "availab", "shift"];

pub(super) fn contact_of_row(head: &Row, row: &Row, group: Option<String>) -> Option<Contact> {
    let (mut role, mut name) = columns(head);
    let about = |known: &[&str]| {
        let begins = |cell: &String| {
            known
                .iter()
                .any(|word| letters::fold(cell).starts_with(word))
        };
        head.cells.iter().position(begins)
    };
    let duty = about(&DUTIES).filter(|&ix| ix != role);
    let who = row.cells.get(role).map(String::as_str).unwrap_or_default();
    // "Who | When | How": where nothing says what somebody is, they are called for a time.
    if let (Some(when), None) = (about(&TIMES), name)
        && is_person(head.cells.get(role)?)
        && !is_role(who)
    {
        (role, name) = (when, Some(role));
    }
    let cell = |ix: usize| {
        row.cells
            .get(ix)
            .and_then(|cell| filled(cell))
            .map(str::to_owned)
    };
    let reach: Vec<String> = (0..row.cells.len())
        .filter(|&ix| ix != role && Some(ix) != name && Some(ix) != duty && !counts(head, ix))
        .filter_map(cell)
        .collect();
    let called = row.cells.get(role).filter(|role| !role.is_empty())?;
    let duty = duty.and_then(cell).map(|duty| format!(" ({duty})"));
    Some(Contact {
        role: format!("{called}{}", duty.unwrap_or_default()),
        name: name.and_then(cell),
        reach: (!reach.is_empty()).then(|| reach.join(" - ")),
        group,
        span: row.span,
    })
}

/// Whether the column `ix` only counts the rows.
fn counts(head: &Row, ix: usize) -> bool {
    let folded = head.cells.get(ix).map(|cell| letters::fold(cell.trim()));
    folded.is_some_and(|cell| {
        [
            "#", "no", "no.", "nr", "nr.", "№", "n°", "nº", "序号", "番号",
        ]
        .contains(&cell.as_str())
    })
}

/// Whether the head of a column announces people, and not what they are.
fn is_person(head: &str) -> bool {
    ["who", "person", "people"].contains(&letters::fold(head).as_str())
}

/// Says once for a group which contacts are still blanks.
fn say_unnamed(contacts: &[Contact], book: &mut Book<'_>) {
    let unnamed: Vec<&Contact> = contacts
        .iter()
        .filter(|contact| contact.name.is_none() && contact.reach.is_none())
        .collect();
    let Some(first) = unnamed.first() else {
        return;
    };
    let roles: Vec<&str> = unnamed
        .iter()
        .map(|contact| contact.role.as_str())
        .take(8)
        .collect();
    let message = format!("nobody is named for {}", roles.join(", "));
    book.problems.push(
        Problem::note("contact-without-name", first.span, message)
            .hint("fill in who it is before somebody has to look for them"),
    );
}

/// The people whom the details of a change name: who makes it, who reviews it.
pub(in crate::plan::markdown) fn of_change(blocks: &[Block]) -> Vec<Contact> {
    let lists = blocks.iter().filter_map(|block| match &block.kind {
        Kind::List(list) => Some(list),
        _ => None,
    });
    let items = lists.flat_map(|list| &list.items).filter_map(|item| {
        let text = item.head().0?.one_line();
        let (role, name) = text.split_once(" - ").or_else(|| text.split_once(':'))?;
        let role = role.trim().trim_end_matches(':');
        let known = ["change technician", "change reviewer", "change owner"];
        known
            .contains(&role.to_lowercase().as_str())
            .then(|| Contact {
                role: role.to_owned(),
                name: filled(name).map(str::to_owned),
                reach: None,
                group: None,
                span: Span::new(item.span.start, item.span.start + 1),
            })
    });
    items.collect()
}
