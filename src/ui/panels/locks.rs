//! Who waits for whom: the blocking tree, whoever waits for nobody at its root.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::database::{absent, doing, from, session_list, shown, title, trouble, who};
use crate::monitor::{LockTree, Prepared};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::view::Focus;
use crate::ui::widgets::clip;
use crate::ui::words::{count, short};

/// From this width on a line also says who is behind a session and what it holds while it waits.
const WIDE: u16 = 90;

/// Draws the panel.
pub fn locks(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let picture = shown(scene).and_then(|(_, picture)| picture);
    let what = picture.map_or_else(
        || "Locks".to_owned(),
        |picture| format!("Locks  {}", summary(&picture.locks)),
    );
    let inner = scene.frame(&title(scene, &what), Some(Focus::Locks), area, buf);
    let Some(picture) = picture else {
        for (row, line) in absent(scene).into_iter().enumerate() {
            put(inner, row as u16, line, buf);
        }
        return;
    };
    let mut lines = Vec::new();
    if let Some(why) = shown(scene).and_then(|(database, _)| trouble(scene, database)) {
        lines.extend(
            clip::wrap(&why, usize::from(inner.width))
                .into_iter()
                .map(|row| Line::from(scene.span(row, Role::Warn))),
        );
    }
    let queue = &picture.locks.behind_ours;
    if queue.sessions > 0 {
        let words = format!("! behind our step: {}", queue.words());
        lines.push(Line::from(scene.span(words, Role::Bad)));
    }
    if picture.locks.nodes.is_empty() {
        lines.push(Line::from(scene.span("nobody waits for a lock", Role::Dim)));
    }
    let above = lines.len();
    for (row, line) in lines.into_iter().enumerate() {
        put(inner, row as u16, line, buf);
    }
    let list = Rect {
        y: inner.y + above as u16,
        height: inner.height.saturating_sub(above as u16),
        ..inner
    };
    let tree = &picture.locks;
    let sessions = tree.nodes.iter().map(|node| &node.session);
    let wide = inner.width >= WIDE;
    let lines = |at: usize| line(scene, tree, at, wide);
    session_list(scene, Focus::Locks, sessions, lines, list, buf);
}

/// The tree in a few words.
pub fn summary(tree: &LockTree) -> String {
    if tree.waiters == 0 {
        return "none".to_owned();
    }
    let blockers = count(tree.blockers as usize, "blocker");
    format!("{blockers}, {} waiting", tree.waiters)
}

fn line<'s>(scene: &Scene<'s>, tree: &LockTree, at: usize, wide: bool) -> Line<'s> {
    let node = &tree.nodes[at];
    let mut spans = vec![scene.span(branches(tree, at), Role::Frame)];
    if node.session.pid == 0 {
        spans.extend(prepared(scene, tree));
        return Line::from(spans);
    }
    spans.extend(who(scene, &node.session));
    if wide {
        spans.extend(from(scene, &node.session));
    }
    if let Some(wanted) = &node.wanted {
        spans.push(scene.span(format!("{} {} ", wanted.mode, wanted.object), Role::Text));
        let since = wanted.waited.or(node.session.query_age);
        let since = since.map(|since| format!("{} ", short(since)));
        spans.push(scene.span(since.unwrap_or_default(), Role::Warn));
    } else {
        spans.extend(doing(scene, &node.session));
    }
    let holds = node.holds.join(", ");
    match node.wanted {
        Some(_) if wide && !holds.is_empty() => {
            spans.push(scene.span(format!("holds {holds} "), Role::Dim));
        }
        None => spans.push(scene.span(format!("{holds} "), Role::Dim)),
        Some(_) => {}
    }
    if node.folded > 0 {
        let others = format!("+{} on other partitions ", node.folded);
        spans.push(scene.span(others, Role::Warn));
    }
    if !node.also_blocked_by.is_empty() {
        let others = node.also_blocked_by.iter().map(ToString::to_string);
        let others = others.collect::<Vec<_>>().join(" ");
        let circle = if node.depth == 0 {
            "deadlock with"
        } else {
            "also"
        };
        spans.push(scene.span(format!("{circle} {others} "), Role::Warn));
    }
    let statement = node.session.statement.as_deref().unwrap_or("");
    spans.push(scene.span(format!(" {statement}"), Role::Dim));
    Line::from(spans)
}

/// Who prepared the transactions that are in the way, and when. No key ends them.
fn prepared<'s>(scene: &Scene<'s>, tree: &LockTree) -> Vec<Span<'s>> {
    let one = |prepared: &Prepared| {
        let age = prepared.age.map(short).unwrap_or_default();
        let owner = prepared.owner.as_deref().unwrap_or("?");
        format!("{} ({owner} {age})", prepared.gid)
    };
    let all: Vec<String> = tree.prepared.iter().map(one).collect();
    let words = format!("prepared transaction {}", all.join(", "));
    vec![scene.span(words, Role::Warn)]
}

/// The lines that join a node to what stands above it.
fn branches(tree: &LockTree, at: usize) -> String {
    let depth = tree.nodes[at].depth;
    let below = &tree.nodes[at + 1..];
    let mut text = String::new();
    for level in 1..=depth {
        // Whether another node of this level comes before the one above ends.
        let goes_on = below
            .iter()
            .take_while(|node| node.depth >= level)
            .any(|node| node.depth == level);
        text.push_str(match (level == depth, goes_on) {
            (true, true) => "├ ",
            (true, false) => "└ ",
            (false, true) => "│ ",
            (false, false) => "  ",
        });
    }
    text
}
