//! Reading the files that a plan applies. What is no file, or can't be read, is told and keeps nobody waiting: a pipe
//! is not waited for, a folder not taken for empty.

use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::plan::migrations::{Raw, SETTINGS, Tool};
use crate::plan::{Source, sha256, sha256_of_text};

/// How deep migrations may stand below their folder.
const DEPTH: usize = 3;
/// The largest file that is judged. Of a longer one nobody reads more: it may be all of a database.
const MAX_BYTES: u64 = 8 << 20;

/// A file or a folder on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: PathBuf,
    /// The same from where it was looked for.
    pub(super) label: PathBuf,
}

/// What should be read and can't be.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) label: String,
    /// Why, in words that follow a name.
    pub(super) why: String,
}

impl Place {
    pub(super) fn named(path: &Path) -> Self {
        Place {
            at: path.to_owned(),
            label: path.to_owned(),
        }
    }

    /// What stands at `path` of it.
    pub(super) fn join(&self, path: &Path) -> Self {
        let (at, label) = (self.at.join(path), self.label.join(path));
        Place {
            at: tidy(&at),
            label: tidy(&label),
        }
    }

    pub(super) fn name(&self) -> String {
        self.label.to_string_lossy().into_owned()
    }

    /// The files of `tool` at this place, a folder or a file, with what the tool is told beside them; and what can't be
    /// read of that.
    pub(super) fn files(&self, tool: Tool) -> (Vec<Place>, Vec<Failure>) {
        let (mut files, mut failed) = (Vec::new(), Vec::new());
        if self.at.is_dir() {
            walk(self, tool, DEPTH, &mut files, &mut failed);
        } else {
            files.push(self.clone());
        }
        let settings = files.iter().map(|file| {
            let beside = |path: &Path| path.with_file_name(SETTINGS);
            Place {
                at: beside(&file.at),
                label: beside(&file.label),
            }
        });
        let mut beside: Vec<Place> = settings.filter(|place| place.at.is_file()).collect();
        beside.dedup();
        files.append(&mut beside);
        (files, failed)
    }

    /// The file here as one below `folder`. What is too long to be judged has no text.
    pub(super) fn raw(&self, folder: &Path) -> Result<Raw, Failure> {
        let failed = |error: io::Error| Failure {
            label: self.name(),
            why: words(&self.at, &error),
        };
        let mut file = open(&self.at).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut bytes = Vec::new();
        let mut begins = (&mut file).take(MAX_BYTES);
        begins.read_to_end(&mut bytes).map_err(failed)?;
        let name = self.at.to_string_lossy();
        let (source, digest, exact) = if length > MAX_BYTES {
            let whole = sha256(format!("{} {length}", sha256(&bytes)).as_bytes());
            (Source::new(name, ""), whole.clone(), whole)
        } else {
            (
                Source::decode(name, &bytes),
                sha256_of_text(&bytes),
                sha256(&bytes),
            )
        };
        let below = self.at.strip_prefix(folder).ok();
        let below = below.filter(|below| !below.as_os_str().is_empty());
        Ok(Raw {
            path: below.unwrap_or(&self.at).to_string_lossy().into_owned(),
            label: self.name(),
            source,
            digest,
            exact,
            whole: false,
        })
    }
}

/// Opens a file, and nothing else: whoever opens a pipe waits for whoever writes into it.
fn open(path: &Path) -> io::Result<std::fs::File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut options = std::fs::File::options();
    let file = options.read(true).custom_flags(flags).open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    let what = match () {
        () if kind.is_dir() => "it is a folder",
        () if kind.is_fifo() => "it is a named pipe",
        () => "it is no file",
    };
    Err(io::Error::other(what))
}

/// Why `path` can't be read.
fn words(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => "it is a link to what is not there".into(),
        io::ErrorKind::PermissionDenied => "nobody here may read it".into(),
        _ => error.to_string(),
    }
}

/// Adds the files of `tool` below `folder`, in the order of their names. Those with a dot in front of their names are
/// an editor's, or the system's, and Python's own are no migrations.
fn walk(
    folder: &Place,
    tool: Tool,
    depth: usize,
    files: &mut Vec<Place>,
    failed: &mut Vec<Failure>,
) {
    let entries = match std::fs::read_dir(&folder.at) {
        Ok(entries) => entries,
        Err(error) => {
            failed.push(Failure {
                label: folder.name(),
                why: words(&folder.at, &error),
            });
            return;
        }
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let own = name.as_encoded_bytes();
        if own.starts_with(b".") || own.starts_with(b"__") {
            continue;
        }
        let place = folder.join(Path::new(&name));
        if ends_as(&place.at, tool.endings()) {
            files.push(place);
        } else if place.at.is_dir() && depth > 0 && !place.at.is_symlink() {
            walk(&place, tool, depth - 1, files, failed);
        }
    }
}

/// Whether the name of `path` has one of `endings`.
pub(super) fn ends_as(path: &Path, endings: &[&str]) -> bool {
    let is = |known: &&str| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case(known))
    };
    endings.iter().any(is)
}

/// A path without `.` in it.
pub(super) fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != std::path::Component::CurDir)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_too_long_to_be_judged_its_beginning_and_its_length_count() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.sql");
        let digest = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let raw = Place::named(&path).raw(dir.path()).unwrap();
            assert!(raw.source.text().is_empty());
            raw.digest
        };
        let mut long = vec![b'a'; MAX_BYTES as usize + 1];
        let first = digest(&long);
        long.push(b'a');
        let longer = digest(&long);
        long[0] = b'b';
        assert!(first != longer && digest(&long) != longer);
    }

    #[test]
    fn what_can_not_be_read_is_told_and_keeps_nobody_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("1.sql"), "select 1").unwrap();
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("2.sql"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .unwrap();
        std::os::unix::fs::symlink("nowhere.sql", at("3.sql")).unwrap();
        std::fs::create_dir(at("4.sql")).unwrap();
        let (files, failed) = Place::named(dir.path()).files(Tool::Plain);
        assert!(failed.is_empty());
        let read = files.iter().map(|file| file.raw(dir.path()));
        let told: Vec<String> = read
            .map(|read| read.map_or_else(|failed| failed.why, |raw| raw.path))
            .collect();
        assert_eq!(
            told,
            [
                "1.sql",
                "it is a named pipe",
                "it is a link to what is not there",
                "it is a folder"
            ]
        );
    }
}
