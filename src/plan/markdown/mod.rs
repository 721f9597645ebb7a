//! Runbooks in Markdown.
use super::draft::Draft;
use super::problem::Problem;
use super::source::Source;
/// Reads.
pub(super) fn read(_source: &Source) -> (Draft, Vec<Problem>) {
    (Draft::default(), Vec::new())
}
