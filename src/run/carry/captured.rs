//! Secrets that were taken from what a step printed: the journal knows that they are there, and their
//! values are in a file that nobody else can read, for an engine after this one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::left::private;
use crate::run::files::private_dir;

/// Writes `values`, by variable, to `path`.
pub(in crate::run) fn keep(path: &Path, values: &BTreeMap<String, String>) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        private_dir(dir, true)?;
    }
    let mut file = private(path)?;
    file.write_all(&serde_json::to_vec(values)?)?;
    file.sync_data()
}

/// The value of the variable `name` in the file at `path`.
pub fn find(path: &Path, name: &str) -> io::Result<Option<String>> {
    let mut values: BTreeMap<String, String> = serde_json::from_slice(&fs::read(path)?)?;
    Ok(values.remove(name))
}
