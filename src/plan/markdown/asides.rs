//! What stands between steps and changes how they are read, or is none: HTML that puts them below words,
//! lines that say a block is not to be run, criteria among the steps forward.

use std::time::Duration;

use super::blocks::{Block, Fence, Inline, Kind, List};
use super::conditional;
use super::criteria;
use super::html::{self, Turn};
use super::steps::Walk;
use super::times;
use super::unrun;
use super::unsaid::{self, Unsaid};
use crate::plan::ledger::Place;
use crate::plan::source::Span;

impl Walk<'_, '_> {
    /// Whether the steps are on the way forward.
    pub(super) fn is_forward(&self) -> bool {
        self.rules.place == Place::Step
    }

    /// The case that the paragraph above the block before `next` says it is for.
    pub(super) fn case<'t>(&self, blocks: &'t [Block], next: usize) -> Option<&'t str> {
        let above = blocks.get(next.checked_sub(2).filter(|_| self.is_forward())?)?;
        conditional::above(&above.paragraph()?.text)
    }

    /// Looks at a block that is neither a step nor a line of text.
    pub(super) fn look_aside(&mut self, kind: &Kind, span: Span) {
        unrun::tell_block(kind, span, self.rules.fences, self.book);
        match kind {
            Kind::Other => {
                let turn = html::turn(self.book.slice(span));
                self.turn(turn);
            }
            Kind::List(list) if self.is_forward() => {
                for item in &list.items {
                    let text = item.head().0.map(Inline::one_line).unwrap_or_default();
                    if criteria::gives(&text) {
                        self.found.alerts.push(criteria::rule(text, item.span));
                    }
                }
            }
            _ => {}
        }
    }

    /// Looks at a line of text: "Roll back if errors go above 5 %" is a criterion wherever it stands.
    pub(super) fn paragraph_aside(&mut self, inline: &Inline, span: Span) {
        self.turn(html::turn_of_colons(&inline.text));
        for line in inline.text.lines().map(str::trim) {
            if criteria::gives(line) {
                self.found
                    .alerts
                    .push(criteria::rule(line.to_owned(), span));
            }
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

    /// What a block that is no Markdown says that those behind it are for.
    fn turn(&mut self, turn: Option<Turn>) {
        match turn {
            Some(Turn::Opens(words)) => {
                self.reserved = Some(words).filter(|words| conditional::is_reserved(words));
            }
            Some(Turn::Closes) => self.reserved = None,
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
        let said = line
            .filter(|_| self.runs(fence))
            .and_then(|line| unsaid::of(&line.text));
        let Some(unsaid) = said else {
            return false;
        };
        self.keep(before);
        self.keep(Some(block));
        if unsaid == Unsaid::Printed {
            self.book.settle(fence.account, self.rules.place);
            unrun::tell_printed(block.span, self.book);
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

    /// "Roll back if:" in a rollback's own text, or, where it leaves no doubt, among steps forward.
    pub(super) fn is_criteria(&self, list: &Block, before: Option<&Block>) -> bool {
        let text = before
            .and_then(Block::paragraph)
            .map(|inline| inline.text.as_str());
        match self.rules.place {
            Place::RollbackStep => text.is_some_and(criteria::announces),
            _ => !list.holds.work && text.is_some_and(criteria::announces_for_certain),
        }
    }

    pub(super) fn criteria(&mut self, list: &List, before: Option<&Block>) {
        self.keep(before);
        criteria::alerts(list, &mut self.found, self.book);
    }
}
