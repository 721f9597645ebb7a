//! What was seen, written down to be looked at again: a line of JSON for each change.
//!
//! ```text
//!  {"gonogo_monitor":2}
//!  {"at":…,"health":{…}}        everything that was known
//!  {"change":{…},"at":…}        what has become another since the line before
//!  …
//! ```
//!
//! Every so often everything is written again, so that any place of a long tape is soon found.

mod change;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::change::Change;
use super::health::Health;
use crate::clock::Moment;

/// The version of what is written. The first had only lines that tell everything.
const VERSION: u32 = 2;
/// How many changes are written before everything is written again.
const CHANGES: usize = 60;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    gonogo_monitor: u32,
}

/// What was seen at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// When.
    pub at: Moment,
    /// What.
    pub health: Arc<Health>,
}

/// A frame that tells everything, as it is written.
#[derive(Deserialize)]
struct Whole {
    at: Moment,
    health: Value,
}

/// How what has changed since the frame before is written.
#[derive(Serialize, Deserialize)]
struct Changed {
    /// None: only time has passed.
    change: Option<Change>,
    at: Moment,
}

/// How a line begins that tells only what has changed.
const CHANGED: &[u8] = b"{\"change\"";

/// A tape that is being written.
pub struct Recorder {
    file: BufWriter<File>,
    /// What was last written, and how many changes ago everything was.
    last: Option<(Value, usize)>,
}

impl Recorder {
    /// Begins a new tape at `path`; one that is there already is not written over.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        // It holds statements, and they hold what is nobody else's business.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let mut file = BufWriter::new(file);
        line(
            &mut file,
            &Head {
                gonogo_monitor: VERSION,
            },
        )?;
        Ok(Recorder { file, last: None })
    }

    /// Adds a frame. Whatever happens afterwards, it is on the tape.
    pub fn add(&mut self, frame: &Frame) -> std::io::Result<()> {
        let new = serde_json::to_value(&frame.health)?;
        let changes = match &self.last {
            Some((old, changes)) if *changes < CHANGES => {
                let entry = Changed {
                    change: Change::between(old, &new),
                    at: frame.at,
                };
                line(&mut self.file, &entry)?;
                changes + 1
            }
            _ => {
                line(&mut self.file, frame)?;
                0
            }
        };
        self.last = Some((new, changes));
        Ok(())
    }
}

fn line(file: &mut BufWriter<File>, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *file, value)?;
    file.write_all(b"\n")?;
    file.flush()
}

/// A tape that was written. Frames are read when they are looked at, so it may be long.
pub struct Tape {
    file: BufReader<File>,
    places: Vec<Place>,
    last: Option<Last>,
}

/// The frame that was last read.
struct Last {
    place: usize,
    frame: Frame,
    /// The same as it is written.
    known: Value,
}

/// Where a frame is on the tape.
struct Place {
    from: u64,
    /// Whether it tells everything.
    whole: bool,
}

/// Why a tape can't be played.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file can't be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is something else.
    #[error("it is no recording of gonogo monitor")]
    NoTape,
    /// It is of a newer program.
    #[error("it was made by a newer version of this program")]
    Newer,
    /// There is nothing on it.
    #[error("nothing was recorded")]
    Empty,
}

impl Tape {
    /// Opens the tape at `path`. A last frame that is not whole is left out: whoever wrote it was
    /// killed.
    pub fn open(path: &Path) -> Result<Self, TapeError> {
        let mut file = BufReader::new(File::open(path)?);
        let mut head = String::new();
        file.read_line(&mut head).map_err(|_| TapeError::NoTape)?;
        let head: Head = serde_json::from_str(&head).map_err(|_| TapeError::NoTape)?;
        if head.gonogo_monitor > VERSION {
            return Err(TapeError::Newer);
        }
        let mut places = Vec::new();
        let mut line = Vec::new();
        loop {
            let from = file.stream_position()?;
            line.clear();
            file.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                break;
            }
            let whole = !line.starts_with(CHANGED);
            places.push(Place { from, whole });
        }
        if places.is_empty() {
            return Err(TapeError::Empty);
        }
        Ok(Tape {
            file,
            places,
            last: None,
        })
    }

    /// How many frames it has; at least one.
    pub fn frames(&self) -> usize {
        self.places.len()
    }

    /// The frame at `place`, counted from 0.
    pub fn frame(&mut self, place: usize) -> Result<Frame, TapeError> {
        let before = self.places.get(..=place).ok_or(TapeError::Empty)?;
        let whole = before.iter().rposition(|place| place.whole);
        let whole = whole.ok_or(TapeError::NoTape)?;
        // Whoever plays it looks at one frame after the other.
        let (from, mut known) = match self.last.take() {
            Some(last) if last.place == place => {
                let frame = last.frame.clone();
                self.last = Some(last);
                return Ok(frame);
            }
            Some(last) if (whole..place).contains(&last.place) => (last.place + 1, last.known),
            _ => (whole, Value::Null),
        };
        let mut at = Moment::default();
        for place in from..=place {
            at = self.read(place, &mut known)?;
        }
        let health = Health::deserialize(&known).map_err(|_| TapeError::NoTape)?;
        let frame = Frame {
            at,
            health: Arc::new(health),
        };
        self.last = Some(Last {
            place,
            frame: frame.clone(),
            known,
        });
        Ok(frame)
    }

    /// Makes of what was `known` in the frame before `place` what is known in that, and tells when it was.
    fn read(&mut self, place: usize, known: &mut Value) -> Result<Moment, TapeError> {
        let place = self.places.get(place).ok_or(TapeError::Empty)?;
        self.file.seek(SeekFrom::Start(place.from))?;
        let mut line = String::new();
        self.file.read_line(&mut line)?;
        if place.whole {
            let whole: Whole = serde_json::from_str(&line).map_err(|_| TapeError::NoTape)?;
            *known = whole.health;
            return Ok(whole.at);
        }
        let changed: Changed = serde_json::from_str(&line).map_err(|_| TapeError::NoTape)?;
        let fits = changed.change.is_none_or(|change| change.apply(known));
        fits.then_some(changed.at).ok_or(TapeError::NoTape)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::monitor::State;
    use crate::monitor::testing::{ago, database, health, picture, session};

    /// Frames of a database in which there is one session more every second.
    fn frames(count: u64) -> Vec<Frame> {
        let frame = |secs: u64| {
            let mut picture = picture();
            picture.at = ago(count - secs);
            picture.connections.used = u32::try_from(secs).unwrap();
            let session = |pid| session(pid, "web", State::Idle, secs, "select 1");
            let sessions = (0..i32::try_from(secs).unwrap()).map(session);
            picture.sessions = Arc::new(sessions.collect());
            Frame {
                at: ago(count - secs),
                health: Arc::new(health(vec![database(picture)])),
            }
        };
        (0..count).map(frame).collect()
    }

    #[test]
    fn what_was_recorded_is_played_back_in_any_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tape");
        let mut recorder = Recorder::create(&path).unwrap();
        let frames = frames(130);
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        for frame in &frames {
            recorder.add(frame).unwrap();
        }
        assert!(
            Recorder::create(&path).is_err(),
            "a recording is not written over"
        );
        let mut tape = Tape::open(&path).unwrap();
        assert_eq!(tape.frames(), 130);
        for place in [129, 0, 1, 2, 2, 60, 61, 62, 121, 5, 59] {
            assert_eq!(tape.frame(place).unwrap(), frames[place], "{place}");
        }
        assert!(tape.frame(130).is_err());
    }

    #[test]
    fn a_recording_grows_by_what_changes_and_not_by_all_that_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tape");
        let mut recorder = Recorder::create(&path).unwrap();
        let length = || path.metadata().unwrap().len();
        let mut frame = frames(100).pop().unwrap();
        recorder.add(&frame).unwrap();
        let whole = length();
        let mut health = Health::clone(&frame.health);
        Arc::make_mut(health.databases[0].picture.as_mut().unwrap()).took = Duration::ZERO;
        frame.health = Arc::new(health);
        recorder.add(&frame).unwrap();
        recorder.add(&frame).unwrap();
        let changes = length() - whole;
        assert!(changes * 20 < whole, "{changes} bytes after {whole}");
    }

    #[test]
    fn recordings_of_older_programs_are_played() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tape");
        let frames = frames(3);
        let lines: Vec<String> = frames
            .iter()
            .map(|frame| serde_json::to_string(frame).unwrap() + "\n")
            .collect();
        std::fs::write(
            &path,
            format!("{{\"gonogo_monitor\":1}}\n{}", lines.concat()),
        )
        .unwrap();
        let mut tape = Tape::open(&path).unwrap();
        for (place, frame) in frames.iter().enumerate() {
            assert_eq!(tape.frame(place).unwrap(), *frame);
        }
    }

    #[test]
    fn what_is_no_tape_is_said_to_be_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tape");
        for (text, words) in [
            ("", "no recording"),
            ("{\"a\":1}\n", "no recording"),
            ("{\"gonogo_monitor\":9}\n", "newer version"),
            ("{\"gonogo_monitor\":1}\n", "nothing was recorded"),
            ("{\"gonogo_monitor\":1}\n{\"at\":", "nothing was recorded"),
        ] {
            std::fs::write(&path, text).unwrap();
            let words_of = Tape::open(&path).err().unwrap().to_string();
            assert!(words_of.contains(words), "{text}: {words_of}");
        }
        // What has changed tells nothing without what it has changed from.
        std::fs::write(
            &path,
            "{\"gonogo_monitor\":2}\n{\"change\":null,\"at\":0}\n",
        )
        .unwrap();
        assert!(matches!(
            Tape::open(&path).unwrap().frame(0),
            Err(TapeError::NoTape)
        ));
    }
}
