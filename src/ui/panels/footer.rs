//! The last lines: what the last key came to, and what the next one could do.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::ui::intent::Intent;
use crate::ui::keymap::{Binding, KEYMAP};
use crate::ui::offer::offer;
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};

/// How long a message stays.
const STAYS: Duration = Duration::from_secs(10);
/// The most rows that a message has.
const MESSAGE: usize = 4;

/// Draws the line above the keys.
pub fn message(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if let Some(trouble) = &scene.world.trouble {
        let words = format!("nothing can be recorded, so nothing is done: {trouble}");
        return say(scene, &words, Role::Alarm, area, buf);
    }
    let Some(message) = &scene.view.message else {
        return;
    };
    if scene.now.since(message.since) > STAYS {
        return;
    }
    let role = if message.bad { Role::Warn } else { Role::Good };
    say(scene, &message.text, role, area, buf);
}

/// Says something in the rows that it takes: more than one lie over what stands above.
fn say(scene: &Scene<'_>, words: &str, role: Role, area: Rect, buf: &mut Buffer) {
    let words = chars::one_line(words);
    let rows = clip::wrap(&words, usize::from(area.width.saturating_sub(2)));
    let above = (rows.len().clamp(1, MESSAGE) as u16 - 1).min(area.y) * area.height.min(1);
    let place = Rect {
        y: area.y - above,
        height: area.height + above,
        ..area
    };
    Clear.render(place, buf);
    if role == Role::Alarm {
        buf.set_style(place, scene.style(role));
    }
    for (row, words) in (0..place.height).zip(rows) {
        put(
            place,
            row,
            Line::from(scene.span(format!(" {words}"), role)),
            buf,
        );
    }
}

/// What the footer says of a key; the word changes with what it would do.
fn hint(binding: &Binding, scene: &Scene<'_>) -> &'static str {
    let state = &scene.world.state;
    let step = state.steps.get(scene.view.step(scene.world));
    match binding.intent {
        Intent::Act if step.is_some_and(|step| step.status.needs_decision()) => "decide",
        Intent::Skip if state.rollback.is_some() => "leave out",
        Intent::Hold if !state.holds.is_empty() => "release",
        Intent::Auto if state.auto => "by hand",
        _ => binding.hint,
    }
}

/// The keys that can do something now, with where each stands in the line.
fn shown(scene: &Scene<'_>, width: u16) -> Vec<(u16, u16, &'static Binding, &'static str)> {
    let always = |intent| {
        matches!(
            intent,
            Intent::Help | Intent::RollBack | Intent::NextDatabase
        )
    };
    let can = |binding: &&Binding| {
        let can = match binding.intent {
            Intent::Help => true,
            Intent::NextDatabase => scene.world.health.databases.len() > 1,
            intent => offer(scene.world, scene.view, intent, scene.now).is_ok(),
        };
        !binding.hint.is_empty() && can
    };
    let wide = |binding: &Binding| {
        let key = clip::width(&binding.keys[0].to_string());
        (key + 1 + clip::width(hint(binding, scene)) + 2) as u16
    };
    let mut bindings: Vec<&'static Binding> = KEYMAP.iter().filter(can).collect();
    // Where there is no room for all, the way back and what leads to the rest stay.
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::Moment;
    use crate::monitor::testing::{database, health, picture};
    use crate::ui::testing::{scene, world};
    use crate::ui::view::View;
    use crate::ui::widgets::testing::painted;
    use crate::ui::world::World;

    const PLAN: &str = r#"
title = "T"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "a"
  title = "A"
  shell = "a"
"#;

    #[test]
    fn the_key_to_the_next_database_is_told_where_there_is_one() {
        let mut world = world("plan.toml", PLAN);
        let told = |world: &World| {
            let view = View::default();
            let scene = scene(world, &view, Moment::default());
            painted((40, 1), |area, buf| footer(&scene, area, buf))
        };
        let named = |name: &str| {
            let mut database = database(picture());
            name.clone_into(&mut database.name);
            database
        };
        world.health = Arc::new(health(vec![named("main")]));
        assert!(!told(&world).contains("D db"), "{}", told(&world));
        world.health = Arc::new(health(vec![named("main"), named("other")]));
        assert!(told(&world).contains("D db  "), "{}", told(&world));
    }

    #[test]
    fn a_long_message_has_the_rows_that_it_takes() {
        let world = world("plan.toml", PLAN);
        let now = Moment::default();
        let drawn = |words: &str| {
            let mut view = View::default();
            view.say(words, true, now);
            let scene = scene(&world, &view, now);
            painted((40, 6), |_, buf| {
                message(&scene, Rect::new(0, 4, 40, 1), buf);
            })
        };
        let words = "permission denied to terminate process: only roles with the SUPERUSER \
                     attribute may terminate processes of others";
        let seen = drawn(words);
        let told: Vec<&str> = seen.split_whitespace().collect();
        assert_eq!(told.join(" "), words);
        assert!(drawn("noted").starts_with(&format!("{0:40}\n{0:40}\n{0:40}\n{0:40}\n noted", "")));
    }
}
