//! What a step finds where the files stand that it applies.

use std::sync::Arc;

use super::Supervisor;
use crate::journal::event::{AppliedFile, Job};
use crate::plan::StepIx;
use crate::plan::migrations::made_before;
use crate::run::state::RunState;
use crate::run::work::files::Look;

/// Reads the files that the step at a place applies now.
pub type FilesNow = Arc<dyn Fn(StepIx) -> Vec<AppliedFile> + Send + Sync>;

impl Supervisor {
    /// What tells whether the files that `job` applies are what they were when the run began.
    pub(super) fn look(&self, job: &Job, state: &RunState) -> Option<Look> {
        let plan = Arc::clone(&self.outfit.plan);
        let ix = plan.find(&job.step)?;
        let (files, applied) = (state.files.clone(), Arc::clone(&self.outfit.applied));
        if files.are_unknown() {
            return None;
        }
        let step = job.step.clone();
        let ahead = plan.forward_steps();
        // A way back is not held up.
        if job.undo || !ahead.contains(&ix) {
            return None;
        }
        Some(Box::new(move || {
            let now = applied(ix);
            files.changes(&step, &now, &made_before(&plan, ix))
        }))
    }
}
