//! Whether the files that a step applies are what they were when the run began. A person who has been told of those
//! that are not may take them as they are; the next change is told again.

use std::collections::HashSet;
use std::sync::Arc;

use crate::journal::event::{AppliedFile, ChangedFile, FileChange};
use crate::plan::count;

/// How many files are called by their names.
const NAMED: usize = 3;

/// What is known of the files that the steps apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// What they were when the run began; none: nobody looked.
    known: Option<Arc<[AppliedFile]>>,
    /// What a person has taken as it is since.
    taken: Vec<ChangedFile>,
}

impl Files {
    pub(super) fn new(known: Option<Vec<AppliedFile>>) -> Self {
        Files {
            known: known.map(Arc::from),
            taken: Vec::new(),
        }
    }

    /// A person goes on with what has `changed`.
    pub(super) fn take(&mut self, changed: Vec<ChangedFile>) {
        self.taken.extend(changed);
    }

    /// Whether nobody looked at them when the run began: nothing can be told of them now.
    pub fn are_unknown(&self) -> bool {
        self.known.is_none()
    }

    /// What became of those that the step called `id` applies, where it finds `now`.
    /// What the steps before it have `made` is theirs.
    pub fn changes(
        &self,
        id: &str,
        now: &[AppliedFile],
        made: &HashSet<String>,
    ) -> Vec<ChangedFile> {
        let Some(known) = &self.known else {
            return Vec::new();
        };
        let changed = now.iter().filter_map(|file| {
            let before = known.iter().find(|known| known.path == file.path);
            let is = match (before.map(|before| &before.sha256), &file.sha256) {
                (Some(before), now) if before == now => return None,
                (_, None) => FileChange::Unreadable,
                (Some(_), _) => FileChange::Changed,
                (None, _) => FileChange::New,
            };
            Some(ChangedFile {
                path: file.path.clone(),
                is,
                sha256: file.sha256.clone(),
            })
        });
        let own = |known: &&AppliedFile| known.steps.iter().any(|step| step == id);
        let is_there = |known: &&AppliedFile| now.iter().any(|file| file.path == known.path);
        let gone = known.iter().filter(own).filter(|known| !is_there(known));
        let gone = gone.map(|known| ChangedFile {
            path: known.path.clone(),
            is: FileChange::Gone,
            sha256: None,
        });
        let own_work = |path: &str| {
            let ends = |made: &String| {
                let before = path.strip_suffix(made.as_str());
                before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
            };
            made.iter().any(ends)
        };
        let all = changed.chain(gone);
        all.filter(|file| !self.taken.contains(file) && !own_work(&file.path))
            .collect()
    }
}

/// What became of the files that have `changed`: `m.sql has changed, 2.sql is new`.
pub fn names_of(changed: &[ChangedFile]) -> String {
    let mut words: Vec<String> = changed
        .iter()
        .map(|file| {
            let verb = match file.is {
                FileChange::New => "is new",
                FileChange::Changed => "has changed",
                FileChange::Gone => "is gone",
                FileChange::Unreadable => "can't be read",
            };
            format!("{} {verb}", file.path)
        })
        .collect();
    let more = words.len().saturating_sub(NAMED);
    if more > 1 {
        words.truncate(NAMED);
        words.push(format!("and {}", count(more, "more file")));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, sha256: &str) -> AppliedFile {
        AppliedFile {
            path: path.to_owned(),
            sha256: (!sha256.is_empty()).then(|| sha256.to_owned()),
            steps: vec!["apply".to_owned()],
        }
    }

    fn told(files: &Files, now: &[AppliedFile], made: &str) -> String {
        let made = HashSet::from([made.to_owned()]);
        names_of(&files.changes("apply", now, &made))
    }

    #[test]
    fn files_that_are_not_what_they_were_are_named_until_a_person_takes_them() {
        let before = ["1.sql", "2.sql"].map(|path| file(path, "a"));
        let mut files = Files::new(Some(before.to_vec()));
        let now = |second: &str| [file("1.sql", "a"), file("2.sql", second)];
        assert_eq!(told(&files, &now("a"), ""), "");
        assert_eq!(told(&files, &now("b"), ""), "2.sql has changed");
        assert_eq!(told(&files, &now(""), ""), "2.sql can't be read");
        let other = [file("2.sql", "a"), file("m/3.sql", "c")];
        assert_eq!(told(&files, &other, ""), "m/3.sql is new, 1.sql is gone");
        assert_eq!(told(&files, &other, "3.sql"), "1.sql is gone");
        files.take(files.changes("apply", &now("b"), &HashSet::new()));
        assert_eq!(told(&files, &now("b"), ""), "");
        assert_eq!(told(&files, &now("c"), ""), "2.sql has changed");
        assert_eq!(told(&Files::default(), &now("b"), ""), "");
    }
}
