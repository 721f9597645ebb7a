//! Several ways of doing one thing: blocks joined by "or", blocks that are options A and B. The
//! operator picks one; never are all of them run.

use super::guards;
use super::work::{self, Made};
use crate::plan::condition::Condition;
use crate::plan::draft::StepSpec;
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::expected;
use crate::plan::markdown::code::joined::{Joined, joins_commands};
use crate::plan::markdown::code::script::{self, Piece};
use crate::plan::markdown::elements::blocks::{Block, Fence, Item, Kind};
use crate::plan::markdown::elements::html;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::either::either;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::tongues::{self, Rival, rival};
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::ways::Alternative;

/// A block that can be run, and what was said about it.
pub(super) struct Candidate<'t> {
    pub(in crate::plan::markdown) fence: &'t Fence,
    pub(in crate::plan::markdown) span: Span,
    /// The line before it.
    pub(in crate::plan::markdown) label: Option<String>,
    /// Whether that line says "or".
    pub(in crate::plan::markdown) or: bool,
    /// What the lines below it say that is expected.
    pub(in crate::plan::markdown) expected: Vec<String>,
}

impl Candidate<'_> {
    fn is_for_production(&self) -> bool {
        let place = self.label.as_deref().and_then(rival);
        place.is_some_and(Rival::is_production)
    }
}

/// What `piece` begins with, if that says that it is another way of doing what stands above it.
pub(super) fn of_piece<'t>(piece: &Piece<'t>) -> Option<&'t str> {
    let (_, first) = piece.comments.first()?;
    joins_commands(first).then_some(*first)
}

/// The block at `ix`, and those that are joined to it by "or", as options or as tabs, or whose names are `offered`; and
/// what follows.
pub(super) fn side_by_side<'t>(
    blocks: &'t [Block],
    ix: usize,
    before: Option<&'t Block>,
    offered: &[usize],
    book: &Book<'_>,
) -> (Vec<Candidate<'t>>, usize) {
    if let Some(found) = tabs(blocks, ix, book) {
        return found;
    }
    let mut candidates = Vec::new();
    let text = before
        .and_then(Block::paragraph)
        .map(|inline| label(&inline.text));
    let option = text.as_deref().is_some_and(is_option);
    let first = text.as_deref().and_then(rival);
    let excluded = |named: &str| {
        first.is_some_and(|first| rival(named).is_some_and(|next| first.excludes(next)))
    };
    candidates.extend(candidate(&blocks[ix], text, false));
    let picked = ix
        .checked_sub(1)
        .is_some_and(|above| offered.contains(&above));
    let mut next = ix + 1;
    while let [between, block, ..] = &blocks[next..]
        && let Some(inline) = between.paragraph()
    {
        let words = either(&inline.text);
        let named = is_label(inline).then(|| label(&inline.text));
        let (text, or) = match (words, named) {
            (_, Some(named)) if option && is_option(&named) => (Some(named), false),
            (Some(words), _) => (Some(words).filter(|words| !words.is_empty()), true),
            (None, Some(named)) if excluded(&named) || (picked && offered.contains(&next)) => {
                (Some(named), false)
            }
            _ => break,
        };
        let Some(candidate) = candidate(block, text, or) else {
            break;
        };
        candidates.push(candidate);
        next += 2;
    }
    (candidates, next)
}

/// The block at `ix`, if it is all that stands in a tab, and those of the tabs behind; and what follows.
fn tabs<'t>(
    blocks: &'t [Block],
    ix: usize,
    book: &Book<'_>,
) -> Option<(Vec<Candidate<'t>>, usize)> {
    let html = |block: &Block| matches!(block.kind, Kind::Other).then(|| book.slice(block.span));
    let above = blocks.get(ix.checked_sub(1)?)?;
    let mut name = html::tab(html(above)?);
    let mut candidates = Vec::new();
    let mut next = ix;
    while let Some(label) = name.take() {
        candidates.push(candidate(blocks.get(next)?, Some(label), false)?);
        next += 1;
        // What closes the last one is no part of it.
        let mut tags = blocks[next..].iter().map_while(html);
        let another = tags.by_ref().enumerate();
        let another = another.filter_map(|(at, text)| Some((at, html::tab(text)?)));
        if let Some((at, tab)) = another.into_iter().next() {
            next += at + 1;
            name = Some(tab);
        }
    }
    (candidates.len() > 1).then_some((candidates, next))
}

/// The items of a list, each of which is a name and a block that can be run, as ways of doing one thing.
pub(super) fn of_items(items: &[Item]) -> Option<Vec<Candidate<'_>>> {
    let way = |item| {
        let (head, rest) = Item::head(item);
        let (head, block) = (head.filter(|_| item.task.is_none())?, rest.first()?);
        candidate(block, Some(label(&head.text)), false).filter(|_| rest.len() == 1)
    };
    items.iter().map(way).collect()
}

fn candidate(block: &Block, label: Option<String>, or: bool) -> Option<Candidate<'_>> {
    match &block.kind {
        Kind::Fence(fence) if fence.language.runs() => Some(Candidate {
            fence,
            span: block.span,
            label,
            or,
            expected: Vec::new(),
        }),
        _ => None,
    }
}

/// Makes a person say that `step`, a part of `fence`, is the way to go, if comments in that block count options.
pub(in crate::plan::markdown) fn guard_options(
    step: &mut StepSpec,
    fence: &Fence,
    book: &mut Book<'_>,
) {
    // "# Scenario: the disk is full" may tell what the block is for.
    let counts = |text: &str| is_option(text) && !heading::tells_case(text);
    let comment = |line: &str| {
        let line = line.trim_start();
        let text = line.strip_prefix('#').or_else(|| line.strip_prefix("--"))?;
        Some(label(text.trim())).filter(|text| counts(text))
    };
    if fence.text.lines().filter_map(comment).count() < 2 {
        return;
    }
    let title = Some(step.title.clone()).filter(|title| counts(title));
    let option = title.or_else(|| step.work.text().lines().find_map(comment));
    if let Some(option) = option {
        guards::guard_way(step, &option, book);
    }
}

fn is_option(label: &str) -> bool {
    heading::counts_options(label)
}

/// Puts the blocks of the item `title` together that exclude each other.
pub(super) fn clusters<'t>(title: &str, candidates: Vec<Candidate<'t>>) -> Vec<Vec<Candidate<'t>>> {
    if candidates.len() < 2 {
        return candidates.into_iter().map(|only| vec![only]).collect();
    }
    let title = letters::fold(title);
    let decides = tongues::words(|tongue| tongue.choose).any(|word| title.contains(word));
    let named = candidates.iter().all(|candidate| candidate.label.is_some());
    let options = candidates
        .iter()
        .all(|candidate| candidate.label.as_deref().is_some_and(is_option));
    let first = candidates
        .first()
        .and_then(|candidate| rival(candidate.label.as_deref()?));
    let rivals = candidates[1..].iter().all(|candidate| {
        let next = candidate.label.as_deref().and_then(rival);
        first.is_some_and(|first| next.is_some_and(|next| first.excludes(next)))
    });
    let together = options || rivals || (named && decides);
    let mut clusters: Vec<Vec<Candidate<'t>>> = Vec::new();
    for candidate in candidates {
        match clusters.last_mut() {
            Some(last) if candidate.or || together => last.push(candidate),
            _ => clusters.push(vec![candidate]),
        }
    }
    clusters
}

/// Makes `step` one of whose ways, which a comment in `fence` joins, the operator picks. Where it is not sure how far each
/// of them goes, all of it stays together, and a person says first whether it is to be run; where one can't be run, none is.
pub(super) fn offer(step: &mut StepSpec, joined: &Joined<'_>, fence: &Fence, book: &mut Book<'_>) {
    if !joined.sure {
        if !step.work.is_check() {
            let (at, text) = joined.by;
            let at = fence.locate(at);
            let span = book.span(at, at + text.len() + 1);
            guards::guard_comment(step, text, Some(Reserve::Way), span, book);
        }
        return;
    }
    let ways = joined.ways.iter();
    let made: Option<Vec<Made>> = ways.map(|way| work::make(way, fence, book)).collect();
    let Some(made) = made else {
        let texts = joined.ways.iter().map(Piece::text);
        return work::add(&mut step.details, &texts.collect::<Vec<_>>().join("\n"));
    };
    for (way, made) in joined.ways.iter().zip(made) {
        for hole in made.holes {
            if !step.holes.contains(&hole) {
                step.holes.push(hole);
            }
        }
        let label = if step.alternatives.is_empty() {
            step.work = made.work.clone();
            step.title.clone()
        } else {
            way.title.clone().unwrap_or_default()
        };
        let way = Alternative::new(label, made.work);
        step.alternatives.push(way);
    }
}

/// Makes `step` one of whose ways, `candidates`, the operator picks: what is for production is offered first. What all of
/// them say is the step's, and what only one says holds for that one.
pub(super) fn alternatives(step: &mut StepSpec, candidates: &[Candidate<'_>], book: &mut Book<'_>) {
    let mut conditions: Vec<Option<Box<Condition>>> = Vec::new();
    let mut candidates: Vec<&Candidate<'_>> = candidates.iter().collect();
    candidates.sort_by_key(|candidate| !candidate.is_for_production());
    for candidate in &candidates {
        let fence = candidate.fence;
        let mut piece = script::whole(fence, false);
        piece.expected.extend_from_slice(&candidate.expected);
        if step.title.is_empty() {
            step.title = piece.title.clone().unwrap_or_default();
        }
        let first = step.alternatives.is_empty();
        let fallback = if first {
            Some(step.title.clone())
        } else {
            piece.title.clone()
        };
        let label = candidate.label.clone().or(fallback);
        let label = label.filter(|label| !label.is_empty());
        let number = step.alternatives.len() + 1;
        let label = label.unwrap_or_else(|| format!("Way {number}"));
        let Some(made) = work::make(&piece, fence, book) else {
            let text = format!("{label}\n{}", piece.remarks.join("\n"));
            work::add(&mut step.details, &text);
            continue;
        };
        for hole in made.holes {
            if !step.holes.contains(&hole) {
                step.holes.push(hole);
            }
        }
        let mut own = work::blank(String::new(), candidate.span);
        own.work = made.work;
        expected::give(&mut own, &piece, book);
        if made.kept.is_some() {
            own.expected.get_or_insert_default().kept = made.kept;
        }
        if first {
            step.work = own.work.clone();
            work::name(&mut own, fence, candidate.span, book);
            step.id = own.id.take().or(step.id.take());
        } else {
            work::words(&mut own, fence);
            work::settings(&mut own, fence, candidate.span, book);
        }
        if let Some(details) = &own.details {
            let of = if first { "" } else { label.as_str() };
            work::add(&mut step.details, &format!("{of}\n{details}"));
        }
        step.danger |= own.danger;
        step.confirm = step.confirm.take().or(own.confirm);
        conditions.push(own.when);
        step.alternatives.push(Alternative {
            cwd: own.cwd,
            expected: own.expected,
            capture: own.capture,
            ..Alternative::new(label, own.work)
        });
    }
    condition(step, conditions, &candidates, book);
    hoist(step);
    if step.alternatives.len() == 1 {
        step.alternatives.clear();
    }
}

/// Gives `step` the condition that all its ways have. One of a single way is not weighed, as it is known only with
/// the way that is picked: whoever picks one reads it in its name.
fn condition(
    step: &mut StepSpec,
    mut conditions: Vec<Option<Box<Condition>>>,
    candidates: &[&Candidate<'_>],
    book: &mut Book<'_>,
) {
    let text = |when: &Option<Box<Condition>>| when.as_ref().map(|when| when.text.clone());
    let texts: Vec<Option<String>> = conditions.iter().map(text).collect();
    if texts.windows(2).all(|pair| pair[0] == pair[1]) {
        step.when = conditions.pop().flatten();
        return;
    }
    for (way, text) in step.alternatives.iter_mut().zip(texts) {
        if let Some(text) = text {
            way.label = format!("{} (only when {text})", way.label);
        }
    }
    let span = candidates.first().map_or(step.span, |first| first.span);
    let message = "`when` differs among these ways of one step: it is shown with their names, and nobody weighs it";
    book.problems.push(
        Problem::warning("fence-attributes", book.first_line(span), message)
            .hint("give all of them the same condition, or make them steps of their own"),
    );
}

/// Makes what all ways of `step` say what the step says.
fn hoist(step: &mut StepSpec) {
    let Some(first) = step.alternatives.first().cloned() else {
        return;
    };
    let ways = &mut step.alternatives;
    let [cwd, expected, capture] = [
        ways.iter().all(|way| way.cwd == first.cwd),
        ways.iter().all(|way| way.expected == first.expected),
        ways.iter().all(|way| way.capture == first.capture),
    ];
    for way in ways {
        way.cwd = way.cwd.take().filter(|_| !cwd);
        way.expected = way.expected.take().filter(|_| !expected);
        way.capture.retain(|_| !capture);
    }
    if cwd {
        step.cwd = first.cwd;
    }
    if expected {
        step.expected = first.expected.or(step.expected.take());
    }
    if capture {
        step.capture = first.capture;
    }
}
