//! From the blocks of a section to steps: task items, numbered items, and blocks that stand by
//! themselves. What is none of these is kept as text.

use std::ops::Range;

use super::body::{self, Body};
use super::by_hand;
use super::guards;
use super::in_text;
use super::in_turn;
use super::ways::{self, Candidate};
use super::withheld;
use super::work;
use crate::plan::draft::{Mark, StepSpec};
use crate::plan::ledger::Place;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::{hosts, script};
use crate::plan::markdown::elements::blocks::{Block, Fence, Item, Kind};
use crate::plan::markdown::elements::boxes;
use crate::plan::markdown::found::{Found, Rules};
use crate::plan::markdown::lines::criteria;
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::names::label::{Group, is_label, label, within};
use crate::plan::markdown::names::{cases, conditional};
use crate::plan::markdown::people::entries::Other;
use crate::plan::source::Span;

/// Reads `blocks`, whose steps belong to `group`.
pub(in crate::plan::markdown) fn read(
    blocks: &[Block],
    rules: Rules,
    group: Option<&Group>,
    book: &mut Book<'_>,
) -> Found {
    let mut walk = Walk::new(rules, Found::default(), book);
    walk.blocks(blocks, group);
    if rules.place == Place::RollbackStep {
        in_turn::guard(&mut walk.found, group, walk.book);
    }
    walk.finish()
}

/// Reads what stands among people and is something else: its task items are steps. `notes` are
/// kept as text.
pub(in crate::plan::markdown) fn read_others(
    others: &[Other<'_>],
    rules: Rules,
    notes: &[Span],
    book: &mut Book<'_>,
) -> Found {
    let found = Found {
        notes: notes.to_vec(),
        ..Found::default()
    };
    let mut walk = Walk::new(rules, found, book);
    for other in others {
        match other {
            Other::Block(block) => walk.blocks(std::slice::from_ref(*block), None),
            Other::Item(item) => walk.item(item, false, None),
        }
    }
    walk.finish()
}

/// One reading of the blocks of a section.
pub(super) struct Walk<'b, 's> {
    pub(in crate::plan::markdown) book: &'b mut Book<'s>,
    pub(in crate::plan::markdown) rules: Rules,
    pub(in crate::plan::markdown) found: Found,
    /// Alerts that no step has yet: where they stand, what they say.
    pub(in crate::plan::markdown) warned: Vec<(Span, String)>,
    /// What the last HTML says that what follows is, if nobody may go on into that.
    pub(in crate::plan::markdown) reserved: Option<String>,
    /// What it says of it, if that keeps it from being run.
    pub(in crate::plan::markdown) under: Option<Unsaid>,
    /// The tab that is open.
    pub(in crate::plan::markdown) tab: Option<String>,
    /// The name of a way beside another, below which things stand.
    pub(in crate::plan::markdown) way: Option<String>,
    /// What says above the first step that all is done only on a condition.
    pub(in crate::plan::markdown) only: Option<String>,
}

impl<'b, 's> Walk<'b, 's> {
    fn new(rules: Rules, found: Found, book: &'b mut Book<'s>) -> Self {
        Walk {
            book,
            rules,
            found,
            warned: Vec::new(),
            reserved: None,
            under: None,
            tab: None,
            way: None,
            only: None,
        }
    }
}

impl Walk<'_, '_> {
    /// What was found. An alert that no step follows is text, and about what comes next.
    fn finish(mut self) -> Found {
        for (span, text) in std::mem::take(&mut self.warned) {
            self.keep_span(span);
            self.found.warnings.push(text);
        }
        self.found.notes.sort();
        self.found
    }

    pub(super) fn push(&mut self, mut step: Box<StepSpec>) {
        for (_, text) in self.warned.drain(..).rev() {
            work::put_before(&mut step.details, &text);
        }
        guards::guard_text(&mut step, self.book);
        self.guard_aside(&mut step);
        guards::guard_command(&mut step, self.rules.place, self.book);
        hosts::guard(&mut step, "", self.book);
        by_hand::settle(&mut step, None, self.book);
        self.found.steps.push(step);
    }

    pub(super) fn blocks(&mut self, blocks: &[Block], group: Option<&Group>) {
        let mut before: Option<&Block> = None;
        let above = self.way.clone();
        let offered = self.offered(blocks);
        let turns = self.rivals(blocks, &offered);
        let turn = |within: Range<usize>| {
            let mut turns = turns.iter().filter(|(at, _)| within.contains(at));
            turns.next_back().map(|(_, begins)| *begins)
        };
        let mut ix = 0;
        while let Some(block) = blocks.get(ix) {
            ix += 1;
            match &block.kind {
                Kind::Paragraph(inline) => {
                    self.keep(before.take());
                    if self.is_expected(block.span, blocks, ix) {
                        continue;
                    }
                    self.paragraph_aside(inline, block.span, blocks.get(ix));
                    self.condition(&blocks[ix - 1..]);
                    let budget = self.budget(inline);
                    if let Some((budget, only)) = budget {
                        self.found.budget = Some((budget, block.span));
                        if !only {
                            self.keep(Some(block));
                        }
                    } else if is_label(inline) {
                        self.enter(inline, turn(ix - 1..ix), above.as_ref());
                        before = Some(block);
                    } else {
                        self.look_aside(&block.kind, block.span);
                        self.keep(Some(block));
                    }
                }
                Kind::List(list) if self.is_criteria(block, before) => {
                    self.criteria(list, before.take());
                }
                Kind::List(list) if self.is_alerts(list, before) => {
                    self.criteria(list, before.take());
                }
                Kind::List(list) if self.is_success(block, before) => {
                    self.checks(list, before.take(), group);
                }
                Kind::List(list) if self.is_told(block, list, before) => {
                    self.checks(list, before.take(), group);
                }
                _ if self.withholds(block, before) => {
                    self.explain(block, before);
                    self.keep(before.take());
                    self.keep(Some(block));
                }
                Kind::Table(table) if self.reads_rows() => {
                    self.keep(before.take());
                    self.rows(table, group);
                }
                Kind::List(list) if self.holds_steps(block, list) => {
                    let above = ix.checked_sub(2).and_then(|above| blocks.get(above));
                    self.list(list, before.take(), above, group);
                }
                Kind::Fence(fence) if self.is_kept(fence, block, before, blocks, ix) => {
                    before = None;
                }
                Kind::Fence(fence) if self.runs(fence) => {
                    let from = ix;
                    ix = self.commands(blocks, ix - 1, before.take(), &offered, group);
                    // Those among which somebody has picked one.
                    if turn(from..ix).is_some() {
                        self.way.clone_from(&above);
                    }
                }
                Kind::Quote(quote) if block.holds.tasks => {
                    self.keep(before.take());
                    self.quote(&quote.blocks, group);
                }
                Kind::Quote(quote) if quote.alert.is_some() => {
                    self.keep(before.take());
                    self.condition(&blocks[ix - 1..]);
                    self.warn(quote, block.span);
                }
                Kind::Rule => self.keep(before.take()),
                kind => {
                    self.by_hand(before, block, group);
                    self.keep(before.take());
                    self.look_aside(kind, block.span);
                    self.keep(Some(block));
                }
            }
        }
        self.keep(before);
        self.way = above;
    }

    /// Keeps a block as text.
    pub(super) fn keep(&mut self, block: Option<&Block>) {
        if let Some(block) = block {
            self.keep_span(block.span);
        }
    }

    pub(super) fn keep_span(&mut self, span: Span) {
        self.book.settle_note(span);
        self.found.notes.push(span);
    }

    pub(super) fn runs(&self, fence: &Fence) -> bool {
        self.rules.fences && fence.language.runs()
    }

    pub(super) fn item(&mut self, item: &Item, ordered: bool, group: Option<&Group>) {
        if item.task.is_some() {
            self.step(item, true, group);
        } else if item.holds.tasks {
            let (head, rest) = item.head();
            let name = head
                .map(|inline| label(&inline.text))
                .filter(|name| !name.is_empty());
            let said = name.as_deref().and_then(unsaid::of);
            if said == Some(Unsaid::NotToBeDone) {
                return self.keep_span(item.span);
            }
            self.blocks(rest, within(group, name).as_ref());
        } else if !self.is_step(item, ordered) || self.tell_remedy(item) {
            self.keep_span(item.span);
        } else {
            self.step(item, self.rules.fences, group);
        }
    }

    /// An item that is a step, and what stands below it: blocks there are run or not.
    fn step(&mut self, item: &Item, runs: bool, group: Option<&Group>) {
        let (head, rest) = item.head();
        let span = item.task.map_or_else(
            || self.book.first_line(item.span),
            |task| self.book.span_of(task.account),
        );
        let title = head.map(|inline| label(&inline.text)).unwrap_or_default();
        let mut step = work::blank(title, span);
        step.group = group.cloned();
        let mark = withheld::mark(item.task.and_then(|task| task.mark), head);
        step.mark = mark;
        let from = self.found.steps.len();
        if self.is_forward() {
            let given = criteria::in_title(&step.title, item.span);
            self.found.alerts.extend(given);
        }
        if let Some(task) = item.task {
            self.book.settle(task.account, self.rules.place);
        }
        // It says so of what stands below it.
        let says = mark.is_none() && !rest.is_empty();
        let own = || says.then(|| unsaid::of_item(&step.title, head)).flatten();
        let under = self.under.or_else(own);
        let body: Body<'_> = body::gather(rest, runs, self.rules.place, under, self.book);
        for (text, url) in head.iter().flat_map(|inline| &inline.links) {
            work::add(&mut step.details, &format!("{text}: {url}"));
        }
        if !body.details.is_empty() {
            work::add(&mut step.details, body.details.join("\n").trim_end());
        }
        let mut clusters = ways::clusters(&step.title, body.works).into_iter();
        let first = clusters.next().unwrap_or_default();
        let case = head.and_then(|inline| conditional::at_the_end(&inline.text));
        self.run(&mut step, &first, case);
        if let Some(head) =
            head.filter(|head| cases::is_crossed_out(&head.text) || boxes::is_ticked(&head.text))
        {
            guards::guard_case(&mut step, &head.one_line(), self.book);
        }
        if let (Some(block), true) = (item.blocks.first(), first.is_empty()) {
            in_text::tell_item(block.span, self.book);
            in_text::note_told(block.span, self.book);
        }
        work::finish(&mut step);
        let parts = clusters.len() + body.tasks.len();
        let name = (parts > 0).then(|| Group::from(step.title.as_str()));
        let mut tasks = body.tasks.into_iter().peekable();
        // What stands above the item's own commands is done before them.
        while let Some((_, nested)) = tasks.next_if(|(works, _)| *works < first.len().min(1)) {
            self.step(nested, runs || nested.task.is_some(), name.as_ref());
        }
        self.push(step);
        let at = self.found.steps.len() - 1;
        let mut done = first.len();
        let mut undone = false;
        for cluster in clusters {
            if let [only] = cluster.as_slice() {
                let more = undone && only.label.is_none();
                undone = self.is_undo(only);
                if undone || more {
                    done += 1;
                    if undone {
                        self.undo(at, only);
                    } else {
                        self.show_behind_undo(at, only);
                        undone = true;
                    }
                    continue;
                }
            }
            undone = false;
            while let Some((_, nested)) = tasks.next_if(|(works, _)| *works <= done) {
                self.step(nested, runs || nested.task.is_some(), name.as_ref());
            }
            done += cluster.len();
            self.following(&cluster, mark, name.as_ref());
        }
        for (_, nested) in tasks {
            self.step(nested, runs || nested.task.is_some(), name.as_ref());
        }
        // What is a part of it does not apply either.
        for part in self.found.steps[from..]
            .iter_mut()
            .filter(|_| mark == Some(Mark::NotApplicable))
        {
            part.mark = part.mark.or(mark);
        }
    }

    /// Makes `step`, an item, do what the first block below it says, if there is one. Its own text may
    /// end with the `case` that this is for.
    fn run(&mut self, step: &mut StepSpec, first: &[Candidate<'_>], case: Option<&str>) {
        let label = match first {
            [] => return,
            [only] => only.label.as_deref(),
            _ => None,
        };
        work::add(&mut step.details, label.unwrap_or(""));
        self.choose(step, first);
        // What its own text says there is weighed with that of the others.
        if let Some(label) = label.filter(|label| !self.is_forward() && in_turn::says_case(label)) {
            guards::guard_case(step, label, self.book);
        }
        if let Some(label) = label.or(case) {
            if self.is_forward() {
                guards::guard(step, label, self.book);
            }
            self.heed_pause(step, label);
            hosts::guard(step, label, self.book);
        }
    }

    /// A block behind an item's first one: a step that follows it.
    fn following(&mut self, cluster: &[Candidate<'_>], mark: Option<Mark>, group: Option<&Group>) {
        let Some(first) = cluster.first() else { return };
        let mut step = work::blank(first.label.clone().unwrap_or_default(), first.span);
        step.mark = mark;
        step.group = group.cloned();
        self.choose(&mut step, cluster);
        if let Some(label) = first.label.as_deref() {
            self.heed_pause(&mut step, label);
        }
        work::finish(&mut step);
        self.push(step);
    }

    /// Makes `step` do what the block says, or one of the blocks.
    pub(super) fn choose(&mut self, step: &mut StepSpec, cluster: &[Candidate<'_>]) {
        for candidate in cluster {
            self.book.settle(candidate.fence.account, self.rules.place);
        }
        match cluster {
            [only] => {
                let mut piece = script::whole(only.fence, false);
                piece.expected.extend_from_slice(&only.expected);
                if step.title.is_empty() {
                    step.title = piece.title.clone().unwrap_or_default();
                }
                work::fill(step, &piece, only.fence, self.book);
                self.heed(step, &piece, only.fence);
                if self.is_forward() {
                    guards::guard_named(step, only.fence, self.book);
                }
                work::name(step, only.fence, only.span, self.book);
            }
            several => ways::alternatives(step, several, self.book),
        }
    }
}
