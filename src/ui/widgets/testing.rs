//! What the tests of widgets share.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

/// What `widget` draws on an area of this size, one line a row. Reversed cells stand in brackets,
/// so that a drawing without colour can be judged.
pub(crate) fn drawn(widget: impl Widget, width: u16, height: u16) -> String {
    painted((width, height), |area, buffer| widget.render(area, buffer))
}

/// What `paint` draws on an area of this size; see [`drawn`].
pub(crate) fn painted(
    (width, height): (u16, u16),
    paint: impl FnOnce(Rect, &mut Buffer),
) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    paint(area, &mut buffer);
    sketch(&buffer)
}

/// A buffer as text; see [`drawn`].
pub(crate) fn sketch(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut reversed = false;
        for x in buffer.area.left()..buffer.area.right() {
            let cell = &buffer[(x, y)];
            if cell.modifier.contains(Modifier::REVERSED) != reversed {
                text.push(if reversed { ']' } else { '[' });
                reversed = !reversed;
            }
            text.push_str(cell.symbol());
        }
        text.push_str(if reversed { "]\n" } else { "\n" });
    }
    text
}

/// Draws `widget` where nothing or next to nothing fits; that it returns is the test.
pub(crate) fn draws_in_no_room<W: Widget + Clone>(widget: &W) {
    for (width, height) in [(0, 0), (0, 3), (3, 0), (1, 1)] {
        drawn(widget.clone(), width, height);
    }
}
