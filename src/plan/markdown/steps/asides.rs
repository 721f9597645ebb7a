//! What stands between steps and changes how they are read, or is none: HTML that puts them below words,
//! lines that say a block is not to be run, criteria among the steps forward.

use crate::plan::markdown::names::{either, success};
use std::time::Duration;

use super::guards;
use super::in_text;
use super::told;
use super::unrun;
use super::walk::Walk;
use super::work;
use crate::plan::draft::StepSpec;
use crate::plan::ledger::Place;
use crate::plan::markdown::code::expected;
use crate::plan::markdown::elements::blocks::{
    Block, Fence, Inline, Item, Kind, List, Quote, Table,
};
use crate::plan::markdown::elements::fence::Language;
use crate::plan::markdown::elements::html::{self, Turn};
use crate::plan::markdown::figures::{daytime, threshold, times};
use crate::plan::markdown::headings::contents;
use crate::plan::markdown::lines::unsaid::{self, Unsaid};
use crate::plan::markdown::lines::{above, criteria, footers, no_return, remedies, spoken, tables};
use crate::plan::markdown::names::cases;
use crate::plan::markdown::names::conditional::Reserve;
use crate::plan::markdown::names::label::{Group, label};
use crate::plan::markdown::names::later;
use crate::plan::markdown::names::only;
use crate::plan::markdown::names::orders;
use crate::plan::markdown::names::words::{Sense, Words};
use crate::plan::markdown::names::{conditional, decided};
use crate::plan::markdown::notes;
use crate::plan::markdown::people::named;
use crate::plan::source::Span;

impl Walk<'_, '_> {
    /// Whether the steps are on the way forward.
    pub(super) fn is_forward(&self) -> bool {
        self.rules.place == Place::Step
    }

    /// Whether the items of `list`, which is `block`, are steps.
    pub(super) fn holds_steps(&self, block: &Block, list: &List) -> bool {
        let done = list.ordered || self.lists_commands(list);
        let listed = (done && self.rules.numbered) || self.rules.bullets;
        block.holds.tasks
            || (listed && !contents::is(list, &self.book.targets))
            || (block.holds.work && self.rules.fences)
    }

    /// Whether the items of `list` are commands that are typed, or other orders, and nothing else.
    pub(super) fn lists_commands(&self, list: &List) -> bool {
        let types = |item: &Item| match item.blocks.as_slice() {
            [only] => Some(in_text::is_command(self.book.slice(only.span))),
            _ => None,
        };
        let orders = |item: &Item| {
            let head = item.head().0.map(Inline::one_line).unwrap_or_default();
            orders::begin(&Words::new(&head))
        };
        let done = |item| types(item).is_some_and(|types| types || orders(item));
        // Hardly any list has one.
        list.items.iter().any(|item| types(item) == Some(true)) && list.items.iter().all(done)
    }

    /// A quotation: its task items are steps, its commands only somebody's words.
    pub(super) fn quote(&mut self, inside: &[Block], group: Option<&Group>) {
        let rules = self.rules;
        self.rules.numbered = false;
        self.rules.bullets = false;
        self.rules.fences = false;
        self.blocks(inside, group);
        self.rules = rules;
    }

    /// Whether an item without a box is a step.
    pub(super) fn is_step(&self, item: &Item, ordered: bool) -> bool {
        (ordered && self.rules.numbered)
            || (self.rules.bullets && !told::is_path(item))
            || (item.holds.work && self.rules.fences)
    }

    /// Looks at a block that is neither a step nor a line of text.
    pub(super) fn look_aside(&mut self, kind: &Kind, span: Span) {
        unrun::tell_block(kind, span, self.rules.fences, self.book);
        match kind {
            Kind::Other => {
                let text = self.book.slice(span);
                self.turn(html::turn(text));
                match html::tab(text) {
                    None if html::closes_tabs(text) => self.tab = None,
                    tab => self.tab = tab.or(self.tab.take()),
                }
            }
            Kind::List(list) => criteria::given(list, None, &mut self.found.alerts),
            Kind::Table(table) => {
                self.found.alerts.extend(tables::criteria(table));
                if self.is_forward() {
                    named::of_table(table, &mut self.found);
                }
            }
            _ => {}
        }
    }

    /// Looks at a line of text: "Roll back if errors go above 5 %" is a criterion wherever it stands.
    pub(super) fn paragraph_aside(&mut self, inline: &Inline, span: Span, next: Option<&Block>) {
        self.turn(html::turn_of_colons(&inline.text));
        if daytime::limit(&inline.text).is_some() {
            self.found.limit = Some(inline.one_line());
        }
        // What runs below it asks then.
        let asks = |next: &Block| matches!(&next.kind, Kind::Fence(fence) if self.runs(fence));
        let asked = next.is_some_and(asks) && later::asks_to_wait(&inline.text);
        if self.rules.fences && !asked {
            in_text::tell_wait(inline, span, self.book);
        }
        let about = inline.leads_bold() && footers::is_footer(&inline.text);
        for line in inline.text.lines().map(str::trim) {
            let place = no_return::place(line).filter(|_| self.is_forward());
            self.book
                .no_returns
                .extend(place.map(|place| (place.to_owned(), span)));
            if criteria::gives(line) {
                let given = spoken::rules(line.to_owned(), span);
                self.found.alerts.extend(given);
            }
            if inline.leads_bold() && self.is_forward() && !about {
                self.found.contacts.extend(named::of_line(line, span));
            }
        }
    }

    /// Whether `list` holds what has to be true for going on: "Success criteria:", "Promote if:".
    pub(super) fn is_success(&self, list: &Block, before: Option<&Block>) -> bool {
        let here = self.rules.fences && !list.holds.work && !list.holds.tasks;
        let line = before.and_then(Block::paragraph).filter(|_| here);
        line.is_some_and(|line| {
            let success = self.is_forward() && success::announces(&line.text);
            success || decided::permits(&line.text) || announces_actions(&line.text)
        })
    }

    /// Whether each item of `list` holds something against a number, and the line `before` says that alarm is raised then:
    /// "Performance thresholds:".
    pub(super) fn is_alerts(&self, list: &List, before: Option<&Block>) -> bool {
        let line = before.and_then(Block::paragraph);
        let line = line.filter(|_| self.is_forward() && self.rules.fences);
        let compares = |item: &Item| {
            let (head, rest) = item.head();
            let plain = item.task.is_none() && rest.is_empty();
            plain && head.is_some_and(|head| threshold::compares(&head.text))
        };
        let named = |line: &Inline| Words::new(&label(&line.text)).meaning().sense;
        line.is_some_and(|line| named(line) == Some(Sense::Alerts))
            && list.items.iter().all(compares)
    }

    /// Makes each item of `list` something to look at.
    pub(super) fn checks(&mut self, list: &List, before: Option<&Block>, group: Option<&Group>) {
        let bullets = std::mem::replace(&mut self.rules.bullets, true);
        self.list(list, before, None, group);
        self.rules.bullets = bullets;
    }

    /// Whether rows of tables are steps: where all that stands there is to be looked at, and nothing runs.
    pub(super) fn reads_rows(&self) -> bool {
        self.rules.bullets && !self.rules.fences
    }

    /// Makes each row of `table` something to look at: what, and how it should be.
    pub(super) fn rows(&mut self, table: &Table, group: Option<&Group>) {
        for row in table.rows.iter().skip(1) {
            let mut cells = row.cells.iter().filter(|cell| !cell.is_empty());
            let words: Vec<&str> = cells.by_ref().take(2).map(String::as_str).collect();
            if words.is_empty() {
                continue;
            }
            let mut step = work::blank(words.join(" "), self.book.first_line(row.span));
            step.group = group.cloned();
            let rest: Vec<&str> = cells.map(String::as_str).collect();
            work::add(&mut step.details, &rest.join(" - "));
            work::finish(&mut step);
            self.push(step);
        }
    }

    /// An alert is shown with the step that it stands before.
    pub(super) fn warn(&mut self, quote: &Quote, span: Span) {
        if let Some(text) = notes::alert(quote, span, self.book) {
            self.book.settle_note(span);
            self.warned.push((span, text));
        }
    }

    /// The budget that a paragraph gives, and whether it says nothing else.
    pub(super) fn budget(&self, inline: &Inline) -> Option<(Duration, bool)> {
        let text = inline.text.as_str();
        let lines = || text.lines().find_map(times::estimate);
        let whole = times::estimate(text).map(|budget| (budget, true));
        let budget = whole.or_else(|| Some((lines()?, false)))?;
        (self.is_forward() && self.found.budget.is_none()).then_some(budget)
    }

    /// Makes a person say that `step` is needed, if HTML around it says that it is for a case, or in a tab.
    pub(super) fn guard_aside(&mut self, step: &mut StepSpec) {
        if let Some(words) = self.reserved.as_deref().filter(|_| self.is_forward()) {
            guards::guard(step, words, self.book);
        }
        if let Some(only) = &self.only {
            guards::guard_case(step, only, self.book);
        }
        if let Some(limit) = self.found.limit.clone() {
            self.found.limited.push((self.found.steps.len(), limit));
        }
        if let Some(tab) = &self.tab {
            guards::guard_way(step, tab, self.book);
        }
        // Going back nobody asks at each step; of two ways only one is gone all the same.
        let back = self.rules.place == Place::RollbackStep && !self.found.steps.is_empty();
        if back && either::joins(&step.title) {
            let name = step.title.clone();
            guards::guard_way(step, &name, self.book);
        }
        match &self.way {
            // Where that for production stands beside it, one is picked.
            Some(way) if cases::names_elsewhere(way) && !step.alternatives.is_empty() => {}
            Some(way) if cases::names_elsewhere(way) => {
                guards::guard_as(step, way, Reserve::Elsewhere, self.book);
            }
            Some(way) => guards::guard_way(step, way, self.book),
            None => {}
        }
    }

    /// Heeds what the first of `blocks` says above all steps: "Only run this if there is a copy." A line that ends with a
    /// colon is said of all of them where a list goes on with it.
    pub(super) fn condition(&mut self, blocks: &[Block]) {
        let first = self.is_forward() && self.rules.fences && self.found.steps.is_empty();
        if let Some(only) = only::of_all(blocks).filter(|_| first) {
            self.only = Some(label(only));
        }
    }

    /// What a block that is no Markdown says that those behind it are for.
    fn turn(&mut self, turn: Option<Turn>) {
        match turn {
            Some(Turn::Opens(words)) => {
                self.under = unsaid::of_summary(&words);
                self.reserved = Some(words).filter(|words| conditional::is_reserved(words));
            }
            Some(Turn::Closes) => (self.reserved, self.under) = (None, None),
            None => {}
        }
    }

    /// Whether `fence`, the block before `next`, is not to be run, as the line above it says. Then it is
    /// kept as text.
    pub(super) fn is_kept(
        &mut self,
        fence: &Fence,
        block: &Block,
        before: Option<&Block>,
        blocks: &[Block],
        next: usize,
    ) -> bool {
        let above = || blocks.get(next.checked_sub(2)?);
        let line = before.or_else(above).and_then(Block::paragraph);
        // "You should see:" above a block without a language says whose output that is.
        let plain = matches!(fence.language, Language::None | Language::Text);
        let shown = plain && self.rules.fences && !self.found.steps.is_empty();
        let said = line
            .filter(|_| shown || self.runs(fence))
            .and_then(|line| unsaid::of(&line.text))
            .or_else(|| {
                let named = above::line(blocks, next - 1, self.book);
                named.filter(|_| self.runs(fence))?.unsaid()
            })
            .or(self.under.filter(|_| shown || self.runs(fence)));
        let shell = matches!(fence.language, Language::Shell(_));
        let asked = !self.found.steps.is_empty();
        let responds = |line| remedies::responds(line, blocks, next - 1, !self.is_forward(), asked);
        let done = shell && line.is_some_and(responds);
        let said = said.filter(|unsaid| !plain || *unsaid == Unsaid::Printed);
        let said = said.filter(|unsaid| !done || *unsaid != Unsaid::Printed);
        let Some(unsaid) = said else {
            return false;
        };
        self.keep(before);
        self.keep(Some(block));
        if unsaid == Unsaid::Printed {
            self.book.settle(fence.account, self.rules.place);
            if !plain {
                unrun::tell_printed(block.span, self.book);
            }
            if let Some(step) = self.found.steps.last_mut() {
                let expect = step.expected.get_or_insert_default();
                let text = fence.text.trim_end();
                expect.shown = Some(match expect.shown.take() {
                    Some(shown) => format!("{shown}\n{text}"),
                    None => text.to_owned(),
                });
            }
        }
        true
    }

    /// Whether the line at `span`, the block before `next`, says what the block above it is expected to print.
    /// It is kept with the last step of that.
    pub(super) fn is_expected(&mut self, span: Span, blocks: &[Block], next: usize) -> bool {
        let above = next.checked_sub(2).and_then(|ix| blocks.get(ix));
        let above = above.filter(|block| matches!(block.kind, Kind::Fence(_)));
        let last = self.found.steps.last_mut();
        let (Some(above), Some(step)) = (above, last) else {
            return false;
        };
        let from = above.span.start..above.span.end;
        let below = blocks.get(next);
        let between = below.is_some_and(|block| matches!(block.kind, Kind::Fence(_)));
        let said = expected::in_line(self.book.slice(span), between);
        match said.filter(|_| from.contains(&step.span.start) && !step.work.is_check()) {
            Some(said) => {
                expected::add(step, &said, self.book);
                true
            }
            None => false,
        }
    }

    /// "Roll back if:" in a rollback's own text, or, where it leaves no doubt, among steps forward.
    pub(super) fn is_criteria(&self, list: &Block, before: Option<&Block>) -> bool {
        let text = before
            .and_then(Block::paragraph)
            .map(|inline| inline.text.as_str());
        let within = self.rules.place == Place::RollbackStep;
        let held = list.holds.work || list.holds.tasks;
        let asked = !held && text.is_some_and(|text| decided::asks(text, within));
        // What is ticked going back is looked at then.
        let said = || !within && !list.holds.work && text.is_some_and(decided::asks_if);
        asked
            || said()
            || if within {
                text.is_some_and(criteria::announces)
            } else {
                !list.holds.work && text.is_some_and(criteria::announces_for_certain)
            }
    }

    pub(super) fn criteria(&mut self, list: &List, before: Option<&Block>) {
        self.keep(before);
        criteria::alerts(list, &mut self.found, self.book);
    }
}

/// Whether `line` says that what stands below it is what is done: "Action:", "Maßnahmen:".
fn announces_actions(line: &str) -> bool {
    let words = [
        "action",
        "actions",
        "aktion",
        "aktionen",
        "maßnahmen",
        "accion",
        "acción",
        "acciones",
        "ação",
        "ações",
        "действия",
        "操作",
        "対応",
    ];
    words.contains(&label(line).to_lowercase().as_str())
}
