//! Functions of the shell that an earlier part of a block defines and a later one calls.

use super::script::Piece;
use crate::plan::markdown::elements::line::{Line, Sort};
use crate::plan::shell;

/// The functions that a block defines: their names and their lines.
pub(super) fn functions<'t>(lines: &[Line<'t>]) -> Vec<(&'t str, std::ops::Range<usize>)> {
    let named =
        |line: &Line<'t>| shell::function_name(line.text).filter(|_| line.sort == Sort::Code);
    if !lines.iter().any(|line| named(line).is_some()) {
        return Vec::new();
    }
    let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
    let starts = shell::scan(&text.join("\n")).boundaries;
    let begins = |ix: usize| starts.get(ix).copied().unwrap_or(true);
    let defined = (0..lines.len()).filter(|ix| begins(*ix));
    defined
        .filter_map(|ix| {
            let end = (ix + 1..lines.len()).find(|next| begins(*next));
            Some((named(&lines[ix])?, ix..end.unwrap_or(lines.len())))
        })
        .collect()
}

/// Puts the functions that stand before the line `from` and that `piece` calls in front of it: it has a
/// shell of its own.
pub(super) fn carry<'t>(
    functions: &[(&'t str, std::ops::Range<usize>)],
    from: usize,
    lines: &[Line<'t>],
    piece: &mut Piece<'t>,
) {
    let earlier = functions.iter().filter(|(_, at)| at.end <= from);
    for (name, at) in earlier.rev() {
        if piece.code.iter().any(|line| shell::calls(line.text, name)) {
            piece.code.splice(0..0, lines[at.clone()].iter().copied());
        }
    }
}
