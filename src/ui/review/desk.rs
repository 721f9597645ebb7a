//! The two files of a review, looked after beside the screen: what changes in them is told, what
//! somebody does is written.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::plan::{self, Opened, Plan};
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
    /// The files that the plan takes in.
    included: Vec<PathBuf>,
    record: PathBuf,
    name: String,
    /// When the plan's files and the review had changed last.
    seen: (Vec<Option<SystemTime>>, Option<SystemTime>),
}

impl Desk {
    /// Looks after `plan`, which stands at `path`, what it takes in, and its review, for `name`.
    pub fn new(path: &Path, plan: &Plan, name: String) -> Self {
        let mut desk = Desk {
            plan: path.to_owned(),
            included: included(path, plan),
            record: review::path_of(path),
            name,
            seen: Default::default(),
        };
        desk.seen = desk.times();
        desk
    }

    fn times(&self) -> (Vec<Option<SystemTime>>, Option<SystemTime>) {
        let files = std::iter::once(&self.plan).chain(&self.included);
        (
            files.map(|file| modified(file)).collect(),
            modified(&self.record),
        )
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
        let now = self.times();
        let mut told = Vec::new();
        let (plan, record) = (now.0 != self.seen.0, now.1 != self.seen.1);
        self.seen = now;
        if plan {
            told.push(self.read());
        }
        if record {
            told.push(match review::load(&self.record) {
                Ok(record) => News::Record(Box::new(record)),
                Err(why) => News::Trouble(why),
            });
        }
        told
    }

    /// Reads the plan again. What it takes in by now is looked after from then on.
    fn read(&mut self) -> News {
        let name = self.plan.to_string_lossy();
        let bytes = match std::fs::read(&self.plan) {
            Ok(bytes) => bytes,
            Err(error) => return News::Trouble(format!("failed to read {name}: {error}")),
        };
        let opened = plan::open_from(&name, &bytes, None, &review::beside(&self.plan));
        if let Some(plan) = &opened.plan {
            let included = included(&self.plan, plan);
            if included != self.included {
                self.included = included;
                self.seen.0 = self.times().0;
            }
        }
        News::Plan(Box::new(opened))
    }
}

/// The files that `plan`, which stands at `path`, takes in.
fn included(path: &Path, plan: &Plan) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = plan.included.iter();
    files.map(|included| folder.join(&included.path)).collect()
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str =
        "[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'one'\nshell = 'echo";

    /// Writes `text` so that it is known to be newer than what stood there.
    fn write(path: &Path, text: &str, minute: u64) {
        std::fs::write(path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minute);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }

    #[test]
    fn a_change_in_a_file_that_the_plan_takes_in_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (path, part) = (dir.path().join("p.toml"), dir.path().join("part.toml"));
        write(&path, "title = 't'\ninclude = 'part.toml'\n", 1);
        write(&part, &format!("{STEP} 1'\n"), 1);
        let bytes = std::fs::read(&path).unwrap();
        let opened = plan::open_from("p.toml", &bytes, None, &review::beside(&path));
        let mut desk = Desk::new(&path, &opened.plan.unwrap(), "bob".to_owned());
        assert!(desk.look().is_empty());
        write(&part, &format!("{STEP} 2'\n"), 2);
        let told = desk.look();
        let [News::Plan(opened)] = told.as_slice() else {
            panic!("{told:?}")
        };
        let plan = opened.plan.as_ref().unwrap();
        assert_eq!(plan.steps[0].spec.work.text(), "echo 2");
        assert!(desk.look().is_empty());
    }
}
