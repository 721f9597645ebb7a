//! The step under the cursor: what it does and where it stands, and below that what it prints. Where
//! an undo is stuck, its output stands beside that of the step.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::step_facts;
use crate::plan::StepIx;
use crate::run::Status;
use crate::ui::output::{SearchState, Window};
use crate::ui::scene::{Scene, put, put_both};
use crate::ui::theme::Role;
use crate::ui::view::Focus;
use crate::ui::widgets::ScrollBar;
use crate::ui::words;

/// The least that is left for the output, where there is one.
const LEAST_OUTPUT: u16 = 5;

/// Draws the panel.
pub fn step(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let ix = scene.view.step(scene.world);
    let Some(step) = scene.world.plan.steps.get(ix) else {
        let inner = scene.frame("No steps", Some(Focus::Output), area, buf);
        return notes(scene, inner, buf);
    };
    let title = format!("{} {}", step.number, step.spec.title);
    let inner = scene.frame(&title, Some(Focus::Output), area, buf);
    let lines = facts(scene, ix, inner);
    for (row, line) in lines.into_iter().enumerate() {
        put(inner, row as u16, line, buf);
    }
    let jobs = scene.world.jobs_of(ix);
    for (n, (area, window)) in output_areas(scene, area)
        .into_iter()
        .zip(scene.outputs)
        .enumerate()
    {
        let label = match scene.view.output_of(scene.world, ix) {
            Some(_) if both(scene, ix) => ["the step", "its undo"][n.min(1)].to_owned(),
            Some((at, count)) if count > 1 => {
                let job = jobs.get(at);
                let what = job
                    .map(|job| if job.undo { "undo" } else { "try" })
                    .unwrap_or_default();
                format!(
                    "{what} {}  ({} of {count}, o: next)",
                    job.map_or(0, |job| job.attempt),
                    at + 1
                )
            }
            _ => "output".to_owned(),
        };
        output(scene, &label, window, area, buf);
    }
}

/// A plan without steps is text.
fn notes(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let texts = scene.world.plan.notes.iter();
    let lines =
        texts.flat_map(|note| std::iter::once(note.heading.as_str()).chain(note.text.lines()));
    for (row, text) in lines.take(usize::from(area.height)).enumerate() {
        put(
            area,
            row as u16,
            Line::from(scene.span(text, Role::Text)),
            buf,
        );
    }
}

/// What is said about the step, in as many lines as leave room for its output.
fn facts<'s>(scene: &Scene<'s>, ix: StepIx, inner: Rect) -> Vec<Line<'s>> {
    let has_output = !scene.world.jobs_of(ix).is_empty();
    let room = if has_output {
        inner.height.saturating_sub(LEAST_OUTPUT)
    } else {
        inner.height
    };
    // What it does gets half of the room; where it stands must not be pushed out by it.
    let most = usize::from(if has_output {
        (room / 2).clamp(1, 8)
    } else {
        room.saturating_sub(4).max(1)
    });
    let width = usize::from(inner.width);
    // Who turns to the panel of a step that has printed nothing reads on in what is said of it.
    if !has_output && scene.view.focus == Focus::Output {
        let mut lines = whole(scene, ix, inner);
        let most = beyond(&lines, inner);
        lines.drain(..scene.view.read_of(ix).min(most));
        return lines;
    }
    let mut lines = step_facts::lines(scene, ix, width, most);
    // What can be done about it is not pushed out by why that has to be done.
    let menu = step_facts::menu(scene, ix);
    lines.truncate(usize::from(room.max(1)).saturating_sub(usize::from(menu.is_some())));
    lines.extend(menu);
    lines
}

/// All that is said about the step, whether there is room for it or not.
fn whole<'s>(scene: &Scene<'s>, ix: StepIx, inner: Rect) -> Vec<Line<'s>> {
    let mut lines = step_facts::lines(scene, ix, usize::from(inner.width), usize::MAX);
    lines.extend(step_facts::menu(scene, ix));
    lines
}

/// How many of `lines` have to be passed over until the last of them is seen.
fn beyond(lines: &[Line<'_>], inner: Rect) -> usize {
    lines.len().saturating_sub(usize::from(inner.height))
}

/// How many rows of what is said of the step under the cursor can be passed over in the panel at `area`.
pub fn past(scene: &Scene<'_>, area: Rect) -> usize {
    let ix = scene.view.step(scene.world);
    if scene.world.plan.steps.get(ix).is_none() {
        return 0;
    }
    let inner = inside(area);
    beyond(&whole(scene, ix, inner), inner)
}

/// What is left within the frame of the panel at `area`.
fn inside(area: Rect) -> Rect {
    area.inner(Margin::new(1, 1))
}

/// Whether both outputs of a stuck undo are shown.
fn both(scene: &Scene<'_>, ix: StepIx) -> bool {
    let at = &scene.world.state.steps[ix];
    at.status == Status::Stuck
        && at.attempt > 0
        && at.undo_attempt > 0
        && scene.view.output.is_none()
}

/// Where the outputs of the step under the cursor stand in the panel at `area`, headings included:
/// none, one, or two.
pub fn output_areas(scene: &Scene<'_>, area: Rect) -> Vec<Rect> {
    let ix = scene.view.step(scene.world);
    if area.width < 3 || area.height < 3 || scene.world.jobs_of(ix).is_empty() {
        return Vec::new();
    }
    let inner = inside(area);
    let used = (facts(scene, ix, inner).len() as u16).min(inner.height);
    let rest = Rect {
        y: inner.y + used,
        height: inner.height - used,
        ..inner
    };
    if !both(scene, ix) {
        return vec![rest];
    }
    let half = rest.height / 2;
    vec![
        Rect {
            height: half,
            ..rest
        },
        Rect {
            y: rest.y + half,
            height: rest.height - half,
            ..rest
        },
    ]
}

/// A heading, and as much of the output as there is room for.
fn output(scene: &Scene<'_>, label: &str, window: &Arc<Window>, area: Rect, buf: &mut Buffer) {
    let state = match (&window.trouble, window.search) {
        (Some(trouble), _) => format!("output can't be read: {trouble}"),
        (None, SearchState::Looking(percent)) => format!("searching {percent} %"),
        (None, SearchState::NotFound) => "not found".to_owned(),
        (None, SearchState::Idle | SearchState::Found) if !window.exists => {
            "nothing yet".to_owned()
        }
        _ if window.following => format!("{}, following", words::size(window.size)),
        _ => format!(
            "{} of {}, end follows",
            words::size(window.bottom),
            words::size(window.size)
        ),
    };
    let rule = scene.span(format!("── {label} "), Role::Dim);
    let right = Line::from(scene.span(format!(" {state}"), Role::Dim));
    put_both(area, 0, Line::from(rule), right, buf);
    for (row, line) in window.rows.iter().enumerate() {
        let mut line = line.clone();
        if !scene.theme.has_colours() {
            for span in &mut line.spans {
                span.style.fg = None;
                span.style.bg = None;
                span.style.underline_color = None;
            }
        }
        put(area, row as u16 + 1, line, buf);
    }
    let bar = ScrollBar {
        size: window.size,
        top: window.top,
        bottom: window.bottom,
        style: scene.style(Role::Frame),
    };
    let edge = Rect {
        x: area.right(),
        y: area.y + 1,
        width: 1,
        height: area.height.saturating_sub(1),
    };
    bar.render(edge, buf);
}
