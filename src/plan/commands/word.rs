//! Words of a command: their text without its quotes, and where each byte of it stands.

use std::borrow::Cow;
use std::ops::Range;

/// A word as the shell would see it before it expands anything.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Word<'t> {
    /// The text. `$…` and `` `…` `` are in it as they are written.
    pub(in crate::plan) text: Cow<'t, str>,
    /// Where it stands in the outermost script, its quotes included.
    pub(in crate::plan) span: Range<usize>,
    /// Whether some of it was quoted.
    pub(in crate::plan) quoted: bool,
    /// Whether the shell puts something into it: a variable, what a command prints.
    pub(in crate::plan) expands: bool,
    /// Stretches of the text that stand in the script as they are: offsets here, offsets there.
    /// None: all of it, from the start of the span.
    pub(super) stretches: Vec<(usize, usize)>,
}

impl<'t> Word<'t> {
    /// A word that stands in the script as it is.
    pub(super) fn plain(text: &'t str, at: usize) -> Self {
        Word {
            text: Cow::Borrowed(text),
            span: at..at + text.len(),
            ..Word::default()
        }
    }

    /// Where the byte at `offset` of the text stands in the outermost script.
    pub(in crate::plan) fn locate(&self, offset: usize) -> usize {
        let next = self
            .stretches
            .partition_point(|(start, _)| *start <= offset);
        match next.checked_sub(1) {
            Some(ix) => self.stretches[ix].1 + (offset - self.stretches[ix].0),
            None => self.span.start + offset,
        }
    }

    /// Where `range` of the text stands in the outermost script.
    pub(in crate::plan) fn place(&self, range: Range<usize>) -> Range<usize> {
        let start = self.locate(range.start);
        match range.end.checked_sub(1).filter(|last| *last >= range.start) {
            Some(last) => start..self.locate(last).max(start) + 1,
            None => start..start,
        }
    }

    /// The text behind the last `/`.
    pub(in crate::plan) fn base_name(&self) -> &str {
        let slash = self.text.bytes().rposition(|byte| byte == b'/');
        slash.map_or(&self.text, |at| &self.text[at + 1..])
    }

    /// Whether it is an option, or `-` alone.
    pub(in crate::plan) fn is_option(&self) -> bool {
        self.text.starts_with('-')
    }

    /// The part from the byte `from` on.
    pub(super) fn tail(&self, from: usize) -> Word<'t> {
        let text = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(from..).unwrap_or("")),
            Cow::Owned(text) => Cow::Owned(text.get(from..).unwrap_or("").to_owned()),
        };
        let start = self.locate(from);
        let stretches = self.stretches.iter().filter(|(here, _)| *here > from);
        let stretches = std::iter::once((0, start))
            .chain(stretches.map(|(here, there)| (here - from, *there)))
            .collect();
        Word {
            text,
            span: start..self.span.end,
            stretches,
            ..*self
        }
    }

    /// The same word, for a script that `outer` is the text of.
    pub(super) fn within(self, outer: &Word<'_>) -> Word<'static> {
        let length = self.text.len();
        let mut stretches = Vec::new();
        // Every border of a stretch, here or in the outer word, begins a new one.
        let own: Vec<(usize, usize)> = match self.stretches.as_slice() {
            [] => vec![(0, self.span.start)],
            some => some.to_vec(),
        };
        for (ix, (here, there)) in own.iter().enumerate() {
            let end = own.get(ix + 1).map_or(length, |next| next.0);
            stretches.push((*here, outer.locate(*there)));
            let inside = |border: &&(usize, usize)| {
                border.0 > *there && border.0 < there + (end.saturating_sub(*here))
            };
            let borders = outer.stretches.iter().filter(inside);
            stretches.extend(borders.map(|border| (here + (border.0 - there), border.1)));
        }
        Word {
            text: Cow::Owned(self.text.into_owned()),
            span: outer.place(self.span),
            stretches,
            quoted: self.quoted,
            expands: self.expands,
        }
    }
}
