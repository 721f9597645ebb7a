//! What a plan applies that does not stand in it: a review is about that as well.

use std::sync::Arc;

use super::record::{Seen, Subject};
use crate::plan::migrations::{Applied, File};
use crate::plan::{Included, Plan, Problem, Source, StepIx, digest_of};

/// A file that a plan applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFile {
    /// What tells it from others.
    pub seen: Seen,
    /// What it holds; nothing, if that is too long for anybody to read.
    pub text: Arc<str>,
    /// The steps that apply it; none: the plan names it.
    pub steps: Vec<StepIx>,
}

/// The files among what was `applied`, in the order in which they are.
fn files(applied: &Applied) -> Vec<AppliedFile> {
    let files = applied.files().map(|(file, steps)| AppliedFile {
        seen: Seen {
            path: file.label.clone(),
            sha256: file.digest.clone(),
        },
        text: whole(file),
        steps: steps.to_vec(),
    });
    files.collect()
}

/// The text of `file`, and what its tool is told beside it.
fn whole(file: &File) -> Arc<str> {
    let text = file.source.text();
    if file.settings.is_empty() {
        text.into()
    } else {
        format!("{text}\n{}", file.settings).into()
    }
}

/// What is approved: SHA-256 of `plan`, and of the `files` that it applies where it applies any.
pub(super) fn digest(plan: &Plan, files: &[AppliedFile]) -> String {
    let files = files.iter().map(|file| Included {
        path: file.seen.path.clone(),
        digest: file.seen.sha256.clone(),
    });
    digest_of(&plan.digest, &files.collect::<Vec<_>>())
}

/// What a plan applies, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What it applies.
    pub applied: Applied,
    /// The files among that which problems point into.
    pub sources: Vec<Source>,
    /// All files.
    pub files: Vec<AppliedFile>,
    /// What tells the plan and all of these from every other.
    pub digest: String,
}

impl Beside {
    /// What is `applied` by `plan`; the problems with that point into `sources`.
    pub fn new(plan: &Plan, applied: Applied, sources: Vec<Source>) -> Self {
        let files = files(&applied);
        Beside {
            digest: digest(plan, &files),
            applied,
            sources,
            files,
        }
    }

    /// What a person approves of the plan whose text is `text`.
    pub fn subject<'s>(&'s self, text: &'s str) -> Subject<'s> {
        Subject {
            digest: &self.digest,
            text,
            files: &self.files,
        }
    }

    /// The files that `problem` is about, each with the steps that apply it; none: it is about the plan itself.
    pub fn of(&self, problem: &Problem) -> impl Iterator<Item = (&File, &[StepIx])> {
        let source = problem.file.and_then(|ix| self.sources.get(ix));
        let files = source.map(|source| (source.name(), self.applied.files()));
        files
            .into_iter()
            .flat_map(|(name, files)| files.filter(move |(file, _)| file.source.name() == name))
    }

    /// Whether `problem` is about a file that the step at `ix` applies; without a step, one that the plan names.
    pub fn concerns(&self, problem: &Problem, ix: Option<StepIx>) -> bool {
        self.of(problem)
            .any(|(_, steps)| ix.map_or(steps.is_empty(), |ix| steps.contains(&ix)))
    }
}
