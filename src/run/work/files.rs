//! Whether the files that a step applies are what they were when the run began: looked at just before it begins, so
//! that little can happen in between.

use tokio::sync::mpsc::Receiver;

use super::judge::not_begun;
use crate::journal::event::{ChangedFile, Job, Stage};
use crate::run::input::Finish;
use crate::run::state::names_of;

/// Tells which of the files that a step applies are not what they were. It reads the disk.
pub type Look = Box<dyn FnOnce() -> Vec<ChangedFile> + Send + Sync>;

/// That `job` is not begun, where a `look` finds its files to be others. A disk that does not answer is waited for until
/// somebody stops it.
pub(super) async fn refused(
    job: &Job,
    look: Option<Look>,
    stops: &mut Receiver<Stage>,
) -> Option<Finish> {
    let look = tokio::task::spawn_blocking(look?);
    let changed = tokio::select! {
        changed = look => changed.map_err(|error| error.to_string()),
        Some(_) = stops.recv() => Err("given up before it had begun".to_owned()),
    };
    match changed {
        Ok(changed) if changed.is_empty() => None,
        Ok(changed) => {
            let words = format!(
                "{} since the run began: nothing of it was run; if that is meant, try again with a reason",
                names_of(&changed)
            );
            Some(Finish {
                changed,
                ..not_begun(job, words)
            })
        }
        Err(why) => Some(not_begun(job, why)),
    }
}
