//! The last rows: what the last key came to, and what the next one could do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::keymap::{Binding, KEYMAP, Want};
use super::screen::Look;
use crate::ui::panels::watch::Sight;
use crate::ui::scene::put;
use crate::ui::theme::Role;
use crate::ui::widgets::{chars, clip};

/// The most rows that a message has.
const MESSAGE: usize = 4;

impl Look<'_> {
    /// What there is to say at the moment, and how.
    fn news(&self) -> Option<(String, Role)> {
        let filter = &self.state.filter;
        match &self.state.message {
            _ if self.state.typing => Some((format!("filter: {filter}▏"), Role::Active)),
            Some((words, true)) => Some((words.clone(), Role::Warn)),
            Some((words, false)) => Some((words.clone(), Role::Good)),
            None if !filter.is_empty() && self.state.tab.is_list() => {
                let words = format!("only what holds \"{filter}\"; esc shows all");
                Some((words, Role::Warn))
            }
            None => None,
        }
    }

    /// The same in rows for a screen of this width.
    pub(super) fn said(&self, width: u16) -> Vec<(String, Role)> {
        let Some((words, role)) = self.news() else {
            return Vec::new();
        };
        let words = chars::one_line(&words);
        let rows = clip::wrap(&words, usize::from(width.saturating_sub(2)));
        let rows = rows.into_iter().take(MESSAGE);
        rows.map(|row| (format!(" {row}"), role)).collect()
    }

    pub(super) fn message(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        for (row, (words, role)) in (0..).zip(self.said(area.width)) {
            put(area, row, Line::from(sight.span(words, role)), buf);
        }
    }

    /// Whether the key can do something: a recording has no server, and from one database no key leads to
    /// another.
    fn can(&self, sight: &Sight<'_>, want: Want) -> bool {
        match want {
            Want::Explain | Want::Cancel | Want::Terminate => self.state.reel.is_none(),
            Want::Database => sight.health.databases.len() > 1,
            _ => true,
        }
    }

    /// As many keys as there is room for, those that lead to the others always.
    pub(super) fn footer(&self, sight: &Sight<'_>, area: Rect, buf: &mut Buffer) {
        let wide = |binding: &Binding| {
            clip::width(&binding.keys[0].to_string()) + clip::width(binding.hint) + 3
        };
        let always =
            |binding: &Binding| matches!(binding.want, Want::Help | Want::Quit | Want::Database);
        let shown = KEYMAP.iter();
        let shown =
            shown.filter(|binding| !binding.hint.is_empty() && self.can(sight, binding.want));
        let kept: usize = shown.clone().filter(|b| always(b)).map(wide).sum();
        let mut room = usize::from(area.width).saturating_sub(kept);
        let mut spans = Vec::new();
        for binding in shown {
            if !always(binding) {
                let Some(left) = room.checked_sub(wide(binding)) else {
                    continue;
                };
                room = left;
            }
            spans.push(sight.span(format!(" {}", binding.keys[0]), Role::Key));
            spans.push(sight.span(format!(" {} ", binding.hint), Role::Text));
        }
        put(area, 0, Line::from(spans), buf);
    }
}
