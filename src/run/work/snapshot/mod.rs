//! Taking a picture of databases: on a connection of its own, so that what the run's session holds or
//! has set does not matter, in one read-only transaction that sees one moment.
//!
//! Every lock is let go as soon as a table is counted, and none is waited for longer than the step
//! allows: what is in use can't be kept waiting by it, and does not keep it waiting. What could not be
//! counted is kept with the reason.

mod catalog;
mod count;
mod link;

use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc::{Receiver, Sender};

use self::link::Link;
use super::backends::Backends;
use super::judge::not_begun;
use crate::clock::{Clock, Moment};
use crate::journal::event::{Applied, Job, Outcome, SnapshotTaken, Stage};
use crate::plan::{Kept, Snapshot, sha256};
use crate::run::input::{Finish, Notice};
use crate::run::snapshot::{DatabasePicture, Picture, VERSION, compare, print, summary, verdict};

/// How long the catalogs may be read at least: without them there is nothing to tell of.
const CATALOGS: Duration = Duration::from_secs(30);

/// An earlier picture.
pub struct Earlier {
    /// The file that holds it.
    pub file: PathBuf,
    /// What the journal says of that file.
    pub sha256: String,
}

/// One picture to take.
pub struct SnapshotWork<C> {
    pub job: Job,
    pub snapshot: Snapshot,
    pub kept: Option<Box<Kept>>,
    /// The URL of each database, or why there is none.
    pub urls: Vec<Result<String, String>>,
    /// What it is compared with.
    pub earlier: Option<Earlier>,
    /// The file that it is kept in.
    pub file: PathBuf,
    /// What the step prints.
    pub output: PathBuf,
    /// The name under which the session shows.
    pub application: String,
    pub backends: Backends,
    pub clock: C,
}

impl<C: Clock> SnapshotWork<C> {
    /// Takes the picture, keeps it, and reports what it shows. A stop ends it: nothing was changed.
    pub async fn run(self, notices: Sender<Notice>, mut stops: Receiver<Stage>) {
        let finish = tokio::select! {
            finish = self.finish(&notices) => finish,
            Some(_) = stops.recv() => {
                self.backends.cancel_application(self.application.clone()).await;
                not_begun(&self.job, "given up before it was complete")
            }
        };
        let _ = notices.send(Notice::Finished(finish)).await;
    }

    async fn finish(&self, notices: &Sender<Notice>) -> Finish {
        match self.take(notices).await {
            Ok(finish) => finish,
            Err(why) => not_begun(&self.job, why),
        }
    }

    /// The error says why there is no picture.
    async fn take(&self, notices: &Sender<Notice>) -> Result<Finish, String> {
        let earlier = match &self.earlier {
            Some(earlier) => Some(earlier.read().await?),
            None => None,
        };
        let begun = self.clock.now();
        let mut picture = Picture {
            version: VERSION,
            name: self.snapshot.name.value.clone(),
            taken: begun.to_rfc3339(),
            databases: Vec::new(),
        };
        for (name, url) in self.snapshot.databases.iter().zip(&self.urls) {
            let url = url.as_ref().map_err(Clone::clone)?;
            let database = self.database(&name.value, url, begun, notices).await;
            picture.databases.push(database?);
        }
        let changes = compare(earlier.as_ref(), &picture);
        let bytes = serde_json::to_vec(&picture).map_err(|error| error.to_string())?;
        let taken = SnapshotTaken {
            job: self.job.clone(),
            name: picture.name.clone(),
            sha256: sha256(&bytes),
            totals: picture.totals(),
            compared: earlier.as_ref().map(|e| summary(&e.name, &changes)),
        };
        self.keep(bytes).await?;
        self.say(&print(&picture, earlier.as_ref(), &changes))
            .await?;
        let _ = notices.send(Notice::Snapshot(Box::new(taken))).await;
        let findings = verdict(&picture, &changes, self.kept.as_deref());
        let met = findings.iter().all(|finding| finding.met);
        Ok(Finish {
            outcome: if met {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            // It looks, and leaves nothing behind that would have to be undone.
            applied: Applied::No,
            findings,
            message: None,
            ..not_begun(&self.job, "")
        })
    }

    async fn database(
        &self,
        name: &str,
        url: &str,
        begun: Moment,
        notices: &Sender<Notice>,
    ) -> Result<DatabasePicture, String> {
        let deadline = self.snapshot.deadline.unwrap_or(Snapshot::DEADLINE);
        let left = || deadline.saturating_sub(self.clock.now().since(begun));
        let wait = self.snapshot.lock_timeout;
        let mut link = Link::open(name, url, &self.application).await?;
        let launched = Notice::Launched {
            job: self.job.clone(),
            pid: link.pid,
        };
        let _ = notices.send(launched).await;
        link.begin(
            wait.unwrap_or(Snapshot::LOCK_TIMEOUT),
            deadline.max(CATALOGS),
        )
        .await?;
        let mut found = catalog::read(&mut link, &self.snapshot).await?;
        self.say(&format!(
            "{name}: {} to look at\n",
            crate::plan::count(found.picture.tables.len(), "table")
        ))
        .await?;
        count::count(&mut link, &mut found, left).await?;
        link.end().await;
        Ok(DatabasePicture {
            name: name.to_owned(),
            ..found.picture
        })
    }

    /// Puts the picture where later ones find it, on the disk before anything is said of it.
    async fn keep(&self, bytes: Vec<u8>) -> Result<(), String> {
        let path = self.file.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut file = std::fs::File::create(path)?;
            std::io::Write::write_all(&mut file, &bytes)?;
            file.sync_all()
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("failed to keep the snapshot: {error}")),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn say(&self, text: &str) -> Result<(), String> {
        let mut options = tokio::fs::OpenOptions::new();
        let written = async {
            let mut file = options.create(true).append(true).open(&self.output).await?;
            file.write_all(text.as_bytes()).await?;
            file.flush().await
        };
        written
            .await
            .map_err(|error: std::io::Error| format!("failed to write its output: {error}"))
    }
}

impl Earlier {
    /// The picture, if it is still the one that the journal tells of.
    async fn read(&self) -> Result<Picture, String> {
        let (path, sha) = (self.file.clone(), self.sha256.clone());
        let read = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&path)
                .map_err(|error| format!("failed to read {}: {error}", path.display()))?;
            if sha256(&bytes) != sha {
                return Err(format!("{} is not as it was recorded", path.display()));
            }
            let picture: Picture =
                serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
            if picture.version > VERSION {
                let version = picture.version;
                return Err(format!(
                    "{} has version {version}, which this program does not know",
                    path.display()
                ));
            }
            Ok(picture)
        });
        read.await.map_err(|error| error.to_string())?
    }
}
