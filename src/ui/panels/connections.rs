//! How many sessions there are, against how many there can be.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::database::{absent, shown, title};
use crate::monitor::{Connections, Picture};
use crate::ui::scene::{Scene, put};
use crate::ui::theme::Role;
use crate::ui::widgets::{Bar, Spark};
use crate::ui::words::short;

/// From this part of the usable slots on there is reason to look.
const MANY: f64 = 0.8;

/// Draws the panel.
pub fn connections(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let inner = scene.frame(&title(scene, "Connections"), None, area, buf);
    let Some((database, Some(picture))) = shown(scene) else {
        for (row, line) in absent(scene).into_iter().enumerate() {
            put(inner, row as u16, line, buf);
        }
        return;
    };
    let all = &picture.connections;
    let used = format!("{} of {} usable, {} ours", all.used, all.usable, all.ours);
    let bar = Rect {
        height: 1.min(inner.height),
        ..inner
    };
    Bar::new(ratio(all))
        .label(&used)
        .style(scene.style(role(all)))
        .render(bar, buf);
    put(inner, 1, states(scene, all), buf);
    put(inner, 2, oldest(scene, picture), buf);
    let history: Vec<Option<u64>> = all
        .history
        .readings()
        .map(|n| n.map(|n| n as u64))
        .collect();
    let chart = Rect {
        y: inner.y + 3,
        height: 1,
        ..inner
    };
    if inner.height > 3 {
        let spark = Spark {
            values: &history,
            max: Some(u64::from(all.usable)),
            style: scene.style(Role::Active),
        };
        spark.render(chart, buf);
    }
    for (row, note) in (4..).zip(database.notes()) {
        put(inner, row, Line::from(scene.span(note, Role::Warn)), buf);
    }
}

pub fn ratio(all: &Connections) -> f64 {
    f64::from(all.used) / f64::from(all.usable.max(1))
}

pub fn role(all: &Connections) -> Role {
    match ratio(all) {
        full if full >= 1.0 => Role::Bad,
        many if many >= MANY => Role::Warn,
        _ => Role::Good,
    }
}

fn states<'s>(scene: &Scene<'s>, all: &Connections) -> Line<'s> {
    let by = &all.by_state;
    let groups = [
        (by.active, "active", Role::Text),
        (by.idle, "idle", Role::Dim),
        (by.idle_in_transaction, "idle in tx", Role::Warn),
        (by.aborted, "in failed tx", Role::Warn),
        (by.other, "other", Role::Dim),
        (by.hidden, "hidden", Role::Warn),
    ];
    let spans: Vec<Span<'_>> = groups
        .into_iter()
        .filter(|(count, what, _)| *count > 0 || *what == "active")
        .map(|(count, what, role)| scene.span(format!("{count} {what}  "), role))
        .collect();
    Line::from(spans)
}

fn oldest<'s>(scene: &Scene<'s>, picture: &Picture) -> Line<'s> {
    let Some(oldest) = &picture.connections.oldest_transaction else {
        return Line::from(scene.span("no transaction is open", Role::Dim));
    };
    let role = if oldest.state.holds_transaction_idly() {
        Role::Warn
    } else {
        Role::Text
    };
    let words = format!(
        "oldest transaction {}  {} {}",
        short(oldest.age),
        oldest.pid,
        oldest.state.words()
    );
    Line::from(scene.span(words, role))
}
