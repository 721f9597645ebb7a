//! The tables of the record: a row for each step, with who did it, when, for how long and how it came
//! out, and one for each thing on the way back. What was undone is still told as it was done.

use std::ops::Range;

use super::line::{because, cell};
use super::markdown::when;
use crate::clock::Moment;
use crate::plan::{Plan, Step, StepIx, duration};
use crate::run::{ItemState, RollbackState, RunState, Status, StepState};

const HEAD: [&str; 2] = [
    "| step | | outcome | took | by | at | remark |",
    "|---|---|---|---|---|---|---|",
];

/// The steps of a phase.
pub(super) fn steps(plan: &Plan, state: &RunState, steps: Range<StepIx>) -> Vec<String> {
    let rows = steps.map(|ix| {
        let (step, now) = (&plan.steps[ix], &state.steps[ix]);
        let then = now.before_undo.as_deref().unwrap_or(now);
        let since = match (&now.before_undo, &now.left_out) {
            (_, Some(_)) => ", undo left out".to_owned(),
            (Some(_), None) => format!(", then {}", outcome(now)),
            (None, None) => String::new(),
        };
        let mut row = Row::of(step.number.clone(), step, then);
        row.outcome = format!("{}{since}", outcome(then));
        row.remark = remark(then.attempt, then, way(step, then));
        row.line()
    });
    lines(rows)
}

/// The ways back that were begun, the last one behind those that were given up for it.
pub(super) fn ways_back(plan: &Plan, state: &RunState) -> Vec<String> {
    let mut ways = state.left_ways.iter().chain(&state.rollback).peekable();
    let mut text = Vec::new();
    while let Some(way) = ways.next() {
        text.extend(way_back(plan, state, way));
        if let Some(next) = ways.peek() {
            let (by, at) = (cell(&next.by), when(next.started));
            let given_up = format!("given up by {by} at {at} for \"{}\"", cell(next.name(plan)));
            text.extend([given_up, String::new()]);
        }
    }
    text
}

fn way_back(plan: &Plan, state: &RunState, rollback: &RollbackState) -> Vec<String> {
    let name = rollback.name(plan);
    let clock = rollback.since_t_zero.map(duration::t_clock);
    let clock = clock.map(|clock| format!(" ({clock})")).unwrap_or_default();
    let outside = rollback.outside(plan).map(|outside| outside.to_string());
    let mut text = vec![
        format!("## Rollback: {}", cell(name)),
        String::new(),
        format!(
            "begun by {} at {}{clock}{}",
            cell(&rollback.by),
            when(rollback.started),
            because(outside.as_deref())
        ),
        String::new(),
    ];
    if !rollback.items.is_empty() {
        let rows = rollback.items.iter().map(|item| thing(plan, state, item));
        text.extend(lines(rows));
    }
    text
}

/// One thing on the way back.
fn thing(plan: &Plan, state: &RunState, item: &ItemState) -> String {
    let step = &plan.steps[item.step];
    let undo = if item.undo { "undo " } else { "" };
    let number = format!("{undo}{}", step.number);
    let shown = &item.stands(state);
    let mut row = Row::of(number, step, shown);
    let tries = if item.undo {
        shown.undo_attempt
    } else {
        shown.attempt
    };
    let way = way(step, shown).filter(|_| !item.undo);
    row.outcome = outcome(shown);
    row.remark = remark(tries, shown, way);
    if let Some(left) = &item.left {
        let stood = match shown.status {
            Status::Pending => String::new(),
            _ => format!("{}, ", outcome(shown)),
        };
        row.outcome = format!("{stood}left out");
        row.by.clone_from(&left.by);
        row.at = Some(left.at);
        row.remark.clone_from(&left.reason);
    }
    row.line()
}

struct Row<'a> {
    number: String,
    title: &'a str,
    outcome: String,
    took: String,
    by: String,
    at: Option<Moment>,
    remark: String,
}

impl<'a> Row<'a> {
    fn of(number: String, step: &'a Step, at: &StepState) -> Self {
        Row {
            number,
            title: &step.spec.title,
            outcome: String::new(),
            took: at.worked().map(duration::show).unwrap_or_default(),
            by: at.by.clone().unwrap_or_default(),
            at: at.ended,
            remark: String::new(),
        }
    }

    fn line(&self) -> String {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            self.number,
            cell(self.title),
            self.outcome,
            self.took,
            cell(&self.by),
            self.at.map(Moment::to_local_time).unwrap_or_default(),
            cell(&self.remark),
        )
    }
}

fn lines(rows: impl Iterator<Item = String>) -> Vec<String> {
    let head = HEAD.map(str::to_owned).into_iter();
    head.chain(rows).chain([String::new()]).collect()
}

fn outcome(at: &StepState) -> String {
    match (at.status, at.by_hand) {
        (Status::Passed, true) => "done by hand".to_owned(),
        (status, true) => format!("{status} by hand"),
        (status, false) => status.to_string(),
    }
}

/// Which of several ways of doing the step was gone.
pub(super) fn way<'a>(step: &'a Step, at: &StepState) -> Option<&'a str> {
    let ways = &step.spec.alternatives;
    let way = ways.get(at.choice).filter(|_| at.attempt > 0)?;
    (ways.len() > 1).then_some(way.label.as_str())
}

fn remark(tries: u32, at: &StepState, way: Option<&str>) -> String {
    let way = way.map(|way| format!("way: {way}"));
    let tries = (tries > 1).then(|| format!("try {tries}"));
    let parts = way.into_iter().chain(tries);
    let parts = parts.chain(at.reason.clone()).chain(at.note.clone());
    parts.collect::<Vec<_>>().join("; ")
}
