//! What was seen, written down to be looked at again: a line of JSON for each change.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::health::Health;
use crate::clock::Moment;

/// The version of what is written.
const VERSION: u32 = 1;

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

/// A tape that is being written.
pub struct Recorder(BufWriter<File>);

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
        Ok(Recorder(file))
    }

    /// Adds a frame. Whatever happens afterwards, it is on the tape.
    pub fn add(&mut self, frame: &Frame) -> std::io::Result<()> {
        line(&mut self.0, frame)
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
    /// Where each frame begins.
    places: Vec<u64>,
}

/// Why a tape can't be played.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file can't be read.
    #[error("{0}")]
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
        if head.gonogo_monitor != VERSION {
            return Err(TapeError::Newer);
        }
        let mut places = Vec::new();
        let mut line = Vec::new();
        loop {
            let place = file.stream_position()?;
            line.clear();
            file.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                break;
            }
            places.push(place);
        }
        if places.is_empty() {
            return Err(TapeError::Empty);
        }
        Ok(Tape { file, places })
    }

    /// How many frames it has; at least one.
    pub fn frames(&self) -> usize {
        self.places.len()
    }

    /// The frame at `place`, counted from 0.
    pub fn frame(&mut self, place: usize) -> Result<Frame, TapeError> {
        let place = self.places.get(place).ok_or(TapeError::Empty)?;
        self.file.seek(SeekFrom::Start(*place))?;
        let mut line = String::new();
        self.file.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|_| TapeError::NoTape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, database, health, picture};

    #[test]
    fn what_was_recorded_is_played_back_in_any_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tape");
        let mut recorder = Recorder::create(&path).unwrap();
        let frames: Vec<Frame> = [30, 20, 10]
            .map(|secs| Frame {
                at: ago(secs),
                health: Arc::new(health(vec![database(picture())])),
            })
            .into();
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
        assert_eq!(tape.frames(), 3);
        for place in [2, 0, 1] {
            assert_eq!(tape.frame(place).unwrap(), frames[place]);
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
    }
}
