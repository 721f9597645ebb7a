//! Who has to sign.

use super::contacts::split;
use super::entries::{self, MAX_ROLE, People, Reading, Stands, columns, filled, is_name, is_role};
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Item, Kind, Row, one_line};
use crate::plan::markdown::names::decoration;
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::names::words::{Sense, Words};
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::parts::Signoff;
use crate::plan::source::Span;

/// Words in front of a name, which say nothing of who that is.
const SIGNED: [&str; 7] = [
    "approved by",
    "name",
    "reviewed by",
    "signature",
    "signed",
    "signed by",
    "signed off by",
];

/// What a place to sign is called in one language, and something else in another: it is one only if it
/// looks like one.
const AMBIGUOUS: [&str; 3] = ["visa", "visas", "firma"];

/// Whether a section called `heading` is a form to be signed, though its heading may say something else.
pub(in crate::plan::markdown) fn is_form(heading: &str, blocks: &[Block]) -> bool {
    if !AMBIGUOUS.contains(&heading.to_lowercase().as_str()) {
        return false;
    }
    let is_blank = |text: &str| text.contains("__");
    let mut blocks = blocks
        .iter()
        .filter(|block| !matches!(block.kind, Kind::Rule));
    let signed = |block: &Block| match &block.kind {
        Kind::Table(table) => table
            .rows
            .first()
            .is_some_and(|head| columns(head).1.is_some()),
        Kind::Paragraph(inline) => inline.text.lines().all(is_blank),
        Kind::List(list) => list.items.iter().all(|item| {
            let head = item.head().0;
            head.is_some_and(|head| is_blank(&head.text) || is_role(&head.one_line()))
        }),
        _ => false,
    };
    blocks.clone().next().is_some() && blocks.all(signed)
}

/// Where a form to be signed begins that ends `blocks`, by the line that names it: "Sign-off:" over roles and blanks.
pub(in crate::plan::markdown) fn form_at_the_end(blocks: &[Block]) -> usize {
    let signs = |block: &Block| {
        let line = block.paragraph().filter(|line| is_label(line));
        line.is_some_and(|line| {
            Words::new(&label(&line.text)).meaning().sense == Some(Sense::Signoff)
        })
    };
    let at = blocks.iter().position(signs).unwrap_or(blocks.len());
    let blank = |item: &Item| item.head().0.is_some_and(|head| head.text.contains("__"));
    let mut form = blocks[at..].iter().skip(1);
    let whole = form.len() > 0
        && form.all(|block| match &block.kind {
            Kind::List(list) => list.items.iter().all(blank),
            Kind::Rule => true,
            _ => block
                .paragraph()
                .is_some_and(|line| line.text.contains("__")),
        });
    if whole { at } else { blocks.len() }
}

/// The signatures that a section asks for; `heading` is who signs where the lines do not say.
pub(in crate::plan::markdown) fn signoffs<'t>(
    blocks: &'t [Block],
    heading: &str,
    book: &mut Book<'_>,
) -> People<'t, Signoff> {
    entries::read(
        blocks,
        Place::Signoff,
        book,
        &Reading {
            line: |line: &str, span, stands| {
                let given = stands == Stands::Boxed { ticked: true };
                signoff(line, span, stands, heading).map(|found| Signoff { given, ..found })
            },
            row: signoff_of_row,
            shown: |signoff: &Signoff| {
                let name = signoff.name.as_deref().unwrap_or("");
                format!("{} {name}", signoff.role)
            },
        },
    )
}

/// `Role: ____ Date: ____`, or an item that is only a role.
fn signoff(line: &str, span: Span, stands: Stands, heading: &str) -> Option<Signoff> {
    let line = one_line(decoration::strip(line));
    let Some((role, rest)) = line.split_once([':', '：']) else {
        let line = line.trim_matches(['_', ' ', '.', '-']);
        if matches!(stands, Stands::Boxed { .. }) && is_role(line) {
            let named = split(line).filter(|(role, name)| is_role(role) && is_name(name));
            let (role, name) = named.map_or((line, None), |(role, name)| (role, Some(name)));
            return Some(Signoff {
                role: role.to_owned(),
                name: name.map(str::to_owned),
                given: false,
                span,
            });
        }
        let told = |signoff: &Signoff| match stands {
            Stands::Listed => true,
            // A box without a name may be something to do.
            Stands::Boxed { .. } => signoff.name.as_deref().is_some_and(is_name),
            Stands::Told => false,
        };
        return listed(line, span).filter(told);
    };
    let role = role.trim();
    let blank =
        rest.is_empty() || rest.contains("__") || filled(rest).is_none() || rest.contains("Date");
    let lower = role.to_lowercase();
    let of_heading = SIGNED.contains(&lower.as_str());
    let named = || stands != Stands::Told && is_name(rest);
    // "Review checklist:" stands above what is ticked, "Sign-off:" above who signs.
    let words = Words::new(role);
    let heads = words.is_checklist() || words.speaks_only_of(&[&[Topic::Signoff]]);
    if rest.trim().is_empty() && stands == Stands::Told && heads {
        return None;
    }
    let signs = blank || of_heading || is_role(role) || named();
    if role.is_empty() || role.len() > MAX_ROLE || !signs {
        return None;
    }
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
        name: filled(without_date(value)).map(str::to_owned),
        given: false,
        span,
    })
}

/// `DBA`, `Security (Heidi)`, `Product owner — Bob`: who signs, in a list of nothing else.
fn listed(line: &str, span: Span) -> Option<Signoff> {
    let (role, name) = split(line).map_or((line, None), |(role, name)| (role, Some(name)));
    let begins = |c: char| c.is_uppercase() || !c.is_ascii();
    let asks = ["Ask", "Call", "Get", "Inform", "Notify", "Tell", "Wait"];
    let sentence = asks.iter().any(|verb| role.starts_with(verb)) || role.contains(" the ");
    let named = name.is_some_and(is_name) && role.split(' ').count() <= 4;
    let sure = (is_role(role) || named) && role.starts_with(begins) && !sentence;
    sure.then(|| Signoff {
        role: role.to_owned(),
        name: name.and_then(filled).map(str::to_owned),
        given: false,
        span,
    })
}

/// A name without the day on which it was signed.
fn without_date(value: &str) -> &str {
    let mut words = value.trim_end().rsplitn(2, ' ');
    let last = words.next().unwrap_or("");
    let dated = last.len() >= 8
        && last.starts_with(|c: char| c.is_ascii_digit())
        && last
            .chars()
            .all(|c| c.is_ascii_digit() || "-./".contains(c));
    let name = words.next().filter(|_| dated);
    name.map_or(value, |name| name.trim_end_matches([',', ' ']))
}

pub(super) fn signoff_of_row(head: &Row, row: &Row) -> Option<Signoff> {
    let (role, name) = columns(head);
    let role = one_line(row.cells.get(role)?);
    (!role.is_empty()).then(|| Signoff {
        role,
        name: name
            .and_then(|ix| row.cells.get(ix))
            .and_then(|cell| filled(cell))
            .map(str::to_owned),
        given: false,
        span: row.span,
    })
}
