//! Steps whose code is not run: one that is numbered among others is done by hand, and ticked. Who goes on with
//! step 2 while step 1 is only text has left it out.

use super::walk::Walk;
use super::work;
use crate::plan::check;
use crate::plan::draft::StepSpec;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::lost;
use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::found::{Found, Rules};
use crate::plan::markdown::headings::outline::Section;
use crate::plan::markdown::headings::roles::Reading;
use crate::plan::markdown::names::heading;
use crate::plan::markdown::names::label::{Group, label};
use crate::plan::markdown::names::written;
use crate::plan::markdown::notes;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::work::Work;

impl Walk<'_, '_> {
    /// Makes the line `before` a step, if it is numbered as one and `block` below it is code that is not run.
    pub(super) fn by_hand(&mut self, before: Option<&Block>, block: &Block, group: Option<&Group>) {
        let line = before.and_then(|before| Some((before.paragraph()?, before.span)));
        let Some((line, span)) = line.filter(|_| self.rules.fences && is_code(block)) else {
            return;
        };
        let name = label(&line.text);
        if heading::counts_steps(&name) {
            let span = self.book.first_line(span);
            let mut step = step(name, &[block.span], span, self.book);
            step.group = group.cloned();
            self.push(step);
        }
    }
}

/// Makes the numbered heading of `section` a step, if nothing below it became one: where `blocks` hold code, and
/// where its `reading` says that it is one of a procedure's and it stands `alone`, with nothing done below its parts either.
pub(in crate::plan::markdown) fn of_section(
    section: &Section,
    reading: &Reading,
    alone: bool,
    rules: Rules,
    blocks: &[Block],
    found: &mut Found,
    book: &mut Book<'_>,
) {
    let ordinal = section.title.ordinal;
    // The rows of a timetable say what is done in a phase.
    let phase = ordinal == Some(Ordinal::Phase) && !section.timetable;
    let numbered = rules.fences && (phase || ordinal == Some(Ordinal::Number));
    if !numbered || !found.steps.is_empty() {
        return;
    }
    let span = book.first_line(section.span);
    let name = section.title.text.clone();
    if ordinal == Some(Ordinal::Number) && blocks.iter().any(is_code) {
        found.steps.push(step(name, &found.notes, span, book));
    } else if reading.counted && alone {
        found.steps.push(ticked(name, &found.notes, span, book));
    } else if reading.uncounted && alone {
        let message =
            format!("\"{name}\" is numbered as the steps beside it are, and is kept for reading");
        book.problems.push(
            Problem::note("section-not-run", span, message)
                .hint("begin it with what is done if it is a step, or take its number away"),
        );
    }
}

/// Makes `step` one that is done by hand, if its script only sets what stands elsewhere, as its words or those `above` it
/// say: run, it would pass, and nothing be changed.
pub(super) fn settle(step: &mut StepSpec, above: Option<&str>, book: &mut Book<'_>) {
    let Work::Shell(shell) = &step.work else {
        return;
    };
    let group = step
        .group
        .as_deref()
        .and_then(|group| group.rsplit(" › ").next());
    let words = [above, Some(step.title.as_str()), group];
    let elsewhere = words.into_iter().flatten().any(written::stands_elsewhere);
    let asked = step.confirm.is_some() || step.when.is_some();
    if asked || !elsewhere || !lost::only_sets(&shell.script) {
        return;
    }
    let shown = check::without_secrets(&shell.script).into_owned();
    if shown != shell.script {
        let message = "a secret stands here as it is: whoever reads the plan has it";
        let problem = Problem::warning(check::SECRET, step.span, message);
        book.problems
            .push(problem.hint("say where it is kept instead"));
    }
    let untitled = shell.script.lines().any(|line| line.trim() == step.title);
    step.title = match above.filter(|_| untitled) {
        Some(line) => label(line),
        None => check::without_secrets(&step.title).into_owned(),
    };
    let title = &step.title;
    let message = format!("what \"{title}\" sets stands elsewhere: it is done by hand, and ticked");
    book.problems.push(
        Problem::note("section-not-run", step.span, message)
            .hint("write the command that changes the file or the service if it is to be run"),
    );
    work::add(&mut step.details, &shown);
    step.holes.clear();
    step.work = Work::Check(step.title.clone());
}

fn is_code(block: &Block) -> bool {
    match &block.kind {
        Kind::Fence(fence) => !fence.language.runs() && fence.why_unread().is_some(),
        Kind::Indented => true,
        _ => false,
    }
}

fn step(name: String, text: &[Span], span: Span, book: &mut Book<'_>) -> Box<StepSpec> {
    let message = format!(
        "\"{name}\" is numbered as a step, and nothing in it is run: it is done by hand, and ticked"
    );
    book.problems.push(
        Problem::warning("section-not-run", span, message)
            .hint("write `bash` or `sql` behind the fence if it is to be run"),
    );
    ticked(name, text, span, book)
}

/// The step called `name` that somebody does by hand, with its text.
fn ticked(name: String, text: &[Span], span: Span, book: &Book<'_>) -> Box<StepSpec> {
    let mut step = work::blank(name, span);
    work::add(&mut step.details, &notes::text(text, book));
    work::finish(&mut step);
    step
}
