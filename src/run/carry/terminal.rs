//! What is in force after all steps that passed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::left::Difference;
use crate::journal::event::Job;

/// The directory and the variables of the terminal that the steps of a run share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// The directory; none: where the run was started.
    pub directory: Option<PathBuf>,
    /// The umask; none: the engine's.
    pub umask: Option<u32>,
    /// Variables that differ from the engine's, or that it does not have.
    pub set: BTreeMap<String, String>,
    /// Variables of the engine that steps don't get.
    pub removed: BTreeSet<String>,
    /// How many of the run's steps that left something are in here.
    taken_in: usize,
}

impl Terminal {
    /// Takes in what the steps in `carried` left since the last time, each from the file that `file`
    /// names. The error says what can't be read.
    pub fn catch_up(
        &mut self,
        carried: &[Job],
        file: impl Fn(&Job) -> PathBuf,
    ) -> Result<(), String> {
        for job in carried.get(self.taken_in..).unwrap_or_default() {
            let path = file(job);
            let left = Difference::read(&path).map_err(|error| {
                format!(
                    "what {} left to this step can't be read: {error}: {}",
                    job.step,
                    path.display()
                )
            })?;
            self.take_in(left);
            self.taken_in += 1;
        }
        Ok(())
    }

    pub(super) fn take_in(&mut self, left: Difference) {
        if left.directory.is_some() {
            self.directory = left.directory;
        }
        self.umask = left.umask.or(self.umask);
        for name in left.removed {
            self.set.remove(&name);
            self.removed.insert(name);
        }
        for (name, value) in left.added.into_iter().chain(left.changed) {
            self.removed.remove(&name);
            self.set.insert(name, value);
        }
    }

    /// The directory for a step of a run that was started in `start`.
    pub fn directory<'a>(&'a self, start: &'a Path) -> &'a Path {
        self.directory.as_deref().unwrap_or(start)
    }

    /// The value of the variable `name`.
    pub fn variable(&self, name: &str) -> Option<String> {
        if self.removed.contains(name) {
            return None;
        }
        let set = self.set.get(name).cloned();
        set.or_else(|| std::env::var(name).ok())
    }
}
