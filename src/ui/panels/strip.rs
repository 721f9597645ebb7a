//! All of the database in a few lines, where there is no room for its panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::database::{absent, doing, shown, title, trouble, who};
use super::{connections, locks, queries};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;

/// Draws the strip.
pub fn strip(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let inner = scene.frame(&title(scene, "Database  (tab opens it)"), None, area, buf);
    let Some((database, Some(picture))) = shown(scene) else {
        for (row, line) in absent(scene).into_iter().enumerate() {
            put(inner, row as u16, line, buf);
        }
        return;
    };
    let all = &picture.connections;
    let waits = if picture.locks.waiters > 0 {
        Role::Warn
    } else {
        Role::Text
    };
    let mut first = vec![
        scene.span(
            format!("conns {}/{}", all.used, all.usable),
            connections::role(all),
        ),
        scene.span(format!("  locks {}", locks::summary(&picture.locks)), waits),
        scene.span(
            format!("  running {}", queries::summary(picture)),
            Role::Text,
        ),
    ];
    if let Some(why) = trouble(scene, database) {
        first = vec![scene.span(why, Role::Warn)];
    }
    put(inner, 0, Line::from(first), buf);
    let blocker = scene
        .world
        .blocker(scene.view.database)
        .map(|node| &node.session);
    let mut row = 1;
    let mut add = |lead: &str, role, session| {
        let mut spans: Vec<Span<'_>> = vec![scene.span(lead, role)];
        spans.extend(who(scene, session));
        spans.extend(doing(scene, session));
        spans.push(scene.span(session.statement.as_deref().unwrap_or(""), Role::Dim));
        put(inner, row, Line::from(spans), buf);
        row += 1;
    };
    if let Some(session) = blocker {
        add("blocks: ", Role::Warn, session);
    }
    for running in picture.running.iter().take(3) {
        add("", Role::Dim, &running.oldest);
    }
}
