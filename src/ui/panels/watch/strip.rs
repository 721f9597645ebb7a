//! All of the database in a few lines, where there is no room for its panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{doing, who};
use super::sight::{Sight, frame};
use super::{connections, locks, progress, running};
use crate::ui::scene::put;
use crate::ui::theme::Role;

/// Draws the strip.
pub fn strip(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let title = sight.title("Database  (tab opens it)");
    let inner = frame(sight.theme, &title, false, area, buf);
    let Some(picture) = sight.picture() else {
        return sight.absent(inner, buf);
    };
    let all = &picture.connections;
    let waits = if picture.locks.waiters > 0 {
        Role::Warn
    } else {
        Role::Text
    };
    let mut first = vec![
        sight.span(connections::summary(all), connections::role(all)),
        sight.span(format!("  locks {}", locks::summary(picture)), waits),
        sight.span(
            format!("  running {}", running::summary(picture)),
            Role::Text,
        ),
    ];
    if let Some(why) = sight.trouble() {
        first = vec![sight.span(why, Role::Warn)];
    }
    put(inner, 0, Line::from(first), buf);
    let blocker = sight.blocker().map(|node| &node.session);
    let mut row = 1;
    for work in picture.progress.iter().take(1) {
        put(inner, row, progress::line(sight, work), buf);
        row += 1;
    }
    let mut add = |lead: &str, role, session| {
        let mut spans: Vec<Span<'_>> = vec![sight.span(lead, role)];
        spans.extend(who(sight, session));
        spans.extend(doing(sight, session));
        spans.push(sight.span(session.statement.as_deref().unwrap_or(""), Role::Dim));
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
