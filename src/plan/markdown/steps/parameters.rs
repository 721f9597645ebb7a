//! `$1` in SQL: a value that the application gives with its statement. Here nobody does.

use crate::plan::markdown::book::Book;
use crate::plan::markdown::code::script::Piece;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::problem::Problem;
use crate::plan::sql_text;

/// Whether a statement of `piece` has such a value open, which is told.
pub(super) fn are_open(piece: &Piece<'_>, fence: &Fence, book: &mut Book<'_>) -> bool {
    let text = piece.text();
    let Some(open) = sql_text::open_parameter(&text) else {
        return false;
    };
    let mut lines = piece.code.iter();
    let place = lines.find_map(|line| Some((line.at, line.text.find(open)?)));
    let at = fence.locate(place.map_or(piece.start, |(line, at)| line + at));
    let message = format!("nobody gives a value for `{open}`: nothing of this block is run");
    book.problems.push(
        Problem::warning("placeholder", book.span(at, at + open.len()), message)
            .hint("write `<user-id>` in its place, and it is asked for"),
    );
    true
}
