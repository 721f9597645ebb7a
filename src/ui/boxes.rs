//! The box in the middle of a screen, over whatever is there: whatever is asked is asked in one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::panels::watch::{frame, span};
use super::scene::put;
use super::theme::{Role, Theme};
use super::widgets::clip;
use super::words::count;

/// How wide it is on a screen of the size of `area`.
pub fn width(area: Rect) -> u16 {
    area.width.saturating_sub(4).min(90)
}

/// `text` in rows that fit into it: its frame and the air beside it take four columns.
pub fn wrapped<'t>(text: impl IntoIterator<Item = &'t String>, area: Rect) -> Vec<&'t str> {
    let columns = usize::from(width(area).saturating_sub(4));
    let lines = text.into_iter();
    lines.flat_map(|line| clip::wrap(line, columns)).collect()
}

/// Clears a box of so many columns for so many rows, and draws its frame; tells what is left inside.
pub fn open(
    theme: Theme,
    title: &str,
    (columns, rows): (u16, usize),
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let (width, height) = (
        columns.min(area.width),
        rows.saturating_add(2).min(area.height),
    );
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(place, buf);
    let inner = frame(theme, title, true, place, buf);
    // A column of air on both sides.
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Writes `rows` into a box, but for its last `kept` rows, and tells how many that took. Where there is no room
/// for all of them, the last says how many are left out.
pub fn write(theme: Theme, rows: &[&str], kept: u16, inner: Rect, buf: &mut Buffer) -> u16 {
    let room = usize::from(inner.height.saturating_sub(kept));
    let shown = if rows.len() > room {
        room.saturating_sub(1)
    } else {
        rows.len()
    };
    for (row, words) in (0..).zip(&rows[..shown]) {
        put(inner, row, Line::from(span(theme, words, Role::Text)), buf);
    }
    let left = rows.len() - shown;
    if left > 0 && room > 0 {
        let left = count(left, "more line");
        let words = format!("… {left}: a higher terminal shows them");
        let words = Line::from(span(theme, words, Role::Warn));
        put(inner, shown as u16, words, buf);
    }
    rows.len().min(room) as u16
}

/// Writes `lines` from the one at `top` on into a box, but for its last `kept` rows, and tells how many rows
/// that took. The last one of them says how many follow, where there is no room for all.
pub fn scroll(
    theme: Theme,
    lines: Vec<Line<'_>>,
    (top, kept): (usize, u16),
    inner: Rect,
    buf: &mut Buffer,
) -> u16 {
    let room = usize::from(inner.height.saturating_sub(kept));
    let rows = lines.len().min(room);
    let top = top.min(lines.len() - rows);
    let follow = lines.len() - rows - top;
    for (row, line) in (0..).zip(lines.into_iter().skip(top).take(rows)) {
        put(inner, row, line, buf);
    }
    if let (1.., Some(last)) = (follow, rows.checked_sub(1)) {
        let words = format!("… {}: ↓ shows them", count(follow + 1, "more line"));
        let blank = " ".repeat(usize::from(inner.width));
        put(inner, last as u16, Line::from(blank), buf);
        let words = Line::from(span(theme, words, Role::Warn));
        put(inner, last as u16, words, buf);
    }
    rows as u16
}

/// How many items of a list are passed over so that the one at `at` is seen in `room` rows.
pub fn passed(at: usize, room: u16) -> usize {
    (at + 1).saturating_sub(usize::from(room))
}
