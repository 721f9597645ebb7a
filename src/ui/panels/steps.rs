//! The phases and their steps, with how far each is.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::plan::{StepIx, duration};
use crate::run::Status;
use crate::ui::rows::{Row, Rows};
use crate::ui::scene::{Scene, put_both};
use crate::ui::theme::Role;
use crate::ui::view::Focus;
use crate::ui::widgets::{Bar, ScrollBar};
use crate::ui::words;

/// How wide a phase's bar is.
const BAR: u16 = 5;
/// From this width on there is room for who and when, and for times and budgets.
const ROOMY: u16 = 34;

/// Draws the panel.
pub fn steps(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let inner = scene.frame("Phases", Some(Focus::Steps), area, buf);
    let height = usize::from(inner.height);
    let rows = Rows::new(scene.world, scene.view, height);
    let cursor = rows.line_of(scene.world, scene.view.step(scene.world));
    let top = rows.top(cursor, height);
    for at in 0..inner.height {
        let line = top + usize::from(at);
        let Some(row) = rows.row(line) else { break };
        let place = Rect {
            y: inner.y + at,
            height: 1,
            ..inner
        };
        match row {
            Row::Phase(phase) => phase_row(scene, phase, rows.is_open(phase), place, buf),
            Row::Step(ix) => step_row(scene, ix, place, buf),
            Row::Rollback => rollback_row(scene, place, buf),
            Row::Item(item) => item_row(scene, item, place, buf),
        }
        if line == cursor {
            buf.set_style(place, scene.style(Role::Selected));
        }
    }
    let bar = ScrollBar {
        size: rows.len() as u64,
        top: top as u64,
        bottom: (top + height) as u64,
        style: scene.style(Role::Frame),
    };
    let edge = Rect {
        x: area.right().saturating_sub(1),
        y: inner.y,
        width: 1,
        height: inner.height,
    };
    bar.render(edge, buf);
}

fn phase_row(scene: &Scene<'_>, phase: usize, open: bool, area: Rect, buf: &mut Buffer) {
    let (spec, at) = (
        &scene.world.plan.phases[phase].spec,
        &scene.world.state.phases[phase],
    );
    let all = scene.world.plan.phases[phase].steps.len();
    let done = at.dropped || at.settled == all;
    let undone = scene.world.state.phase_is_undone(&scene.world.plan, phase);
    let (sign, role) = match (done, at.started) {
        _ if undone => ("↩", Role::Warn),
        _ if at.dropped => ("–", Role::Dim),
        (true, _) => ("✓", Role::Good),
        (false, Some(_)) => ("▶", Role::Active),
        (false, None) if scene.world.state.gate_is_shut(&scene.world.plan, phase) => {
            ("◆", Role::Warn)
        }
        (false, None) => ("·", Role::Dim),
    };
    let fold = if open { "▾" } else { "▸" };
    let mut right = vec![Span::raw(" ".repeat(usize::from(BAR)))];
    right.push(scene.span(format!(" {:>2}/{all}", at.settled), Role::Text));
    if area.width >= ROOMY {
        right.extend(phase_time(scene, phase));
    }
    let right = Line::from(right);
    let bar_x = area.right().saturating_sub(right.width() as u16);
    // What stands around the name: the sign, the fold and the spaces.
    let room = usize::from(area.width).saturating_sub(right.width() + 5);
    let left = Line::from(vec![
        scene.span(format!("{sign} "), role),
        scene.span(name_within(&spec.name, room), Role::Title),
        scene.span(format!(" {fold}"), Role::Dim),
    ]);
    put_both(area, 0, left, right, buf);
    let ratio = if all == 0 {
        1.0
    } else {
        at.settled as f64 / all as f64
    };
    let bar = Rect {
        x: bar_x.max(area.x),
        width: BAR.min(area.width),
        ..area
    };
    Bar::new(ratio)
        .style(scene.style(match (undone, done) {
            (true, _) => Role::Warn,
            (_, true) => Role::Good,
            _ => Role::Active,
        }))
        .render(bar, buf);
}

/// As much of a phase's name as `room` columns hold. What it is called by itself says more than the headings above
/// it, which its neighbours stand below as well.
fn name_within(name: &str, room: usize) -> Cow<'_, str> {
    let mut own = name;
    while own.width() + usize::from(own.len() < name.len()) * 2 > room
        && let Some((_, rest)) = own.split_once(" › ")
    {
        own = rest;
    }
    if own.len() < name.len() {
        Cow::Owned(format!("› {own}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// The time a phase has taken, against its budget.
fn phase_time<'s>(scene: &Scene<'s>, phase: usize) -> Option<Span<'s>> {
    let budget = scene.world.plan.phases[phase].spec.budget;
    let at = &scene.world.state.phases[phase];
    let words = match (at.started, budget) {
        (None, budget) => {
            let place = scene.world.plan.phases[phase].spec.at.as_ref();
            let place = place.map(|place| duration::place(place.seconds));
            let told = place.into_iter().chain(budget.map(duration::show));
            let told = told.collect::<Vec<_>>().join(" ");
            if told.is_empty() {
                return None;
            }
            format!(" {told:>9}")
        }
        (Some(started), budget) => {
            let over = scene.world.state.end.as_ref().map(|end| end.at);
            let spent = at.finished.or(over).unwrap_or(scene.now).since(started);
            let over = budget.is_some_and(|budget| spent > budget);
            let budget = budget
                .map(|budget| format!("/{}", duration::show(budget)))
                .unwrap_or_default();
            let words = format!("{}{budget}", duration::clock(spent));
            let role = if over { Role::Warn } else { Role::Text };
            let over = if over { "!" } else { " " };
            return Some(scene.span(format!("{over}{words:>9}"), role));
        }
    };
    Some(scene.span(words, Role::Dim))
}

fn step_row(scene: &Scene<'_>, ix: StepIx, area: Rect, buf: &mut Buffer) {
    let (step, at) = (&scene.world.plan.steps[ix], &scene.world.state.steps[ix]);
    let (sign, _, role) = words::step(at);
    let text = match at.status {
        Status::Pending if step.spec.danger => Role::Warn,
        Status::Skipped => Role::Dim,
        Status::Failed | Status::Unknown | Status::Stuck => Role::Bad,
        _ => Role::Text,
    };
    let danger = if step.spec.danger { "! " } else { "" };
    let left = Line::from(vec![
        scene.span(format!("  {sign} "), role),
        scene.span(format!("{} ", step.number), Role::Dim),
        scene.span(format!("{danger}{}", step.spec.title), text),
    ]);
    let right = Line::from(scene.span(step_time(scene, ix, area.width >= ROOMY), Role::Dim));
    put_both(area, 0, left, right, buf);
}

/// How long a step took or has been taking; of a tick, when, and by whom.
fn step_time(scene: &Scene<'_>, ix: StepIx, roomy: bool) -> String {
    let (step, at) = (&scene.world.plan.steps[ix], &scene.world.state.steps[ix]);
    match (at.started, at.ended) {
        (Some(started), None) => duration::clock(scene.now.since(started)),
        (_, Some(ended)) => {
            if let Some(took) = at.worked() {
                return words::short(took);
            }
            let when = ended.local("%H:%M");
            match &at.by {
                Some(by) if roomy && (step.spec.work.is_check() || at.status.is_settled()) => {
                    format!("{by} {when}")
                }
                _ => when,
            }
        }
        (_, None) => String::new(),
    }
}

fn rollback_row(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(rollback) = &scene.world.state.rollback else {
        return;
    };
    let name = rollback.tier.map_or("undo what was applied", |tier| {
        &scene.world.plan.tiers[tier].spec.name
    });
    let left = Line::from(vec![
        scene.span("↶ ", Role::Warn),
        scene.span(format!("Rollback: {name}"), Role::Title),
    ]);
    put_both(area, 0, left, Line::default(), buf);
}

fn item_row(scene: &Scene<'_>, item: usize, area: Rect, buf: &mut Buffer) {
    let Some(item) = scene
        .world
        .state
        .rollback
        .as_ref()
        .and_then(|r| r.items.get(item))
    else {
        return;
    };
    let (step, at) = (
        &scene.world.plan.steps[item.step],
        &scene.world.state.steps[item.step],
    );
    let begun = !item.undo || matches!(at.status, Status::Undoing | Status::Undone | Status::Stuck);
    let (sign, role) = match (&item.left, begun) {
        (Some(_), _) => ("–", Role::Dim),
        (None, true) => {
            let (sign, _, role) = words::step(at);
            (sign, role)
        }
        (None, false) => ("·", Role::Dim),
    };
    let undo = if item.undo { "undo " } else { "" };
    let left = Line::from(vec![
        scene.span(format!("  {sign} "), role),
        scene.span(format!("{undo}{} ", step.number), Role::Dim),
        scene.span(
            &step.spec.title,
            if at.status == Status::Stuck {
                Role::Bad
            } else {
                Role::Text
            },
        ),
    ]);
    let time = if begun {
        step_time(scene, item.step, false)
    } else {
        String::new()
    };
    put_both(area, 0, left, Line::from(scene.span(time, Role::Dim)), buf);
}

#[cfg(test)]
mod tests {
    use super::name_within;

    #[test]
    fn a_name_without_room_is_the_part_that_its_neighbours_have_not() {
        for (name, room, shown) in [
            ("Checks › Team", 20, "Checks › Team"),
            ("Checks before the cutover › Team", 20, "› Team"),
            ("One › Two › Three", 13, "› Two › Three"),
            ("One › Two › Three", 12, "› Three"),
            ("One › Two › Three", 0, "› Three"),
            (
                "Without a part and too long",
                5,
                "Without a part and too long",
            ),
            ("", 0, ""),
        ] {
            assert_eq!(name_within(name, room), shown, "{name} in {room}");
        }
    }
}
