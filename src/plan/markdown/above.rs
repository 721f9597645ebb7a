//! The line that names a block though it is no paragraph right above it: the last one of what stands before the block,
//! in a list, in a quotation or a box, behind other lines; a rule or a comment may stand between.

use super::blocks::{Block, Kind};
use super::book::Book;

/// How a line of a paragraph ends behind which another begins that says something by itself.
const SENTENCE_ENDS: [char; 8] = ['.', '!', '?', ':', '。', '！', '？', '：'];

/// The line that names the block at `at` among `blocks`, if it ends with a colon. What a paragraph of one line right above
/// it says is known already.
pub(super) fn line<'t>(blocks: &'t [Block], at: usize, book: &Book<'_>) -> Option<&'t str> {
    let mut before = blocks[..at].iter().rev();
    let unseen = |block: &&Block| match &block.kind {
        Kind::Rule => true,
        Kind::Other => is_comment(book.slice(block.span)),
        Kind::Paragraph(inline) => is_fence_of_box(&inline.text),
        _ => false,
    };
    let next = before.next()?;
    if !unseen(&next) {
        let known = next
            .paragraph()
            .is_some_and(|inline| !inline.text.contains('\n'));
        return last_line(next).filter(|_| !known);
    }
    last_line(before.find(|block| !unseen(block))?)
}

/// The last line in `block`, if it names what follows.
fn last_line(block: &Block) -> Option<&str> {
    match &block.kind {
        Kind::Paragraph(inline) => named(&inline.text),
        Kind::List(list) => last_line(list.items.last()?.blocks.last()?),
        Kind::Quote(quote) => last_line(quote.blocks.last()?),
        _ => None,
    }
}

/// The last line of `text`, if it ends with a colon; its last sentence, where it goes on with the line above it.
fn named(text: &str) -> Option<&str> {
    let mut lines = text.lines().rev().map(str::trim);
    let last = lines.find(|line| !is_fence_of_box(line))?;
    if !last.ends_with([':', '：']) {
        return None;
    }
    let above = lines.next().unwrap_or("");
    if above.is_empty() || above.ends_with(SENTENCE_ENDS) || opens_box(above) {
        return Some(without_mark(last));
    }
    last.rsplit_once(". ").map(|(_, sentence)| sentence)
}

/// Whether `line` closes, or opens without words, what site generators box: `:::`.
fn is_fence_of_box(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.bytes().all(|byte| byte == b':')
}

/// Whether `line` opens a box: `:::danger`, `!!! danger`, `[!CAUTION]`.
fn opens_box(line: &str) -> bool {
    line.starts_with(":::") || line.starts_with("!!!") || without_mark(line).is_empty()
}

/// `line` without the mark of an alert that is none of Markdown's: `[!danger] Do not run:`.
fn without_mark(line: &str) -> &str {
    let marked = line
        .strip_prefix("[!")
        .and_then(|rest| rest.split_once(']'));
    marked.map_or(line, |(_, rest)| {
        rest.trim_start_matches(['-', '+']).trim_start()
    })
}

/// Whether `text`, a block of HTML, shows nothing.
fn is_comment(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("<!--") && text.ends_with("-->")
}
