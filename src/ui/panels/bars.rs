//! The second line: how far the run is, and what to do next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::ui::guide::guide;
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::Bar;

/// Draws the line.
pub fn progress(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let state = &scene.world.state;
    let (settled, all) = if let Some(rollback) = &state.rollback {
        let done = rollback
            .items
            .iter()
            .filter(|item| state.item_is_done(item));
        (done.count(), rollback.items.len())
    } else {
        let settled = state.phases.iter().map(|phase| phase.settled).sum();
        (settled, scene.world.plan.forward_steps().len())
    };
    let width = (area.width / 4).clamp(8, 40).min(area.width);
    let ratio = if all == 0 {
        1.0
    } else {
        settled as f64 / all as f64
    };
    let role = if state.rollback.is_some() {
        Role::Warn
    } else {
        Role::Good
    };
    let label = format!("{settled} of {all}");
    Bar::new(ratio)
        .label(&label)
        .style(scene.style(role))
        .render(Rect { width, ..area }, buf);
    let rest = Rect {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    let pace = if state.auto && state.end.is_none() {
        "auto: "
    } else {
        ""
    };
    let words = guide(scene.world, scene.view.database, scene.now);
    // A key does what it does to the step under the cursor.
    let away = scene
        .view
        .cursor
        .is_some_and(|ix| ix != scene.world.focus());
    let acts = words.starts_with("space ") || words.starts_with("enter ");
    let words = if away && acts {
        format!("esc, then {words}")
    } else {
        words
    };
    let line = Line::from(vec![
        Span::raw(" "),
        scene.span(pace, Role::Active),
        scene.span(words, Role::Title),
    ]);
    put(rest, 0, line, buf);
}
