//! How much room a dialog needs: nobody answers what can't be read.

use ratatui::layout::Rect;

use super::Dialog;
use crate::ui::boxes::wrapped;

/// The least width of a screen for anything that is asked.
const WIDTH: u16 = 30;
/// The frame.
const FRAME: u16 = 2;
/// The most lines of a text that have to be seen at once.
const LINES: usize = 14;
/// The most things to pick from that have to be seen at once.
const ITEMS: usize = 12;

impl Dialog {
    /// Whether what it asks can be read on a screen of this size. Help asks nothing.
    pub(super) fn fits(&self, screen: Rect) -> bool {
        let height = match self {
            Dialog::Help(_) => return true,
            Dialog::Ask(ask) => {
                let lines = wrapped(&ask.lines, screen).len();
                lines.min(LINES) as u16 + 5
            }
            Dialog::Confirm(confirmation) => {
                let lines = wrapped(&confirmation.lines, screen).len();
                let typed = if confirmation.typed.is_some() { 2 } else { 0 };
                lines.min(LINES) as u16 + typed + 2
            }
            Dialog::Pick(pick) => {
                let lines = wrapped(&pick.lines, screen).len();
                (lines.min(LINES) + pick.items.len().min(ITEMS)) as u16
            }
            // The way, the first thing on it, and what it takes to go it.
            Dialog::RollBack(_) => 6,
            Dialog::Quit => 4,
        };
        screen.width >= WIDTH && screen.height >= height + FRAME
    }
}
