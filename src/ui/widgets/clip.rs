//! Text made to fit so many columns: cut, padded, wrapped. Graphemes are never torn apart, and
//! each function reads its text once. Text from outside goes through [`one_line`] first.
//!
//! [`one_line`]: super::chars::one_line

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns `text` takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// `text` in at most `columns` columns; where something had to go, an ellipsis ends it.
pub fn clip(text: &str, columns: usize) -> Cow<'_, str> {
    // Nothing takes more columns than bytes.
    if text.len() <= columns {
        return Cow::Borrowed(text);
    }
    // Where to cut if an ellipsis has to follow.
    let mut cut = 0;
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > columns {
            return match columns {
                0 => Cow::Borrowed(""),
                _ => Cow::Owned(format!("{}…", &text[..cut])),
            };
        }
        if taken < columns {
            cut = at + grapheme.len();
        }
    }
    Cow::Borrowed(text)
}

/// `text` in exactly `columns` columns: clipped, or with spaces after it.
pub fn pad(text: &str, columns: usize) -> String {
    let clipped = clip(text, columns);
    let missing = columns.saturating_sub(width(&clipped));
    format!("{clipped}{:missing$}", "")
}

/// `text` in exactly `columns` columns: clipped, or with spaces before it, for figures.
pub fn pad_left(text: &str, columns: usize) -> String {
    let clipped = clip(text, columns);
    let missing = columns.saturating_sub(width(&clipped));
    format!("{:missing$}{clipped}", "")
}

/// `text` in lines of at most `columns` columns, broken between words, and inside of words that are
/// longer than a line. Line ends in the text are kept; without columns there are no lines.
pub fn wrap(text: &str, columns: usize) -> Vec<&str> {
    if columns == 0 {
        return Vec::new();
    }
    text.lines()
        .flat_map(|line| wrap_line(line, columns))
        .collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut taken = 0;
    // The last place where the row may end: the end of its text, the start of the next row, and
    // how many columns of the row lie before that start.
    let mut space: Option<(usize, usize, usize)> = None;
    for (at, grapheme) in line.grapheme_indices(true) {
        let wide = grapheme.width();
        if grapheme == " " {
            let end = match space {
                Some((end, next, _)) if next == at => end,
                _ => at,
            };
            taken += wide;
            space = Some((end, at + 1, taken));
            continue;
        }
        if taken + wide > columns && at > start {
            let (end, next, before) = space.take().unwrap_or((at, at, taken));
            rows.push(&line[start..end.max(start)]);
            start = next;
            taken -= before;
            // The word itself may be longer than a row.
            if taken + wide > columns && at > start {
                rows.push(&line[start..at]);
                start = at;
                taken = 0;
            }
        }
        taken += wide;
    }
    rows.push(line[start..].trim_end_matches(' '));
    rows
}

#[cfg(test)]
mod tests;
