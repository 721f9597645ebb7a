//! Where in something long the eye is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// A vertical bar with a thumb for the part that is shown of something that may be far longer than
/// a screen can count: a file of gigabytes, measured in bytes. The thumb touches an end of the bar
/// only where the part shown touches the end of the whole. If all is shown, nothing is drawn.
#[derive(Clone, Copy, Debug)]
pub struct ScrollBar {
    /// How long the whole is.
    pub size: u64,
    /// Where the part that is shown begins.
    pub top: u64,
    /// Where it ends.
    pub bottom: u64,
    /// The style of bar and thumb.
    pub style: Style,
}

impl ScrollBar {
    /// The row in a bar of `height` rows where the thumb begins, and the one after its last.
    fn thumb(self, height: u16) -> (u16, u16) {
        let scale = |at: u64, rows: u16| {
            let rows =
                u128::from(at.min(self.size)) * u128::from(rows) / u128::from(self.size.max(1));
            rows as u16
        };
        let rows = scale(self.bottom.saturating_sub(self.top), height).clamp(1, height);
        // The rows above the thumb, of those it can have, as the part above is to the rest.
        let above = scale(self.top, height).min(height - rows);
        let at_top = self.top == 0;
        let at_bottom = self.bottom >= self.size;
        let start = match height - rows {
            // Without a row to spare for each end the thumb can't keep clear of them.
            _ if at_top => 0,
            free if at_bottom => free,
            free if free >= 2 => above.clamp(1, free - 1),
            _ => above,
        };
        (start, start + rows)
    }

    /// How far into the whole, from 0 to 1, somebody means who points at `row` of a bar of `height`
    /// rows: the first row is the beginning, the last one the end.
    pub fn fraction(row: u16, height: u16) -> f64 {
        let last = height.saturating_sub(1);
        f64::from(row.min(last)) / f64::from(last.max(1))
    }
}

impl Widget for ScrollBar {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() || (self.top == 0 && self.bottom >= self.size) {
            return;
        }
        let (start, end) = self.thumb(area.height);
        for row in 0..area.height {
            let symbol = if (start..end).contains(&row) {
                "█"
            } else {
                "│"
            };
            buf[(area.right() - 1, area.y + row)]
                .set_symbol(symbol)
                .set_style(self.style);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{drawn, draws_in_no_room};
    use super::*;

    fn bar(size: u64, top: u64, bottom: u64) -> ScrollBar {
        ScrollBar {
            size,
            top,
            bottom,
            style: Style::new(),
        }
    }

    fn column(bar: ScrollBar, height: u16) -> String {
        drawn(bar, 1, height).replace('\n', "")
    }

    #[test]
    fn the_thumb_shows_what_part_of_the_whole_is_seen() {
        assert_eq!(column(bar(100, 0, 50), 6), "███│││");
        assert_eq!(column(bar(100, 25, 75), 6), "│███││");
        assert_eq!(column(bar(100, 50, 100), 6), "│││███");
    }

    #[test]
    fn in_a_huge_file_it_touches_an_end_only_at_the_end() {
        let size = 1 << 60;
        assert_eq!(column(bar(size, 0, 4096), 6), "█│││││");
        assert_eq!(column(bar(size, 1, 4096), 6), "│█││││");
        assert_eq!(column(bar(size, size - 4096, size - 1), 6), "││││█│");
        assert_eq!(column(bar(size, size - 4096, size), 6), "│││││█");
    }

    #[test]
    fn what_is_seen_whole_has_no_bar() {
        assert_eq!(column(bar(100, 0, 100), 3), "   ");
        assert_eq!(column(bar(0, 0, 0), 3), "   ");
    }

    #[test]
    fn pointing_at_its_ends_means_the_ends() {
        assert!(ScrollBar::fraction(0, 10) <= 0.0);
        assert!(ScrollBar::fraction(9, 10) >= 1.0);
        assert!(ScrollBar::fraction(40, 10) >= 1.0);
        assert!(ScrollBar::fraction(0, 0) <= 0.0);
    }

    #[test]
    fn it_draws_in_no_room() {
        draws_in_no_room(&bar(100, 10, 20));
    }

    proptest! {
        #[test]
        fn the_thumb_is_always_inside(size: u64, top: u64, length: u64, height in 1u16..200) {
            let (start, end) = bar(size, top, top.saturating_add(length)).thumb(height);
            prop_assert!(start < end && end <= height);
        }
    }
}
