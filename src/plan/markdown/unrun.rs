//! What looks as if it were to be done and is only kept for reading: nobody may find out in the middle
//! of a deployment that a step was missing.

use super::blocks::{Block, Fence, Kind};
use super::book::Book;
use super::outline::Section;
use crate::plan::ledger::Place;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// What may be missed below a heading.
#[derive(Default)]
struct Missed {
    /// Blocks that could be run.
    blocks: Vec<Span>,
    /// The same in a quotation, where commands are somebody's words.
    quoted: Vec<Span>,
    tasks: Vec<Span>,
}

/// Tells what of `blocks`, which stand below the heading of `section`, became no step. Below one that
/// is `surely` a reference, blocks are what one expects, and boxes to tick are not.
pub(super) fn tell(section: &Section, surely: bool, blocks: &[Block], book: &mut Book<'_>) {
    let mut missed = Missed::default();
    for block in blocks {
        missed.look(block, book);
    }
    let name = section.title.text.as_str();
    let heading = || match name {
        "" => "nothing above".to_owned(),
        name => format!("nothing in \"{name}\""),
    };
    let hint =
        "say in the heading what it is for: pre-deployment, deployment, verification, rollback";
    if let Some(first) = missed
        .blocks
        .first()
        .filter(|_| !surely || !missed.tasks.is_empty())
    {
        let what = match missed.blocks.len() {
            1 => "this block is a step: it is".to_owned(),
            n => format!("these {n} blocks are steps: they are"),
        };
        let message = format!("{} says that {what} not run", heading());
        let span = Span::new(first.start, first.start + 3);
        let problem = Problem::warning("section-not-run", span, message);
        book.problems.push(problem.hint(hint));
    }
    for quoted in missed.quoted.iter().filter(|_| !surely) {
        let span = Span::new(quoted.start, quoted.start + 3);
        let message = "this block stands in a quotation: it is kept for reading";
        let problem = Problem::note("unread-block", span, message);
        book.problems
            .push(problem.hint("take it out of the quotation if it is a step"));
    }
    if let Some(first) = missed.tasks.first() {
        let what = match missed.tasks.len() {
            1 => "this box is ticked: it is".to_owned(),
            n => format!("these {n} boxes are ticked: they are"),
        };
        let message = format!("{} says that {what} kept for reading", heading());
        let span = book.first_line(*first);
        let problem = Problem::warning("section-not-run", span, message);
        book.problems
            .push(problem.hint("call it a checklist if they are a part of the run"));
    }
}

/// Tells of `fence` in a language that looks as if it should be run, where blocks are run.
pub(super) fn tell_unread(fence: &Fence, span: Span, runs: bool, book: &mut Book<'_>) {
    let Some(message) = fence.why_unread() else {
        return;
    };
    if fence.is_unclear() {
        book.tell_unclear(fence, span);
    } else if runs {
        let start = Span::new(span.start, span.start + 3);
        book.problems.push(
            Problem::note("unread-block", start, message)
                .hint("write `bash` or `sql` behind the fence if it is a step"),
        );
    }
}

/// Tells of a block that shows what is printed, as the line above it says.
pub(super) fn tell_printed(span: Span, book: &mut Book<'_>) {
    let start = Span::new(span.start, span.start + 3);
    let message = "the line above says that this block shows what is printed: it is not run";
    book.problems.push(
        Problem::note("unread-block", start, message)
            .hint("write `text` or `console` behind the fence, or another line above it"),
    );
}

/// Tells of a block below an item that is looked at, not run.
pub(super) fn tell_item(span: Span, book: &mut Book<'_>) {
    let start = Span::new(span.start, span.start + 3);
    let message = "nothing says that this block is run: it is shown with what it stands below";
    book.problems.push(
        Problem::warning("section-not-run", start, message)
            .hint("make the item above a task, `- [ ]`, if it is a step"),
    );
}

impl Missed {
    /// Looks for what became text.
    fn look(&mut self, block: &Block, book: &Book<'_>) {
        match &block.kind {
            Kind::Fence(fence)
                if fence.language.runs() && book.place(fence.account) == Place::Reference =>
            {
                self.blocks.push(block.span);
            }
            Kind::List(list) => {
                for item in &list.items {
                    let task = item.task.map(|task| task.account);
                    if let Some(account) = task.filter(|task| book.place(*task) == Place::Note) {
                        self.tasks.push(book.span_of(account));
                    }
                    item.blocks.iter().for_each(|block| self.look(block, book));
                }
            }
            Kind::Quote(quote) => quote.blocks.iter().for_each(|block| self.quoted(block)),
            _ => {}
        }
    }

    fn quoted(&mut self, block: &Block) {
        match &block.kind {
            Kind::Fence(fence) if fence.language.runs() => self.quoted.push(block.span),
            Kind::Quote(quote) => quote.blocks.iter().for_each(|block| self.quoted(block)),
            Kind::List(list) => {
                let items = list.items.iter();
                let blocks = items.flat_map(|item| &item.blocks);
                blocks.for_each(|block| self.quoted(block));
            }
            _ => {}
        }
    }
}
