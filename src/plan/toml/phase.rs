//! Phases and rollbacks of a TOML plan.

use super::include;
use super::step::{Defaults, condition, step};
use super::table::Table;
use crate::plan::draft::{
    ClockPlace, Confirm, Draft, Gate, PhaseSpec, Placed, StepSpec, TierSpec, UndoOrder,
};
use crate::plan::duration;
use crate::plan::model::PhaseKind;
use crate::plan::problem::{Problem, nearest};
use crate::plan::tree::Node;

/// Reads the phases into `draft`, and notes where those of other files stand among them.
pub(super) fn phases(root: &Table<'_>, defaults: &Defaults, draft: &mut Draft) {
    for table in root.tables("phase") {
        if table.has("include") {
            let place = Some(draft.phases.len());
            draft.includes.extend(include::include(table, place));
        } else {
            draft.phases.push(phase(table, defaults));
        }
    }
}

fn phase(table: Table<'_>, defaults: &Defaults) -> PhaseSpec {
    let name = table.required("name");
    let kind = kind(&table);
    let phase = PhaseSpec {
        id: table.text("id"),
        span: name.as_ref().map_or(table.span(), |n| n.span),
        name: name.map(|n| n.value).unwrap_or_default(),
        kind,
        budget: table.some_time("budget"),
        at: at(&table),
        gate: gate(&table),
        ungated: table.value("gate").and_then(Node::as_bool) == Some(false),
        point_of_no_return: table.flag("point_of_no_return"),
        choice: table.string("choice"),
        when: condition(&table),
        steps: steps(&table, defaults),
    };
    table.finish();
    phase
}

fn kind(table: &Table<'_>) -> PhaseKind {
    let Some(text) = table.text("kind") else {
        if !table.has("kind") {
            table.problem(
                Problem::error("missing-key", table.span(), "this phase has no `kind`")
                    .hint("add `kind = \"before\"`, `\"deploy\"`, `\"verify\"` or `\"after\"`"),
            );
        }
        return PhaseKind::Before;
    };
    let found = PhaseKind::ALL
        .into_iter()
        .find(|kind| kind.word() == text.value);
    found.unwrap_or_else(|| {
        let near = nearest(&text.value, PhaseKind::ALL.map(PhaseKind::word));
        table.problem(
            Problem::error(
                "bad-word",
                text.span,
                format!("`{}` is not a kind of phase", text.value),
            )
            .hint(
                near.map_or("before, deploy, verify or after".to_owned(), |w| {
                    format!("did you mean `{w}`?")
                }),
            ),
        );
        PhaseKind::Before
    })
}

/// `at = "T-1h"`, or a table with that `place` and the `words` of the author.
fn at(table: &Table<'_>) -> Option<ClockPlace> {
    if !table.value("at")?.is_table() {
        let text = table.text("at")?;
        let words = text.value.trim().to_owned();
        return place(table, &text).map(|seconds| ClockPlace { seconds, words });
    }
    let table = table.table("at")?;
    let text = table.required("place");
    let words = table.required("words");
    let seconds = text.and_then(|text| place(&table, &text));
    table.finish();
    Some(ClockPlace {
        seconds: seconds?,
        words: words?.value,
    })
}

fn place(table: &Table<'_>, text: &Placed<String>) -> Option<i64> {
    let seconds = clock_place(&text.value);
    if seconds.is_none() {
        let message = format!("`{}` is not a place on the clock", text.value.trim());
        table.problem(
            Problem::error("bad-clock-place", text.span, message)
                .hint("write it relative to T-0, such as `T-1h` or `T+15m`"),
        );
    }
    seconds
}

/// Reads `T-1h`, `T+15m` or `T-0`, as seconds from T-0.
pub(in crate::plan) fn clock_place(text: &str) -> Option<i64> {
    let place = text.trim().strip_prefix(['T', 't'])?.trim();
    let (sign, rest) = match place.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, place.strip_prefix('+')?),
    };
    if rest.trim() == "0" {
        return Some(0);
    }
    let time = duration::parse(rest).ok()?;
    i64::try_from(time.as_secs()).ok().map(|secs| sign * secs)
}

fn gate(table: &Table<'_>) -> Option<Gate> {
    let value = table.value("gate")?;
    if let Some(on) = value.as_bool() {
        return on.then(Gate::default);
    }
    let gate = table.table("gate")?;
    let alerts = gate.text("alerts");
    if let Some(word) = alerts.as_ref().filter(|word| word.value != "none") {
        let message = format!("`{}` is not something a gate can ask of alerts", word.value);
        gate.problem(
            Problem::error("bad-word", word.span, message)
                .hint("`alerts = \"none\"`: none may be firing"),
        );
    }
    let approvals = gate
        .strings("approvals")
        .into_iter()
        .map(|a| a.value)
        .collect();
    gate.finish();
    Some(Gate {
        no_alerts: alerts.is_some(),
        approvals,
    })
}

pub(super) fn tiers(root: &Table<'_>, defaults: &Defaults) -> Vec<TierSpec> {
    root.tables("rollback")
        .into_iter()
        .map(|table| tier(table, defaults))
        .collect()
}

fn tier(table: Table<'_>, defaults: &Defaults) -> TierSpec {
    let name = table.required("name");
    let undo = word(
        &table,
        "undo",
        [
            ("last", UndoOrder::Last),
            ("first", UndoOrder::First),
            ("none", UndoOrder::None),
        ],
    );
    let confirm = word(
        &table,
        "confirm",
        [
            ("key", Confirm::Key),
            ("environment", Confirm::Environment),
            ("none", Confirm::None),
        ],
    );
    let tier = TierSpec {
        span: name.as_ref().map_or(table.span(), |n| n.span),
        name: name.map(|n| n.value).unwrap_or_default(),
        from: table.duration("from"),
        until: table.duration("until"),
        undo,
        confirm,
        way: table.flag("way"),
        after: table.flag("after"),
        steps: steps(&table, defaults),
    };
    table.finish();
    tier
}

fn word<T: Copy + Default, const N: usize>(
    table: &Table<'_>,
    key: &'static str,
    words: [(&'static str, T); N],
) -> T {
    let Some(text) = table.text(key) else {
        return T::default();
    };
    let found = words.iter().find(|(word, _)| *word == text.value);
    found.map_or_else(
        || {
            let all = words.map(|(word, _)| word).join(", ");
            let message = format!("`{}` is not a value of `{key}`", text.value);
            table.problem(
                Problem::error("bad-word", text.span, message).hint(format!("one of: {all}")),
            );
            T::default()
        },
        |(_, meaning)| *meaning,
    )
}

fn steps(table: &Table<'_>, defaults: &Defaults) -> Vec<Box<StepSpec>> {
    table
        .tables("step")
        .into_iter()
        .filter_map(|table| step(table, defaults).map(Box::new))
        .collect()
}
