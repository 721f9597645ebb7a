//! What a plan applies that does not stand in it: a review is about that as well.

use std::collections::HashMap;
use std::sync::Arc;

use super::record::{Seen, Subject};
use crate::plan::migrations::{Applied, File};
use crate::plan::{Plan, Problem, Source, StepIx, digest_of};

/// A file that a plan applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFile {
    /// What tells it from others.
    pub seen: Seen,
    /// SHA-256 of its bytes, by which older versions told it.
    pub exact: String,
    /// Why nobody can read it, in words that follow its name, if nobody can.
    pub unread: Option<String>,
    /// What it holds; nothing, if that is too long for anybody to read.
    pub text: Arc<str>,
    /// The steps that apply it; none: the plan names it.
    pub steps: Vec<StepIx>,
}

/// The digest of what nobody can read.
const UNREAD: &str = "unread";

/// The files among what was `applied`, in the order in which they are.
fn files(applied: &Applied) -> Vec<AppliedFile> {
    let files = applied.files().map(|(file, steps)| AppliedFile {
        seen: Seen {
            path: file.label.clone(),
            sha256: file.digest.clone(),
        },
        exact: file.exact.clone(),
        unread: None,
        text: whole(file),
        steps: steps.to_vec(),
    });
    let unread = applied.unread.iter().map(|unread| AppliedFile {
        seen: Seen {
            path: unread.label.clone(),
            sha256: UNREAD.to_owned(),
        },
        exact: UNREAD.to_owned(),
        unread: Some(unread.why.clone()),
        text: "".into(),
        steps: unread.steps.clone(),
    });
    files.chain(unread).collect()
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

/// What is approved: SHA-256 of the text of `plan`, and of those of the `files` that it applies where it applies any.
pub(super) fn digest(plan: &Plan, files: &[AppliedFile]) -> String {
    let files = files.iter().map(|file| &file.seen);
    digest_of(
        &plan.text_digest,
        files.map(|seen| (&*seen.sha256, &*seen.path)),
    )
}

/// The same of their bytes, as older versions told it.
fn exact(plan: &Plan, files: &[AppliedFile]) -> String {
    let files = files.iter().map(|file| (&*file.exact, &*file.seen.path));
    digest_of(&plan.digest, files)
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
    /// What tells the plan and all of these from every other, however their lines end.
    pub digest: String,
    /// What told them in older versions, by their bytes.
    exact: String,
}

impl Beside {
    /// What is `applied` by `plan`; the problems with that point into `sources`.
    pub fn new(plan: &Plan, applied: Applied, sources: Vec<Source>) -> Self {
        let files = files(&applied);
        Beside {
            digest: digest(plan, &files),
            exact: exact(plan, &files),
            applied,
            sources,
            files,
        }
    }

    /// The files that nobody can read, and why: as long as there are any, nothing can be approved.
    pub fn unread(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((&*file.seen.path, file.unread.as_deref()?)))
    }

    /// What tells the same in an older version and in this one, for whatever these differ in.
    pub(super) fn older(&self) -> HashMap<&str, &str> {
        let files = self.files.iter();
        let files = files.map(|file| (&*file.exact, &*file.seen.sha256));
        let all = files.chain([(&*self.exact, &*self.digest)]);
        all.filter(|(older, now)| older != now).collect()
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
