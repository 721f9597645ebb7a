//! The last lines: what the last key came to, and what the next one could do.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::ui::intent::Intent;
use crate::ui::keymap::{Binding, KEYMAP};
use crate::ui::offer::offer;
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// How long a message stays.
const STAYS: Duration = Duration::from_secs(10);

/// Draws the line above the keys.
pub fn message(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if let Some(trouble) = &scene.world.trouble {
        buf.set_style(area, scene.style(Role::Alarm));
        let words = format!(" nothing can be recorded, so nothing is done: {trouble}");
        return put(area, 0, Line::from(scene.span(words, Role::Alarm)), buf);
    }
    let Some(message) = &scene.view.message else {
        return;
    };
    if scene.now.since(message.since) > STAYS {
        return;
    }
    let role = if message.bad { Role::Warn } else { Role::Good };
    put(
        area,
        0,
        Line::from(scene.span(format!(" {}", message.text), role)),
        buf,
    );
}

/// What the footer says of a key; the word changes with what it would do.
fn hint(binding: &Binding, scene: &Scene<'_>) -> &'static str {
    let state = &scene.world.state;
    let step = state.steps.get(scene.view.step(scene.world));
    match binding.intent {
        Intent::Act if step.is_some_and(|step| step.status.needs_decision()) => "decide",
        Intent::Hold if !state.holds.is_empty() => "release",
        Intent::Auto if state.auto => "by hand",
        _ => binding.hint,
    }
}

/// The keys that can do something now, with where each stands in the line.
fn shown(scene: &Scene<'_>, width: u16) -> Vec<(u16, u16, &'static Binding, &'static str)> {
    let always = |intent| matches!(intent, Intent::Help | Intent::RollBack);
    let can = |binding: &&Binding| {
        let offered = || offer(scene.world, scene.view, binding.intent, scene.now).is_ok();
        !binding.hint.is_empty() && (binding.intent == Intent::Help || offered())
    };
    let wide = |binding: &Binding| {
        let key = clip::width(&binding.keys[0].to_string());
        (key + 1 + clip::width(hint(binding, scene)) + 2) as u16
    };
    let mut bindings: Vec<&'static Binding> = KEYMAP.iter().filter(can).collect();
    // Where there is no room for all, the way back and the help stay.
    while bindings.iter().map(|binding| wide(binding)).sum::<u16>() > width {
        match bindings.iter().rposition(|binding| !always(binding.intent)) {
            Some(last) => drop(bindings.remove(last)),
            None => break,
        }
    }
    let mut x = 0;
    bindings
        .into_iter()
        .map(|binding| {
            let begin = x;
            x += wide(binding);
            (begin, x, binding, hint(binding, scene))
        })
        .collect()
}

/// Draws the keys.
pub fn footer(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let area = Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(1),
        ..area
    };
    let spans: Vec<Span<'_>> = shown(scene, area.width)
        .into_iter()
        .flat_map(|(_, _, binding, hint)| {
            let role = if binding.intent == Intent::RollBack {
                Role::Bad
            } else {
                Role::Text
            };
            [
                scene.span(binding.keys[0].to_string(), Role::Key),
                scene.span(format!(" {hint}  "), role),
            ]
        })
        .collect();
    Line::from(spans).render(area, buf);
}

/// What the key at the column `x` of the footer would do, for the mouse.
pub fn intent_at(scene: &Scene<'_>, area: Rect, x: u16) -> Option<Intent> {
    let x = x.checked_sub(area.x + 1)?;
    let shown = shown(scene, area.width.saturating_sub(1));
    let found = shown
        .into_iter()
        .find(|(begin, end, ..)| (*begin..*end).contains(&x));
    found.map(|(_, _, binding, _)| binding.intent)
}
