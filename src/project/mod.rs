//! The files of a project around a plan: whoever reads one reads it here, and hands on what it held.
//!
//! ```text
//!  path ─► bytes, beside ─► plan::open_from ─► Plan
//!  Plan ─► Around: what it applies, and where to look for that ─► times: whether a file is another now
//!             │  find   where each stands, by what tools are told and where projects keep them
//!             │  read   what is a file, and what can't be read; follow: what files of SQL include
//!             └► read ─► Applied ─┬► plan::migrations::review: problems
//!                                 ├► review: files, digest, sheets, facts, differences ─► ui
//!                                 └► run: what the files were, held against what a step finds
//! ```
//!
//! [`crate::plan::migrations::Applied`] is a plain value: what is said of it asks no disk any more.

mod applied;
mod files;
mod find;
mod follow;
mod read;

pub use applied::{Around, alone, is_sql};
pub use files::{beside, bytes, files_below};

use std::path::Path;

use crate::plan::migrations::{self, Applied};
use crate::plan::{self, Opened};

/// A plan as it was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its own files, and what `check` says of it and of what it applies.
    pub opened: Opened,
    /// What it applies.
    pub applied: Applied,
}

/// Reads the plan at `path`. Errors are lower-case sentences that name the file.
pub fn read(path: &Path) -> Result<Reading, String> {
    let opened = plan::open_from(&path.to_string_lossy(), &bytes(path)?, None, &beside(path));
    let applied = Around::new(opened.plan.as_ref(), path, &[]).read()?;
    let mut reading = Reading { opened, applied };
    if !reading.applied.folders.is_empty() {
        migrations::review(&mut reading.opened, reading.applied.folders.clone(), None);
    }
    migrations::tell_unread(&mut reading.opened, &reading.applied);
    Ok(reading)
}
