//! A progress bar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::clip;

/// Half of a cell's height, so that bars in rows beside each other stay apart.
const FULL: &str = "▄";
/// What is not filled: thinner, so that it can be told apart without colour.
const TRACK: &str = "▁";

/// A bar that grows from the left, on a thin line that tells how long it will be. Its label stands
/// behind it, where it can be read whatever the colours are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar<'a> {
    ratio: f64,
    label: &'a str,
    style: Style,
}

impl<'a> Bar<'a> {
    /// A bar that is filled to `ratio`, between 0 and 1; what lies outside is drawn as the nearest.
    pub fn new(ratio: f64) -> Self {
        Bar {
            ratio,
            ..Bar::default()
        }
    }

    /// The text behind it. It gets its room first, and is clipped where there is not enough.
    #[must_use]
    pub fn label(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// The style of the bar.
    #[must_use]
    pub fn style(mut self, style: impl Into<Style>) -> Self {
        self.style = style.into();
        self
    }
}

impl Widget for Bar<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let row = area.y + (area.height - 1) / 2;
        let label = clip::clip(self.label, usize::from(area.width));
        let room = match clip::width(&label) as u16 {
            0 => area.width,
            taken => area.width.saturating_sub(taken + 1),
        };
        let ratio = if self.ratio.is_nan() {
            0.0
        } else {
            self.ratio.clamp(0.0, 1.0)
        };
        // Rounded down: only what is done is full.
        let full = (ratio * f64::from(room)) as u16;
        for at in 0..room {
            let cell = &mut buf[(area.x + at, row)];
            let symbol = if at < full { FULL } else { TRACK };
            cell.set_symbol(symbol).set_style(self.style);
            if symbol == TRACK {
                cell.modifier.insert(Modifier::DIM);
            }
        }
        let from = area.right() - clip::width(&label) as u16;
        buf.set_string(from, row, &label, Style::default());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, draws_in_no_room};
    use super::*;

    #[test]
    fn it_fills_cell_by_cell() {
        assert_eq!(drawn(Bar::new(0.0), 4, 1), "▁▁▁▁\n");
        assert_eq!(drawn(Bar::new(0.4), 4, 1), "▄▁▁▁\n");
        assert_eq!(drawn(Bar::new(0.999), 4, 1), "▄▄▄▁\n");
        assert_eq!(drawn(Bar::new(1.0), 4, 1), "▄▄▄▄\n");
    }

    #[test]
    fn its_label_stands_behind_it() {
        assert_eq!(
            drawn(Bar::new(0.5).label("6 of 14"), 12, 1),
            "▄▄▁▁ 6 of 14\n"
        );
        assert_eq!(drawn(Bar::new(1.0).label("done"), 4, 1), "done\n");
        assert_eq!(drawn(Bar::new(1.0).label("done"), 3, 1), "do…\n");
    }

    #[test]
    fn what_is_no_part_of_a_whole_is_drawn_as_the_nearest() {
        assert_eq!(drawn(Bar::new(7.5), 2, 1), "▄▄\n");
        assert_eq!(drawn(Bar::new(-1.0), 2, 1), "▁▁\n");
        assert_eq!(drawn(Bar::new(f64::NAN), 2, 1), "▁▁\n");
    }

    #[test]
    fn it_draws_in_no_room() {
        draws_in_no_room(&Bar::new(0.5).label("日本"));
    }
}
