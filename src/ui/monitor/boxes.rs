//! What stands over the panels: the keys, and what is asked before something is done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::keymap;
use super::wish::Question;
use crate::monitor::Signal;
use crate::ui::panels::watch::{Sight, frame};
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// What is asked before a session is cancelled or ended.
pub(super) fn question(sight: &Sight<'_>, question: &Question, area: Rect, buf: &mut Buffer) {
    let title = match question.signal {
        Signal::Cancel => format!("Cancel the statement of {}?", question.backend.pid),
        Signal::Terminate => format!("End session {}?", question.backend.pid),
    };
    let width = usize::from(box_width(area).saturating_sub(2));
    let rows = question.lines.iter();
    let rows: Vec<&str> = rows.flat_map(|words| clip::wrap(words, width)).collect();
    let inner = boxed(sight, &title, rows.len() as u16 + 2, area, buf);
    // Whatever there is no room for, the keys are told.
    let last = inner.height.saturating_sub(1);
    for (row, words) in (0..last).zip(&rows) {
        put(inner, row, Line::from(sight.span(words, Role::Text)), buf);
    }
    let keys = Line::from(vec![
        sight.span("enter", Role::Key),
        sight.span(" does it, any other key does nothing", Role::Text),
    ]);
    put(inner, last, keys, buf);
}

/// How wide a box in the middle is.
fn box_width(area: Rect) -> u16 {
    area.width.saturating_sub(4).min(90)
}

/// A box in the middle; what is left inside.
fn boxed(sight: &Sight<'_>, title: &str, height: u16, area: Rect, buf: &mut Buffer) -> Rect {
    let width = box_width(area);
    let height = (height + 2).min(area.height);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(place, buf);
    frame(sight.theme, title, true, place, buf)
}

/// All keys.
pub(super) fn help(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let told = keymap::help();
    let inner = boxed(sight, "Keys  (? closes)", told.len() as u16, area, buf);
    for (row, (keys, help)) in (0..).zip(told) {
        let line = Line::from(vec![
            sight.span(clip::pad(&keys, 20), Role::Key),
            sight.span(help, Role::Text),
        ]);
        put(inner, row, line, buf);
    }
}
