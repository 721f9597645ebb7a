//! A progress bar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::clip;

/// What is not filled.
const TRACK: &str = "░";
/// From a full eighth to a full cell.
const EIGHTHS: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// A bar that fills from the left in eighths of a cell. Its label stands inside, dark on bright
/// where the bar has passed it, so that it can be read in any colour and in none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bar<'a> {
    ratio: f64,
    label: &'a str,
    style: Style,
    track: bool,
}

impl<'a> Bar<'a> {
    /// A bar that is filled to `ratio`, between 0 and 1; what lies outside is drawn as the nearest.
    pub fn new(ratio: f64) -> Self {
        Bar {
            ratio,
            ..Bar::default()
        }
    }

    /// The text inside it, clipped where there is no room.
    #[must_use]
    pub fn label(mut self, label: &'a str) -> Self {
        self.label = label;
        self
    }

    /// Whether the part that is not filled is shaded, where nothing else tells how long the bar is.
    #[must_use]
    pub fn track(mut self) -> Self {
        self.track = true;
        self
    }

    /// The style of the bar and its label.
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
        let ratio = if self.ratio.is_nan() {
            0.0
        } else {
            self.ratio.clamp(0.0, 1.0)
        };
        // Rounded down: only what is done is full.
        let eighths = (ratio * f64::from(area.width) * 8.0) as usize;
        let full = area.x + (eighths / 8) as u16;
        let label = clip::clip(self.label, usize::from(area.width));
        let indent = (usize::from(area.width) - clip::width(&label)) / 2;
        let label_row = area.y + (area.height - 1) / 2;
        for y in area.rows().map(|row| row.y) {
            for x in area.left()..area.right() {
                let symbol = match x {
                    _ if x < full => EIGHTHS[8],
                    _ if x == full && !eighths.is_multiple_of(8) => EIGHTHS[eighths % 8],
                    _ if self.track => TRACK,
                    _ => EIGHTHS[0],
                };
                let cell = buf[(x, y)].set_symbol(symbol).set_style(self.style);
                if symbol == TRACK {
                    cell.modifier.insert(Modifier::DIM);
                }
            }
        }
        let from = area.x + indent as u16;
        let (to, _) = buf.set_stringn(from, label_row, &label, usize::from(area.width), self.style);
        for x in from..to.min(full) {
            buf[(x, label_row)].modifier.insert(Modifier::REVERSED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, draws_in_no_room};
    use super::*;

    #[test]
    fn it_fills_in_eighths() {
        assert_eq!(drawn(Bar::new(0.0), 4, 1), "    \n");
        assert_eq!(drawn(Bar::new(0.4), 4, 1), "█▌  \n");
        assert_eq!(drawn(Bar::new(0.999), 4, 1), "███▉\n");
        assert_eq!(drawn(Bar::new(1.0), 4, 1), "████\n");
    }

    #[test]
    fn its_label_can_be_read_without_colour() {
        assert_eq!(
            drawn(Bar::new(0.5).label("3:10 of 5m"), 14, 1),
            "██[3:10 ]of 5m  \n"
        );
        assert_eq!(drawn(Bar::new(1.0).label("done"), 4, 1), "[done]\n");
        assert_eq!(drawn(Bar::new(0.0).label("日本語"), 5, 1), "日 本 …\n");
    }

    #[test]
    fn it_can_show_how_long_it_is() {
        assert_eq!(drawn(Bar::new(0.5).track(), 4, 1), "██░░\n");
        assert_eq!(drawn(Bar::new(0.3).track(), 4, 1), "█▏░░\n");
    }

    #[test]
    fn what_is_no_part_of_a_whole_is_drawn_as_the_nearest() {
        assert_eq!(drawn(Bar::new(7.5), 2, 1), "██\n");
        assert_eq!(drawn(Bar::new(-1.0), 2, 1), "  \n");
        assert_eq!(drawn(Bar::new(f64::NAN), 2, 1), "  \n");
    }

    #[test]
    fn it_draws_in_no_room() {
        draws_in_no_room(&Bar::new(0.5).label("日本"));
    }
}
