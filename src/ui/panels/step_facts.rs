//! What there is to say about a step besides what it prints: what it does, where it stands, what was
//! expected of it, and what can be done about it.

use ratatui::text::Line;

use super::step_work;
use crate::journal::event::{Outcome, Stage};
use crate::plan::{Home, StepIx, Work, duration};
use crate::run::{JobEnd, MASK, Status, StepState, Value, Weighing};
use crate::ui::scene::Scene;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words;

/// Whether what matters about the step at `ix` is its undo.
pub fn shows_undo(scene: &Scene<'_>, ix: StepIx) -> bool {
    let state = &scene.world.state;
    let item = state
        .rollback
        .iter()
        .flat_map(|rollback| &rollback.items)
        .find(|item| item.step == ix);
    item.is_some_and(|item| item.undo)
}

/// The work that is shown.
pub fn work<'s>(scene: &Scene<'s>, ix: StepIx) -> Option<&'s Work> {
    let spec = &scene.world.plan.steps[ix].spec;
    match &spec.undo {
        Some(undo) if shows_undo(scene, ix) => Some(&undo.work),
        _ => spec.work_of(scene.world.state.steps[ix].choice),
    }
}

/// The lines, at most `most` of them for what the step does.
pub fn lines<'s>(scene: &Scene<'s>, ix: StepIx, width: usize, most: usize) -> Vec<Line<'s>> {
    let (step, at) = (&scene.world.plan.steps[ix], &scene.world.state.steps[ix]);
    let mut lines = Vec::new();
    if let Some(group) = &step.spec.group {
        lines.push(Line::from(scene.span(group, Role::Dim)));
    }
    lines.extend(step_work::lines(scene, ix, width, most));
    lines.extend(condition(scene, ix, at, width));
    lines.extend(standing(scene, ix, at, width));
    lines.extend(expectations(scene, ix, at, width));
    lines.extend(captures(scene, ix));
    lines.extend(said(scene, at, width));
    for note in scene
        .world
        .state
        .notes
        .iter()
        .filter(|note| note.step == Some(ix))
    {
        lines.push(Line::from(
            scene.span(format!("note by {}: {}", note.by, note.text), Role::Dim),
        ));
    }
    lines
}

/// Where it stands, since when, and by whom.
fn standing<'s>(scene: &Scene<'s>, ix: StepIx, at: &StepState, width: usize) -> Vec<Line<'s>> {
    let (sign, word, role) = words::step(at);
    let mut words = vec![scene.span(format!("{sign} {word}"), role)];
    let mut add = |text: String| words.push(scene.span(format!("  {text}"), Role::Text));
    let spec = &scene.world.plan.steps[ix].spec;
    match (at.started, at.ended, at.worked()) {
        (Some(started), None, _) => {
            let limit = spec
                .timeout
                .map(|limit| format!(" of {}", duration::show(limit)))
                .unwrap_or_default();
            add(format!(
                "{}{limit}",
                duration::clock(scene.now.since(started))
            ));
        }
        (_, _, Some(took)) => add(format!("in {}", words::short(took))),
        _ => {}
    }
    if at.attempt > 1 {
        add(format!("try {}", at.attempt));
    }
    if let Some(by) = &at.by {
        let when = at
            .ended
            .or(at.started)
            .map(|when| format!(" at {}", when.to_local_time()))
            .unwrap_or_default();
        add(format!("by {by}{when}"));
    }
    if let Some(pid) = at.pid {
        add(format!("pid {pid}"));
    }
    let mut lines = vec![Line::from(words)];
    if at.status.is_active() {
        lines.extend(waits(scene, width));
    }
    if let Some(stopping) = &at.stopping {
        let how = match stopping.stage {
            Stage::Cancel => "cancelling its statements",
            Stage::Interrupt => "interrupted",
            Stage::Terminate => "told to end",
            Stage::Kill => "killed",
        };
        let since = words::short(scene.now.since(stopping.since));
        lines.push(Line::from(scene.span(
            format!("{how} {since} ago: {}", stopping.reason),
            Role::Warn,
        )));
    }
    lines
}

/// The lock that our step waits for, and who holds it.
fn waits<'s>(scene: &Scene<'s>, width: usize) -> Vec<Line<'s>> {
    let words = waiting_for(scene).unwrap_or_default();
    let rows = clip::wrap(&words, width).into_iter();
    rows.map(|row| Line::from(scene.span(row, Role::Warn)))
        .collect()
}

fn waiting_for(scene: &Scene<'_>) -> Option<String> {
    let picture = scene.world.picture(scene.view.database)?;
    let (locks, wait) = (&picture.locks, picture.wait_of_ours()?);
    let wanted = wait.ours.wanted.as_ref()?;
    let time = wanted
        .waited
        .map(|waited| format!("{} ", words::short(waited)))
        .unwrap_or_default();
    let by = locks.who(&wait.blockers.first()?.session);
    let others = wait.and_others(locks);
    let guess = if wait.ours.session.is_ours() {
        String::new()
    } else {
        let who = locks.who(&wait.ours.session);
        format!(" (a guess: {who} may be this step's session)")
    };
    Some(format!(
        "◆ waits {time}for {}, held by {by}{others}{guess}",
        wanted.on()
    ))
}

/// What is expected, and what was found.
fn expectations<'s>(scene: &Scene<'s>, ix: StepIx, at: &StepState, width: usize) -> Vec<Line<'s>> {
    let spec = &scene.world.plan.steps[ix].spec;
    let undo = shows_undo(scene, ix);
    let end = if undo {
        at.undo_end.as_ref()
    } else {
        at.end.as_ref()
    };
    let Some(end) = end.filter(|_| !at.status.is_active()) else {
        let expect = work(scene, ix).map_or_else(|| spec.expect(), |work| spec.expect_of(work));
        return expect
            .lines()
            .iter()
            .map(|line| {
                Line::from(vec![
                    scene.span("· expects ", Role::Dim),
                    scene.span(line, Role::Text),
                ])
            })
            .collect();
    };
    let mut lines = findings(scene, end, width);
    let own = spec.work_of(at.choice);
    let own = own.map_or_else(|| spec.expect(), |work| spec.expect_of(work));
    if let Some(shown) = &own.shown {
        lines.push(Line::from(vec![
            scene.span("· expects ", Role::Dim),
            scene.span(shown, Role::Text),
        ]));
    }
    // Of a failed undo, what it was to undo may have failed as well.
    if let (true, Status::Stuck, Some(first)) = (undo, at.status, &at.end) {
        let mut before = findings(scene, first, width);
        before.retain(|_| first.outcome != Outcome::Passed);
        if !before.is_empty() {
            lines.push(Line::from(scene.span("the step itself:", Role::Dim)));
            lines.extend(before);
        }
    }
    lines
}

fn findings<'s>(scene: &Scene<'s>, end: &JobEnd, width: usize) -> Vec<Line<'s>> {
    let mut lines: Vec<Line<'_>> = end
        .findings
        .iter()
        .map(|finding| {
            let (sign, role) = if finding.met {
                ("✓ ", Role::Good)
            } else {
                ("✗ ", Role::Bad)
            };
            let mut spans = vec![
                scene.span(sign, role),
                scene.span(&finding.expected, Role::Text),
            ];
            if finding.expected != finding.got {
                spans.push(scene.span(format!(": {}", finding.got), role));
            }
            Line::from(spans)
        })
        .collect();
    if let Some(message) = &end.message {
        let role = match end.outcome {
            Outcome::Passed => Role::Warn,
            Outcome::Failed | Outcome::Unknown => Role::Bad,
        };
        for row in clip::wrap(message, width) {
            lines.push(Line::from(scene.span(row, role)));
        }
    }
    lines.extend(end.left.iter().map(|left| {
        Line::from(vec![
            scene.span("· leaves ", Role::Dim),
            scene.span(left.to_string(), Role::Text),
        ])
    }));
    lines
}

/// What must be so for it to be done at all, and what was known when that was weighed.
fn condition<'s>(scene: &Scene<'s>, ix: StepIx, at: &StepState, width: usize) -> Vec<Line<'s>> {
    let plan = &scene.world.plan;
    let own = plan.steps[ix]
        .spec
        .when
        .as_deref()
        .map(|when| (when, &at.condition));
    let phase = plan.phase_of(ix).and_then(|phase| {
        let when = plan.phases[phase].spec.when.as_ref()?;
        Some((when, &scene.world.state.phases[phase].condition))
    });
    let mut lines = Vec::new();
    for (when, weighing) in phase.into_iter().chain(own) {
        let (known, role) = match weighing {
            Weighing::Told(None, known) => (format!(": {known}"), Role::Warn),
            // Of what was left out the reason tells it.
            Weighing::Told(Some(true), known) => (format!(": {known}"), Role::Text),
            Weighing::Overruled => (": a person has decided".to_owned(), Role::Text),
            Weighing::Told(Some(false), _) | Weighing::NotYet | Weighing::Asked => {
                (String::new(), Role::Text)
            }
        };
        for row in clip::wrap(&format!("· only when {}{known}", when.text), width) {
            lines.push(Line::from(scene.span(row, role)));
        }
    }
    lines
}

/// The variables that it takes from its output, with the values that they have by now.
fn captures<'s>(scene: &Scene<'s>, ix: StepIx) -> Vec<Line<'s>> {
    if shows_undo(scene, ix) {
        return Vec::new();
    }
    let values = &scene.world.state.values;
    let spec = &scene.world.plan.steps[ix].spec;
    let work = work(scene, ix).unwrap_or(&spec.work);
    spec.captures_of(work)
        .map(|capture| {
            let value = match values.get(&capture.name) {
                Some(Value::Known(value)) => format!(" = {value}"),
                Some(Value::Secret) => format!(" = {MASK}"),
                None => String::new(),
            };
            Line::from(vec![
                scene.span("· captures ", Role::Dim),
                scene.span(format!("{}{value}", capture.name), Role::Text),
            ])
        })
        .collect()
}

/// Reasons and remarks of people.
fn said<'s>(scene: &Scene<'s>, at: &StepState, width: usize) -> Vec<Line<'s>> {
    let mut lines = Vec::new();
    for (what, text) in [("reason", &at.reason), ("remark", &at.note)] {
        let Some(text) = text else { continue };
        for row in clip::wrap(&format!("{what}: {text}"), width) {
            lines.push(Line::from(scene.span(row, Role::Text)));
        }
    }
    lines
}

/// The ways out, where a person has to decide.
pub fn menu<'s>(scene: &Scene<'s>, ix: StepIx) -> Option<Line<'s>> {
    let at = &scene.world.state.steps[ix];
    if !at.status.needs_decision() || scene.world.state.end.is_some() {
        return None;
    }
    let own = matches!(scene.world.plan.steps[ix].home, Home::Tier(_));
    let back = scene.world.state.rollback.is_some();
    let mut ways = vec![
        ("r", "retry"),
        ("d", "done by hand"),
        ("s", if back { "leave undone" } else { "skip" }),
    ];
    if !back && !own {
        ways.extend([("h", "hold"), ("R", "roll back")]);
    }
    Some(scene.keys(&ways))
}
