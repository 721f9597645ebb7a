//! Phases and ways back, with their steps.

use super::Said;
use super::step::step;
use super::write::{Writer, inline, list, quoted, time};
use crate::plan::draft::{ClockPlace, Confirm, Gate, UndoOrder};
use crate::plan::model::{Phase, PhaseKind, Plan, Tier};
use crate::plan::toml::clock_place;

pub(super) fn phase(plan: &Plan, phase: &Phase, said: &Said<'_>, out: &mut Writer<'_>) {
    let spec = &phase.spec;
    out.item("phase", Some(spec.span));
    out.maybe("id", spec.id.as_ref().map(|id| id.value.as_str()));
    out.text("name", &spec.name);
    out.text("kind", spec.kind.word());
    out.time("budget", spec.budget);
    if let Some(at) = &spec.at {
        out.raw("at", &self::at(at));
    }
    match &spec.gate {
        Some(gate) => out.raw("gate", &self::gate(gate)),
        // A runbook has its decisions in its own words.
        None if spec.kind == PhaseKind::Deploy => out.raw("gate", "false"),
        None => {}
    }
    out.flag("point_of_no_return", spec.point_of_no_return);
    out.maybe("choice", spec.choice.as_deref());
    for each in &plan.steps[phase.steps.clone()] {
        step(plan, each, "phase", said, out);
    }
}

pub(super) fn tier(plan: &Plan, tier: &Tier, said: &Said<'_>, out: &mut Writer<'_>) {
    let spec = &tier.spec;
    out.item("rollback", Some(spec.span));
    out.text("name", &spec.name);
    out.time("from", spec.from);
    out.time("until", spec.until);
    match spec.undo {
        UndoOrder::Last => {}
        UndoOrder::First => out.text("undo", "first"),
        UndoOrder::None => out.text("undo", "none"),
    }
    match spec.confirm {
        Confirm::Key => {}
        Confirm::Environment => out.text("confirm", "environment"),
        Confirm::None => out.text("confirm", "none"),
    }
    out.flag("way", spec.way);
    out.flag("after", spec.after);
    for each in &plan.steps[tier.steps.clone()] {
        step(plan, each, "rollback", said, out);
    }
}

/// `"T-1d"`, with the author's words, where those say it in another way.
fn at(at: &ClockPlace) -> String {
    if clock_place(&at.words) == Some(at.seconds) {
        return quoted(&at.words);
    }
    let length = time(std::time::Duration::from_secs(at.seconds.unsigned_abs()));
    let place = match at.seconds {
        0 => "T-0".to_owned(),
        seconds if seconds < 0 => format!("T-{length}"),
        _ => format!("T+{length}"),
    };
    inline(&[
        ("place".to_owned(), quoted(&place)),
        ("words".to_owned(), quoted(&at.words)),
    ])
}

fn gate(gate: &Gate) -> String {
    if *gate == Gate::default() {
        return "true".to_owned();
    }
    let mut pairs = Vec::new();
    if gate.no_alerts {
        pairs.push(("alerts".to_owned(), quoted("none")));
    }
    if !gate.approvals.is_empty() {
        pairs.push(("approvals".to_owned(), list(&gate.approvals)));
    }
    inline(&pairs)
}
