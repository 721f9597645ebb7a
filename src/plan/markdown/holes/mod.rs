//! What a command leaves open for its operator to fill in. [`placeholder`] looks in a line for each of its manners:
//! marks of templates, words in capitals, ellipses, addresses; [`secret`] tells which of them nobody may read.

mod addresses;
pub(super) mod marks;
mod meant;
mod open;
pub(super) mod placeholder;
pub(super) mod secret;

/// What `find` finds in `line`.
#[cfg(test)]
fn found(
    find: impl Fn(&str, placeholder::Context, &mut Vec<std::ops::Range<usize>>),
    line: &str,
    context: placeholder::Context,
) -> Vec<&str> {
    let mut found = Vec::new();
    find(line, context, &mut found);
    found.into_iter().map(|range| &line[range]).collect()
}
