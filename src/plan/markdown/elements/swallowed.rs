//! Blocks that Markdown takes for text.

use crate::plan::source::Span;

/// The first line of the paragraph at `span` that looks as if a fenced block began there: where it is indented
/// too far, it goes on as text.
pub(in crate::plan::markdown) fn fence_in(text: &str, span: Span) -> Option<Span> {
    let paragraph = text.get(span.start..span.end)?;
    let (_, behind_first) = paragraph.split_once('\n')?;
    let marks = ["```", "~~~"];
    if !marks.iter().any(|mark| behind_first.contains(mark)) {
        return None;
    }
    let mut at = span.start;
    for (number, line) in paragraph.split_inclusive('\n').enumerate() {
        let bare = line.trim_start();
        let start = at + (line.len() - bare.len());
        at += line.len();
        let bare = bare.trim_end();
        let mark = marks.iter().find(|mark| bare.starts_with(**mark));
        let behind = bare.trim_start_matches(['`', '~']);
        if number > 0 && mark.is_some() && !behind.contains(['`', '~']) {
            return Some(Span::new(start, start + bare.len()));
        }
    }
    None
}
