//! How far long statements have come, and the indexes that builds have left behind.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::sight::{Panel, Sight};
use crate::monitor::{Picture, Progress};
use crate::ui::scene::{put, put_both};
use crate::ui::theme::Role;
use crate::ui::widgets::{Bar, clip};
use crate::ui::words;

/// Draws the panel.
pub(super) fn progress(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let picture = sight.picture();
    let what = picture.map_or_else(|| "Progress".to_owned(), |picture| summary(picture));
    let inner = sight.frame(Panel::Progress, &what, area, buf);
    let Some(picture) = picture else {
        return sight.absent(inner, buf);
    };
    let mut row = 0;
    for index in picture.indexes_left_behind() {
        let (name, table) = (&index.name, &index.table);
        let words = format!("! {name} on {table} is invalid: {}", index.mended_by());
        put(inner, row, Line::from(sight.span(words, Role::Bad)), buf);
        row += 1;
    }
    for work in &picture.progress {
        let right = Line::from(sight.span(figures(work), Role::Text));
        put_both(inner, row, what_of(sight, work), right, buf);
        row += 1;
        row += phase(sight, work, inner, row, buf);
    }
    let unknown = unknown(picture);
    if unknown.is_empty() && row == 0 {
        let words = sight.span("nothing whose progress can be told", Role::Dim);
        put(inner, row, Line::from(words), buf);
    }
    for words in unknown {
        put(inner, row, Line::from(sight.span(words, Role::Warn)), buf);
        row += 1;
    }
}

/// What could not be seen, a line each.
fn unknown(picture: &Picture) -> Vec<String> {
    let going_on = picture.blind.progress.iter();
    let going_on = going_on.map(|why| format!("not all is known of what goes on: {why}"));
    let indexes = picture.invalid_indexes.why_not().into_iter();
    let indexes = indexes.map(|why| format!("which indexes are invalid is not known: {why}"));
    let hidden = picture.indexes_unknown();
    going_on.chain(indexes).chain(hidden).collect()
}

/// How much room the panel needs.
pub fn height(picture: &Picture) -> u16 {
    let waits = picture
        .progress
        .iter()
        .filter(|work| work.waits_for.is_some());
    let left = picture.indexes_left_behind().count() + unknown(picture).len();
    let rows = left + picture.progress.len() * 2 + waits.count();
    if rows == 0 { 0 } else { rows as u16 + 2 }
}

fn summary(picture: &Picture) -> String {
    match picture.progress.len() {
        0 => "Progress".to_owned(),
        count => format!("Progress  {count}"),
    }
}

/// All about one in a line, where there is no room for more.
pub(super) fn line(sight: &Sight<'_>, work: &Progress) -> Line<'static> {
    let mut line = what_of(sight, work);
    line.push_span(sight.span(format!("  {}  ", figures(work)), Role::Active));
    let phase = match &work.waits_for {
        Some(waits) => format!("waits for {} ({})", waits.pid, waits.who),
        None => work.phase.clone(),
    };
    line.push_span(sight.span(phase, Role::Dim));
    line
}

fn what_of(sight: &Sight<'_>, work: &Progress) -> Line<'static> {
    let mut spans = vec![sight.span(format!("{} ", work.pid), Role::Text)];
    if let Some(ours) = &work.ours {
        spans.push(sight.span(format!("{} ", ours.words()), Role::Ours));
    }
    spans.push(sight.span(&work.what, Role::Title));
    Line::from(spans)
}

/// How much is done and how much time is left, as far as anything tells.
fn figures(work: &Progress) -> String {
    let about = if work.estimated { "about " } else { "" };
    let done = work
        .done
        .map(|done| format!("{about}{:.0} %", done * 100.0));
    let most = work.left_at_most.filter(|most| Some(*most) > work.left);
    let most = most.map(|most| format!(" to {}", words::short(most)));
    let most = most.unwrap_or_default();
    let left = work
        .left
        .map(|left| format!("{}{most} left", words::short(left)));
    let age = work.age.map(|age| format!("for {}", words::short(age)));
    let all: Vec<String> = done.into_iter().chain(left.or(age)).collect();
    all.join(", ")
}

/// Draws the bar or the words for what is going on; tells how many rows it took.
fn phase(sight: &Sight<'_>, work: &Progress, inner: Rect, row: u16, buf: &mut Buffer) -> u16 {
    let place = Rect {
        y: inner.y + row.min(inner.height),
        height: u16::from(row < inner.height),
        ..inner
    };
    match work.done {
        Some(done) => {
            // The bar must be seen, whatever the phase is called.
            let label = clip::clip(&work.phase, usize::from(place.width / 3 * 2));
            let bar = Bar::new(done).label(&label);
            bar.style(sight.style(Role::Active)).render(place, buf);
        }
        None => put(
            inner,
            row,
            Line::from(sight.span(format!("  {}", work.phase), Role::Dim)),
            buf,
        ),
    }
    let Some(waits) = &work.waits_for else {
        return 1;
    };
    let words = format!(
        "  waits for {} ({}), {} of {} have ended",
        waits.pid, waits.who, waits.done, waits.total
    );
    put(
        inner,
        row + 1,
        Line::from(sight.span(words, Role::Warn)),
        buf,
    );
    2
}
