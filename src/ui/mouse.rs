//! What the mouse means: the wheel moves what is under it, a click picks it.

use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::intent::Intent;
use super::panels;
use super::panels::watch::{self, Cursor, Panel};
use super::rows::Rows;
use super::scene::Scene;
use super::screen::areas;
use super::update::{Act, OutputMove, carry_out, read_on, reads};
use super::view::{Focus, View};
use super::widgets::ScrollBar;
use super::world::World;
use crate::clock::Moment;
use crate::plan::StepIx;

/// How many rows the wheel moves the output.
const WHEEL: i64 = 3;

/// What is under the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A line of the phases.
    Step(Option<StepIx>),
    /// The output.
    Output,
    /// The scroll bar of the output, this far from its beginning.
    OutputBar(f64),
    /// A line of a database panel, with its session.
    Session(Focus, Option<i32>),
    /// A key of the footer.
    Key(Intent),
    /// Nothing that can be moved or picked.
    Nothing,
}

/// What of `scene`, drawn in `area`, is at the column `x` and the row `y`.
pub fn target(scene: &Scene<'_>, area: Rect, x: u16, y: u16) -> Target {
    let at = Position { x, y };
    let areas = areas(area, scene.world, scene.view);
    let row = |panel: Rect| usize::from(y.saturating_sub(panel.y + 1));
    if areas.footer.contains(at) {
        return panels::intent_at(scene, areas.footer, x).map_or(Target::Nothing, Target::Key);
    }
    if areas.steps.contains(at) {
        let height = usize::from(areas.steps.height.saturating_sub(2));
        let rows = Rows::new(scene.world, scene.view, height);
        let top = rows.top(
            rows.line_of(scene.world, scene.view.step(scene.world)),
            height,
        );
        return Target::Step(rows.step_at(scene.world, top + row(areas.steps)));
    }
    if areas.step.contains(at) {
        let outputs = panels::output_areas(scene, areas.step);
        let on_bar =
            |output: &&Rect| x == output.right() && (output.top()..output.bottom()).contains(&y);
        return match outputs.iter().find(on_bar) {
            Some(output) => Target::OutputBar(ScrollBar::fraction(
                y.saturating_sub(output.y + 1),
                output.height.saturating_sub(1),
            )),
            None => Target::Output,
        };
    }
    for (panel, place) in &areas.watch {
        if place.contains(at) {
            let session = watch::session_at(&scene.sight(), *panel, *place, row(*place));
            return Target::Session(Focus::Panel(*panel), session);
        }
    }
    if areas.strip.contains(at) {
        return Target::Session(Focus::Panel(Panel::Locks), None);
    }
    Target::Nothing
}

/// Does what `kind` of event on `target` means. While a dialog is open, the mouse does nothing.
pub fn mouse(
    view: &mut View,
    world: &World,
    target: Target,
    kind: MouseEventKind,
    now: Moment,
) -> Vec<Act> {
    if view.dialog.is_some() {
        return Vec::new();
    }
    match kind {
        MouseEventKind::ScrollDown => wheel(view, world, target, 1, now),
        MouseEventKind::ScrollUp => wheel(view, world, target, -1, now),
        MouseEventKind::Down(MouseButton::Left) => click(view, world, target, now),
        MouseEventKind::Drag(MouseButton::Left) => match target {
            Target::OutputBar(fraction) => vec![Act::Output(OutputMove::To(fraction))],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn wheel(view: &mut View, world: &World, target: Target, by: i64, now: Moment) -> Vec<Act> {
    let focus = match target {
        Target::Output if reads(view, world) => {
            view.focus = Focus::Output;
            read_on(view, world, by * WHEEL, now);
            return Vec::new();
        }
        Target::Output | Target::OutputBar(_) => {
            return vec![Act::Output(OutputMove::Rows(by * WHEEL))];
        }
        Target::Step(_) => Focus::Steps,
        Target::Session(focus, _) => focus,
        Target::Key(_) | Target::Nothing => return Vec::new(),
    };
    if view.focus != focus {
        view.session = Cursor::default();
    }
    view.focus = focus;
    let intent = if by > 0 { Intent::Down } else { Intent::Up };
    carry_out(view, world, intent, now)
}

fn click(view: &mut View, world: &World, target: Target, now: Moment) -> Vec<Act> {
    match target {
        Target::Step(step) => {
            view.focus = Focus::Steps;
            if step.is_some() {
                view.cursor = step;
                view.output = None;
            }
        }
        Target::Output => view.focus = Focus::Output,
        Target::OutputBar(fraction) => return vec![Act::Output(OutputMove::To(fraction))],
        Target::Session(focus, session) => {
            view.focus = focus;
            view.session = Cursor::on(session);
        }
        Target::Key(intent) => return carry_out(view, world, intent, now),
        Target::Nothing => {}
    }
    Vec::new()
}
