//! The files of a review, looked after beside the screen: what changes in the plan's, in those that it applies and
//! in the review's own is told, what somebody does is written.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::plan::Plan;
use crate::plan::migrations::Applied;
use crate::project::{self, Around, Reading};
use crate::review::{self, Act, AppliedFile, Record, Subject, Voice};

/// How often to look whether a file has changed.
const LOOK: Duration = Duration::from_secs(1);

/// What is new.
#[derive(Debug)]
pub enum News {
    /// The plan's files have changed, or what it applies has.
    Plan(Box<Reading>),
    /// The review has changed.
    Record(Box<Record>),
    /// Something could not be read.
    Trouble(String),
    /// What somebody did could not be written, and why.
    Unwritten(Act, String),
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
    /// The files that it applied then.
    pub files: Vec<AppliedFile>,
}

/// Looks after the files.
pub struct Desk {
    plan: PathBuf,
    /// The files that the plan takes in, and those that it applied when it was read last.
    included: Vec<PathBuf>,
    /// What it applies.
    around: Around,
    record: PathBuf,
    name: String,
    /// When the plan's files and the review had changed last.
    seen: (Vec<Written>, Option<SystemTime>),
}

/// A file, and when it was written last.
type Written = (PathBuf, Option<SystemTime>);

impl Desk {
    /// Looks after `plan`, which stands at `path`, what it takes in and has `applied`, and its review, for `name`.
    pub fn new(path: &Path, (plan, applied): (&Plan, &Applied), name: String) -> Self {
        let mut desk = Desk {
            plan: path.to_owned(),
            included: included(path, plan, applied),
            around: Around::new(Some(plan), path, &[]),
            record: review::path_of(path),
            name,
            seen: Default::default(),
        };
        desk.seen = desk.times();
        desk
    }

    fn times(&self) -> (Vec<Written>, Option<SystemTime>) {
        let files = std::iter::once(&self.plan).chain(&self.included);
        let own = files.map(|file| (file.clone(), modified(file)));
        (
            own.chain(self.around.times()).collect(),
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
            files: &deed.files,
        };
        let act = deed.act.clone();
        match review::change(&self.record, |record| record.take(act, voice, subject)) {
            Ok(record) => News::Record(Box::new(record)),
            Err(why) => News::Unwritten(deed.act, why),
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

    /// Reads the plan again. What it takes in and applies by now is looked after from then on.
    fn read(&mut self) -> News {
        let reading = match project::read(&self.plan) {
            Ok(reading) => reading,
            Err(why) => return News::Trouble(why),
        };
        if let Some(plan) = &reading.opened.plan {
            self.included = included(&self.plan, plan, &reading.applied);
            self.around = Around::new(Some(plan), &self.plan, &[]);
            let now = self.times().0;
            // What was written while we read is found at the next look.
            let same = |(old, new): (&Written, &Written)| old.0 == new.0;
            let seen = &self.seen.0;
            if seen.len() != now.len() || !seen.iter().zip(&now).all(same) {
                self.seen.0 = now;
            }
        }
        News::Plan(Box::new(reading))
    }
}

/// The files that `plan`, which stands at `path`, takes in and has `applied`.
fn included(path: &Path, plan: &Plan, applied: &Applied) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = plan.included.iter();
    let own = files.map(|included| folder.join(&included.path));
    let applied = applied.files();
    own.chain(applied.map(|(file, _)| PathBuf::from(file.source.name())))
        .collect()
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
        let Reading { opened, applied } = project::read(&path).unwrap();
        let plan = (&opened.plan.unwrap(), &applied);
        let mut desk = Desk::new(&path, plan, "bob".to_owned());
        assert!(desk.look().is_empty());
        write(&part, &format!("{STEP} 2'\n"), 2);
        let told = desk.look();
        let [News::Plan(reading)] = told.as_slice() else {
            panic!("{told:?}")
        };
        let plan = reading.opened.plan.as_ref().unwrap();
        assert_eq!(plan.steps[0].spec.work.text(), "echo 2");
        assert!(desk.look().is_empty());
    }

    #[test]
    fn a_change_in_what_the_plan_applies_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let steps = "title = 't'\n[[phase]]\nname = 'P'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'one'\nshell = 'sqlx migrate run && psql -f m.sql'\n";
        write(&at("p.toml"), steps, 1);
        std::fs::create_dir(at("migrations")).unwrap();
        write(&at("migrations/1_a.sql"), "select 1;", 1);
        let Reading { opened, applied } = project::read(&at("p.toml")).unwrap();
        let plan = (&opened.plan.unwrap(), &applied);
        let mut desk = Desk::new(&at("p.toml"), plan, "bob".to_owned());
        assert!(desk.look().is_empty());
        let mut labels = |path: &str, text: &str, minute| {
            write(&at(path), text, minute);
            let told = desk.look();
            let [News::Plan(reading)] = told.as_slice() else {
                panic!("{told:?}")
            };
            assert!(desk.look().is_empty());
            let files = reading.applied.files();
            files
                .map(|(file, _)| file.label.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels("migrations/1_a.sql", "select 2;", 2),
            ["migrations/1_a.sql"]
        );
        assert_eq!(
            labels("m.sql", "select 3;", 1),
            ["migrations/1_a.sql", "m.sql"]
        );
        assert_eq!(labels("migrations/2_b.sql", "select 4;", 1).len(), 3);
        write(&at("sub.sql"), "select 5;", 1);
        assert_eq!(labels("m.sql", "\\i sub.sql", 3).len(), 4);
        assert_eq!(labels("sub.sql", "select 6;", 2).len(), 4);
    }
}
