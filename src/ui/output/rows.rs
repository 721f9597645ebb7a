//! A piece of output laid out in rows of the screen.

use std::ops::Range;

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::styled::StyledText;
use crate::ui::widgets::chars;

/// How output is shown: the room there is, and what becomes of lines that are too long for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Columns of the screen.
    pub width: u16,
    /// Rows of the screen.
    pub rows: u16,
    /// What happens to long lines.
    pub long_lines: LongLines,
}

/// What becomes of lines that are longer than a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongLines {
    /// They go on in the next row.
    #[default]
    Wrap,
    /// Each line has one row, which begins at this column; arrows say that there is more.
    Cut(u16),
}

/// Where in `text` each of its rows begins and ends, in bytes; there is always one.
pub(super) fn rows(text: &str, view: View) -> Vec<Range<usize>> {
    let width = usize::from(view.width.max(1));
    let mut rows = Vec::new();
    let mut start = 0;
    if view.long_lines == LongLines::Wrap && text.len() > width {
        let mut taken = 0;
        for (at, wide) in columns(text) {
            if taken + wide > width && at > start {
                rows.push(start..at);
                start = at;
                taken = 0;
            }
            taken += wide;
        }
    }
    rows.push(start..text.len());
    rows
}

/// One of the [`rows`] of a text.
pub(super) fn draw(text: &StyledText, row: Range<usize>, view: View) -> Line<'static> {
    match view.long_lines {
        LongLines::Wrap => text.line(row),
        LongLines::Cut(first) => cut(text, usize::from(first), usize::from(view.width)),
    }
}

/// Each character's place and the columns that it takes.
fn columns(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.char_indices()
        .map(|(at, c)| (at, chars::width(c).unwrap_or(0)))
}

/// The columns from `first` on, `width` of them. Where text lies beyond, an arrow takes the place
/// of a column; a wide character that does not fit whole leaves its columns empty.
fn cut(text: &StyledText, first: usize, width: usize) -> Line<'static> {
    let length = text.text().len();
    let total: usize = columns(text.text()).map(|(_, wide)| wide).sum();
    let left = usize::from(first > 0 && total > 0);
    let right = usize::from(total > first + width);
    let inner = first + left..(first + width).saturating_sub(right);
    let (mut from, mut to) = (None, None);
    let mut column = 0;
    // Marks go with the characters before them.
    for (at, wide) in columns(text.text()).filter(|(_, wide)| *wide > 0) {
        if from.is_none() && column >= inner.start {
            from = Some((at, column - inner.start));
        }
        if column + wide > inner.end {
            to = Some((at, column));
            break;
        }
        column += wide;
    }
    let (from, indent) = from.unwrap_or((length, 0));
    let (to, end) = to.unwrap_or((length, column));
    let arrow = Style::new().add_modifier(Modifier::DIM);
    let mut shown = StyledText::default();
    shown.push_str(&"‹"[..left * "‹".len()], arrow);
    shown.push_str(&" ".repeat(indent), Style::new());
    shown.extend(text.parts(from.min(to)..to));
    if right > 0 {
        shown.push_str(
            &" ".repeat(inner.end.saturating_sub(end.max(inner.start))),
            Style::new(),
        );
        shown.push('›', arrow);
    }
    shown.line(0..shown.text().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::output::testing::sketch;
    use crate::ui::widgets::clip;

    fn view(width: u16, long_lines: LongLines) -> View {
        View {
            width,
            rows: 1,
            long_lines,
        }
    }

    fn wrapped(text: &str, width: u16) -> Vec<&str> {
        rows(text, view(width, LongLines::Wrap))
            .into_iter()
            .map(|row| &text[row])
            .collect()
    }

    fn cut_at(text: &str, first: u16, width: u16) -> String {
        let mut styled = StyledText::default();
        styled.push_str(text, Style::new());
        let row = rows(text, view(width, LongLines::Cut(first))).remove(0);
        sketch(&draw(&styled, row, view(width, LongLines::Cut(first))))
    }

    #[test]
    fn long_lines_go_on_in_the_next_row() {
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("abcd", 4), ["abcd"]);
        assert_eq!(wrapped("abcdefghi", 4), ["abcd", "efgh", "i"]);
        assert_eq!(wrapped("日本語", 5), ["日本", "語"]);
        assert_eq!(
            wrapped("e\u{301}e\u{301}e\u{301}", 2),
            ["e\u{301}e\u{301}", "e\u{301}"]
        );
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("ab", 0), ["a", "b"]);
    }

    #[test]
    fn or_they_are_cut_and_arrows_say_so() {
        assert_eq!(cut_at("abcdef", 0, 6), "abcdef");
        assert_eq!(cut_at("abcdef", 0, 5), "abcd[dim|›]");
        assert_eq!(cut_at("abcdef", 1, 4), "[dim|‹]cd[dim|›]");
        assert_eq!(cut_at("abcdef", 2, 4), "[dim|‹]def");
        assert_eq!(cut_at("abcdef", 9, 4), "[dim|‹]");
        assert_eq!(cut_at("", 9, 4), "");
    }

    #[test]
    fn wide_characters_are_cut_whole() {
        assert_eq!(cut_at("日本語", 0, 6), "日本語");
        assert_eq!(cut_at("日本語", 0, 5), "日本[dim|›]");
        assert_eq!(cut_at("日本語", 0, 4), "日 [dim|›]");
        assert_eq!(cut_at("日本語", 2, 4), "[dim|‹] 語");
        assert_eq!(cut_at("e\u{301}e\u{301}e\u{301}", 0, 2), "e\u{301}[dim|›]");
        assert_eq!(cut_at("日本語", 2, 1), "[dim|‹›]");
    }

    proptest! {
        #[test]
        fn rows_hold_the_whole_text(text in "[a-c 語\u{301}]{0,60}", width in 2u16..12) {
            let rows = wrapped(&text, width);
            prop_assert_eq!(rows.concat(), text.as_str());
            for row in rows {
                prop_assert!(clip::width(row) <= usize::from(width));
            }
        }

        #[test]
        fn a_cut_row_is_as_wide_as_the_screen(
            text in "[a-c語\u{301}]{0,30}",
            first in 0u16..40,
            width in 2u16..12,
        ) {
            let row = cut_at(&text, first, width);
            let row = clip::width(&row.replace("[dim|", "").replace(']', ""));
            prop_assert!(row <= usize::from(width));
            if clip::width(&text) > usize::from(first + width) {
                prop_assert_eq!(row, usize::from(width));
            }
        }
    }
}
