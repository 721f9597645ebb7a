//! What goes on around a run while its engine drives it: its directory, its disk, the plan's file, the
//! databases that its steps are busy with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};

use crate::clock::Moment;
use crate::monitor::{Health, Link};
use crate::plan::{Plan, sha256};
use crate::run::{Concerns, Notice, RunDir, disk_left};

/// How often to look.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Fewer bytes than these are little: 64 MiB.
const LITTLE: u64 = 64 * 1024 * 1024;

/// Looks at the run's directory again and again, and ends when it was removed: there is nothing left
/// to drive then, and nowhere to say so.
pub(super) async fn directory(dir: &RunDir, concerns: watch::Sender<Concerns>) {
    while dir.journal().exists() {
        let disk_left = disk_left(dir.path()).filter(|left| *left < LITTLE);
        concerns.send_if_modified(|known| {
            let before = std::mem::replace(&mut known.disk_left, disk_left);
            before != disk_left
        });
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Looks at the plan's files again and again. They lie where somebody writes plans: that may be a
/// server that does not answer, which keeps nobody waiting but this.
pub(super) async fn plan(mut plan: PlanFiles, concerns: watch::Sender<Concerns>) {
    loop {
        let look = move || {
            let differ = plan.differ();
            (plan, differ)
        };
        let Ok((back, differ)) = tokio::task::spawn_blocking(look).await else {
            return;
        };
        plan = back;
        concerns.send_if_modified(|known| {
            let before = std::mem::replace(&mut known.plan_differs, differ);
            before != differ
        });
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The files that a run's plan was read from.
pub(super) struct PlanFiles(Vec<PlanFile>);

/// One of them.
struct PlanFile {
    path: PathBuf,
    digest: String,
    /// What was last found: when it was written, how long it is, whether it differs.
    seen: Option<(SystemTime, u64, bool)>,
}

impl PlanFiles {
    /// The files of `plan`, which was read from `path`.
    pub(super) fn new(path: &Path, plan: &Plan) -> Self {
        let file = |path: PathBuf, digest: &str| PlanFile {
            path,
            digest: digest.to_owned(),
            seen: None,
        };
        let folder = path.parent().unwrap_or(path);
        let included = plan.included.iter();
        let included = included.map(|other| file(folder.join(&other.path), &other.digest));
        let own = file(path.to_owned(), &plan.own_digest);
        PlanFiles(std::iter::once(own).chain(included).collect())
    }

    /// Whether one is another now.
    fn differ(&mut self) -> bool {
        self.0.iter_mut().any(PlanFile::differs)
    }
}

impl PlanFile {
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

/// Reports every database that is lost, each time it is, and every one that can be reached, each time it can
/// again. One that never was there is no news.
pub(super) async fn databases(
    mut health: watch::Receiver<Arc<Health>>,
    notices: mpsc::Sender<Notice>,
) {
    let (mut up, mut greeted) = (BTreeMap::new(), BTreeMap::new());
    loop {
        let now = Arc::clone(&health.borrow_and_update());
        let news = lost(&mut up, &now).into_iter();
        for notice in news.chain(reached(&mut greeted, &now)) {
            if notices.send(notice).await.is_err() {
                return;
            }
        }
        if health.changed().await.is_err() {
            return;
        }
    }
}

/// The databases that went away since `up` were there, each since when, which is brought up to date.
/// One that is there again since another time was away in between, if only for a moment.
fn lost(up: &mut BTreeMap<String, Moment>, health: &Health) -> Vec<Notice> {
    let mut news = Vec::new();
    for database in &health.databases {
        let (was_up, why) = match &database.link {
            Link::Connecting => continue,
            Link::Up { since } => {
                let before = up.insert(database.name.clone(), *since);
                let away = before.is_some_and(|before| before != *since);
                (away, "the connection was lost, and is there again")
            }
            Link::Down { reason, .. } => (up.remove(&database.name).is_some(), reason.as_str()),
        };
        if was_up {
            news.push(Notice::DatabaseLost {
                database: database.name.clone(),
                why: why.to_owned(),
            });
        }
    }
    news
}

/// The databases of whose present connection there is a first picture, each with its server. `greeted` tells since
/// when that is up of which this was told, and is brought up to date.
fn reached(greeted: &mut BTreeMap<String, Moment>, health: &Health) -> Vec<Notice> {
    let mut news = Vec::new();
    for database in &health.databases {
        // A picture that was taken over a connection before comes with a trouble.
        let (Link::Up { since }, Some(picture), None) =
            (&database.link, &database.picture, &database.trouble)
        else {
            continue;
        };
        if greeted.insert(database.name.clone(), *since) != Some(*since) {
            news.push(Notice::DatabaseUp {
                database: database.name.clone(),
                server: picture.server.identity.clone(),
            });
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::DatabaseHealth;

    fn health(link: Link) -> Health {
        Health {
            databases: vec![DatabaseHealth {
                link,
                ..DatabaseHealth::new("main")
            }],
            ..Health::default()
        }
    }

    #[test]
    fn a_database_is_lost_only_if_it_was_there_and_once_each_time() {
        let (since, reason) = (Moment::default(), "no server listens".to_owned());
        let (up, down) = (
            Link::Up { since },
            Link::Down {
                since,
                reason,
                unasked: false,
            },
        );
        let later = Moment { mono: 7, ..since };
        let links = [
            Link::Connecting,
            down.clone(),
            up.clone(),
            down.clone(),
            down.clone(),
            up.clone(),
            up,
            // It was away, and nobody has seen that.
            Link::Up { since: later },
            down,
        ];
        let mut known = BTreeMap::new();
        let lost: Vec<usize> = links
            .into_iter()
            .map(|link| lost(&mut known, &health(link)).len())
            .collect();
        assert_eq!(lost, [0, 0, 0, 1, 0, 0, 0, 1, 1]);
    }
}
