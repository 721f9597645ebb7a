//! `<!-- gonogo: allow CODE REASON -->`: a problem that is accepted in what follows the comment.

use crate::plan::draft::Allow;
use crate::plan::ledger::{Account, Element};
use crate::plan::problem::Problem;
use crate::plan::source::{Source, Span};

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// The comments of `source` that allow something; from the byte `base` on; `accounts` are the elements
/// of the file.
pub(in crate::plan::markdown) fn find(
    source: &Source,
    base: usize,
    accounts: &[Account],
    problems: &mut Vec<Problem>,
) -> Vec<Allow> {
    let text = source.text();
    let mut found = Vec::new();
    let mut close = None;
    let mut read = base;
    let mut reaches = Reaches {
        source,
        accounts,
        last: None,
    };
    let comments = text.get(base..).unwrap_or_default().match_indices(OPEN);
    for at in comments.map(|(at, _)| at + base) {
        // One end may be that of many beginnings: it is looked for once.
        let known = close.filter(|&close| close >= at);
        close = known.or_else(|| Some(at + text[at..].find(CLOSE)?));
        let Some(end) = close else { break };
        let inside = &text[at + OPEN.len()..end.max(at + OPEN.len())];
        if meant(inside).is_none() {
            continue;
        }
        // Nothing stands in a block of code but its text, so only the last element can hold it.
        let before = accounts.partition_point(|account| account.span.start <= at);
        let shown = accounts[..before]
            .last()
            .is_some_and(|account| account.element == Element::Fence && at < account.span.end);
        // What begins inside of a comment is a part of it.
        if shown || at < read {
            continue;
        }
        let span = Span::new(at, end + CLOSE.len());
        read = span.end;
        // Each line that says so begins one of its own.
        for said in lines(inside) {
            match allowed(said) {
                Said::Unknown => problems.push(
                    Problem::warning(
                        "bad-comment",
                        span,
                        "gonogo does not know what this comment says",
                    )
                    .hint("write `<!-- gonogo: allow CODE REASON -->`"),
                ),
                Said::NoReason => problems.push(Allow::without_reason(span)),
                Said::Allow(code, reason) => found.push(Allow {
                    code: code.to_owned(),
                    reason: super::blocks::one_line(reason),
                    span,
                    scope: Some(reaches.scope(span)),
                }),
            }
        }
    }
    found
}

/// What one line of a comment says.
enum Said<'t> {
    Unknown,
    NoReason,
    /// The code and the reason.
    Allow(&'t str, &'t str),
}

/// The parts of a comment that speak to gonogo: each from the line that names it up to the next one.
fn lines(inside: &str) -> impl Iterator<Item = &str> {
    let starts = inside.match_indices('\n').map(|(at, _)| at + 1);
    let named = starts.filter(|at| inside[*at..].trim_start().starts_with("gonogo:"));
    let mut borders: Vec<usize> = std::iter::once(0).chain(named).collect();
    borders.push(inside.len());
    let parts: Vec<&str> = borders
        .windows(2)
        .map(|pair| &inside[pair[0]..pair[1]])
        .collect();
    parts.into_iter().filter(|part| !part.trim().is_empty())
}

fn allowed(said: &str) -> Said<'_> {
    let rest = meant(said).and_then(|rest| rest.strip_prefix("allow"));
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    let Some(rest) = rest else {
        return Said::Unknown;
    };
    let (code, reason) = rest
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((rest.trim(), ""));
    let reason = reason.trim_start_matches([':', '-', '–', '—', ' ']).trim();
    if code.is_empty() || reason.is_empty() {
        return Said::NoReason;
    }
    Said::Allow(code.trim_end_matches(':'), reason)
}

/// What a comment says to gonogo. Where only the colon is missing, all of it: that is no form we know.
fn meant(inside: &str) -> Option<&str> {
    let inside = inside.trim();
    if let Some(rest) = inside.strip_prefix("gonogo:") {
        return Some(rest.trim());
    }
    let rest = inside.strip_prefix("gonogo")?;
    let rest = rest.trim_start_matches([' ', '\t', '-', '=']);
    rest.starts_with("allow").then_some(inside)
}

/// How far comments reach.
struct Reaches<'s> {
    source: &'s Source,
    accounts: &'s [Account],
    /// The element that the last comment stands before, and its end: any number may stand there.
    last: Option<(usize, usize)>,
}

impl Reaches<'_> {
    /// What a comment is about: the line it stands in, and the next block, item or section.
    fn scope(&mut self, comment: Span) -> Span {
        let next = self
            .accounts
            .partition_point(|account| account.span.start < comment.end);
        let end = match self.last {
            Some((element, end)) if element == next => end,
            _ => self.end(next),
        };
        self.last = Some((next, end));
        Span::new(self.source.line_start(comment.start), end)
    }

    /// Where the element `next` ends, with all that belongs to it.
    fn end(&self, next: usize) -> usize {
        let text = self.source.text();
        let Some(element) = self.accounts.get(next) else {
            return text.len();
        };
        let begins = |account: &&Account| match element.element {
            Element::Fence => true,
            Element::TaskItem => account.element != Element::Fence,
            Element::Heading => {
                account.element == Element::Heading && level(text, account) <= level(text, element)
            }
        };
        match element.element {
            Element::Fence => element.span.end,
            _ => self.accounts[next + 1..]
                .iter()
                .find(begins)
                .map_or(text.len(), |account| account.span.start),
        }
    }
}

/// The level of a heading.
fn level(text: &str, heading: &Account) -> usize {
    let line = text.get(heading.span.start..heading.span.end).unwrap_or("");
    match line.bytes().take_while(|byte| *byte == b'#').count() {
        // A heading may be a line with a rule below it.
        0 if line.trim_end().ends_with('=') => 1,
        0 => 2,
        marks => marks,
    }
}
