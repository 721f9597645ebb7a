//! What has changed since somebody looked at something or approved it: in the plan, and in the files that it
//! applies.

use std::sync::Arc;

use super::applied::AppliedFile;
use super::differ::{DiffLine, difference};
use super::record::{Approval, Record, Seen, Subject};
use crate::plan::{Plan, count};

/// How many files are called by their names.
const NAMED: usize = 3;

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// How the plan finds it.
    pub path: String,
    /// What became of it.
    pub how: How,
    /// What it held; none: that was not kept.
    pub was: Option<String>,
    /// What it holds.
    pub is: Arc<str>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It was not there.
    New,
    /// It is not there any more.
    Gone,
    /// It holds something else.
    Other,
    /// Nobody can read it.
    Unread,
}

impl How {
    /// The word that people and JSON read.
    pub fn word(self) -> &'static str {
        match self {
            How::New => "new",
            How::Gone => "gone",
            How::Other => "changed",
            How::Unread => "unreadable",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            How::New => "is new",
            How::Gone => "is gone",
            How::Other => "has changed",
            How::Unread => "can't be read",
        }
    }
}

impl Record {
    /// What became of the files that were `seen`, of which `now` is left.
    pub(super) fn changes(&self, seen: &[Seen], now: &[AppliedFile]) -> Vec<FileChange> {
        let changed = now.iter().filter(|file| !seen.contains(&file.seen));
        let changed = changed.map(|file| {
            let before = seen.iter().find(|seen| seen.path == file.seen.path);
            FileChange {
                path: file.seen.path.clone(),
                how: match (before, &file.unread) {
                    (_, Some(_)) => How::Unread,
                    (Some(_), None) => How::Other,
                    (None, None) => How::New,
                },
                was: before
                    .map_or(Some(""), |before| self.text_of(before))
                    .map(str::to_owned),
                is: Arc::clone(&file.text),
            }
        });
        let is_there = |seen: &&Seen| now.iter().any(|file| file.seen.path == seen.path);
        let gone = seen
            .iter()
            .filter(|seen| !is_there(seen))
            .map(|seen| FileChange {
                path: seen.path.clone(),
                how: How::Gone,
                was: self.text_of(seen).map(str::to_owned),
                is: Arc::from(""),
            });
        changed.chain(gone).collect()
    }

    /// What became of the files that `approval` is about; nothing, if nobody kept what these were.
    pub fn changes_since(&self, approval: &Approval, subject: Subject<'_>) -> Vec<FileChange> {
        let approved = self.approved(approval);
        approved.map_or(Vec::new(), |approved| {
            self.changes(&approved.files, subject.files)
        })
    }

    /// Why `approval` does not count for `subject`, which is `plan` as it is now.
    pub fn outdated(&self, approval: &Approval, plan: &Plan, subject: Subject<'_>) -> Outdated {
        if [&plan.digest, &plan.text_digest].contains(&&approval.digest) {
            // Nobody looked at any file then: there was none, or the program did not know of them.
            let names = subject.files.iter().map(|file| file.seen.path.clone());
            return Outdated {
                before: String::new(),
                after: format!(", without a look at {}", listed(names.collect())),
            };
        }
        let changes = self.changes_since(approval, subject);
        let other = self
            .approved(approval)
            .is_none_or(|approved| !approved.text.lines().eq(subject.text.lines()));
        let own = other.then(|| "it has changed".to_owned());
        let files = changes
            .iter()
            .map(|change| format!("{} {}", change.path, change.how.verb()));
        let what: Vec<String> = own.into_iter().chain(files).collect();
        let what = if what.is_empty() {
            vec!["it has changed".to_owned()]
        } else {
            what
        };
        Outdated {
            before: format!("{} since ", listed(what)),
            after: String::new(),
        }
    }

    /// Why the approvals that nobody took back do not count for `subject`, and whose each is.
    pub fn all_outdated(&self, plan: &Plan, subject: Subject<'_>) -> Vec<(Outdated, Vec<&str>)> {
        let old = self.standing_approvals();
        let old = old.filter(|old| old.digest != subject.digest);
        let mut all: Vec<(Outdated, Vec<&str>)> = Vec::new();
        for approval in old {
            let why = self.outdated(approval, plan, subject);
            match all.iter_mut().find(|(known, _)| *known == why) {
                Some((_, people)) => people.push(&approval.by),
                None => all.push((why, vec![&approval.by])),
            }
        }
        all
    }
}

/// Why an approval does not count any more, but for who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    before: String,
    after: String,
}

impl Outdated {
    /// The sentence, of people who `did` so.
    pub fn says(&self, people: &str, did: &str) -> String {
        format!("{}{people} {did}{}", self.before, self.after)
    }
}

fn listed(mut words: Vec<String>) -> String {
    let more = words.len().saturating_sub(NAMED);
    if more > 1 {
        words.truncate(NAMED);
        words.push(format!("and {}", count(more, "more file")));
    }
    words.join(", ")
}

/// What has to change in `was` to have `is`, and what became of `files`.
pub fn differences(was: &str, is: &str, files: &[FileChange]) -> Vec<DiffLine> {
    let mut lines = difference(was, is);
    for file in files {
        let kept = match file.was {
            Some(_) => "",
            None => "; what it held is not kept",
        };
        lines.push(DiffLine::File(format!(
            "{} {}{kept}",
            file.path,
            file.how.verb()
        )));
        let was = file.was.as_deref().unwrap_or_default();
        lines.extend(difference(was, &file.is));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use crate::review::applied::digest;
    use crate::review::{Act, Voice};

    fn file(path: &str, text: &str) -> AppliedFile {
        AppliedFile {
            seen: Seen {
                path: path.to_owned(),
                sha256: plan::sha256(text.as_bytes()),
            },
            exact: plan::sha256(text.as_bytes()),
            unread: None,
            text: text.into(),
            steps: vec![0],
        }
    }

    fn plan() -> Plan {
        let text = "title = 'T'\n[[phase]]\nname = 'D'\nkind = 'deploy'\n[[phase.step]]\nid = 'one'\ntitle = 'One'\nshell = 'true'\n";
        plan::open("p.toml", text.as_bytes()).plan.unwrap()
    }

    fn approved(record: &mut Record, plan: &Plan, files: &[AppliedFile]) {
        let digest = digest(plan, files);
        let subject = Subject {
            digest: &digest,
            text: "plan",
            files,
        };
        let voice = Voice {
            name: "bob",
            at: "1",
        };
        record.take(Act::Approve { remark: None }, voice, subject);
    }

    fn why(record: &Record, plan: &Plan, files: &[AppliedFile]) -> String {
        let digest = digest(plan, files);
        let subject = Subject {
            digest: &digest,
            text: "plan",
            files,
        };
        assert!(record.approvers(&digest).is_empty());
        record
            .outdated(&record.approvals[0], plan, subject)
            .says("bob", "did")
    }

    #[test]
    fn an_approval_is_bound_to_the_files_that_are_applied() {
        let (plan, before) = (
            plan(),
            [
                file("m/1.sql", "select 1;\n"),
                file("m/2.sql", "select 2;\n"),
            ],
        );
        let mut record = Record::default();
        approved(&mut record, &plan, &before);
        assert_eq!(record.approvers(&digest(&plan, &before)).len(), 1);
        let [first, _] = before;
        let after = [
            first.clone(),
            file("m/2.sql", "drop table t;\n"),
            file("m/3.sql", ""),
        ];
        assert_eq!(
            why(&record, &plan, &after),
            "m/2.sql has changed, m/3.sql is new since bob did"
        );
        assert_eq!(
            why(&record, &plan, &[first]),
            "m/2.sql is gone since bob did"
        );
        let changes = record.changes(&record.texts[0].files, &after);
        let text = |s: &str| s.to_owned();
        assert_eq!(
            differences("plan", "plan", &changes),
            [
                DiffLine::File(text("m/2.sql has changed")),
                DiffLine::Place { old: 1, new: 1 },
                DiffLine::Gone(text("select 2;")),
                DiffLine::New(text("drop table t;")),
                DiffLine::File(text("m/3.sql is new")),
            ]
        );
    }

    #[test]
    fn an_approval_that_knew_of_no_files_counts_only_where_there_are_none() {
        let plan = plan();
        let mut record = Record::default();
        approved(&mut record, &plan, &[]);
        assert_eq!(record.version, 1);
        assert_eq!(record.approvers(&digest(&plan, &[])).len(), 1);
        let files: Vec<_> = ["1", "2", "3", "4", "5"]
            .map(|name| file(name, name))
            .into();
        assert_eq!(
            why(&record, &plan, &files),
            "bob did, without a look at 1, 2, 3, and 2 more files"
        );
    }

    #[test]
    fn of_long_files_only_the_last_are_kept() {
        let (plan, mut record) = (plan(), Record::default());
        let long = |path: &str| file(path, &path.repeat(50 << 10));
        let files: Vec<_> = ["1.sql", "2.sql"].map(long).into();
        approved(&mut record, &plan, &files);
        assert_eq!(record.texts[0].files.len(), 2);
        let kept: Vec<_> = record.files.iter().map(|kept| &kept.sha256).collect();
        assert_eq!(kept, [&files[1].seen.sha256]);
        let changes = record.changes(&record.texts[0].files, &[]);
        assert_eq!((changes[0].how, changes[0].was.as_ref()), (How::Gone, None));
        // What nobody stands by any more is forgotten.
        approved(&mut record, &plan, &[]);
        assert!(record.files.is_empty());
    }
}
