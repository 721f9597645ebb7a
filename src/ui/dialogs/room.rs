//! How much room a dialog needs: nobody answers what can't be read.

use ratatui::layout::Rect;

use super::Dialog;
use crate::ui::widgets::clip;

/// The least width of a screen for anything that is asked.
const WIDTH: u16 = 30;
/// The frame.
const FRAME: u16 = 2;
/// The most lines of a text that have to be seen at once.
const LINES: usize = 14;
/// The most things to pick from that have to be seen at once.
const ITEMS: usize = 12;

/// The width of a box for text on a screen of the size of `area`.
pub(super) fn text_width(area: Rect) -> u16 {
    area.width.saturating_sub(4).min(90)
}

/// `text` in lines that fit into a box of this width.
pub(super) fn wrapped(lines: &[String], width: u16) -> Vec<String> {
    let columns = usize::from(width.saturating_sub(4));
    let rows = lines.iter().flat_map(|line| clip::wrap(line, columns));
    rows.map(str::to_owned).collect()
}

impl Dialog {
    /// Whether what it asks can be read on a screen of this size. Help asks nothing.
    pub(super) fn fits(&self, screen: Rect) -> bool {
        let height = match self {
            Dialog::Help(_) => return true,
            Dialog::Ask(ask) => {
                let lines = wrapped(&ask.lines, text_width(screen)).len();
                lines.min(LINES) as u16 + 5
            }
            Dialog::Confirm(confirmation) => {
                let lines = wrapped(&confirmation.lines, text_width(screen)).len();
                let typed = if confirmation.typed.is_some() { 2 } else { 0 };
                lines.min(LINES) as u16 + typed + 2
            }
            Dialog::Pick(pick) => {
                let lines = wrapped(&pick.lines, text_width(screen)).len();
                (lines.min(LINES) + pick.items.len().min(ITEMS)) as u16
            }
            // The way, the first thing on it, and what it takes to go it.
            Dialog::RollBack(_) => 6,
            Dialog::Quit => 4,
        };
        screen.width >= WIDTH && screen.height >= height + FRAME
    }
}
