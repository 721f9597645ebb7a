//! Who waits for whom: the blocking tree, whoever waits for nobody at its root.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{called, doing, from, holds, pid, session_list};
use super::sight::{Panel, Sight};
use crate::monitor::{LockTree, Picture, Prepared};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;
use crate::ui::words::{count, short};

/// From this width on a line also says who is behind a session and what it holds while it waits.
const WIDE: u16 = 90;

/// Below this width the mode, the table and the time come before names: what is cut off can be done without.
const NARROW: u16 = 60;

/// How many levels of the tree are drawn above a node.
const DEEPEST: usize = 10;

/// Draws the panel.
pub(super) fn locks(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let picture = sight.picture();
    let what = picture.map_or_else(
        || "Locks".to_owned(),
        |picture| format!("Locks  {}", summary(picture)),
    );
    let inner = sight.frame(Panel::Locks, &what, area, buf);
    let Some(picture) = picture else {
        return sight.absent(inner, buf);
    };
    let lines = above(sight, inner.width);
    let height = (lines.len() as u16).min(inner.height);
    for (row, line) in (0..).zip(lines) {
        put(inner, row, line, buf);
    }
    let list = Rect {
        y: inner.y + height,
        height: inner.height - height,
        ..inner
    };
    let tree = &picture.locks;
    let kept = kept(tree, sight.filter);
    if kept.is_empty() && !tree.nodes.is_empty() {
        let words = if tree.lists_all() {
            "nobody in the tree is like that"
        } else {
            "nobody in the tree is like that; not all who wait are listed"
        };
        return sight.say(words, Role::Dim, list, buf);
    }
    let sessions = kept.iter().map(|at| &tree.nodes[*at].session);
    let going_on = going_on(tree);
    let lines = |row: usize| line(sight, tree, (kept[row], going_on[kept[row]]), inner.width);
    let beside = |row: usize| match kept
        .get(row)
        .map(|at| (tree.nodes[*at].depth, going_on[*at]))
    {
        Some((depth, going_on)) => branches(depth as usize, going_on, BESIDE),
        None => String::new(),
    };
    session_list(sight, Panel::Locks, sessions, (lines, beside), list, buf);
}

/// The places of the nodes that are listed: those of every root beneath which somebody holds the text
/// `filter`. Who waits is shown with all whom it waits for.
pub(super) fn kept(tree: &LockTree, filter: &str) -> Vec<usize> {
    let filter = filter.to_lowercase();
    let mut kept = Vec::new();
    let mut from = 0;
    for nodes in tree.nodes.chunk_by(|_, next| next.depth > 0) {
        if nodes.iter().any(|node| holds(&node.session, &filter)) {
            kept.extend(from..from + nodes.len());
        }
        from += nodes.len();
    }
    kept
}

/// What is said before the tree: how old it is, what stands behind our step, that there is none.
fn above(sight: &Sight<'_>, width: u16) -> Vec<Line<'static>> {
    let Some(picture) = sight.picture() else {
        return Vec::new();
    };
    let wrapped = |words: &str, role| {
        let rows = clip::wrap(words, usize::from(width)).into_iter();
        rows.map(|row| Line::from(sight.span(row, role)))
            .collect::<Vec<_>>()
    };
    let mut lines = Vec::new();
    if let Some(why) = sight.trouble() {
        lines.extend(wrapped(&why, Role::Warn));
    }
    let queue = &picture.locks.behind_ours;
    if queue.sessions > 0 {
        let words = format!("! behind our step: {}", queue.words());
        lines.extend(wrapped(&words, Role::Bad));
    }
    if let Some(why) = &picture.blind.locks {
        let words = format!("not all is known of who waits for whom: {why}");
        lines.extend(wrapped(&words, Role::Warn));
    } else if picture.locks.nodes.is_empty() {
        let words = "nobody waits for a lock here";
        lines.push(Line::from(sight.span(words, Role::Dim)));
    }
    if picture.locks.unlisted > 0 {
        let words = format!(
            "not in the tree, because too many wait: {} of {}",
            picture.locks.unlisted, picture.locks.waiters
        );
        lines.extend(wrapped(&words, Role::Warn));
    }
    let elsewhere = picture.connections.waiting_elsewhere;
    if elsewhere > 0 {
        let who = count(elsewhere as usize, "session");
        let words = format!("waiting for locks in other databases of this server: {who}");
        lines.extend(wrapped(&words, Role::Warn));
    }
    lines
}

/// How many rows of a panel inside of `width` columns stand before the tree.
pub(super) fn rows_above(sight: &Sight<'_>, width: u16) -> usize {
    above(sight, width).len()
}

/// The tree in a few words.
pub(super) fn summary(picture: &Picture) -> String {
    let tree = &picture.locks;
    let blind = picture.blind.locks.is_some();
    if tree.waiters == 0 {
        return if blind { "not known" } else { "none" }.to_owned();
    }
    if blind && tree.blockers == 0 {
        return format!("blockers not known, {} waiting", tree.waiters);
    }
    let blockers = count(tree.blockers as usize, "blocker");
    // Of some locks nobody has been asked yet who holds them.
    let least = if tree.unasked > 0 { "at least " } else { "" };
    format!("{least}{blockers}, {} waiting", tree.waiters)
}

fn line<'s>(
    sight: &Sight<'_>,
    tree: &LockTree,
    (at, going_on): (usize, u16),
    width: u16,
) -> Line<'s> {
    let node = &tree.nodes[at];
    let branches = branches(node.depth as usize, going_on, JOINED);
    let mut spans = vec![sight.span(branches, Role::Frame)];
    if node.session.pid == 0 {
        spans.extend(prepared(sight, tree));
        return Line::from(spans);
    }
    let session = &node.session;
    spans.push(pid(sight, session));
    let holds = match &node.holds[..] {
        [] => String::new(),
        all => format!("{} ", all.join(", ")),
    };
    let (what, since) = match &node.wanted {
        Some(wanted) => {
            let since = wanted.waited.or(session.query_age);
            let since = since.map(|since| format!("{} ", short(since)));
            let since = sight.span(since.unwrap_or_default(), Role::Warn);
            (
                sight.span(format!("{} ", wanted.words()), Role::Text),
                vec![since],
            )
        }
        None => (sight.span(&holds, Role::Dim), doing(sight, session)),
    };
    let narrow = width < NARROW;
    let last = narrow && session.ours.is_none();
    if narrow {
        spans.extend(since.iter().cloned());
    }
    if !last {
        spans.push(called(sight, session));
    }
    if width >= WIDE {
        spans.extend(from(sight, session));
    }
    match &node.wanted {
        _ if narrow => spans.push(what),
        Some(_) => spans.extend(std::iter::once(what).chain(since)),
        None => spans.extend(since.into_iter().chain([what])),
    }
    if last {
        spans.push(called(sight, session));
    }
    if node.wanted.is_some() && width >= WIDE && !holds.is_empty() {
        spans.push(sight.span(format!("holds {holds}"), Role::Dim));
    }
    if node.folded > 0 {
        let others = format!("+{} on other partitions ", node.folded);
        spans.push(sight.span(others, Role::Warn));
    }
    if node.alike > 0 {
        let others = format!("+{} like it ", node.alike);
        spans.push(sight.span(others, Role::Warn));
    }
    if !node.also_blocked_by.is_empty() {
        let others = node.also_blocked_by.iter().map(ToString::to_string);
        let others = others.collect::<Vec<_>>().join(" ");
        let circle = if node.depth == 0 {
            "deadlock with"
        } else {
            "also"
        };
        spans.push(sight.span(format!("{circle} {others} "), Role::Warn));
    }
    let statement = node.session.statement.as_deref().unwrap_or("");
    spans.push(sight.span(format!(" {statement}"), Role::Dim));
    Line::from(spans)
}

/// Who prepared the transactions that are in the way, and when. No key ends them.
fn prepared<'s>(sight: &Sight<'_>, tree: &LockTree) -> Vec<Span<'s>> {
    let one = |prepared: &Prepared| {
        let age = prepared.age.map(short).unwrap_or_default();
        let owner = prepared.owner.as_deref().unwrap_or("?");
        format!("{} ({owner} {age})", prepared.gid)
    };
    let all: Vec<String> = tree.prepared.iter().map(one).collect();
    let words = format!("prepared transaction {}", all.join(", "));
    vec![sight.span(words, Role::Warn)]
}

/// Of each node, whether another node of each level comes before the one above it ends: a bit for each level
/// that is drawn, its own level the lowest. One way through the tree from its end, however long its chains.
fn going_on(tree: &LockTree) -> Vec<u16> {
    // Whether what comes next goes on at each level.
    let mut open: Vec<bool> = Vec::new();
    let mut all: Vec<u16> = tree.nodes.iter().map(|_| 0).collect();
    for (node, bits) in tree.nodes.iter().zip(&mut all).rev() {
        let depth = node.depth as usize;
        open.resize(depth + 1, false);
        let drawn = open.iter().rev().take(depth.min(DEEPEST));
        *bits = (0..).zip(drawn).map(|(at, on)| u16::from(*on) << at).sum();
        open[depth] = true;
    }
    all
}

/// How the line of its own level comes to a node: where another follows, and where it ends; and how it goes
/// past a gap above the node.
const JOINED: [&str; 2] = ["├ ", "└ "];
const BESIDE: [&str; 2] = ["│ ", "│ "];

/// The lines that join a node to what stands above it, given where they go on. Of a long chain only the
/// nearest are drawn, after the number of those that are left out.
fn branches(depth: usize, going_on: u16, [goes_on, ends]: [&str; 2]) -> String {
    let skipped = depth.saturating_sub(DEEPEST);
    let mut text = match skipped {
        0 => String::new(),
        skipped => format!("+{skipped} "),
    };
    for level in (0..depth - skipped).rev() {
        text.push_str(match (level == 0, going_on >> level & 1 == 1) {
            (true, true) => goes_on,
            (true, false) => ends,
            (false, true) => "│ ",
            (false, false) => "  ",
        });
    }
    text
}
