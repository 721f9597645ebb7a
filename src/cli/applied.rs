//! The files that the steps of a run apply: as they are when it begins, and as each step finds them.

use std::path::Path;
use std::sync::Arc;

use crate::journal::event::{AppliedFile, RunCreated};
use crate::plan::migrations::Applied;
use crate::plan::{Plan, StepIx};
use crate::project::Around;
use crate::run::FilesNow;

/// Where a run of `plan`, which stands at `path`, looks for them that begins in the directory `start`.
pub(super) fn around(plan: &Plan, path: &Path, start: &Path) -> Around {
    Around::new(Some(plan), path, &[]).from_within(start.to_owned())
}

/// All of them that are applied on the way forward, as they are now.
pub(super) fn all(plan: &Plan, around: &Around) -> Vec<AppliedFile> {
    files(plan, &around.ahead())
}

/// What reads those of one step of the run that was `created` with `plan`.
pub(super) fn reader(plan: &Arc<Plan>, created: &RunCreated) -> FilesNow {
    let plan = Arc::clone(plan);
    let around = around(&plan, Path::new(&created.path), Path::new(&created.cwd));
    Arc::new(move |ix| files(&plan, &around.ahead().of_step(ix)))
}

fn files(plan: &Plan, around: &Around) -> Vec<AppliedFile> {
    // Only what somebody names besides may be missing, and nobody names anything here.
    let applied = around.read().unwrap_or_default();
    let Applied { unread, .. } = &applied;
    let read = applied.files();
    let read = read.map(|(file, steps)| (&file.label, Some(&file.digest), steps));
    let unread = unread
        .iter()
        .map(|unread| (&unread.label, None, unread.steps.as_slice()));
    let file = |(path, sha256, steps): (&String, Option<&String>, &[StepIx])| AppliedFile {
        path: path.clone(),
        sha256: sha256.cloned(),
        steps: steps
            .iter()
            .map(|ix| plan.steps[*ix].id.to_string())
            .collect(),
    };
    read.chain(unread).map(file).collect()
}
