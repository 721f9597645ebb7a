//! Criteria in words: when to roll back, what to raise an alarm for. Nothing measures them yet, so
//! a person judges.

use super::blocks::{Block, Item, Kind, List};
use super::book::Book;
use super::steps::{Found, account_of, label};
use crate::plan::ledger::Place;
use crate::plan::parts::{AlertAction, AlertRule};
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Whether a line announces when to roll back: "Roll back if:", "Triggers:".
pub(super) fn announces(line: &str) -> bool {
    let line = label(line).to_lowercase();
    let begins = [
        "rollback if",
        "roll back if",
        "rollback when",
        "roll back when",
        "trigger",
        "criteria",
        "decision criteria",
        "revert if",
        "abort if",
    ];
    begins.iter().any(|words| line.starts_with(words))
}

/// The criteria of a section: each item of its lists is one. With `tasks_apart` task items are
/// none, they are left in the second part of the answer.
pub(super) fn read<'t>(
    blocks: &'t [Block],
    tasks_apart: bool,
    book: &mut Book<'_>,
) -> (Found, Vec<&'t Block>) {
    let mut found = Found::default();
    let mut apart = Vec::new();
    for block in blocks {
        match &block.kind {
            Kind::List(_) if tasks_apart && block.holds.tasks => apart.push(block),
            Kind::List(list) => found.alerts.extend(alerts(list, book)),
            Kind::Rule => {}
            _ if tasks_apart && block.holds.tasks => apart.push(block),
            _ => {
                book.settle_within(block.span, Place::Reference, Place::Alert);
                found.alerts.extend(hidden(block));
                found.notes.push(block.span);
            }
        }
    }
    (found, apart)
}

/// The task items of a quotation, which are criteria as well.
fn hidden(block: &Block) -> Vec<AlertRule> {
    let mut all = Vec::new();
    if let Kind::Quote(inside) = &block.kind {
        for block in inside {
            match &block.kind {
                Kind::List(list) => collect(list, None, &mut all),
                _ => all.extend(hidden(block)),
            }
        }
    }
    all
}

/// The items of `list`.
pub(super) fn alerts(list: &List, book: &mut Book<'_>) -> Vec<AlertRule> {
    let mut all = Vec::new();
    for item in &list.items {
        book.settle_within(item.span, Place::Alert, Place::Alert);
    }
    collect(list, None, &mut all);
    all
}

fn collect(list: &List, above: Option<&str>, all: &mut Vec<AlertRule>) {
    for item in &list.items {
        let (head, rest) = item.head();
        let text = head.map(|inline| label(&inline.text)).unwrap_or_default();
        let name = match above {
            Some(above) => format!("{above}: {text}"),
            None => text,
        };
        let lists = || {
            rest.iter().filter_map(|block| match &block.kind {
                Kind::List(list) => Some(list),
                _ => None,
            })
        };
        if account_of(item).is_some() || lists().next().is_none() {
            all.push(rule(with_rest(name.clone(), rest), item));
        }
        let above = Some(name.as_str()).filter(|name| !name.is_empty());
        for list in lists() {
            collect(list, above, all);
        }
    }
}

/// A criterion's name with the paragraphs below it.
fn with_rest(mut name: String, rest: &[Block]) -> String {
    for block in rest {
        let text = match &block.kind {
            Kind::Paragraph(inline) => inline.one_line(),
            Kind::Fence(fence) => super::blocks::one_line(&fence.text),
            _ => continue,
        };
        name.push_str(": ");
        name.push_str(&text);
    }
    name
}

fn rule(name: String, item: &Item) -> AlertRule {
    AlertRule {
        name,
        metric: None,
        limit: None,
        lasting: None,
        then: AlertAction::Note,
        span: Span::new(item.span.start, item.span.start + 1),
    }
}

/// Says that thresholds are words so far.
pub(super) fn say_unmeasured(alerts: &[AlertRule], book: &mut Book<'_>) {
    if let Some(first) = alerts.first() {
        let message = format!(
            "nothing measures {} yet",
            match alerts.len() {
                1 => "this threshold".to_owned(),
                n => format!("these {n} thresholds"),
            }
        );
        book.problems.push(
            Problem::note("unmeasured-alert", first.span, message)
                .hint("front matter can hold probes and alerts with a `metric`"),
        );
    }
}
