//! What words above it, or its own, keep from being done: a list below "Do not run:", what is folded away as
//! "Old procedure", an item that is struck out, a comment in a block that says "never".

use super::guards;
use super::in_turn;
use super::walk::Walk;
use super::work;
use crate::plan::draft::{Mark, StepSpec};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::beside;
use crate::plan::markdown::code::joined;
use crate::plan::markdown::code::script::Piece;
use crate::plan::markdown::elements::blocks::{Block, Fence, Inline, Kind};
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::comments::{self, Stands};
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::decided;
use crate::plan::markdown::names::exemplary;
use crate::plan::markdown::names::later;
use crate::plan::markdown::names::shelved;
use crate::plan::markdown::names::turns;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::notes;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::sql_text;

impl Walk<'_, '_> {
    /// Whether `block`, with the line `before` above it, holds something that is not to be done.
    pub(super) fn withholds(&self, block: &Block, before: Option<&Block>) -> bool {
        let line = before.and_then(Block::paragraph);
        let label = || line.and_then(|line| unsaid::of(&line.text));
        let said = match &block.kind {
            // A block by itself is looked at with the line above it.
            Kind::Fence(_) => self.under,
            _ => self.under.or_else(label),
        };
        let numbered =
            matches!(&block.kind, Kind::List(list) if list.ordered && self.rules.numbered);
        let held = block.holds.tasks || block.holds.work;
        let no_go = || {
            let line = line.filter(|_| self.is_forward() && block.holds.tasks && !block.holds.work);
            line.is_some_and(|line| decided::is_no_go(&line.text))
        };
        let happens = || line.is_some_and(|line| unsaid::tells_what_happens(&line.text));
        match said {
            Some(Unsaid::NotToBeDone) => held || numbered,
            _ => no_go() || (numbered && !held && happens()),
        }
    }

    /// Shows `list`, which nobody is to do, with the step that it explains, if the line `before` stands below one: "What
    /// happens:".
    pub(super) fn explain(&mut self, list: &Block, before: Option<&Block>) {
        let plain = !list.holds.tasks && !list.holds.work;
        let line = before.filter(|_| plain && matches!(list.kind, Kind::List(_)));
        let Some((line, step)) = line.zip(self.found.steps.last_mut()) else {
            return;
        };
        let text = notes::text(&[line.span, list.span], self.book);
        work::add(&mut step.details, &text);
    }

    /// Makes a person look at `step`, in whose block a comment may say that what follows is not to be run.
    pub(super) fn heed(&mut self, step: &mut StepSpec, piece: &Piece<'_>, fence: &Fence) {
        if step.work.is_check() {
            return;
        }
        let forward = self.is_forward();
        let told = piece
            .comments
            .iter()
            .enumerate()
            .find_map(|(nth, (at, text))| {
                let titles = guards::titles(text, &step.title);
                let joins = !step.alternatives.is_empty() && joined::joins_commands(text);
                let why = if !titles && exemplary::is_taken(text, &step.work.text()) {
                    Some(Some(Reserve::Example))
                } else if comments::is_way(text, &fence.text) && is_above_code(piece, *at) {
                    Some(Some(Reserve::Way))
                } else if shelved::is(text) && (forward || !Words::whole(text).has(Topic::Past)) {
                    // Whoever goes back brings the old version back.
                    Some(None)
                } else if titles || joins {
                    None
                } else if forward {
                    reserves(piece, nth, fence).map(Some)
                } else if is_another_way_back(piece, nth) {
                    Some(Some(Reserve::Way))
                } else {
                    names_a_case(piece, nth, fence).then_some(Some(Reserve::Case))
                };
                Some((*at, *text, why?))
            });
        if let Some((at, text, why)) = told.or_else(|| beside::reserve(piece, fence)) {
            let at = fence.locate(at);
            let span = self.book.span(at, at + text.len() + 1);
            guards::guard_comment(step, text, why, span, self.book);
        }
    }

    /// Makes a person say that `step` is needed now, if its `label` tells to wait before, or how often or by whom it is
    /// done, and it does not see to that itself.
    pub(super) fn heed_pause(&mut self, step: &mut StepSpec, label: &str) {
        let said = later::waits_in_line(label) || turns::of(label).is_some();
        if said && !step.work.text().contains("sleep ") {
            guards::guard_case(step, label, self.book);
        }
    }

    /// Whether all of `piece` is not to be run, as the one comment in it says.
    pub(super) fn is_withheld(&self, piece: &Piece<'_>) -> bool {
        let only = in_comment(piece).filter(|_| piece.comments.len() == 1);
        self.is_forward() && only.is_some_and(|(_, text)| piece.title.as_deref() == Some(text))
    }
}

/// The last comment of `piece`, and its place in the block, if it says that what follows is not to be run.
pub(super) fn in_comment<'t>(piece: &Piece<'t>) -> Option<(usize, &'t str)> {
    let last = piece.comments.last().copied();
    last.filter(|(_, text)| shelved::is(text))
}

/// What the comment `nth` of `piece` says against going on into that, a part of `fence`.
fn reserves(piece: &Piece<'_>, nth: usize, fence: &Fence) -> Option<Reserve> {
    let (at, text) = piece.comments[nth];
    let (stands, script) = place(piece, nth, fence);
    comments::reserve(text, stands, &script).filter(|reserve| {
        *reserve == Reserve::Back || text.ends_with([':', '：']) || is_above_code(piece, at)
    })
}

/// Where the comment `nth` of `piece` stands, and the commands below it.
fn place(piece: &Piece<'_>, nth: usize, fence: &Fence) -> (Stands, String) {
    let (at, _) = piece.comments[nth];
    let above = nth.checked_sub(1).map(|above| piece.comments[above].0);
    let goes_on = above.is_some_and(|above| fence.text[above..at].matches('\n').count() == 1);
    let inside = || fence.language == Language::Sql && splits(piece, at, fence);
    let ix = piece.code.iter().position(|line| line.at == at);
    match ix.filter(|_| !goes_on && !inside()) {
        Some(ix) => comments::place(&piece.code, ix),
        None => (Stands::Among, String::new()),
    }
}

/// Whether the comment at `at` stands within a statement of SQL.
fn splits(piece: &Piece<'_>, at: usize, fence: &Fence) -> bool {
    let ranges = sql_text::statement_ranges(&fence.text);
    let mut around = ranges.iter().filter(|range| range.contains(&at));
    let begun = |line: &Line<'_>| line.sort == Sort::Code && line.at < at;
    around.any(|range| {
        piece
            .code
            .iter()
            .any(|line| begun(line) && line.at >= range.start)
    })
}

/// Whether a command of `piece` stands below the comment at `at`.
fn is_above_code(piece: &Piece<'_>, at: usize) -> bool {
    let mut lines = piece.code.iter();
    lines.any(|line| line.at > at && line.sort == Sort::Code)
}

/// Whether the comment `nth` of `piece`, a part of a way back, names another one than one above it.
fn is_another_way_back(piece: &Piece<'_>, nth: usize) -> bool {
    let (at, text) = piece.comments[nth];
    let mut above = piece.comments[..nth].iter();
    is_above_code(piece, at) && above.any(|(_, above)| comments::is_another_way_back(text, above))
}

/// Whether the comment `nth` of `piece`, a part of a way back, names the case that the commands below it are for. What the
/// whole way back is for is no such case.
fn names_a_case(piece: &Piece<'_>, nth: usize, fence: &Fence) -> bool {
    let (at, text) = piece.comments[nth];
    let case = in_turn::says_case_in_comment(text) && !Words::new(text).fails();
    let restores = || {
        let (stands, script) = place(piece, nth, fence);
        stands == Stands::Heads && comments::restores_if(text, &script)
    };
    is_above_code(piece, at) && (case || restores())
}

/// The mark of an item with this `box` and this text: what is struck out does not apply.
pub(super) fn mark(ticked: Option<Mark>, head: Option<&Inline>) -> Option<Mark> {
    let struck = |head: &Inline| head.text.contains("~~") && shelved::is_struck(&head.one_line());
    let struck = head.is_some_and(struck);
    ticked.or(struck.then_some(Mark::NotApplicable))
}

/// Tells of a block, shown with a step, that the words above it keep from being run.
pub(super) fn tell(span: Span, book: &mut Book<'_>) {
    let start = Span::new(span.start, span.start + 3);
    let message = "the words above say that this is not to be done: it is shown, and not run";
    book.problems.push(
        Problem::warning("section-not-run", start, message)
            .hint("say in the item what is done with it if it is a step"),
    );
}

/// Tells of the part of a block at `span` that its own comment keeps from being run.
pub(super) fn tell_comment(span: Span, text: &str, book: &mut Book<'_>) {
    let message =
        format!("\"{text}\" says that what follows is not to be run: it is kept for reading");
    book.problems.push(
        Problem::warning("section-not-run", book.first_line(span), message)
            .hint("take it out of the block, or say in the comment what it does"),
    );
}
