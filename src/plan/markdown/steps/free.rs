//! Blocks that stand by themselves, below no item: each part of one is a step of its own.

use super::by_hand;
use super::guards;
use super::in_turn;
use super::walk::Walk;
use super::ways::{self, Candidate};
use super::withheld;
use super::work;
use crate::plan::markdown::code::{hosts, script};
use crate::plan::markdown::elements::blocks::Block;
use crate::plan::markdown::lines::{above, remedies};
use crate::plan::markdown::names::conditional;
use crate::plan::markdown::names::label::{Group, within};
use crate::plan::markdown::names::only;
use crate::plan::markdown::names::turns;
use crate::plan::markdown::names::words::Words;
use crate::plan::markdown::names::written;
use crate::plan::source::Span;

impl Walk<'_, '_> {
    /// The block at `ix` with those that are joined to it, behind the line `before`, or that are `offered` beside it; and
    /// what follows. What the words above it say holds for all of it.
    pub(super) fn commands(
        &mut self,
        blocks: &[Block],
        ix: usize,
        before: Option<&Block>,
        offered: &[usize],
        group: Option<&Group>,
    ) -> usize {
        let (candidates, next) = ways::side_by_side(blocks, ix, before, offered, self.book);
        let case = self.case(blocks, ix);
        let above = ix
            .checked_sub(1)
            .and_then(|above| blocks[above].paragraph());
        let from = self.found.steps.len();
        self.fences(&candidates, group);
        let forward = self.is_forward();
        for step in &mut self.found.steps[from..] {
            match case {
                Some(case) if forward && conditional::is_reserved(case) => {
                    guards::guard(step, case, self.book);
                }
                Some(case) => guards::guard_case(step, case, self.book),
                None => {}
            }
            hosts::guard_below(step, above, self.book);
            by_hand::settle(step, above.map(|above| above.text.as_str()), self.book);
        }
        next
    }

    /// The case that the words above the block at `ix` say it is for.
    fn case<'t>(&self, blocks: &'t [Block], ix: usize) -> Option<&'t str> {
        let named = || above::line(blocks, ix, self.book);
        let line = ix
            .checked_sub(1)
            .and_then(|above| blocks[above].paragraph());
        if !self.is_forward() {
            let line = line.map(|line| line.text.as_str());
            let line = line.filter(|line| !line.contains('\n'));
            let told = line.filter(|line| turns::of(line).is_some());
            let told = told.map(|line| line.trim_end_matches([':', '：', '.']));
            let Some(named) = named() else {
                return told;
            };
            let case = in_turn::says_case(named.text).then_some(named.text);
            // What the whole way back is for is no case among its steps.
            let whole = |case: &str| only::is(case) && Words::new(case).is_failure();
            let case = case.filter(|case| !(self.found.steps.is_empty() && whole(case)));
            return case.or_else(|| named.forbids()).or(told);
        }
        let said = line.and_then(|line| conditional::above(&line.text));
        said.or_else(|| named()?.case())
            .or_else(|| remedies::above(blocks, ix))
    }

    /// Blocks that stand by themselves: one, whose parts are steps, or several ways of one.
    pub(super) fn fences(&mut self, candidates: &[Candidate<'_>], group: Option<&Group>) {
        match candidates {
            [only] => self.free(only, group),
            several => {
                let first = several
                    .first()
                    .map_or(Span::at(0), |candidate| candidate.span);
                let mut step = work::blank(String::new(), first);
                step.group = group.cloned();
                self.choose(&mut step, several);
                work::finish(&mut step);
                self.push(step);
            }
        }
    }

    fn free(&mut self, candidate: &Candidate<'_>, group: Option<&Group>) {
        let fence = candidate.fence;
        self.book.settle(fence.account, self.rules.place);
        let label = candidate.label.as_deref();
        let pieces = if written::is_script(fence) || written::is_content(fence, label) {
            vec![script::whole(fence, true)]
        } else {
            script::pieces(fence, fence.language)
        };
        let single = pieces.len() == 1;
        if pieces.is_empty() {
            self.keep_span(candidate.span);
        }
        let mut alone = None;
        let mut or = None;
        for (nth, piece) in pieces.iter().enumerate() {
            let other = ways::of_piece(piece);
            let other = or.take().or(other).filter(|_| nth > 0);
            let start = fence.locate(piece.start);
            let end = fence.locate(piece.end).max(start);
            let span = self.book.span(start, end);
            let title = piece.title.clone().unwrap_or_default();
            let above = alone.take();
            if piece.code.is_empty() {
                or = other;
                alone = withheld::in_comment(piece).map(|(at, text)| (fence.locate(at), text));
            } else if self.is_withheld(piece) {
                withheld::tell_comment(span, &title, self.book);
                self.keep_span(span);
                continue;
            }
            let mut step = work::blank(String::new(), span);
            step.group = group.cloned();
            match &candidate.label {
                Some(label) if single => step.title.clone_from(label),
                Some(label) => step.group = within(group, Some(label.clone())),
                None => {}
            }
            if step.title.is_empty() {
                step.title = title;
            } else if !piece.code.iter().any(|line| line.text.trim() == title) {
                work::add(&mut step.details, &title);
            }
            work::fill(&mut step, piece, fence, self.book);
            self.heed(&mut step, piece, fence);
            if let Some((at, text)) = above.filter(|_| self.is_forward()) {
                let span = self.book.span(at, at + text.len() + 1);
                guards::guard_comment(&mut step, text, None, span, self.book);
            }
            if let Some(text) = other {
                guards::guard_way(&mut step, text, self.book);
            }
            if let Some(label) = candidate.label.as_ref().filter(|_| !self.is_forward()) {
                guards::guard_time(&mut step, label, self.found.steps.len(), self.book);
            }
            if self.is_forward() {
                guards::guard_named(&mut step, fence, self.book);
            }
            let give = if single { work::name } else { work::settings };
            give(&mut step, fence, candidate.span, self.book);
            work::finish(&mut step);
            self.push(step);
        }
    }
}
