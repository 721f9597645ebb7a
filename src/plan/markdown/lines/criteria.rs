//! Criteria in words: when to roll back, what to raise an alarm for. Those that are thresholds of
//! something that the plan measures are held against it; the others a person judges.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Inline, Item, Kind, List, Quote, Row};
use crate::plan::markdown::found::Found;
use crate::plan::markdown::names::decided;
use crate::plan::markdown::names::label::label;

use super::spoken;
use crate::plan::markdown::names::sentences;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::tongues::phrases::Topic;

use crate::plan::ledger::Place;
use crate::plan::letters::is_dense;
use crate::plan::markdown::figures::threshold::{self, What};
use crate::plan::markdown::figures::wished;
use crate::plan::markdown::tongues::{self, Beginnings};
use crate::plan::parts::{AlertAction, AlertRule, Database};
use crate::plan::probe::Probe;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Whether a line announces when to roll back: "Roll back if:", "Triggers:".
pub(in crate::plan::markdown) fn announces(line: &str) -> bool {
    let line = label(line).replace([',', '，'], "");
    BACK_IF.begin(&line)
}

/// The same where it leaves no doubt: "Triggers:" among steps may be what starts a job.
pub(in crate::plan::markdown) fn announces_for_certain(line: &str) -> bool {
    let line = label(line).replace([',', '，'], "");
    tongues::words(|tongue| tongue.back_if)
        .filter(|words| words.contains(' ') || words.chars().all(is_dense))
        .filter_map(|words| tongues::strip_word(&line, words))
        .any(|rest| {
            let follows = |word| matches!(word, "any" | "following" | "one" | "these" | "either");
            rest.trim().is_empty() || rest.split(' ').any(follows)
        })
        || decided::stops(&line)
}

/// Whether `line` is a criterion by itself: "Roll back if the error rate is above 5 %", "Trigger: errors > 5".
pub(in crate::plan::markdown) fn gives(line: &str) -> bool {
    // "Rollback trigger: error rate > 5%"
    let named = line.split_once([':', '：']).is_some_and(|(head, rest)| {
        rest.contains(|c: char| c.is_ascii_digit())
            && threshold::compares(rest)
            && decided::asks(&format!("{head}:"), false)
    });
    if named || sentences::decides(line) || spoken::decides(line) {
        return true;
    }
    let near = BACK_IF.near(line.trim_start_matches(COMMAS));
    if near.is_empty() {
        return false;
    }
    let text = without_commas(line);
    if text.ends_with([':', '：']) {
        return false;
    }
    let said = |words: &str| {
        let rest = tongues::strip_word(&text, words)?;
        let rest = rest.trim_matches([':', ' ', '：', '-', '–']);
        let sure = words.contains(' ') || words.chars().all(is_dense) || threshold::compares(rest);
        // "Rollback if needed" names no case.
        Some(sure && (rest.contains(' ') || !rest.is_ascii()))
    };
    let mut said = near.iter().filter_map(|(words, ())| said(words));
    said.any(|gives| gives)
}

/// Where among `blocks` a line stands that leaves no doubt that the list below it holds when to go back, whatever the
/// heading above them is called.
pub(in crate::plan::markdown) fn announced(blocks: &[Block]) -> Option<usize> {
    blocks.windows(2).position(|pair| {
        let line = pair[0].paragraph().map(|inline| inline.text.as_str());
        let list = matches!(pair[1].kind, Kind::List(_)) && !pair[1].holds.work;
        list && line.is_some_and(|line| announces_for_certain(line) || decided::asks(line, false))
    })
}

/// The criteria among the items of `list`, and of the lists in it: `above` is the item that it stands below.
pub(in crate::plan::markdown) fn given(
    list: &List,
    above: Option<&str>,
    alerts: &mut Vec<AlertRule>,
) {
    for item in &list.items {
        let (head, rest) = item.head();
        let text = head.map(Inline::one_line).unwrap_or_default();
        if gives(&text) {
            let about = |above: &str| Some(format!("{}: {}", metric(above)?, prompted(&text)?));
            let name = above.and_then(about);
            alerts.push(rule(name.unwrap_or_else(|| text.clone()), item.span));
        }
        for block in rest {
            if let Kind::List(list) = &block.kind {
                given(list, Some(&text), alerts);
            }
        }
    }
}

/// What is measured, where a list says so: "Metric: Apdex".
fn metric(text: &str) -> Option<&str> {
    tongues::strip_word(text, "metric").map(|rest| rest.trim_start_matches([':', ' ', '-']))
}

/// What GitLab's template for changes asks for behind its question.
fn prompted(text: &str) -> Option<&str> {
    let rest = tongues::strip_word(text, "what changes to this metric should prompt a rollback")?;
    Some(rest.trim_start_matches([':', ' ', '-', '?']))
}

/// The criterion that a step's title ends with: "Watch; go back if 5xx > 2%".
pub(in crate::plan::markdown) fn in_title(title: &str, span: Span) -> Option<AlertRule> {
    let (_, rest) = title.split_once([';', '—', '–', '；'])?;
    let text = rest.trim();
    gives(text).then(|| rule(text.to_owned(), span))
}

/// Whether the head of a column says that its cells hold when to roll back: "Abort if".
pub(super) fn heads_column(cell: &str) -> bool {
    let near = BACK_IF.near(cell).iter();
    let mut sure = near.filter(|(words, ())| words.contains(' ') && !words.contains("criteria"));
    sure.any(|(words, ())| tongues::strip_word(cell, words).is_some())
}

const COMMAS: [char; 2] = [',', '，'];

fn without_commas(line: &str) -> Cow<'_, str> {
    if COMMAS.iter().any(|comma| line.contains(*comma)) {
        Cow::Owned(line.replace(COMMAS, ""))
    } else {
        Cow::Borrowed(line)
    }
}

/// "Roll back if", at the beginning of a line.
static BACK_IF: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(|tongue| tongue.back_if));

/// The criteria of a section: each item of its lists is one. Task items of which `tasks_apart` is true are
/// none, they are left in the second part of the answer.
pub(in crate::plan::markdown) fn read<'t>(
    blocks: &'t [Block],
    tasks_apart: impl Fn(&Block) -> bool,
    book: &mut Book<'_>,
) -> (Found, Vec<&'t Block>) {
    let mut found = Found::default();
    let mut apart = Vec::new();
    let mut forbidden = false;
    for block in blocks {
        let above = std::mem::take(&mut forbidden);
        match &block.kind {
            Kind::Rule => {}
            _ if block.holds.tasks && tasks_apart(block) => apart.push(block),
            Kind::List(list) if !above || block.holds.tasks => alerts(list, &mut found, book),
            Kind::Paragraph(inline) if gives(&inline.text) => {
                found
                    .alerts
                    .extend(spoken::rules(inline.one_line(), block.span));
                book.settle_within(block.span, Place::Reference, Place::Alert);
                keep(block, &mut found);
            }
            Kind::Table(table) => {
                book.settle_within(block.span, Place::Reference, Place::Alert);
                found
                    .alerts
                    .extend(table.rows.iter().skip(1).filter_map(row));
                keep(block, &mut found);
            }
            kind => {
                forbidden = matches!(kind, Kind::Paragraph(line) if decided::forbids(&line.text));
                book.settle_within(block.span, Place::Reference, Place::Alert);
                keep(block, &mut found);
            }
        }
    }
    (found, apart)
}

/// Whether `block` is a list each item of which holds something against a number, none of which tells how it is
/// when all is well.
pub(in crate::plan::markdown) fn are_alarms(block: &Block) -> bool {
    let alarm = |item: &Item| {
        let (head, rest) = item.head();
        let bad =
            |head: &Inline| threshold::compares(&head.text) && !wished::tells_good(&head.text);
        rest.is_empty() && head.is_some_and(bad)
    };
    match &block.kind {
        Kind::List(list) => !list.ordered && list.items.iter().all(alarm),
        _ => false,
    }
}

/// Whether a heading of these `words` says that something is there: boxes below "Alerts configured" are ticked.
pub(in crate::plan::markdown) fn is_set_up(words: &Words) -> bool {
    let text = words.uncounted().trim_end();
    [
        " set up",
        " in place",
        "configured",
        "enabled",
        "defined",
        "installed",
        "eingerichtet",
    ]
    .iter()
    .any(|end| text.ends_with(end))
}

/// Whether a heading of these `words` says that alarm is raised by what stands below it, and there are `blocks` of that.
pub(in crate::plan::markdown) fn lists_alarms(words: &Words, blocks: &[Block]) -> bool {
    words.has(Topic::Alerts)
        && !words.orders()
        && !blocks.iter().any(|block| block.holds.work)
        && !is_set_up(words)
        && blocks.iter().any(are_alarms)
}

/// Puts the items of `list` into `found`.
pub(in crate::plan::markdown) fn alerts(list: &List, found: &mut Found, book: &mut Book<'_>) {
    for item in &list.items {
        book.settle_within(item.span, Place::Reference, Place::Alert);
    }
    collect(list, None, found);
}

fn collect(list: &List, above: Option<&str>, found: &mut Found) {
    for item in &list.items {
        let (head, rest) = item.head();
        let text = head.map(|inline| label(&inline.text)).unwrap_or_default();
        let mut name = match above {
            Some(above) => format!("{above}: {text}"),
            None => text,
        };
        let above = name.clone();
        let mut lists = 0;
        for block in rest {
            match &block.kind {
                Kind::List(_) => lists += 1,
                Kind::Paragraph(inline) => name = format!("{name}: {}", inline.one_line()),
                // "> 1% of jobs fail" is a quotation by its sign only.
                Kind::Quote(quote) if name.is_empty() => name = quoted(quote),
                _ => {}
            }
        }
        // An item that only heads others is in their names.
        if item.task.is_some() || lists == 0 || rest.len() > lists {
            found.alerts.extend(spoken::rules(name, item.span));
        }
        for block in rest {
            match &block.kind {
                Kind::List(list) => collect(list, Some(above.as_str()), found),
                Kind::Paragraph(_) => {}
                _ => keep(block, found),
            }
        }
    }
}

/// The words of a quotation, with its sign.
fn quoted(quote: &Quote) -> String {
    let texts = quote.blocks.iter().filter_map(Block::paragraph);
    let texts: Vec<String> = texts.map(Inline::one_line).collect();
    format!("> {}", texts.join(" "))
}

/// Keeps a block that is no list as text; the task items in it are criteria all the same.
fn keep(block: &Block, found: &mut Found) {
    found.notes.push(block.span);
    if let Kind::Quote(quote) = &block.kind {
        for block in &quote.blocks {
            match &block.kind {
                Kind::List(list) if block.holds.tasks => collect(list, None, found),
                Kind::Quote(_) => keep(block, found),
                _ => {}
            }
        }
    }
}

/// What is looked at and its line: the first two cells of a row.
fn row(row: &Row) -> Option<AlertRule> {
    let cells = row.cells.iter().filter(|cell| !cell.is_empty());
    let words: Vec<&str> = cells.take(2).map(String::as_str).collect();
    (words.len() == 2).then(|| rule(words.join(" "), row.span))
}

/// The alert of the criterion `name`, which stands at `span`.
pub(in crate::plan::markdown) fn rule(name: String, span: Span) -> AlertRule {
    let name = Some(name).filter(|name| !name.trim().is_empty());
    let name = name.map(|name| {
        let over = if wished::tells_good(&name) {
            wished::OVER
        } else {
            ""
        };
        name + over
    });
    AlertRule {
        name: name.unwrap_or_else(|| "Criterion without words".to_owned()),
        metric: None,
        limit: None,
        lasting: None,
        then: AlertAction::Note,
        span: Span::at(span.start),
    }
}

/// Holds the thresholds among `alerts` against what the plan measures, and says which nothing does.
pub(in crate::plan::markdown) fn measure(
    alerts: &mut [AlertRule],
    probes: &[Probe],
    databases: &[Database],
    book: &mut Book<'_>,
) {
    let mut told: Vec<What> = Vec::new();
    for alert in alerts {
        let Some(found) = spoken::read(&alert.name) else {
            continue;
        };
        alert.metric = found.what.measured_by(probes, databases);
        alert.limit = Some(found.limit);
        alert.lasting = found.lasting;
        if alert.metric.is_none() && !told.contains(&found.what) {
            told.push(found.what);
            let message = format!(
                "nothing measures the {} yet: a person has to judge it",
                found.what.words()
            );
            let problem = Problem::warning("unmeasured-alert", alert.span, message);
            book.problems.push(problem.hint(found.what.hint()));
        }
    }
}

/// How many thresholds are named in one breath.
const MAX_NAMED: usize = 5;

/// Says that thresholds are words so far. Of criteria, which a person may judge, that is said only
/// where they hold something against a number.
pub(in crate::plan::markdown) fn say_unmeasured(
    alerts: &[AlertRule],
    criteria: bool,
    book: &mut Book<'_>,
) {
    let words: Vec<&AlertRule> = alerts
        .iter()
        .filter(|alert| spoken::read(&alert.name).is_none())
        .filter(|alert| !criteria || threshold::compares(&alert.name))
        .collect();
    let Some(first) = words.first() else { return };
    let first_ones = words.iter().take(MAX_NAMED);
    let names: Vec<String> = first_ones
        .map(|alert| format!("\"{}\"", alert.name))
        .collect();
    let more = match words.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "nothing measures {}{more} yet: a person has to judge it",
        names.join(", ")
    );
    // What is held against a number wants a metric.
    let problem = if words.iter().any(|alert| threshold::compares(&alert.name)) {
        Problem::warning("unmeasured-alert", first.span, message)
    } else {
        Problem::note("unmeasured-alert", first.span, message)
    };
    let hint = "front matter can hold probes and alerts with a `metric`";
    book.problems.push(problem.hint(hint));
}
