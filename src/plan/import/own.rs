//! What of a plan is its own file's: what other files bring is named, and not written once more.

use crate::plan::Opened;
use crate::plan::include::Include;
use crate::plan::source::Span;

/// What a file says by itself.
pub(super) struct Own<'o> {
    /// The files that it takes in.
    pub(super) includes: &'o [Include],
    /// Where its text ends.
    end: usize,
}

impl<'o> Own<'o> {
    /// What the file of `opened` says by itself.
    pub(super) fn of(opened: &'o Opened) -> Self {
        Own {
            includes: &opened.includes,
            end: opened.source.file_at(0).end,
        }
    }

    /// Whether what stands at `span` is its own, and not made of what it gives to a file that it takes in.
    pub(super) fn has(&self, span: Span) -> bool {
        let mut given = self.includes.iter().flat_map(|include| &include.vars);
        span.start < self.end && !given.any(|(name, _)| name.span == span)
    }
}
