//! What runs and how long, with those called out that hold a transaction and do nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::database::{absent, doing, session_list, shown, title, who};
use crate::monitor::{Picture, Running, Session};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::view::Focus;

/// Draws the panel.
pub fn queries(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let picture = shown(scene).and_then(|(_, picture)| picture);
    let what = picture.map_or_else(
        || "Running".to_owned(),
        |picture| format!("Running  {}", summary(picture)),
    );
    let inner = scene.frame(&title(scene, &what), Some(Focus::Queries), area, buf);
    let Some(picture) = picture else {
        for (row, line) in absent(scene).into_iter().enumerate() {
            put(inner, row as u16, line, buf);
        }
        return;
    };
    let idle = picture
        .idle_in_transaction
        .iter()
        .map(|session| (session, 1));
    let running = picture
        .running
        .iter()
        .map(|Running { oldest, sessions }| (oldest, *sessions));
    let all: Vec<(&Session, u32)> = idle.chain(running).collect();
    if all.is_empty() {
        put(
            inner,
            0,
            Line::from(scene.span("nothing runs", Role::Dim)),
            buf,
        );
    }
    let sessions = all.iter().map(|(session, _)| *session);
    let lines = |at: usize| line(scene, all[at].0, all[at].1);
    session_list(scene, Focus::Queries, sessions, lines, inner, buf);
}

/// What runs in a few words.
pub fn summary(picture: &Picture) -> String {
    let running: u32 = picture.running.iter().map(|running| running.sessions).sum();
    match picture.idle_in_transaction.len() {
        0 => running.to_string(),
        idle => format!("{running}, {idle} idle in tx"),
    }
}

fn line<'s>(scene: &Scene<'s>, session: &Session, sessions: u32) -> Line<'s> {
    let mut spans = doing(scene, session);
    if sessions > 1 {
        spans.push(scene.span(format!("×{sessions} "), Role::Warn));
    }
    spans.extend(who(scene, session));
    if session.waits_for_lock() {
        spans.push(scene.span("waits ", Role::Warn));
    }
    spans.push(scene.span(session.statement.as_deref().unwrap_or(""), Role::Dim));
    Line::from(spans)
}
