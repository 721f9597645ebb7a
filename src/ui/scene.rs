//! The one value that a frame is drawn from. Panels get it and nothing else: while a frame is drawn,
//! nothing waits and nothing changes.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::output::Window;
use super::panels::watch::{self, Sight};
use super::theme::{Role, Theme};
use super::view::{Focus, View};
use super::widgets::clip;
use super::world::World;
use crate::clock::Moment;

/// Everything there is to draw.
pub struct Scene<'a> {
    /// What is known.
    pub world: &'a World,
    /// What is looked at.
    pub view: &'a View,
    /// What the steps that are shown print: the one that was asked for, and the step's own output
    /// beside that of its undo where that is stuck.
    pub outputs: &'a [Arc<Window>],
    /// The moment.
    pub now: Moment,
    /// What things look like.
    pub theme: Theme,
}

impl Scene<'_> {
    /// The style of `role`.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A piece of a line. Whatever `text` holds, it stays on its line and in its place.
    pub fn span<'t>(&self, text: impl AsRef<str>, role: Role) -> Span<'t> {
        watch::span(self.theme, text, role)
    }

    /// Keys and what they do.
    pub fn keys<'t>(&self, keys: &[(&str, &str)]) -> Line<'t> {
        watch::keys(self.theme, keys)
    }

    /// Draws a panel's frame and tells what is left inside.
    pub fn frame(&self, title: &str, focus: Option<Focus>, area: Rect, buf: &mut Buffer) -> Rect {
        let focused = focus.is_some_and(|focus| focus == self.view.focus);
        watch::frame(self.theme, title, focused, area, buf)
    }

    /// The part of it that the panels of what is watched are drawn from.
    pub fn sight(&self) -> Sight<'_> {
        Sight {
            health: &self.world.health,
            run: Some(&self.world.state),
            database: self.view.database,
            focus: match self.view.focus {
                Focus::Panel(panel) => Some(panel),
                Focus::Steps | Focus::Output => None,
            },
            session: self.view.session,
            filter: "",
            now: self.now,
            theme: self.theme,
        }
    }
}

/// Draws `line` at the row `row` of `area`, if there is such a row.
pub fn put(area: Rect, row: u16, line: Line<'_>, buf: &mut Buffer) {
    if row < area.height {
        let place = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        render_cut(line, place, buf);
    }
}

/// Draws `line`; where it is cut, its last cell says so.
fn render_cut(line: Line<'_>, place: Rect, buf: &mut Buffer) {
    let cut = line.width() > usize::from(place.width);
    line.render(place, buf);
    if !cut || place.width < 2 {
        return;
    }
    let last = place.right() - 1;
    let before = buf.cell((last - 1, place.y));
    // Half of a wide character can't be covered: all of it goes.
    if before.is_some_and(|cell| clip::width(cell.symbol()) > 1)
        && let Some(wide) = buf.cell_mut((last - 1, place.y))
    {
        wide.set_symbol(" ");
    }
    if let Some(cell) = buf.cell_mut((last, place.y)) {
        cell.set_symbol("…");
    }
}

/// Draws `left` and `right` at the ends of one row; where there is no room for both, the left one is
/// cut, but for a third of the row.
pub fn put_both(area: Rect, row: u16, left: Line<'_>, right: Line<'_>, buf: &mut Buffer) {
    put_keeping(area.width / 3, area, row, (left, right), buf);
}

/// The same where the left one is cut but for `kept` columns of the row.
pub fn put_keeping(
    kept: u16,
    area: Rect,
    row: u16,
    (left, right): (Line<'_>, Line<'_>),
    buf: &mut Buffer,
) {
    if row >= area.height {
        return;
    }
    let kept = (left.width() as u16 + 1).min(kept).min(area.width);
    let width = (right.width() as u16).min(area.width - kept);
    let place = Rect {
        y: area.y + row,
        height: 1,
        ..area
    };
    let left_width = place.width.saturating_sub(width + 1);
    let left_place = Rect {
        width: left_width,
        ..place
    };
    render_cut(left, left_place, buf);
    let right_place = Rect {
        x: place.x + place.width - width,
        width,
        ..place
    };
    render_cut(right, right_place, buf);
}
