//! Playing what was written, also where a part of it is damaged.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{CHANGED, Changed, Frame, Head, VERSION};
use crate::clock::Moment;
use crate::monitor::health::Health;

/// A frame that tells everything, as it is written.
#[derive(Deserialize)]
struct Whole {
    at: Moment,
    health: Value,
}

/// A line as far as it has to be looked at to know whether it is one.
#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "at")]
    _at: Moment,
    health: Option<IgnoredAny>,
    nth: Option<usize>,
}

/// A tape that was written. Frames are read when they are looked at, so it may be long.
pub struct Tape {
    file: BufReader<File>,
    places: Vec<Place>,
    missing: Vec<Missing>,
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

/// Lines that can't be played: the first is damaged, the others tell what has changed since it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The number of the first line, counted from 1.
    pub line: usize,
    /// Where it begins in the file, counted from 0.
    pub byte: u64,
    /// How many lines.
    pub lines: usize,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines {
            1 => write!(f, "line {}", self.line)?,
            lines => write!(f, "lines {} to {}", self.line, self.line + lines - 1)?,
        }
        write!(f, " (from byte {})", self.byte)
    }
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
    /// What is on it is damaged.
    #[error("it is damaged: nothing can be played of {0}")]
    Damaged(Missing),
}

impl Tape {
    /// Opens the tape at `path`. What is damaged is left out, up to the next frame that tells everything;
    /// so is a last frame that is not whole, since whoever wrote it was killed.
    pub fn open(path: &Path) -> Result<Self, TapeError> {
        let mut file = BufReader::new(File::open(path)?);
        let mut head = String::new();
        file.read_line(&mut head).map_err(|_| TapeError::NoTape)?;
        let head: Head = serde_json::from_str(&head).map_err(|_| TapeError::NoTape)?;
        if head.gonogo_monitor > VERSION {
            return Err(TapeError::Newer);
        }
        let mut scan = Scan::default();
        let mut line = Vec::new();
        loop {
            let from = file.stream_position()?;
            line.clear();
            file.read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            scan.take(&line, from);
        }
        if scan.places.is_empty() {
            let damaged = scan.missing.first().copied();
            return Err(damaged.map_or(TapeError::Empty, TapeError::Damaged));
        }
        Ok(Tape {
            file,
            places: scan.places,
            missing: scan.missing,
            last: None,
        })
    }

    /// How many frames it has; at least one.
    pub fn frames(&self) -> usize {
        self.places.len()
    }

    /// What of it can't be played.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
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

/// What was found on a tape, line by line.
#[derive(Default)]
struct Scan {
    places: Vec<Place>,
    missing: Vec<Missing>,
    /// How many lines were looked at.
    lines: usize,
    /// How many changes have come since everything was told; none where one of them is missing.
    changes: Option<usize>,
}

impl Scan {
    /// Takes in the line that begins at the byte `from`.
    fn take(&mut self, line: &[u8], from: u64) {
        self.lines += 1;
        let whole = !line.starts_with(CHANGED);
        let text = std::str::from_utf8(line).ok();
        let outline = text.and_then(|text| serde_json::from_str::<Outline>(text).ok());
        let before = self.changes.take();
        self.changes = outline.and_then(|outline| {
            if whole {
                return outline.health.map(|_| 0);
            }
            // Older programs did not count.
            let next = before? + 1;
            (outline.nth.unwrap_or(next) == next).then_some(next)
        });
        match (self.changes, before, self.missing.last_mut()) {
            (Some(_), ..) => self.places.push(Place { from, whole }),
            (None, None, Some(missing)) => missing.lines += 1,
            (None, ..) => self.missing.push(Missing {
                // The first line of the file says what it is.
                line: self.lines + 1,
                byte: from,
                lines: 1,
            }),
        }
    }
}
