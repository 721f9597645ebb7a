//! A log file that is written to, cut, or moved away and begun again.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::matcher::Matcher;
use crate::plan::Pattern;

/// How much is read at once, and how much each time somebody looks: a log that is written faster is
/// read on the next time.
const PART: usize = 64 * 1024;
const MOST: usize = 64 * 1024 * 1024;

/// What is known of the file.
pub(super) struct Tail(Option<Reader>);

struct Reader {
    path: PathBuf,
    matcher: Matcher,
    open: Option<Open>,
    /// Whether somebody has looked before: what was there by then does not count.
    looked: bool,
}

struct Open {
    file: File,
    /// What tells it from another file of its name.
    id: (u64, u64),
    /// How far it was read.
    at: u64,
}

impl Tail {
    pub(super) fn new(path: PathBuf, pattern: Pattern) -> Self {
        Tail(Some(Reader {
            path,
            matcher: Matcher::new(pattern),
            open: None,
            looked: false,
        }))
    }

    /// How many lines have matched since the beginning. The error says why the file can't be read.
    pub(super) async fn read(&mut self) -> Result<u64, String> {
        // Disks may be slow, and whoever reads is not to be waited for.
        let Some(mut reader) = self.0.take() else {
            return Err("it is being read".to_owned());
        };
        let task = tokio::task::spawn_blocking(move || {
            let found = reader.look();
            (reader, found)
        });
        let (reader, found) = task.await.map_err(|_| "it could not be read".to_owned())?;
        let matches = reader.matcher.matches();
        self.0 = Some(reader);
        found.map(|()| matches).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                "there is no such file".to_owned()
            } else {
                error.to_string()
            }
        })
    }
}

impl Reader {
    fn look(&mut self) -> io::Result<()> {
        let first = !std::mem::replace(&mut self.looked, true);
        let mut room = MOST;
        if let Some(open) = &mut self.open {
            open.read(&mut self.matcher, &mut room)?;
            let now = std::fs::metadata(&self.path)?;
            if id(&now) == open.id || room == 0 {
                return Ok(());
            }
            // Another file has its name. What was left of the old one has been read.
            self.matcher.end_line();
            self.open = None;
        }
        let mut open = Open::at(&self.path, first)?;
        let read = open.read(&mut self.matcher, &mut room);
        self.open = Some(open);
        read
    }
}

impl Open {
    fn at(path: &Path, at_end: bool) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let at = if at_end {
            file.seek(SeekFrom::End(0))?
        } else {
            0
        };
        let id = id(&file.metadata()?);
        Ok(Open { file, id, at })
    }

    fn read(&mut self, matcher: &mut Matcher, room: &mut usize) -> io::Result<()> {
        if self.file.metadata()?.len() < self.at {
            // It was cut, and is written from its beginning again.
            matcher.end_line();
            self.at = self.file.seek(SeekFrom::Start(0))?;
        }
        let mut part = vec![0; PART];
        while *room > 0 {
            let read = self.file.read(&mut part)?;
            if read == 0 {
                break;
            }
            matcher.take(&part[..read]);
            self.at += read as u64;
            *room = room.saturating_sub(read);
        }
        Ok(())
    }
}

fn id(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;

    struct Log {
        dir: tempfile::TempDir,
        reader: Reader,
    }

    impl Log {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let reader = Reader {
                path: dir.path().join("log"),
                matcher: Matcher::new(Pattern::new("ERROR").unwrap()),
                open: None,
                looked: false,
            };
            Log { dir, reader }
        }

        fn write(&self, text: &str) {
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).open(&self.reader.path);
            file.unwrap().write_all(text.as_bytes()).unwrap();
        }

        fn matches(&mut self) -> u64 {
            self.reader.look().unwrap();
            self.reader.matcher.matches()
        }
    }

    #[test]
    fn only_what_is_written_from_now_on_counts() {
        let mut log = Log::new();
        log.write("ERROR old\n");
        assert_eq!(log.matches(), 0);
        log.write("ERROR\nfine\nERR");
        assert_eq!(log.matches(), 1);
        log.write("OR\n");
        assert_eq!(log.matches(), 2);
    }

    #[test]
    fn a_file_that_comes_later_counts_from_its_beginning() {
        let mut log = Log::new();
        assert!(log.reader.look().is_err());
        log.write("ERROR\n");
        assert_eq!(log.matches(), 1);
    }

    #[test]
    fn nothing_is_lost_when_the_file_is_moved_away() {
        let mut log = Log::new();
        log.write("start\n");
        assert_eq!(log.matches(), 0);
        log.write("ERROR before\n");
        fs::rename(&log.reader.path, log.dir.path().join("log.1")).unwrap();
        // Between the two names there is no file, and what was written is not forgotten.
        assert!(log.reader.look().is_err());
        log.write("ERROR after\nERROR unended");
        assert_eq!(log.matches(), 2);
        log.write("\n");
        assert_eq!(log.matches(), 3);
    }

    #[test]
    fn a_file_that_is_cut_is_read_from_its_beginning() {
        let mut log = Log::new();
        log.write("a long beginning of the log\n");
        assert_eq!(log.matches(), 0);
        log.write("ERROR\n");
        assert_eq!(log.matches(), 1);
        File::create(&log.reader.path).unwrap();
        log.write("ERROR\n");
        assert_eq!(log.matches(), 2);
    }
}
