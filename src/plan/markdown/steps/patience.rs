//! How long a block's statements may wait for a lock, as the words behind its fence say.

use std::time::Duration;

use crate::plan::duration;
use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence;
use crate::plan::problem::Problem;
use crate::plan::source::Span;

/// The time that `fence` gives, if that can be read.
pub(super) fn of(fence: &Fence) -> Option<Duration> {
    let given = fence::attributes(&fence.info).lock_timeout?;
    duration::parse(&given).ok()
}

/// Tells of a time behind `fence`, which stands at `span`, that can't be read, or that nobody minds.
pub(super) fn tell(fence: &Fence, span: Span, book: &mut Book<'_>) {
    let attributes = fence::attributes(&fence.info);
    let line = book.first_line(span);
    if let Some(Err(why)) = attributes.lock_timeout.as_deref().map(duration::parse) {
        book.problems.push(
            Problem::error("bad-duration", line, why)
                .hint("write a number and a unit, such as `500ms` or `2s`"),
        );
    }
    let mut others = attributes.others.iter();
    if others.any(|word| word.starts_with("statement_timeout=")) {
        let message = "`statement_timeout` behind a fence is kept for reading: nothing is limited";
        book.problems.push(
            Problem::warning("fence-attributes", line, message)
                .hint("write `SET statement_timeout = '30s';` into the block"),
        );
    }
}
