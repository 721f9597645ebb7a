//! The file of a review: read, and changed by one person at a time.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::record::Record;

/// What the file begins with.
const HEAD: &str = "# What people said about the plan beside this file. Written by `gonogo review`; commit it with the plan.\n\n";

/// Where the review of the plan at `plan` is kept: `deploy.md.review.toml` beside `deploy.md`.
pub fn path_of(plan: &Path) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(".review.toml");
    PathBuf::from(name)
}

/// What is kept at `path`: nothing yet if there is no file. Errors are lower-case sentences that name
/// the file.
pub fn load(path: &Path) -> Result<Record, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(error) => return Err(format!("failed to read {}: {error}", path.display())),
    };
    Record::read(&text).map_err(|why| {
        let path = path.display();
        format!("{path} is not a review as gonogo writes it; mend it or move it away:\n{why}")
    })
}

/// Changes what is kept at `path`, and tells what is kept then. Two people who do that at the same time
/// do it one after the other, and whoever reads sees the file before or after, never half of it.
pub fn change(path: &Path, change: impl FnOnce(&mut Record)) -> Result<Record, String> {
    let failed = |error: std::io::Error| format!("failed to write {}: {error}", path.display());
    let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = parent.unwrap_or(Path::new("."));
    // The directory is what is locked: it stays, while the file is replaced.
    let lock = File::open(dir).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut record = load(path)?;
    change(&mut record);
    let text = toml::to_string_pretty(&record)
        .map_err(|error| format!("failed to write {}: {error}", path.display()))?;
    let permissions = match std::fs::metadata(path) {
        Ok(known) => known.permissions(),
        Err(_) => Permissions::from_mode(0o644),
    };
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    file.write_all(HEAD.as_bytes()).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file()
        .set_permissions(permissions)
        .map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::record::{Act, Subject, Voice};

    fn comment(path: &Path, text: &str) {
        let voice = Voice {
            name: "bob",
            at: "2026-11-21T09:00:00.000Z",
        };
        let act = Act::Comment {
            step: None,
            on: None,
            text: text.to_owned(),
        };
        let subject = Subject {
            digest: "d",
            text: "t",
            files: &[],
        };
        change(path, |record| record.take(act, voice, subject)).unwrap();
    }

    #[test]
    fn nobody_s_words_are_lost_when_many_write_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = path_of(&dir.path().join("plan.md"));
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for n in 0..10 {
                        comment(path, &format!("{writer} {n}"));
                    }
                });
            }
        });
        let record = load(&path).unwrap();
        let mut ids: Vec<u32> = record.comments.iter().map(|comment| comment.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, (1..=40).collect::<Vec<u32>>());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_damaged_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plan.md.review.toml");
        std::fs::write(&path, "version = 1\n<<<<<<< ours\n").unwrap();
        let why = change(&path, |_| {}).unwrap_err();
        assert!(
            why.contains("plan.md.review.toml") && why.contains("line 2"),
            "{why}"
        );
        assert!(std::fs::read_to_string(&path).unwrap().contains("<<<<"));
    }
}
