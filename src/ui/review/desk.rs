//! The two files of a review, looked after beside the screen: what changes in them is told, what
//! somebody does is written.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::plan::{self, Opened};
use crate::review::{self, Act, Record, Subject, Voice};

/// How often to look whether a file has changed.
const LOOK: Duration = Duration::from_secs(1);

/// What is new.
#[derive(Debug)]
pub enum News {
    /// The plan's file has changed.
    Plan(Box<Opened>),
    /// The review has changed.
    Record(Box<Record>),
    /// Something could not be read or written.
    Trouble(String),
}

/// Something that somebody did, with what it is about.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What.
    pub act: Act,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// The plan's digest as it was shown then.
    pub digest: String,
    /// The plan's text as it was shown then.
    pub text: String,
}

/// Looks after the files.
pub struct Desk {
    plan: PathBuf,
    record: PathBuf,
    name: String,
    seen: [Option<SystemTime>; 2],
}

impl Desk {
    /// Looks after the plan at `plan` and its review, for `name`.
    pub fn new(plan: &Path, name: String) -> Self {
        let record = review::path_of(plan);
        let seen = [modified(plan), modified(&record)];
        Desk {
            plan: plan.to_owned(),
            record,
            name,
            seen,
        }
    }

    /// Works until nobody does anything any more; what was done by then is written.
    pub async fn work(mut self, mut deeds: mpsc::Receiver<Deed>, news: mpsc::Sender<News>) {
        let mut looks = tokio::time::interval(LOOK);
        loop {
            let deed = tokio::select! {
                deed = deeds.recv() => match deed {
                    Some(deed) => Some(deed),
                    None => return,
                },
                _ = looks.tick() => None,
            };
            let turn = tokio::task::spawn_blocking(move || {
                let told = match deed {
                    Some(deed) => vec![self.write(deed)],
                    None => self.look(),
                };
                (self, told)
            });
            let Ok((desk, told)) = turn.await else { return };
            self = desk;
            for piece in told {
                // Whoever has left does not want to know.
                let _ = news.send(piece).await;
            }
        }
    }

    fn write(&mut self, deed: Deed) -> News {
        let voice = Voice {
            name: &self.name,
            at: &deed.at,
        };
        let subject = Subject {
            digest: &deed.digest,
            text: &deed.text,
        };
        match review::change(&self.record, |record| record.take(deed.act, voice, subject)) {
            Ok(record) => News::Record(Box::new(record)),
            Err(why) => News::Trouble(why),
        }
    }

    fn look(&mut self) -> Vec<News> {
        let now = [modified(&self.plan), modified(&self.record)];
        let before = std::mem::replace(&mut self.seen, now);
        let mut told = Vec::new();
        if now[0] != before[0] {
            let name = self.plan.to_string_lossy();
            told.push(match std::fs::read(&self.plan) {
                Ok(bytes) => News::Plan(Box::new(plan::open_from(
                    &name,
                    &bytes,
                    None,
                    &review::beside(&self.plan),
                ))),
                Err(error) => News::Trouble(format!("failed to read {name}: {error}")),
            });
        }
        if now[1] != before[1] {
            told.push(match review::load(&self.record) {
                Ok(record) => News::Record(Box::new(record)),
                Err(why) => News::Trouble(why),
            });
        }
        told
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
