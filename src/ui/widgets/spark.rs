//! The recent past of a figure in one row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Sparkline, Widget};

/// A chart of the newest values, the last one at the right edge, as tall as the area. An unknown
/// value is a dot, never a zero; and whatever is more than zero can be seen.
#[derive(Clone, Copy, Debug)]
pub struct Spark<'a> {
    /// The values, oldest first; those that do not fit are left out.
    pub values: &'a [Option<u64>],
    /// The value that fills the chart's height; `None` for the greatest that is drawn.
    pub max: Option<u64>,
    /// The style of the bars.
    pub style: Style,
}

impl Widget for Spark<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let room = usize::from(area.width);
        let newest = &self.values[self.values.len().saturating_sub(room)..];
        let max = self
            .max
            .or(newest.iter().flatten().copied().max())
            .unwrap_or(0);
        let least = max.div_ceil(8 * u64::from(area.height));
        let seen = |value: u64| if value == 0 { 0 } else { value.max(least) };
        let indent = (room - newest.len()) as u16;
        let chart = Rect {
            x: area.x + indent,
            width: area.width - indent,
            ..area
        };
        Sparkline::default()
            .data(newest.iter().map(|value| value.map(seen)))
            .max(max)
            .absent_value_symbol("·")
            .style(self.style)
            .render(chart, buf);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, draws_in_no_room};
    use super::*;

    fn spark(values: &[Option<u64>], max: Option<u64>) -> Spark<'_> {
        Spark {
            values,
            max,
            style: Style::new(),
        }
    }

    #[test]
    fn the_newest_value_stands_at_the_right() {
        let values: Vec<_> = (0..=8).map(Some).collect();
        assert_eq!(drawn(spark(&values, None), 9, 1), " ▁▂▃▄▅▆▇█\n");
        assert_eq!(drawn(spark(&values, None), 3, 1), "▆▇█\n");
        assert_eq!(drawn(spark(&values, None), 11, 1), "   ▁▂▃▄▅▆▇█\n");
    }

    #[test]
    fn unknown_is_not_zero_and_little_is_not_nothing() {
        let values = [Some(0), None, Some(1), Some(1_000_000)];
        assert_eq!(drawn(spark(&values, None), 4, 1), " ·▁█\n");
    }

    #[test]
    fn a_limit_sets_the_height() {
        let values = [Some(50), Some(100), Some(u64::MAX)];
        assert_eq!(drawn(spark(&values, Some(100)), 3, 1), "▄██\n");
        assert_eq!(drawn(spark(&values, Some(100)), 3, 2), " ██\n███\n");
    }

    #[test]
    fn nothing_known_draws_nothing() {
        assert_eq!(drawn(spark(&[], None), 3, 1), "   \n");
        assert_eq!(drawn(spark(&[Some(0)], None), 2, 1), "  \n");
    }

    #[test]
    fn it_draws_in_no_room() {
        draws_in_no_room(&spark(&[Some(3), None], None));
    }
}
