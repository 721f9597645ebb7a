//! Blocks at the margin right below the item that they belong to. Markdown ends the list there, and begins another
//! behind them; whoever wrote them left out the blanks in front. They are read as if those were there.

use crate::plan::markdown::names::either;
use std::collections::VecDeque;

use super::undo;
use crate::plan::markdown::code::expected;
use crate::plan::markdown::elements::blocks::{Block, Item, Kind, List};
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::label::label;
use crate::plan::source::Span;

/// `blocks` of `text`, each block that belongs to the item above it in that.
pub(in crate::plan::markdown) fn indented(blocks: Vec<Block>, text: &str) -> Vec<Block> {
    let mut all = Vec::with_capacity(blocks.len());
    let mut rest = VecDeque::from(blocks);
    while let Some(mut block) = rest.pop_front() {
        look_inside(&mut block, text);
        while let Some(count) = owned(&block, rest.make_contiguous(), text) {
            let own: Vec<Block> = rest.drain(..count).collect();
            give(&mut block, own);
            let Some(mut next) = rest.pop_front_if(|next| goes_on(&block, next, text)) else {
                break;
            };
            look_inside(&mut next, text);
            join(&mut block, next);
        }
        all.push(block);
    }
    all
}

fn look_inside(block: &mut Block, text: &str) {
    match &mut block.kind {
        Kind::Quote(quote) => quote.blocks = indented(std::mem::take(&mut quote.blocks), text),
        Kind::List(list) => {
            for item in list.items.iter_mut().filter(|item| item.blocks.len() > 1) {
                item.blocks = indented(std::mem::take(&mut item.blocks), text);
            }
        }
        _ => {}
    }
}

/// The list that `block` is, and its last item.
fn last_item(block: &Block) -> Option<(&List, &Item)> {
    match &block.kind {
        Kind::List(list) => Some((list, list.items.last()?)),
        _ => None,
    }
}

/// How many of the blocks `behind` the list `block` belong to its last item: the item ends with a colon, the first
/// of them stands close below it, the numbers go on behind them, or all items above have a block as well.
fn owned(block: &Block, behind: &[Block], text: &str) -> Option<usize> {
    let (list, item) = last_item(block)?;
    let line = item.blocks.last()?;
    let close = |first: &Block| {
        let between = text.get(line.span.end..first.span.start);
        between.is_some_and(|between| between.matches('\n').count() < 2)
    };
    // "1. Stop the workers", and in the next lines "- web" and "- mail"
    if behind
        .first()
        .is_some_and(|first| list.ordered && is_plain(first) && close(first))
    {
        return Some(1);
    }
    let first = behind.first().filter(|block| is_fence(block))?;
    let inline = line.paragraph()?;
    if !list.ordered && item.task.is_none() {
        return None;
    }
    // What is not to be done, if the words are read right, stays where a person sees it, and asks.
    let sentence = inline.text.rsplit(". ").next().unwrap_or_default();
    let unsaid = unsaid::of(sentence);
    if unsaid.is_some_and(|unsaid| unsaid != Unsaid::Printed) {
        return None;
    }
    let counts_on = |count: &usize| {
        let next = behind.get(*count).and_then(first_item);
        next.is_some_and(|next| is_next(item, next, text))
    };
    let mut counts = [true, false]
        .map(|undo| reach(behind, undo, text))
        .into_iter();
    let close = close(first);
    let named = inline.text.ends_with([':', '：']);
    let alike = list.ordered && have_blocks(&list.items[..list.items.len() - 1]);
    counts
        .find(counts_on)
        .or_else(|| (named || close || alike).then(|| reach(behind, false, text)))
}

/// How many of `blocks`, the first of which is an item's, go on with that: blocks, what is to be printed, another way
/// of doing it, and, if `undo` says so, what undoes it.
fn reach(blocks: &[Block], undo: bool, text: &str) -> usize {
    let mut count = 1;
    while let Some(next) = blocks.get(count) {
        let below = blocks.get(count + 1).is_some_and(is_fence);
        count += match next.paragraph() {
            None if is_fence(next) => 1,
            Some(_)
                if expected::in_line(
                    text.get(next.span.start..next.span.end).unwrap_or(""),
                    below,
                )
                .is_some() =>
            {
                1
            }
            Some(line) if below && goes_on_below(&line.text, undo) => 2,
            _ => break,
        };
    }
    count
}

/// Whether the block below `line` goes on with the one above it.
fn goes_on_below(line: &str, undo: bool) -> bool {
    either::either(line).is_some()
        || unsaid::of(line) == Some(Unsaid::Printed)
        || (undo && undo::is_undo(&label(line)))
}

/// Whether there are `items`, and each of them has a block.
fn have_blocks(items: &[Item]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.blocks.iter().any(is_fence))
}

/// Whether `block` is a list of bullets with nothing to be run or ticked in it.
fn is_plain(block: &Block) -> bool {
    let line = |block: &Block| {
        block
            .paragraph()
            .is_some_and(|line| !line.text.starts_with('['))
    };
    let plain = |item: &Item| !item.blocks.is_empty() && item.blocks.iter().all(line);
    matches!(&block.kind, Kind::List(list) if !list.ordered && list.items.iter().all(plain))
        && !block.holds.tasks
}

fn is_fence(block: &Block) -> bool {
    matches!(block.kind, Kind::Fence(_))
}

fn first_item(block: &Block) -> Option<&Item> {
    match &block.kind {
        Kind::List(list) => list.items.first(),
        _ => None,
    }
}

/// Whether `next`, right behind the list `block`, would be one with it if nothing stood between them.
fn goes_on(block: &Block, next: &Block, text: &str) -> bool {
    let (Some((_, last)), Some(first)) = (last_item(block), first_item(next)) else {
        return false;
    };
    // Whoever lets the renderer count writes the same number before all.
    let same = mark(last, text) == mark(first, text);
    same || is_next(last, first, text)
}

/// Whether `next` is counted as the one behind `item`.
fn is_next(item: &Item, next: &Item, text: &str) -> bool {
    let number = |item: &Item| mark(item, text).parse::<u32>().ok();
    let wanted = number(item).and_then(|number| number.checked_add(1));
    wanted.is_some() && wanted == number(next)
}

/// The number or the bullet of `item`.
fn mark<'t>(item: &Item, text: &'t str) -> &'t str {
    let text = text.get(item.span.start..item.span.end).unwrap_or("");
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text.get(..digits.max(1)).unwrap_or("")
}

/// Gives the last item of the list `block` the blocks `own`.
fn give(block: &mut Block, own: Vec<Block>) {
    let Kind::List(list) = &mut block.kind else {
        return;
    };
    let Some(item) = list.items.last_mut() else {
        return;
    };
    for own in own {
        item.span = Span::new(item.span.start, own.span.end);
        item.holds.add(own.holds);
        item.blocks.push(own);
    }
    block.span = Span::new(block.span.start, item.span.end);
    block.holds.add(item.holds);
}

/// Puts the items of the list `next` behind those of `block`.
fn join(block: &mut Block, next: Block) {
    if let (Kind::List(list), Kind::List(more)) = (&mut block.kind, next.kind) {
        list.items.extend(more.items);
        block.span = Span::new(block.span.start, next.span.end);
        block.holds.add(next.holds);
    }
}

#[cfg(test)]
#[path = "../tests/margin.rs"]
mod tests;
