//! Who waits for whom: the blocking tree, whoever waits for nobody at its root.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::database::{absent, doing, session_list, shown, title, trouble, who};
use crate::monitor::{LockNode, LockTree};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::view::Focus;
use crate::ui::widgets::clip;
use crate::ui::words::{count, short};

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
    let lines = |at: usize| line(scene, tree, at, &tree.nodes[at]);
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

fn line<'s>(scene: &Scene<'s>, tree: &LockTree, at: usize, node: &LockNode) -> Line<'s> {
    let mut spans = vec![scene.span(branches(tree, at), Role::Frame)];
    if node.session.pid == 0 {
        let gids: Vec<&str> = tree
            .prepared
            .iter()
            .map(|prepared| prepared.gid.as_str())
            .collect();
        spans.push(scene.span(
            format!("prepared transaction {}", gids.join(", ")),
            Role::Warn,
        ));
        return Line::from(spans);
    }
    spans.extend(who(scene, &node.session));
    if let Some(wanted) = &node.wanted {
        spans.push(scene.span(format!("{} {} ", wanted.mode, wanted.object), Role::Text));
        let since = wanted.waited.or(node.session.query_age);
        spans.push(scene.span(since.map(short).unwrap_or_default(), Role::Warn));
    } else {
        spans.extend(doing(scene, &node.session));
        spans.push(scene.span(node.holds.join(", "), Role::Dim));
    }
    if !node.also_blocked_by.is_empty() {
        let others: Vec<String> = node
            .also_blocked_by
            .iter()
            .map(ToString::to_string)
            .collect();
        spans.push(scene.span(format!("  also {}", others.join(" ")), Role::Dim));
    }
    spans.push(scene.span(
        format!("  {}", node.session.statement.as_deref().unwrap_or("")),
        Role::Dim,
    ));
    Line::from(spans)
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
