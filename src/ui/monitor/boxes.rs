//! What stands over the panels: the keys, and what is asked before something is done.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::keymap;
use super::wish::{Question, Wanted};
use crate::ui::boxes;
use crate::ui::panels::watch::Sight;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::clip;

/// What is asked before something is done.
pub(super) fn question(sight: &Sight<'_>, question: &Question, area: Rect, buf: &mut Buffer) {
    let pid = question.backend.pid;
    let title = match question.wanted {
        Wanted::Cancel(_) => format!("Cancel the statement of {pid}?"),
        Wanted::Terminate => format!("End session {pid}?"),
        Wanted::Explain(_) => format!("Plan the statement of {pid}?"),
    };
    let rows = boxes::wrapped(&question.lines, area);
    let size = (boxes::width(area), rows.len() + 2);
    let inner = boxes::open(sight.theme, &title, size, area, buf);
    // Whatever there is no room for, the keys are told.
    let last = inner.height.saturating_sub(1);
    boxes::write(sight.theme, &rows, 1, inner, buf);
    let keys = Line::from(vec![
        sight.span("enter", Role::Key),
        sight.span(" does it, any other key does nothing", Role::Text),
    ]);
    put(inner, last, keys, buf);
}

/// All keys.
pub(super) fn help(sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
    let told = keymap::help();
    let size = (boxes::width(area), told.len());
    let inner = boxes::open(sight.theme, "Keys  (? closes)", size, area, buf);
    for (row, (keys, help)) in (0..).zip(told) {
        let line = Line::from(vec![
            sight.span(clip::pad(&keys, 20), Role::Key),
            sight.span(help, Role::Text),
        ]);
        put(inner, row, line, buf);
    }
}
