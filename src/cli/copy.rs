//! The run's copy of its plan, held against what the run was created with.

use std::path::Path;
use std::time::Duration;

use super::status;
use crate::journal::event::RunCreated;
use crate::plan::{digest_of, sha256};
use crate::run::RunDir;

/// How often to look whether a copy that was changed is the right one again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What is wrong with the copy in `dir`, a line for each file; nothing: it is as it was `created`.
pub(super) fn differences(dir: &RunDir, created: &RunCreated) -> Vec<String> {
    let recorded = created.included.iter();
    let recorded: Vec<(&str, &str)> = recorded
        .map(|file| (file.sha256.as_str(), file.path.as_str()))
        .collect();
    let plan = dir.plan();
    let own = match digest(&plan) {
        Ok(own) if digest_of(&own, recorded.iter().copied()) == created.digest => None,
        // Older versions did not record what a plan includes: only the whole can be told.
        Ok(_) if recorded.is_empty() && is_whole(dir, created) => None,
        Ok(_) => Some(changed(&plan)),
        Err(_) if !plan.exists() => Some(format!(
            "{}: the copy of the plan that is being run is gone",
            dir.path().display()
        )),
        Err(gone) => Some(gone),
    };
    let others = recorded.iter().filter_map(|(recorded, path)| {
        let copy = dir.included(path);
        let wrong = match digest(&copy) {
            Ok(now) if now == *recorded => return None,
            Ok(_) => changed(&copy),
            Err(gone) => gone,
        };
        Some(format!("{wrong} (it is the plan's {path})"))
    });
    own.into_iter().chain(others).collect()
}

/// Ends when the copy in `dir` is as it was `created`.
pub(super) async fn mended(dir: &RunDir, created: &RunCreated) {
    while !differences(dir, created).is_empty() {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn is_whole(dir: &RunDir, created: &RunCreated) -> bool {
    status::load_plan(dir).is_ok_and(|plan| plan.digest == created.digest)
}

fn digest(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(sha256(&bytes))
}

fn changed(path: &Path) -> String {
    let path = path.display();
    format!("{path} is not the file that the run was created with")
}
