//! Steps that ask before they run: what is only for a case, a way back among the steps forward, one of several
//! ways. They are steps, and nobody may run them by going on.

use super::implied;
use super::reasons;
use crate::plan::commands::{self, Command, Settings};
use crate::plan::draft::StepSpec;
use crate::plan::ledger::Place;
use crate::plan::looks;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::lines::review;
use crate::plan::markdown::names::beforehand;
use crate::plan::markdown::names::comments::{self, Stands};
use crate::plan::markdown::names::conditional::{self, Reserve};
use crate::plan::markdown::names::exemplary;
use crate::plan::markdown::names::for_good;
use crate::plan::markdown::names::later;
use crate::plan::markdown::names::shelved;
use crate::plan::markdown::names::turns;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::written;
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::work::Work;

/// Makes a person say that `step`, which stands below `name`, is needed, if that, its group or its own
/// title says that it is for a case.
pub(in crate::plan::markdown) fn guard(step: &mut StepSpec, name: &str, book: &mut Book<'_>) {
    if step.work.is_check() || step.confirm.is_some() || step.when.is_some() {
        return;
    }
    let reserved = reserved_by(step, name, book);
    let script = step.work.text();
    let done = |text: &str, reserve| reserve == Reserve::Written && written::does(text, &script);
    let reserved = reserved.filter(|(text, reserve)| !done(text, *reserve));
    if let Some((text, reserve)) = reserved {
        hold(step, &text, reserve, book);
    }
}

/// Makes a person say that `step` is needed, which is for the case that `text` names.
pub(in crate::plan::markdown) fn guard_case(step: &mut StepSpec, text: &str, book: &mut Book<'_>) {
    match turns::of(text) {
        // A loop sees to that by itself.
        Some(Reserve::Repeated) if turns::repeats(&step.work.text()) => {}
        None if beforehand::waits(text) => {
            if !beforehand::is_seen_to(text, &step.work) {
                guard_as(step, text, Reserve::Before, book);
            }
        }
        told => guard_as(step, text, told.unwrap_or(Reserve::Case), book),
    }
}

/// The same where `reserve` says why. What can be picked already is asked for.
pub(in crate::plan::markdown) fn guard_as(
    step: &mut StepSpec,
    text: &str,
    reserve: Reserve,
    book: &mut Book<'_>,
) {
    let picked = reserve == Reserve::Way && !step.alternatives.is_empty();
    let free = step.confirm.is_none() && step.when.is_none() && !picked;
    if free && !step.work.is_check() {
        hold(step, text, reserve, book);
    }
}

/// Makes a person say that `step` is needed, which stands behind several ways back, if it may change anything.
pub(in crate::plan::markdown) fn guard_behind_ways(step: &mut StepSpec) {
    let free = step.confirm.is_none() && step.when.is_none();
    if free && !looks::only_looks(&step.work) {
        step.confirm = Some("This stands behind several ways back. Is it for this one?".to_owned());
        step.danger = true;
    }
}

/// The same of those of `steps` that go on with what is done in a case: "If the queue is stuck:", and below that "Then:".
pub(in crate::plan::markdown) fn guard_what_follows(
    steps: &mut [Box<StepSpec>],
    book: &mut Book<'_>,
) {
    let mut case: Option<String> = None;
    for step in steps {
        let title = step.title.as_str();
        if let Some(text) = case.as_ref().filter(|_| turns::goes_on(title)) {
            let text = format!("{text} › {title}");
            guard_as(step, &text, Reserve::Case, book);
        } else {
            let asks = step.confirm.is_some() && conditional::says_if(title);
            case = asks.then(|| title.to_owned());
        }
    }
}

/// The same of a step that does what `fence` says, whose name may be that of a way back.
pub(super) fn guard_named(step: &mut StepSpec, fence: &Fence, book: &mut Book<'_>) {
    if let Some(name) = implied::way_back(fence) {
        guard_as(step, &name, Reserve::Back, book);
    }
}

/// The same of `step` that `name` gives a value for, which is an example.
pub(in crate::plan::markdown) fn guard_example(
    step: &mut StepSpec,
    name: &str,
    book: &mut Book<'_>,
) {
    if !step.work.is_check() && exemplary::is_taken(name, &step.work.text()) {
        guard_as(step, name, Reserve::Example, book);
    }
}

/// The same of `step`, forward or back, that the words above it call a file's content, or something to be read over,
/// or that give an example of what is in it.
pub(super) fn guard_text(step: &mut StepSpec, book: &mut Book<'_>) {
    if step.work.is_check() || step.confirm.is_some() || step.when.is_some() {
        return;
    }
    if named_by(step, book) == Named::Words {
        let (title, script) = (step.title.clone(), step.work.text());
        let written = written::names_file(&title) || written::says(&title);
        if written && !written::does(&title, &script) {
            return guard_as(step, &title, Reserve::Written, book);
        }
        guard_review(step, &title, book);
    }
    if let Some(group) = step.group.clone() {
        guard_review(step, &group, book);
        guard_example(step, &group, book);
    }
    let title = step.title.clone();
    guard_example(step, &title, book);
}

/// The same of `step` below `name`, where that says that a script is read over, and it does more than show one.
pub(in crate::plan::markdown) fn guard_review(
    step: &mut StepSpec,
    name: &str,
    book: &mut Book<'_>,
) {
    if !step.work.is_check() && review::is_of_script(name) && !looks::only_looks(&step.work) {
        guard_as(step, name, Reserve::Read, book);
    }
}

/// The same of `step` forward whose commands take back what a deployment has done, whatever it is called, unless the
/// script itself decides that; and of one of a way back that does so with migrations several times, as whoever lists how
/// to go back by one and by all.
pub(super) fn guard_command(step: &mut StepSpec, place: Place, book: &mut Book<'_>) {
    const WORDS: [&str; 4] = ["rollback", "down", "undo", "revert"];
    let Work::Shell(shell) = &step.work else {
        return;
    };
    let free = step.confirm.is_none() && step.when.is_none();
    if !free || !WORDS.iter().any(|word| shell.script.contains(word)) {
        return;
    }
    let script = commands::read(&shell.script, Settings::default());
    let written = |command: &Command<'_>| shell.script.get(command.span.clone()).map(str::to_owned);
    let mut commands = script.commands.iter();
    if place != Place::RollbackStep {
        let first = commands.find(|command| command.takes_back() && !script.is_answer(command));
        if let Some(text) = first.and_then(written) {
            hold(step, &text, Reserve::Back, book);
        }
        return;
    }
    let back: Vec<String> = commands
        .filter(|command| command.takes_migrations_back())
        .filter_map(written)
        .collect();
    if back.len() > 1 {
        let (times, list) = (back.len(), back.join("`, `"));
        let message = format!("this takes migrations back {times} times: `{list}`");
        book.problems.push(
            Problem::warning("conditional-step", step.span, message)
                .hint("it asks before it runs; put ways of which one is gone into blocks of their own, with \"or\" between them"),
        );
        step.confirm = Some(format!(
            "It takes migrations back {times} times: `{list}`. Is all of it to be run?"
        ));
        step.danger = true;
    }
}

/// What of the names above `step`, the line `name` among them, or of its own says against going on with
/// it.
fn reserved_by(step: &StepSpec, name: &str, book: &mut Book<'_>) -> Option<(String, Reserve)> {
    let groups = step.group.iter().flat_map(|group| group.split(" › "));
    let title = step.title.as_str();
    let named = named_by(step, book);
    let first = first_comment(step, book);
    let own = || {
        let unclear = || shelved::is_unclear(title).then_some(Reserve::Case);
        let own = match named {
            Named::Line => conditional::begins_back(title).then_some(Reserve::Back),
            Named::Comment => {
                let reserve = comments::reserve(first, Stands::Titles, &step.work.text())?;
                return Some((first.to_owned(), reserve));
            }
            Named::Words => conditional::reserve(title)
                .or_else(unclear)
                .or_else(|| later::waits(title).then_some(Reserve::Case)),
        };
        own.map(|reserve| (title.to_owned(), reserve))
    };
    let waits = groups.clone().find(|text| later::waits(text));
    let waits = waits.map(|text| (text.to_owned(), Reserve::Case));
    let words = Some(title).filter(|_| named == Named::Words);
    let for_good = || {
        let mut said = groups.clone().chain([name]).chain(words);
        let waits = said.find(|text| for_good::waits(text, &step.work))?;
        Some((waits.to_owned(), Reserve::Case))
    };
    let mut above = groups.clone().chain([name]);
    above
        .find_map(|text| Some((text.to_owned(), reserve_of_name(text, book)?)))
        .or(waits)
        .or_else(own)
        .or_else(for_good)
        .or_else(|| {
            let labels: Vec<&str> = [name].into_iter().chain(groups).chain(words).collect();
            let (text, reserve) = turns::of_labels(&labels, &step.work)?;
            Some((text.to_owned(), reserve))
        })
}

/// The title of `step`, up to where a second comment of its block goes on with it: that is weighed where it stands.
fn first_comment<'s>(step: &'s StepSpec, book: &Book<'_>) -> &'s str {
    let title = step.title.as_str();
    let Some((first, rest)) = title.split_once("; ") else {
        return title;
    };
    let second = rest.split("; ").next().unwrap_or(rest);
    let mut lines = book.slice(step.span).lines();
    let apart = lines.any(|line| line.contains(second) && !line.contains(first));
    if apart { first } else { title }
}

/// Where the title of a step comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// It is a line of its script, which may be an `if` of the shell.
    Line,
    /// It is a comment: "# create it if needed" tells what the command sees to by itself.
    Comment,
    /// The runbook's words.
    Words,
}

/// What `step` is called after.
pub(super) fn named_by(step: &StepSpec, book: &Book<'_>) -> Named {
    let line = |line: &str| line.trim().trim_end_matches('\\').trim() == step.title;
    let text = book.slice(step.span);
    if step.work.text().lines().any(line) {
        Named::Line
    } else if COMMENTS.iter().any(|sign| text.starts_with(sign))
        && text.lines().any(|line| titles(line, &step.title))
    {
        Named::Comment
    } else {
        Named::Words
    }
}

/// How comments begin.
const COMMENTS: [&str; 2] = ["#", "--"];

/// Whether `line` is the comment that the title `title` is taken from, which may go on with what others say.
pub(super) fn titles(line: &str, title: &str) -> bool {
    let first = title.split("; ").next().unwrap_or(title);
    let first = first
        .rsplit_once(" (and ")
        .map_or(first, |(first, _)| first);
    !first.is_empty() && line.contains(first)
}

/// The same of a step of a way back, whose `label` may say how far the deployment has come: "After step 3". Where
/// as many steps stand above it as `done`, it goes on behind them.
pub(super) fn guard_time(step: &mut StepSpec, label: &str, done: usize, book: &mut Book<'_>) {
    let beside = Words::new(label).beside_step();
    if beside.is_some_and(|number| number > done) {
        guard_case(step, label, book);
    }
}

/// The same of a step in whose block the comment `text` at `span` speaks of what stands below it, and `why` that is said:
/// without that, it is not to be run.
pub(super) fn guard_comment(
    step: &mut StepSpec,
    text: &str,
    why: Option<Reserve>,
    span: Span,
    book: &mut Book<'_>,
) {
    if step.confirm.is_some() || step.when.is_some() {
        return;
    }
    let why = reasons::of_comment(why);
    let message = format!("the comment \"{text}\" {why}, and its block is run as a whole");
    book.problems.push(
        Problem::warning("conditional-step", span, message)
            .hint("it asks before it runs; put what is not to be run into a block of its own"),
    );
    step.confirm = Some(format!(
        "The comment \"{text}\" in it {why}. Is all of it to be run now?"
    ));
    step.danger = true;
}

/// Makes a person say that the migrations of `step`, which stands in front of the deployment, are run now.
pub(in crate::plan::markdown) fn guard_early(step: &mut StepSpec, book: &mut Book<'_>) {
    if step.confirm.is_some() || step.when.is_some() {
        return;
    }
    let title = &step.title;
    let message = format!("\"{title}\" runs migrations before the deployment begins");
    book.problems.push(
        Problem::warning("conditional-step", step.span, message)
            .hint("it asks before it runs; below a heading that says \"Deployment\", it is a part of that"),
    );
    step.confirm = Some(format!(
        "This runs migrations before the deployment begins: \"{title}\". Is that what is wanted?"
    ));
    step.danger = true;
}

/// Makes a person say that `step`, which is one of several ways of doing something, is the one.
pub(super) fn guard_way(step: &mut StepSpec, name: &str, book: &mut Book<'_>) {
    guard_as(step, name, Reserve::Way, book);
}

fn hold(step: &mut StepSpec, text: &str, reserve: Reserve, book: &mut Book<'_>) {
    let (message, confirm) = reasons::of_line(text, reserve);
    let hint = match reserve {
        Reserve::Example => {
            "it asks before it runs; with a placeholder, `<revision>`, it asks for the value"
        }
        _ => {
            "it asks before it runs; `when` behind the fence can tell, and a way back belongs below a heading of its own"
        }
    };
    book.problems
        .push(Problem::warning("conditional-step", step.span, message).hint(hint));
    step.confirm = Some(confirm);
    step.danger = true;
}

/// What `name`, which many steps may stand under, says against going on: it is read once.
fn reserve_of_name(name: &str, book: &mut Book<'_>) -> Option<Reserve> {
    if let Some(known) = book.reserves.get(name) {
        return *known;
    }
    let found = conditional::reserve(name);
    book.reserves.insert(name.to_owned(), found);
    found
}
