//! From a file to a draft of a plan, step by step.

use super::book::Book;
use super::code::required;
use super::course::{phases, rollbacks};
use super::elements::{allow, foreign, front, parse};
use super::headings::outline::Outline;
use super::headings::roles;
use super::headings::{contents, outline};
use super::lines::criteria;
use super::sections;
use super::steps::implied;
use super::steps::implied::Headed;
use super::steps::{margin, undo, unrun};
use crate::plan::draft::{Draft, Placed};
use crate::plan::ledger::Place;
use crate::plan::parts::Note;
use crate::plan::problem::Problem;
use crate::plan::source::{Source, Span};

/// Reads a runbook. Only its front matter can be wrong; its text is taken as it is.
pub(in crate::plan) fn read(source: &Source) -> (Draft, Vec<Problem>) {
    read_part(source, 0, Vec::new())
}

/// The same of a runbook that another plan includes, from the byte `base` of `source` to its end. `given`
/// are the variables that it has from there.
pub(in crate::plan) fn read_part(
    source: &Source,
    base: usize,
    given: Vec<String>,
) -> (Draft, Vec<Problem>) {
    let front = front::read(source, base);
    let mut draft = front.draft;
    let parsed = parse::parse(source.text(), front.end);
    let Headed { blocks, titles } = implied::headings(parsed.blocks);
    let blocks = margin::indented(blocks, source.text());
    let mut book = Book::new(source, parsed.elements);
    tell_unclosed(&parsed.unclosed, &mut book);
    unrun::tell_swallowed(&parsed.swallowed, &mut book);
    book.learn(&draft.databases, &draft.vars, draft.shell.as_ref());
    book.learn_variables(given);
    book.learn_foreign(&draft.not_variables);
    book.learn_captures(&blocks);
    book.prompts.learn(&blocks);
    let outline = outline::outline(&blocks, titles, front.end);
    let called = draft.title.as_ref().map(|title| title.value.as_str());
    let readings = roles::roles(&outline, called);
    let title = title(&draft, &outline, source);
    book.targets = contents::targets(&outline, &readings);
    let mut contents = sections::read(&outline, blocks, &readings, &title.value, &mut book);
    unrun::tell_empty(&outline, &readings, &contents, &mut book);
    undo::below_steps(&outline, &readings, &mut contents, &mut book);
    draft.phases = phases::phases(&outline, &readings, &mut contents, &mut book);
    if draft.phases.is_empty() {
        book.problems.append(&mut contents.unsaid);
    }
    draft.tiers = rollbacks::tiers(&outline, &readings, &mut contents, &mut book);
    required::adopt(&mut draft, &mut book);
    if let Some(heading) = outline.title {
        let same = outline.sections[heading].title.text == title.value;
        contents.named[heading] |= same;
        if same {
            contents.places[heading] = Place::Title;
        }
    }
    draft.title = Some(title);
    criteria::measure(
        &mut contents.alerts,
        &draft.probes,
        &draft.databases,
        &mut book,
    );
    draft.alerts.extend(contents.alerts);
    draft.contacts.extend(contents.contacts);
    draft.signoffs.extend(contents.signoffs);
    draft.notes.extend(contents.notes);
    let (places, named) = (&contents.places, &contents.named);
    settle_headings(&outline, places, named, &mut draft.notes, &mut book);
    draft.notes.sort_by_key(|note| note.span.start);
    draft.vars.append(&mut book.vars);
    let mut problems = front.problems;
    problems.extend(foreign::tell(source.name_at(base), base));
    if draft.phases.is_empty() && draft.tiers.is_empty() {
        problems.extend(foreign::tell_text(source.text(), front.end));
    }
    problems.append(&mut book.problems);
    draft.told = std::mem::take(&mut book.told);
    draft.ledger = book.into_ledger();
    draft.allows.extend(allow::find(
        source,
        base,
        &draft.ledger.accounts,
        &mut problems,
    ));
    (draft, problems)
}

/// Tells of blocks that go on to the end of the file.
fn tell_unclosed(unclosed: &[Span], book: &mut Book<'_>) {
    for span in unclosed {
        let start = book.first_line(*span);
        book.problems.push(
            Problem::warning(
                "open-fence",
                start,
                "nothing closes this block: all that follows is a part of it",
            )
            .hint("end it with a line of its own that repeats the signs it begins with"),
        );
    }
}

/// Says where each heading went. One whose words stand nowhere else is a note of its own.
fn settle_headings(
    outline: &Outline,
    places: &[Place],
    named: &[bool],
    notes: &mut Vec<Note>,
    book: &mut Book<'_>,
) {
    for (ix, section) in outline.sections.iter().enumerate() {
        if let Some(account) = section.account {
            book.settle(account, places[ix]);
        }
        if !named[ix] && !section.title.text.is_empty() {
            notes.push(Note {
                heading: section.title.text.clone(),
                text: String::new(),
                span: section.span,
            });
        }
    }
}

/// The title: the front matter's, else the first heading of the first level, else the file's name.
fn title(draft: &Draft, outline: &Outline, source: &Source) -> Placed<String> {
    if let Some(title) = &draft.title {
        return title.clone();
    }
    let heading = outline.title.map(|ix| &outline.sections[ix]);
    if let Some(section) = heading.filter(|section| !section.title.text.is_empty()) {
        return Placed::new(section.title.text.clone(), section.span);
    }
    let stem = std::path::Path::new(source.name()).file_stem();
    let stem = stem.map_or("Runbook".to_owned(), |stem| {
        stem.to_string_lossy().into_owned()
    });
    Placed::new(stem, Span::at(0))
}
