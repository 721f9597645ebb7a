//! Lines of a block of code.

/// A line of a block and its place there.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan::markdown) struct Line<'t> {
    pub(in crate::plan::markdown) at: usize,
    pub(in crate::plan::markdown) text: &'t str,
    pub(in crate::plan::markdown) sort: Sort<'t>,
}

/// What a line of a script is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::plan::markdown) enum Sort<'t> {
    Blank,
    /// `#!`, `set -e`: nothing that would be a step.
    Preamble,
    /// What a comment on a line of its own says.
    Comment(&'t str),
    /// The same of one that shows what is printed.
    Shown(&'t str),
    Code,
}
