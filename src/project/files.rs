//! Reading files, and finding them.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// The bytes of the plan at `path`, or why they can't be had.
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    if path.is_dir() {
        return Err(format!(
            "{} is a directory: name a plan in it",
            path.display()
        ));
    }
    refuse_device(path)?;
    std::fs::read(path).map_err(|error| format!("failed to read {}: {error}", path.display()))
}

/// Refuses what may never end: a pipe into which perhaps nobody writes, a device. A pipe that a shell has
/// made (`<(…)`) is written.
pub(super) fn refuse_device(path: &Path) -> Result<(), String> {
    let kind = std::fs::metadata(path)
        .map_err(|error| format!("failed to read {}: {error}", path.display()))?
        .file_type();
    if kind.is_file() || (kind.is_fifo() && path.starts_with("/dev")) {
        return Ok(());
    }
    Err(format!(
        "{} is no file: write the plan into one",
        path.display()
    ))
}

/// Brings files that the plan at `plan` includes: they are named relative to its folder.
pub fn beside(plan: &Path) -> impl Fn(&str) -> Result<Vec<u8>, String> {
    let folder = plan.parent().unwrap_or(Path::new("")).to_owned();
    move |file| {
        let path = folder.join(file);
        std::fs::read(&path).map_err(|error| format!("failed to read {}: {error}", path.display()))
    }
}

/// The files below `folder` that are `wanted`, in the order of their names, of folders that are `entered`.
pub fn files_below(
    folder: &Path,
    depth: usize,
    entered: &dyn Fn(&Path) -> bool,
    wanted: &dyn Fn(&Path) -> bool,
) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            if depth > 0 && entered(&path) {
                found.extend(files_below(&path, depth - 1, entered, wanted));
            }
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found
}
