//! What runs and how long, with those called out that hold a transaction and do nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list::{called, doing, from, holds, pid, session_list};
use super::sight::{Panel, Sight};
use crate::monitor::{Picture, Running, Session};
use crate::ui::theme::Role;

/// Below this width there is no room for names before the statement.
const CRAMPED: u16 = 44;

/// From this width on a line also says who is behind a session.
const WIDE: u16 = 90;

/// Draws the panel.
pub(super) fn running(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let picture = sight.picture();
    let what = picture.map_or_else(
        || "Running".to_owned(),
        |picture| {
            let all = totals(picture) == of_the_list(picture);
            let cut = if all { "" } else { ", not all are listed" };
            format!("Running  {}{cut}", summary(picture))
        },
    );
    let inner = sight.frame(Panel::Running, &what, area, buf);
    let Some(picture) = picture else {
        return sight.absent(inner, buf);
    };
    let all = listed(picture, sight.filter);
    let below = Rect {
        y: inner.y + inner.height.min(all.len() as u16),
        height: inner.height.saturating_sub(all.len() as u16),
        ..inner
    };
    match picture.hidden_sessions() {
        Some(why) => sight.say(&why, Role::Warn, below, buf),
        None if all.is_empty() && sight.filter.is_empty() => {
            sight.say("nothing runs", Role::Dim, below, buf);
        }
        None if all.is_empty() => {
            sight.say("nothing that runs is like that", Role::Dim, below, buf);
        }
        None => {}
    }
    let sessions = all.iter().map(|(session, _)| *session);
    let lines = |at: usize| line(sight, all[at].0, all[at].1, inner.width);
    let beside = |_| String::new();
    session_list(sight, Panel::Running, sessions, (lines, beside), inner, buf);
}

/// What is listed, and how many sessions each line stands for.
pub(super) fn listed<'p>(picture: &'p Picture, filter: &str) -> Vec<(&'p Session, u32)> {
    let filter = filter.to_lowercase();
    let idle = picture.idle_in_transaction.iter();
    let idle = idle.map(|session| (session, 1));
    let running = picture.running.iter();
    let running = running.map(|running: &Running| (&running.oldest, running.sessions));
    let all = idle.chain(running);
    all.filter(|(session, _)| holds(session, &filter)).collect()
}

/// How many run something, and how many hold a transaction and do nothing, those that are not listed included.
fn totals(picture: &Picture) -> (u32, u32) {
    let here = &picture.connections.here_by_state;
    let (running, idle) = of_the_list(picture);
    let idle_here = here.idle_in_transaction + here.aborted;
    (running.max(here.active), idle.max(idle_here))
}

/// The same of those that are listed.
fn of_the_list(picture: &Picture) -> (u32, u32) {
    let running = picture.running.iter().map(|running| running.sessions);
    (running.sum(), picture.idle_in_transaction.len() as u32)
}

/// What runs in a few words.
pub(super) fn summary(picture: &Picture) -> String {
    let (running, idle) = totals(picture);
    let mut words = running.to_string();
    if idle > 0 {
        words.push_str(&format!(", {idle} idle in tx"));
    }
    if picture.hidden_sessions().is_some() {
        words.push_str(&format!(", {} hidden", picture.connections.by_state.hidden));
    }
    words
}

fn line<'s>(sight: &Sight<'_>, session: &Session, sessions: u32, width: u16) -> Line<'s> {
    let mut spans = doing(sight, session);
    if sessions > 1 {
        spans.push(sight.span(format!("×{sessions} "), Role::Warn));
    }
    spans.push(pid(sight, session));
    if width >= CRAMPED || session.is_ours() {
        spans.push(called(sight, session));
    }
    if width >= WIDE {
        spans.extend(from(sight, session));
    }
    if session.waits_for_others() {
        spans.push(sight.span("waits ", Role::Warn));
    }
    spans.push(sight.span(session.statement.as_deref().unwrap_or(""), Role::Dim));
    Line::from(spans)
}
