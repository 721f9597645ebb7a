//! A piece of output as it is shown: text that is known to be harmless, and its colours.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Text with a style for each part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StyledText {
    text: String,
    /// Where each style ends, in bytes, and the style; the last one ends where the text does.
    runs: Vec<(usize, Style)>,
}

impl StyledText {
    /// The text without its colours.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a character.
    pub(super) fn push(&mut self, c: char, style: Style) {
        self.text.push(c);
        self.style_to_end(style);
    }

    /// Adds a text.
    pub(super) fn push_str(&mut self, text: &str, style: Style) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.style_to_end(style);
        }
    }

    fn style_to_end(&mut self, style: Style) {
        let end = self.text.len();
        match self.runs.last_mut() {
            Some((last, same)) if *same == style => *last = end,
            _ => self.runs.push((end, style)),
        }
    }

    /// The parts of a range of bytes, each in one style.
    pub(super) fn parts(&self, range: Range<usize>) -> impl Iterator<Item = (&str, Style)> {
        let first = self.runs.partition_point(|(end, _)| *end <= range.start);
        let mut from = range.start;
        self.runs[first..].iter().map_while(move |(end, style)| {
            let to = (*end).min(range.end);
            let part = (from < to).then(|| (&self.text[from..to], *style));
            from = to;
            part
        })
    }

    /// The range of bytes as a line to draw.
    pub(super) fn line(&self, range: Range<usize>) -> Line<'static> {
        self.parts(range)
            .map(|(text, style)| Span::styled(text.to_owned(), style))
            .collect::<Vec<_>>()
            .into()
    }

    /// The same with each of `ranges` (in order, apart from each other) replaced by what `change`
    /// adds for it.
    pub(super) fn changed(
        &self,
        ranges: &[Range<usize>],
        mut change: impl FnMut(&mut StyledText, Range<usize>),
    ) -> StyledText {
        let mut new = StyledText::default();
        let mut from = 0;
        for range in ranges {
            new.extend(self.parts(from..range.start));
            change(&mut new, range.clone());
            from = range.end;
        }
        new.extend(self.parts(from..self.text.len()));
        new
    }
}

impl<'a> Extend<(&'a str, Style)> for StyledText {
    fn extend<T: IntoIterator<Item = (&'a str, Style)>>(&mut self, parts: T) {
        for (text, style) in parts {
            self.push_str(text, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_colours() -> StyledText {
        let mut text = StyledText::default();
        text.push_str("red", Style::new().red());
        text.push_str("blue", Style::new().blue());
        text
    }

    #[test]
    fn a_range_keeps_its_colours() {
        assert_eq!(
            two_colours().line(2..5),
            Line::from(vec![
                Span::styled("d", Style::new().red()),
                Span::styled("bl", Style::new().blue()),
            ])
        );
        assert_eq!(two_colours().line(3..3), Line::default());
    }

    #[test]
    fn ranges_can_be_replaced() {
        let text = two_colours();
        let new = text.changed(&[1..2, 4..7], |new, _| new.push('*', Style::new()));
        assert_eq!(new.text(), "r*db*");
        assert_eq!(text.changed(&[], |_, _| ()), text);
    }
}
