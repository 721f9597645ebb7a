//! What words above it, or its own, keep from being done: a list below "Do not run:", what is folded away as
//! "Old procedure", an item that is struck out, a comment in a block that says "never".

use super::guards;
use super::in_turn;
use super::walk::Walk;
use super::work;
use crate::plan::draft::{Mark, StepSpec};
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::script::Piece;
use crate::plan::markdown::elements::blocks::{Block, Fence, Inline, Kind};
use crate::plan::markdown::elements::line::Sort;
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::{cases, conditional, exemplary, only, orders, shelved};
use crate::plan::markdown::notes;
use crate::plan::markdown::tongues;
use crate::plan::markdown::tongues::phrases::Topic;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

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
        let happens = || line.is_some_and(|line| unsaid::tells_what_happens(&line.text));
        match said {
            Some(Unsaid::NotToBeDone) => held || numbered,
            _ => numbered && !held && happens(),
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
        let told = piece.comments.iter().find(|(at, text)| {
            let titles = guards::titles(text, &step.title);
            let above = piece
                .code
                .iter()
                .any(|line| line.at > *at && line.sort == Sort::Code);
            let case = above && !titles && names_a_case(text, forward);
            let back = || step.title != *text && names_a_way_back(text);
            let example = !titles && exemplary::is_taken(text, &step.work.text());
            case || example || (forward && (shelved::is(text) || back()))
        });
        if let Some((at, text)) = told {
            let at = fence.locate(*at);
            let span = self.book.span(at, at + text.len() + 1);
            guards::guard_comment(step, text, span, self.book);
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

/// Whether a comment names what stands below it as a way back or as something for a case: "Rollback", "If that
/// fails:". A sentence may speak of either.
fn names_a_way_back(comment: &str) -> bool {
    let label = comment.strip_suffix([':', '：']);
    label.is_some_and(conditional::is_reserved) || Words::new(comment).is_plain_rollback()
}

/// Whether a comment names the case that the commands below it are for. What the whole way back is for is no such case,
/// and on the way forward a sentence may tell what to do about the command above it.
fn names_a_case(comment: &str, forward: bool) -> bool {
    if forward {
        return conditional::remarks_case(comment)
            || conditional::waits_in_comment(comment)
            || only::is(comment)
            || orders_in_case(comment);
    }
    in_turn::says_case_in_comment(comment) && !Words::new(comment).fails()
}

/// Whether a comment is no more than a case, or a case and what is done then, which stands below it: "If you need to start
/// over", "In case it has to go, drop its slot". "If it exists, this does nothing" explains, and "If rows are shown, stop"
/// is said to who looks.
fn orders_in_case(comment: &str) -> bool {
    let case = conditional::ordinarily(comment);
    if cases::names_case(case) {
        return true;
    }
    if !cases::begins_case(case) {
        return false;
    }
    let Some((_, rest)) = case.split_once(CLAUSE_ENDS) else {
        return true;
    };
    let rest = rest.trim_start();
    let words = Words::new(rest);
    let looked = LOOKED
        .iter()
        .any(|word| tongues::strip_word(rest, word).is_some());
    let bare = rest.is_empty()
        || NEEDS
            .iter()
            .any(|word| tongues::strip(case, word).is_some());
    let back = words.begins(&[Topic::Rollback])
        || words.ends(Topic::Returns)
        || words.ends(Topic::Restore);
    bare || (!looked && (back || orders::begin(&words)))
}

/// Where the case in a comment ends.
const CLAUSE_ENDS: [char; 5] = [',', ':', ';', '，', '：'];

/// With what a comment begins that is for who needs it.
const NEEDS: [&str; 6] = [
    "if you need",
    "if you have to",
    "if you want",
    "if we need",
    "in case you need",
    "in case we need",
];

/// What is done by who reads, not by the commands below.
const LOOKED: [&str; 11] = [
    "stop",
    "abort",
    "wait",
    "check",
    "verify",
    "make sure",
    "call",
    "page",
    "tell",
    "notify",
    "inform",
];

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
