//! What looks as if it were to be done and is only kept for reading: nobody may find out in the middle
//! of a deployment that a step was missing.

use super::in_text;
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Fence, Kind};
use crate::plan::markdown::headings::contents;
use crate::plan::markdown::headings::outline::{Outline, Section, SectionIx};
use crate::plan::markdown::headings::roles::{Reading, Role};
use crate::plan::markdown::sections::Contents;
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
/// is `surely` a reference, blocks are what one expects, and boxes to tick are not: what would be told of the blocks is
/// returned, for a file in which nothing else is done.
pub(in crate::plan::markdown) fn tell(
    section: &Section,
    surely: bool,
    blocks: &[Block],
    book: &mut Book<'_>,
) -> Option<Problem> {
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
    let mut unsaid = None;
    if let Some(first) = missed.blocks.first() {
        let what = match missed.blocks.len() {
            1 => "this block is a step: it is".to_owned(),
            n => format!("these {n} blocks are steps: they are"),
        };
        let message = format!("{} says that {what} not run", heading());
        let span = Span::new(first.start, first.start + 3);
        let problem = Problem::warning("section-not-run", span, message).hint(hint);
        if surely && missed.tasks.is_empty() {
            unsaid = Some(problem);
        } else {
            book.problems.push(problem);
        }
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
    unsaid
}

/// Tells of what becomes text where blocks are run, if `runs` says that they are, and looks as if it
/// were to be run.
pub(super) fn tell_block(kind: &Kind, span: Span, runs: bool, book: &mut Book<'_>) {
    match kind {
        Kind::Fence(fence) => tell_fence(fence, span, runs, book),
        Kind::Paragraph(inline) if runs => in_text::tell_sentence(inline, span, book),
        Kind::Table(table) if runs => in_text::tell_table(table, book),
        Kind::Indented if runs => tell_indented(span, book),
        Kind::Other if runs => in_text::tell_html(span, book),
        _ => {}
    }
}

/// Tells of `fence` in a language that looks as if it should be run, where blocks are run.
pub(super) fn tell_fence(fence: &Fence, span: Span, runs: bool, book: &mut Book<'_>) {
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

/// Tells of a fence in code that is indented, as some generators of pages write their tabs. Whether it was one.
pub(super) fn tell_tab(span: Span, book: &mut Book<'_>) -> bool {
    let line = book.first_line(span);
    let fenced = book.slice(line).trim_start().starts_with("```");
    if fenced {
        let message =
            "this block stands in a tab or a box that only indents it: it is kept for reading";
        let problem = Problem::warning("unread-block", line, message);
        book.problems
            .push(problem.hint("take the indentation away if it is a step"));
    }
    fenced
}

/// Tells of code that is indented instead of fenced, where blocks are run.
fn tell_indented(span: Span, book: &mut Book<'_>) {
    if tell_tab(span, book) {
        return;
    }
    let line = book.first_line(span);
    let message = "this block is only indented, and names no language: it is kept for reading";
    book.problems
        .push(Problem::note("unread-block", line, message).hint(
            "put it between two lines ```, with `bash` or `sql` behind the first, if it is a step",
        ));
}

/// Tells of fences that are indented so far that they are running text.
pub(in crate::plan::markdown) fn tell_swallowed(lines: &[Span], book: &mut Book<'_>) {
    for line in lines {
        let message = "this fence is indented too far: it is text, and nothing in it is run";
        book.problems
            .push(Problem::warning("unread-block", *line, message).hint(
                "begin it below the first letter of the item, or put an empty line above it",
            ));
    }
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

/// Tells of an item that is only for the case that something goes wrong.
pub(super) fn tell_remedy(span: Span, book: &mut Book<'_>) {
    let message = "this is only done where something goes wrong: it is kept as text, and is no step and no way back";
    book.problems.push(
        Problem::warning("section-not-run", span, message)
            .hint("put what is done then below a heading of its own, such as `## Rollback`"),
    );
}

/// Tells of rollbacks that have text below them, and nothing in it that is a step: in an emergency
/// nobody would find them.
pub(in crate::plan::markdown) fn tell_empty(
    outline: &Outline,
    readings: &[Reading],
    contents: &Contents,
    book: &mut Book<'_>,
) {
    let back = |ix: SectionIx| readings[ix].role == Role::Rollback;
    for ix in (0..readings.len()).filter(|&ix| back(ix)) {
        let below =
            |&other: &SectionIx| other == ix || outline.above(other).any(|above| above == ix);
        let inside: Vec<SectionIx> = (ix..readings.len()).take_while(below).collect();
        let led = outline.parent(ix).is_some_and(back);
        let steps = contents.back.iter().any(|(at, _)| inside.contains(at));
        // A sentence about rollbacks may well be a heading, and have only sentences below it.
        let plain = outline.sections[ix].title.words.is_plain_rollback();
        let said = inside.iter().any(|&at| {
            let section = &outline.sections[at];
            let kept = section.length > 0 && contents.places[at] == Place::Note;
            back(at) && kept && (plain || lists(outline, at, book))
        });
        if led || steps || !said {
            continue;
        }
        let section = &outline.sections[ix];
        let message = format!(
            "nothing in \"{}\" is a step: there is no rollback of this name",
            section.title.text
        );
        book.problems.push(
            Problem::warning("empty-rollback", book.first_line(section.span), message).hint(
                "write what is to be done as task items, numbered items, or blocks of shell or SQL",
            ),
        );
    }
}

/// Whether what stands below the heading of `ix` has items, a table or code in it.
fn lists(outline: &Outline, ix: SectionIx, book: &Book<'_>) -> bool {
    let start = outline.sections[ix].span.end;
    let next = outline.sections.get(ix + 1);
    let end = next.map_or(usize::MAX, |next| next.span.start);
    let text = book.text_between(start, end);
    let marks = ["- ", "* ", "+ ", "|", "```", "~~~", "    "];
    let mut lines = text.lines();
    lines.any(|line| marks.iter().any(|mark| line.starts_with(mark)))
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
/// Tells of a numbered list below a heading that says how the deployment is gone about, and not what is done.
pub(in crate::plan::markdown) fn tell_concept(
    outline: &Outline,
    ix: SectionIx,
    blocks: &[Block],
    book: &mut Book<'_>,
) {
    let mut around = std::iter::once(ix).chain(outline.above(ix));
    if !around.any(|ix| outline.sections[ix].title.words.tells_concept()) {
        return;
    }
    let counted = |block: &&Block| matches!(&block.kind, Kind::List(list) if list.ordered && !contents::is(list, &book.targets));
    let Some(list) = blocks.iter().find(counted) else {
        return;
    };
    let message = format!(
        "\"{}\" tells how the deployment is gone about: its list is kept for reading",
        outline.sections[ix].title.text
    );
    let problem = Problem::note("section-not-run", book.first_line(list.span), message);
    book.problems
        .push(problem.hint("say in the heading that these are the steps, if they are"));
}
