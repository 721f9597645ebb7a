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

use crate::plan::markdown::book::Book;
use crate::plan::markdown::elements::blocks::Fence;
use crate::plan::markdown::elements::fence;
use crate::plan::problem::{Problem, Severity};
use crate::plan::snapshot::{Kept, Snapshot};
use crate::plan::source::Span;
use crate::plan::{toml, tree};

/// What a block says to take, and what is expected of it.
pub(in crate::plan::markdown) struct Taken {
    pub(in crate::plan::markdown) snapshot: Snapshot,
    pub(in crate::plan::markdown) kept: Option<Box<Kept>>,
}

/// Reads `fence`. What has neither keys nor a name is somebody else's block, and only kept.
pub(in crate::plan::markdown) fn read(fence: &Fence, book: &mut Book<'_>) -> Option<Taken> {
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
        for problem in &mut problems {
            problem.severity = Severity::Warning;
        }
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
    if let Some(kept) = &mut kept {
        put(&mut kept.span);
    }
    Some(Taken { snapshot, kept })
}

#[cfg(test)]
mod tests {
    use crate::plan::{Aspect, Severity, Work, open};

    const PICTURE: &str =
        "# Squash\n\n## Deployment\n\n- [ ] Look\n\n  ```snapshot {name=before}\n  ```\n\n";

    fn said(more: &str) -> Vec<(usize, &'static str, Severity)> {
        let opened = open("plan.md", format!("{PICTURE}{more}").as_bytes());
        let problems = opened.problems.iter();
        let told = problems.filter(|p| p.code != "no-way-back");
        told.map(|p| (opened.source.line(p.span.start), p.code, p.severity))
            .collect()
    }

    #[test]
    fn keys_stand_behind_the_fence_and_in_the_block() {
        let more = "```snapshot {compare=before}\nname = \"after\"\n# what may go\nkeeps = [\"rows\"]\nexcept = [\"audit.*\"]\n```\n";
        let opened = open("plan.md", format!("{PICTURE}{more}").as_bytes());
        let plan = opened.plan.unwrap();
        let step = &plan.steps[1].spec;
        let Work::Snapshot(snapshot) = &step.work else {
            panic!("{step:#?}");
        };
        assert_eq!(snapshot.name.value, "after");
        assert_eq!(snapshot.compare.as_ref().unwrap().value, "before");
        assert_eq!(snapshot.databases[0].value, "main");
        let kept = step.expect().kept.as_ref().unwrap();
        assert_eq!(
            (kept.keeps.as_slice(), kept.except.len()),
            (&[Aspect::Rows][..], 1)
        );
        assert_eq!(step.title, "Snapshot \"after\"");
    }

    #[test]
    fn what_is_wrong_in_a_block_is_told_at_its_line() {
        let block = "- [ ] Compare\n\n  ```snapshot {name=after}\n  compare = \"befor\"\n  keep = [\"rows\"]\n  ```\n";
        assert_eq!(
            said(block),
            [
                (13, "unknown-snapshot", Severity::Error),
                (14, "unknown-key", Severity::Error),
            ]
        );
    }

    #[test]
    fn somebody_elses_block_is_kept_and_not_taken_for_a_step() {
        let block = "- [ ] Read this\n\n  ```snapshot\n  exports[`renders`] = `<div/>`;\n  ```\n";
        let found = said(block);
        assert!(
            found
                .iter()
                .all(|(_, _, severity)| *severity < Severity::Error),
            "{found:?}"
        );
        assert_eq!(found.len(), 1);
    }
}
