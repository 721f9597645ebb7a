//! Where the point of no return is: at a heading of that name, or where a line says, "Point of no return: after step 6".

use super::phases::Phase;
use crate::plan::letters;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::headings::outline::{Outline, SectionIx};
use crate::plan::markdown::names::heading;
use crate::plan::markdown::tongues::ordinal::Ordinal;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// Marks the phases with which it is passed: behind a heading of that name that holds no step the next one, and
/// those that lines tell.
pub(super) fn settle(outline: &Outline, phases: &mut [Phase], book: &mut Book<'_>) {
    for (ix, section) in outline.sections.iter().enumerate() {
        let own = || phases.iter().any(|phase| phase.section == ix);
        if section.title.no_return && !own() {
            let span = book.first_line(section.span);
            mark(
                phases.iter_mut().find(|phase| phase.section > ix),
                span,
                book,
            );
        }
    }
    for (text, span) in std::mem::take(&mut book.no_returns) {
        let span = book.first_line(span);
        if let Some((section, behind)) = told(outline, phases, &text) {
            let passed = |phase: &&mut Phase| {
                let after = behind && phase.section > section;
                after || (!behind && phase.section == section)
            };
            mark(phases.iter_mut().find(passed), span, book);
        } else if counts(&text) || text.split_once(' ').is_some_and(|(_, rest)| counts(rest)) {
            let message =
                format!("no phase begins \"{text}\": nothing is marked as the point of no return");
            let problem = Problem::warning("no-return", span, message);
            book.problems.push(problem.hint(HINT));
        }
    }
}

/// The section that `text` names by its number, and whether the point is behind it.
fn told(outline: &Outline, phases: &[Phase], text: &str) -> Option<(SectionIx, bool)> {
    let folded = letters::fold(text);
    let side = |words: &[&str]| words.iter().find_map(|word| folded.strip_prefix(word));
    let (behind, rest) = match (side(&BEHIND), side(&AHEAD)) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => (
            folded.ends_with(['後', '后']) || folded.ends_with("之后"),
            folded.as_str(),
        ),
    };
    let number = number_in(rest).filter(|_| counts(rest))?;
    let mut named = phases.iter().filter(|phase| {
        let title = &outline.sections[phase.section].title;
        let counted = matches!(title.ordinal, Some(Ordinal::Number | Ordinal::Phase));
        let plain = title.text.starts_with(|c: char| c.is_ascii_digit());
        let alike = plain || heading::counts_steps(rest) == heading::counts_steps(&title.text);
        counted && alike && number_in(&title.text) == Some(number)
    });
    let only = named.next()?.section;
    named.next().is_none().then_some((only, behind))
}

/// Whether `text` begins by counting a step or a phase: "step 6", "Phase 2". A time, a version and a ticket have numbers
/// as well.
fn counts(text: &str) -> bool {
    let word = text.starts_with(|c: char| c.is_alphabetic());
    word && heading::counts(text)
}

/// The first number in `text`, if it is a whole one.
fn number_in(text: &str) -> Option<u16> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let part =
        rest[end..].starts_with('.') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit());
    rest[..end].parse().ok().filter(|_| !part)
}

fn mark(phase: Option<&mut Phase>, span: Span, book: &mut Book<'_>) {
    let problem = if let Some(phase) = phase {
        phase.spec.point_of_no_return = true;
        let message = format!("it is passed when \"{}\" begins", phase.spec.name);
        Problem::note("no-return", span, message)
    } else {
        let message = "nothing is deployed behind this point: no phase has it";
        Problem::warning("no-return", span, message).hint(HINT)
    };
    book.problems.push(problem);
}

const HINT: &str = "put it above the phase with which it is passed";
const BEHIND: [&str; 8] = [
    "after ",
    "nach ",
    "apres ",
    "despues de ",
    "depois de ",
    "apos ",
    "после ",
    "dopo ",
];
const AHEAD: [&str; 9] = [
    "before ",
    "at ",
    "vor ",
    "avant ",
    "antes de ",
    "до ",
    "перед ",
    "with ",
    "mit ",
];
