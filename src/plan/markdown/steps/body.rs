//! What stands below an item that is a step: text to read, blocks to run, tasks of its own.

use super::in_turn;
use super::unrun;
use super::ways::Candidate;
use super::withheld;
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::expected;
use crate::plan::markdown::elements::blocks::{Block, Fence, Inline, Item, Kind, List, Quote};
use crate::plan::markdown::elements::html::{self, Turn};
use crate::plan::markdown::lines::above;
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::cases;
use crate::plan::markdown::names::conditional;
use crate::plan::markdown::names::either::either;
use crate::plan::markdown::names::label::{is_label, label};
use crate::plan::markdown::notes;
use crate::plan::source::Span;

/// The parts of an item.
#[derive(Default)]
pub(super) struct Body<'t> {
    pub(super) details: Vec<String>,
    pub(super) works: Vec<Candidate<'t>>,
    /// Tasks, each with how many of the works stand before it.
    pub(super) tasks: Vec<(usize, &'t Item)>,
    /// The line that names the next block, and whether it says "or".
    label: Option<(String, bool)>,
}

/// Gathers what stands in `blocks`, `under` words that say this of it. Everything in them is a part of the
/// step, at `place`.
pub(super) fn gather<'t>(
    blocks: &'t [Block],
    runs: bool,
    place: Place,
    under: Option<Unsaid>,
    book: &mut Book<'_>,
) -> Body<'t> {
    let mut gathering = Gathering {
        body: Body::default(),
        runs,
        quoted: false,
        title: under,
        under,
        reserved: None,
        place,
        book,
    };
    gathering.blocks(blocks, 0);
    gathering.tell_label();
    gathering.body
}

/// Whether the numbers of `list` are steps of which some are run and others are not: who runs those alone leaves the
/// others out.
fn is_procedure(list: &List) -> bool {
    let runs = |item: &Item| item.holds.work;
    list.ordered && list.items.iter().any(runs) && !list.items.iter().all(runs)
}

struct Gathering<'t, 'b, 's> {
    body: Body<'t>,
    /// Whether blocks can be run here.
    runs: bool,
    /// Whether what is gathered are somebody's words.
    quoted: bool,
    /// What the item says of what stands below it, if that keeps it from being run, and what the last HTML says.
    title: Option<Unsaid>,
    under: Option<Unsaid>,
    /// What that says that it is for, if nobody may go on into it.
    reserved: Option<String>,
    place: Place,
    book: &'b mut Book<'s>,
}

impl<'t> Gathering<'t, '_, '_> {
    fn blocks(&mut self, blocks: &'t [Block], depth: usize) {
        for (ix, block) in blocks.iter().enumerate() {
            let next = blocks.get(ix + 1);
            if let Kind::Fence(fence) = &block.kind
                && fence.language.runs()
                && self.body.label.is_none()
            {
                self.hold(blocks, ix);
            }
            match (block.paragraph(), next.map(|next| &next.kind)) {
                (Some(inline), Some(Kind::Fence(_))) if self.case(inline, depth) => {}
                _ => self.block(block, depth),
            }
        }
    }

    /// Gives the block at `ix` the name that the line above it gives it, if that says that it is for a case or not to be
    /// run.
    fn hold(&mut self, blocks: &[Block], ix: usize) {
        let named = above::line(blocks, ix, self.book).map(|named| named.text);
        let holds = |line: &&str| match self.place {
            Place::RollbackStep => in_turn::says_case(line),
            _ => conditional::above(line).is_some(),
        };
        let held = named.filter(|line| unsaid::of(line).is_some() || holds(line));
        self.body.label = held.map(|line| (label(line), false));
    }

    /// Whether `inline`, which stands above a block, is more than its name and says what that is for: "It may time
    /// out. In that case:".
    fn case(&mut self, inline: &Inline, depth: usize) -> bool {
        let or = !self.body.works.is_empty() && either(&inline.text).is_some();
        let sentence = !is_label(inline) || inline.text.contains(". ");
        let case = conditional::above(&inline.text).filter(|_| sentence && !or);
        let Some(case) = case.filter(|_| self.place == Place::Step) else {
            return false;
        };
        self.tell_label();
        self.tell(&inline.text, depth);
        self.body.label = Some((case.to_owned(), false));
        true
    }

    fn block(&mut self, block: &'t Block, depth: usize) {
        match &block.kind {
            Kind::Paragraph(_) if self.is_expected(block.span) => {}
            Kind::Paragraph(inline) => {
                self.tell_label();
                if let Some(words) = either(&inline.text).filter(|_| !self.body.works.is_empty()) {
                    self.body.label = Some((words, true));
                } else if is_label(inline) {
                    self.body.label = Some((label(&inline.text), false));
                } else {
                    self.tell(&inline.text, depth);
                }
                for (text, url) in &inline.links {
                    self.tell(&format!("{text}: {url}"), depth);
                }
            }
            Kind::Fence(fence) if self.is_kept(fence) => {
                match self.unsaid() {
                    Some(Unsaid::Printed) => unrun::tell_printed(block.span, self.book),
                    _ => withheld::tell(block.span, self.book),
                }
                self.tell_label();
                self.tell_source(block.span, depth);
            }
            Kind::Fence(fence) if self.runs && fence.language.runs() => {
                let (label, or) = self.take_label();
                // What no line names is for the place that the last one names.
                let above = self.body.works.last().and_then(|work| work.label.clone());
                let label = label.or(above.filter(|above| cases::names_elsewhere(above)));
                let span = block.span;
                self.body.works.push(Candidate {
                    fence,
                    span,
                    label,
                    or,
                    expected: Vec::new(),
                });
            }
            Kind::List(_) if self.withholds(block) => {
                withheld::tell(block.span, self.book);
                self.tell_label();
                self.tell_source(block.span, depth);
            }
            Kind::List(list) => {
                self.tell_label();
                self.list(list, depth);
            }
            Kind::Quote(quote) if block.holds.tasks => self.quote(quote, depth),
            Kind::Quote(quote) if quote.alert.is_some() => {
                self.tell_label();
                self.book.settle_within(block.span, self.place, self.place);
                if let Some(text) = notes::alert(quote, block.span, self.book) {
                    self.tell(&text, depth);
                }
            }
            Kind::Rule => {}
            kind => {
                if let Kind::Other = kind {
                    self.turn(block.span);
                }
                if let Kind::Indented = kind
                    && self.runs
                {
                    unrun::tell_tab(block.span, self.book);
                }
                if let Kind::Fence(fence) = kind {
                    let said = self.unsaid().is_some();
                    unrun::tell_fence(fence, block.span, self.runs && !said, self.book);
                    if fence.language.runs() && !self.quoted {
                        unrun::tell_item(block.span, self.book);
                    }
                }
                self.tell_label();
                self.tell_source(block.span, depth);
            }
        }
    }

    /// Whether the line at `span` says what the block above it is expected to print. It is kept with that.
    fn is_expected(&mut self, span: Span) -> bool {
        let said = expected::in_line(self.book.slice(span), false);
        match (said, self.body.works.last_mut()) {
            (Some(said), Some(work)) => {
                work.expected.push(said);
                self.tell_label();
                true
            }
            _ => false,
        }
    }

    /// Whether the words above `fence` say that it is not to be run.
    fn is_kept(&self, fence: &Fence) -> bool {
        self.runs && fence.language.runs() && self.unsaid().is_some()
    }

    /// What the words above the next block say of it, if that keeps it from being run.
    fn unsaid(&self) -> Option<Unsaid> {
        let label = self.body.label.as_ref();
        label
            .and_then(|(label, _)| unsaid::of(label))
            .or(self.under)
    }

    /// Whether the words above the list `block` say that what is in it is not to be done.
    fn withholds(&self, block: &Block) -> bool {
        let held = block.holds.tasks || block.holds.work;
        held && self.runs && self.unsaid() == Some(Unsaid::NotToBeDone)
    }

    /// Looks at what the HTML at `span` says of what follows it.
    fn turn(&mut self, span: Span) {
        match html::turn(self.book.slice(span)) {
            Some(Turn::Opens(words)) => {
                self.under = unsaid::of_summary(&words).or(self.title);
                self.reserved = Some(words).filter(|words| conditional::is_reserved(words));
            }
            Some(Turn::Closes) => (self.under, self.reserved) = (self.title, None),
            None => {}
        }
    }

    /// The words that name the next block, and whether they say "or".
    fn take_label(&mut self) -> (Option<String>, bool) {
        let (label, or) = self.body.label.take().unwrap_or_default();
        let Some(words) = &self.reserved else {
            return (Some(label).filter(|label| !label.is_empty()), or);
        };
        let other = !self.body.works.is_empty() && either(words).is_some();
        match label.as_str() {
            "" => (Some(words.clone()), or || other),
            label => (Some(format!("{words}: {label}")), or || other),
        }
    }

    /// A quotation with tasks in it. Its commands are only somebody's words.
    fn quote(&mut self, quote: &'t Quote, depth: usize) {
        self.tell_label();
        if let Some(word) = quote.alert {
            self.tell(&format!("{word}:"), depth);
        }
        let runs = std::mem::replace(&mut self.runs, false);
        let quoted = std::mem::replace(&mut self.quoted, true);
        self.blocks(&quote.blocks, depth);
        self.tell_label();
        if quote.alert.is_some() {
            // What follows is not a part of it.
            self.body.details.push(String::new());
        }
        (self.runs, self.quoted) = (runs, quoted);
    }

    fn list(&mut self, list: &'t List, depth: usize) {
        let parts = self.runs && is_procedure(list);
        for (number, item) in list.items.iter().enumerate() {
            if item.task.is_some() {
                self.body.tasks.push((self.body.works.len(), item));
                continue;
            }
            let (head, rest) = item.head();
            let text = head.map(Inline::one_line).unwrap_or_default();
            let mark = if list.ordered {
                format!("{}. ", number + 1)
            } else {
                "- ".to_owned()
            };
            let head_span = item.blocks.first().map_or(item.span, |first| first.span);
            if rest.is_empty() && self.is_expected(head_span) {
                continue;
            }
            if parts {
                self.tell_label();
                self.body.tasks.push((self.body.works.len(), item));
                continue;
            }
            if item.holds.work && self.runs {
                self.tell_label();
                self.body.label = Some((label(&text), false));
            } else if !text.is_empty() {
                self.tell(&format!("{mark}{text}"), depth);
            }
            for (text, url) in head.iter().flat_map(|inline| &inline.links) {
                self.tell(&format!("{text}: {url}"), depth + 1);
            }
            self.blocks(rest, depth + 1);
        }
    }

    /// A line that turned out to name no block is only text.
    fn tell_label(&mut self) {
        if let Some((label, _)) = self.body.label.take() {
            self.tell(&label, 0);
        }
    }

    fn tell(&mut self, text: &str, depth: usize) {
        let indent = "  ".repeat(depth.min(8));
        for line in text.lines() {
            self.body.details.push(format!("{indent}{}", line.trim()));
        }
    }

    /// Keeps what is no running text as it is written.
    fn tell_source(&mut self, span: Span, depth: usize) {
        self.book.settle_within(span, self.place, self.place);
        let text = notes::dedent(self.book.slice(span));
        let indent = "  ".repeat(depth.min(8));
        for line in text.lines() {
            self.body.details.push(format!("{indent}{line}"));
        }
    }
}
