//! What goes on around a run while its engine drives it: its directory, its disk, the plan's file.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::plan::sha256;
use crate::run::{Concerns, RunDir};

/// How often to look.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Fewer bytes than these are little: 64 MiB.
const LITTLE: u64 = 64 * 1024 * 1024;

/// Looks again and again, and ends when the run's directory was removed: there is nothing left to
/// drive then, and nowhere to say so.
pub(super) async fn watch(dir: &RunDir, plan: PlanFile, concerns: watch::Sender<Concerns>) {
    let mut plan = plan;
    while dir.journal().exists() {
        let found = Concerns {
            plan_differs: plan.differs(),
            disk_left: disk_left(dir.path()).filter(|left| *left < LITTLE),
        };
        concerns.send_if_modified(|known| {
            let changed = *known != found;
            *known = found;
            changed
        });
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The bytes that are left where `path` is.
fn disk_left(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The file that a run's plan was read from.
pub(super) struct PlanFile {
    path: PathBuf,
    digest: String,
    /// What was last found: when it was written, how long it is, whether it differs.
    seen: Option<(SystemTime, u64, bool)>,
}

impl PlanFile {
    /// The file at `path`, which had this digest.
    pub(super) fn new(path: PathBuf, digest: String) -> Self {
        PlanFile {
            path,
            digest,
            seen: None,
        }
    }

    /// Whether it is another one now. A file that is gone says nothing.
    fn differs(&mut self) -> bool {
        let Ok(file) = std::fs::metadata(&self.path) else {
            return false;
        };
        let (written, size) = (
            file.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            file.len(),
        );
        match self.seen {
            Some((then, before, differs)) if (then, before) == (written, size) => differs,
            _ => {
                let bytes = std::fs::read(&self.path);
                let differs = bytes.is_ok_and(|bytes| sha256(&bytes) != self.digest);
                self.seen = Some((written, size, differs));
                differs
            }
        }
    }
}
