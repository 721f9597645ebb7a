//! What was seen, written down to be looked at again: a line of JSON for each change.
//!
//! ```text
//!  {"gonogo_monitor":2}
//!  {"at":…,"health":{…}}        everything that was known
//!  {"change":{…},"nth":1,"at":…} what has become another since the line before
//!  …
//! ```
//!
//! Every so often everything is written again, so that any place of a long tape is soon found.

mod change;
mod play;

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::change::Change;
pub use self::play::{Missing, Tape, TapeError};
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

/// How what has changed since the frame before is written.
#[derive(Serialize, Deserialize)]
struct Changed {
    /// None: only time has passed.
    change: Option<Change>,
    /// Which one it is since everything was written: one that is not there shows.
    #[serde(default)]
    nth: Option<usize>,
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
                    nth: Some(changes + 1),
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

#[cfg(test)]
mod tests;
