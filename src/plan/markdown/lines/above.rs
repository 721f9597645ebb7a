//! The line that names a block though it is no paragraph right above it: the last one of what stands before the block,
//! in a list, in a quotation or a box, behind other lines; a rule or a comment may stand between.

use super::unsaid::{self, Unsaid};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::names::conditional::{self, Reserve};
use crate::plan::markdown::names::only;

/// How a line of a paragraph ends behind which another begins that says something by itself.
const SENTENCE_ENDS: [char; 8] = ['.', '!', '?', ':', '。', '！', '？', '：'];

/// Where a sentence ends behind which a line says something else.
const APART: [&str; 5] = [". ", "! ", "; ", "。", "；"];

/// A line that names a block.
#[derive(Clone, Copy)]
pub(in crate::plan::markdown) struct Named<'t> {
    pub(in crate::plan::markdown) text: &'t str,
    /// It is an item's, which may be a step that the block is how to do.
    pub(in crate::plan::markdown) listed: bool,
}

impl<'t> Named<'t> {
    /// What it forbids, if that is an item: the block may be how to do it all the same, so somebody is asked.
    pub(in crate::plan::markdown) fn forbids(self) -> Option<&'t str> {
        let forbidden = self.listed && unsaid::of(self.text) == Some(Unsaid::NotToBeDone);
        forbidden.then_some(self.text)
    }

    /// What it says of the block that keeps that from being run.
    pub(in crate::plan::markdown) fn unsaid(self) -> Option<Unsaid> {
        unsaid::of(self.text).filter(|said| !self.listed || *said == Unsaid::Printed)
    }

    /// The case that it says the block is for. "Copy the rollback scripts" is done on the way forward.
    pub(in crate::plan::markdown) fn case(self) -> Option<&'t str> {
        let prepares = || {
            conditional::reserve(self.text) == Some(Reserve::Back)
                && !conditional::begins_back(self.text)
        };
        let case = conditional::above(self.text).filter(|_| !self.listed || !prepares());
        case.or_else(|| self.forbids())
    }
}

/// The line that names the block at `at` among `blocks`, if it ends with a colon. What a paragraph of one line right above
/// it says is known already.
pub(in crate::plan::markdown) fn line<'t>(
    blocks: &'t [Block],
    at: usize,
    book: &Book<'_>,
) -> Option<Named<'t>> {
    let mut before = blocks[..at].iter().rev();
    let unseen = |block: &&Block| match &block.kind {
        Kind::Rule => true,
        Kind::Other => is_comment(book.slice(block.span)),
        Kind::Paragraph(inline) => is_fence_of_box(&inline.text),
        _ => false,
    };
    let next = before.next()?;
    let lead = before
        .clone()
        .next()
        .and_then(|above| only::lead(next, above));
    if let Some(text) = lead {
        let listed = false;
        return Some(Named { text, listed });
    }
    if !unseen(&next) {
        let known = next
            .paragraph()
            .is_some_and(|inline| !inline.text.contains('\n'));
        return of(next).filter(|_| !known);
    }
    of(before.find(|block| !unseen(block))?)
}

fn of(block: &Block) -> Option<Named<'_>> {
    Some(Named {
        text: last_line(block)?,
        listed: matches!(block.kind, Kind::List(_)),
    })
}

/// The last line in `block`, if it names what follows.
fn last_line(block: &Block) -> Option<&str> {
    match &block.kind {
        Kind::Paragraph(inline) => named(&inline.text),
        Kind::List(list) => last_line(list.items.last()?.blocks.last()?),
        Kind::Quote(quote) => {
            only::in_quote(&quote.blocks).or_else(|| last_line(quote.blocks.last()?))
        }
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
        let ends = APART
            .iter()
            .filter_map(|end| Some(last.rfind(end)? + end.len()));
        return Some(without_mark(&last[ends.max().unwrap_or(0)..]));
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
