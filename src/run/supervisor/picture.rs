//! Getting ready to take pictures of databases.

use super::{Supervisor, timeout_of};
use crate::clock::SystemClock;
use crate::journal::event::Job;
use crate::plan::{Kept, Snapshot, Step};
use crate::run::state::RunState;
use crate::run::work::prepare::application;
use crate::run::work::snapshot::{Earlier, SnapshotWork};

impl Supervisor {
    /// The work that `snapshot` stands for; the error says what it lacks.
    pub(super) fn picture(
        &self,
        step: &Step,
        job: Job,
        mut snapshot: Snapshot,
        kept: Option<Box<Kept>>,
        state: &RunState,
    ) -> Result<SnapshotWork<SystemClock>, String> {
        let limit = timeout_of(step, &job);
        // What is not counted by then is said, instead of all being for nothing.
        snapshot.deadline = snapshot.deadline.or(limit.map(|limit| limit * 3 / 4));
        let databases = snapshot.databases.iter();
        let earlier = snapshot.compare.as_ref();
        let earlier = earlier.map(|with| self.earlier(&with.value, state));
        Ok(SnapshotWork {
            urls: databases.map(|name| self.url(&name.value)).collect(),
            earlier: earlier.transpose()?,
            file: self.outfit.dir.snapshot(&job),
            output: self.outfit.dir.output(&job),
            application: application(&state.run, &step.number),
            backends: self.outfit.backends.clone(),
            clock: self.outfit.clock,
            job,
            snapshot,
            kept,
        })
    }

    /// The picture that was taken last under this name.
    fn earlier(&self, name: &str, state: &RunState) -> Result<Earlier, String> {
        let taken = state.snapshots.get(name);
        let taken = taken.ok_or_else(|| format!("the snapshot \"{name}\" was not taken"))?;
        Ok(Earlier {
            file: self.outfit.dir.snapshot(&taken.job),
            sha256: taken.sha256.clone(),
        })
    }
}
