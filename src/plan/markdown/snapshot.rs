//! Blocks of the language `snapshot`: pictures of a database among the commands of a runbook.
//!
//! ````text
//! ```snapshot {name=after compare=before}
//! keeps  = "everything"
//! except = ["sessions"]
//! ```
//! ````
//!
//! The keys are those of a typed plan; `name`, `compare` and `database` may stand behind the fence.

use super::blocks::Fence;
use super::book::Book;
use super::fence;
use crate::plan::problem::{Problem, Severity};
use crate::plan::snapshot::{Kept, Snapshot};
use crate::plan::source::Span;
use crate::plan::{toml, tree};

/// What a block says to take, and what is expected of it.
pub(super) struct Taken {
    pub(super) snapshot: Snapshot,
    pub(super) kept: Option<Box<Kept>>,
}

/// Reads `fence`. What has neither keys nor a name is somebody else's block, and only kept.
pub(super) fn read(fence: &Fence, book: &mut Book<'_>) -> Option<Taken> {
    let attributes = fence::attributes(&fence.info);
    let named = [
        ("name", attributes.name.as_deref()),
        ("compare", attributes.compare.as_deref()),
        ("database", attributes.database.as_deref()),
    ];
    let pairs: Vec<(&str, &str)> = named
        .iter()
        .filter_map(|(key, value)| Some((*key, (*value)?)))
        .collect();
    let mut problems = Vec::new();
    let root = tree::toml::parse(&fence.text, 0, &mut problems);
    let foreign = !problems.is_empty() && pairs.is_empty();
    let block = toml::block(root, &pairs);
    problems.extend(block.problems);
    if foreign {
        problems.truncate(1);
        problems
            .iter_mut()
            .for_each(|p| p.severity = Severity::Warning);
    }
    let place = |span: Span| {
        let start = fence.locate(span.start);
        (start, fence.locate(span.end).max(start))
    };
    for problem in problems {
        let (start, end) = place(problem.span);
        let span = book.span(start, end);
        book.problems.push(Problem { span, ..problem });
    }
    let mut snapshot = block.snapshot.filter(|_| !foreign)?;
    let mut kept = block.kept;
    let put = |span: &mut Span| {
        let (start, end) = place(*span);
        *span = book.span(start, end);
    };
    put(&mut snapshot.name.span);
    let texts = snapshot.compare.iter_mut().chain(&mut snapshot.databases);
    texts.for_each(|text| put(&mut text.span));
    kept.iter_mut().for_each(|kept| put(&mut kept.span));
    Some(Taken { snapshot, kept })
}
