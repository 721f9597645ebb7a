//! What a runbook says is done on another machine, and would run on this one: below "On the replica:", behind the
//! prompt `[postgres@db1 ~]$`, behind a comment `# on db1`.

use super::host_names;
use super::reach;
use super::script::Piece;
use crate::plan::draft::StepSpec;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::{Block, Fence, Inline, Kind};
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::transcript;
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::work::Work;

/// What the machine that one sits at is called in prompts.
const HERE: [&str; 11] = [
    "laptop",
    "local",
    "localhost",
    "mac",
    "macbook",
    "my",
    "notebook",
    "pc",
    "workstation",
    "desktop",
    "devbox",
];
/// What stands for a name in prompts.
const ANY: [&str; 6] = ["computer", "host", "hostname", "machine", "server", "your"];

/// The machines that the prompts of a file name.
#[derive(Default)]
pub(in crate::plan::markdown) struct Prompts {
    /// By their names, in the order in which they come.
    names: Vec<String>,
    /// Of which it was said that what they are told runs here.
    told: Vec<String>,
}

impl Prompts {
    /// Learns the machines whose prompts stand in `blocks`.
    pub(in crate::plan::markdown) fn learn(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                Kind::Fence(fence) => {
                    for (_, host) in of_fence(fence) {
                        if !self.names.iter().any(|name| name == host) {
                            self.names.push(host.to_owned());
                        }
                    }
                }
                Kind::Quote(quote) => self.learn(&quote.blocks),
                Kind::List(list) => list.items.iter().for_each(|item| self.learn(&item.blocks)),
                _ => {}
            }
        }
    }
}

/// The machines that the prompts in `fence` name, and where each stands in the block.
fn of_fence(fence: &Fence) -> Vec<(usize, &str)> {
    if !fence.language.runs() || !fence.text.contains('@') {
        return Vec::new();
    }
    let found = transcript::hosts(&fence.text, fence.language == Language::Console);
    let short = |host: &'_ str| match host.split_once('.') {
        Some((name, _)) if name.contains(|c: char| c.is_alphabetic()) => name.len(),
        _ => host.len(),
    };
    let found = found
        .into_iter()
        .map(|(at, host)| (at, &host[..short(host)]));
    found.filter(|(_, host)| !ANY.contains(host)).collect()
}

fn is_here(host: &str) -> bool {
    let mut parts = host.split(['-', '_']);
    parts.any(|part| HERE.contains(&part.to_ascii_lowercase().as_str()))
}

/// Looks for machines that the prompts and the comments of `piece`, what `step` does of `fence`, name.
pub(in crate::plan::markdown) fn look(
    step: &mut StepSpec,
    piece: &Piece<'_>,
    fence: &Fence,
    book: &mut Book<'_>,
) {
    let Work::Shell(_) = &step.work else { return };
    let prompts = of_fence(fence);
    let begins = fence.text[..piece.start].rfind('\n').map_or(0, |at| at + 1);
    let prompts = prompts
        .into_iter()
        .filter(|(at, _)| (begins..=piece.end).contains(at));
    let prompts: Vec<(usize, &str)> = prompts.collect();
    let comments = piece.comments.iter();
    let comment = comments.filter_map(|(at, text)| Some((*at, host_names::named(text)?)));
    let comments: Vec<(usize, &str)> = comment.collect();
    if (prompts.is_empty() && comments.is_empty()) || reach::goes_there(&step.work) {
        return;
    }
    let mut away = prompts.iter().filter(|(_, host)| !is_here(host));
    let Some((at, host)) = comments.first().or_else(|| away.next()).copied() else {
        return;
    };
    let several = !comments.is_empty() || book.prompts.names.len() > 1;
    let told = book.prompts.told.iter().any(|told| told == host);
    if several || !told {
        let at = fence.locate(at);
        let length = fence_line(book.text_between(at, usize::MAX));
        tell(book.span(at, at + length), host, book);
        book.prompts.told.push(host.to_owned());
    }
    if several {
        hold(step, host);
    }
}

/// The length of the first line of `text`.
fn fence_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The same as [`guard`] for the sentences of the paragraph `above` the block of `step`.
pub(in crate::plan::markdown) fn guard_below(
    step: &mut StepSpec,
    above: Option<&Inline>,
    book: &mut Book<'_>,
) {
    let text = above.map_or("", |inline| inline.text.as_str());
    let sentences = || text.split('\n').flat_map(|line| line.split(". "));
    for sentence in [sentences().next(), sentences().last()]
        .into_iter()
        .flatten()
    {
        guard(step, sentence, book);
    }
}

/// Makes a person say that `step` is to run here, if the names above it or its own say that it is for another machine.
pub(in crate::plan::markdown) fn guard(step: &mut StepSpec, name: &str, book: &mut Book<'_>) {
    let runs = match &step.work {
        Work::Shell(_) => true,
        // Where a database is declared, its server is told by that.
        Work::Sql(_) => !book.has_databases(),
        _ => false,
    };
    if !runs || is_told(step) || !step.alternatives.is_empty() {
        return;
    }
    let groups = step.group.iter().flat_map(|group| group.split(" › "));
    let mut names = groups.chain([name, step.title.as_str()]);
    let host = names.find_map(host_names::named).map(str::to_owned);
    drop(names);
    let Some(host) = host else { return };
    if !reach::goes_there(&step.work) {
        tell(step.span, &host, book);
        hold(step, &host);
    }
}

fn tell(span: Span, host: &str, book: &mut Book<'_>) {
    let message = format!("this is said to be done on \"{host}\", and it runs on this machine");
    book.problems.push(
        Problem::warning("runs-here", span, message).hint(
            "send it there: `ssh db1 'systemctl stop app'`, `psql -h db1`; or run the plan on that machine, and say in the text that it is this one",
        ),
    );
}

/// How the question begins that is asked then.
const ASKED: &str = "This is said to be done on ";

fn is_told(step: &StepSpec) -> bool {
    step.confirm
        .as_deref()
        .is_some_and(|asked| asked.starts_with(ASKED))
}

fn hold(step: &mut StepSpec, host: &str) {
    step.danger = true;
    step.confirm
        .get_or_insert_with(|| format!("{ASKED}\"{host}\". Run it here, on this machine?"));
}
