//! Where the socket is. An address of a unix socket has room for about a hundred bytes, and run
//! directories can lie deeper than that: then the socket lies in a short directory of its own, and the
//! run directory has a link to it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What fits into an address on every system, with the byte that ends it.
const MAX_ADDRESS: usize = 100;

/// The address to bind for the socket at `path`. What an engine before this one left there is
/// removed: whoever holds the run's lease owns the place.
pub(super) fn to_bind(path: &Path) -> io::Result<PathBuf> {
    remove(path)?;
    if path.as_os_str().len() <= MAX_ADDRESS {
        return Ok(path.to_owned());
    }
    let address = short_place(path)?.join("sock");
    gone(&address)?;
    std::os::unix::fs::symlink(&address, path)?;
    Ok(address)
}

/// The address at which the socket at `path` can be reached. None: a link that came with a copy of the
/// run leads to the engine of the original.
pub fn address(path: &Path) -> Option<PathBuf> {
    let Ok(linked) = fs::read_link(path) else {
        return Some(path.to_owned());
    };
    let place = linked.parent().and_then(Path::file_name);
    let is_own = place.is_some_and(|place| place.to_string_lossy().ends_with(&short_name(path)));
    is_own.then_some(linked)
}

/// What the socket at `path` is called in short: the same for every way to `path`.
fn short_name(path: &Path) -> String {
    let place = path.parent().and_then(|dir| dir.canonicalize().ok());
    let whole = match (place, path.file_name()) {
        (Some(place), Some(name)) => place.join(name),
        _ => path.to_owned(),
    };
    crate::plan::sha256(whole.as_os_str().as_encoded_bytes())
        .chars()
        .take(16)
        .collect()
}

/// A directory with a short name for the socket at `path`, which belongs to this user and nobody else
/// can enter.
fn short_place(path: &Path) -> io::Result<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let place = PathBuf::from(format!("/tmp/gonogo-{uid}-{}", short_name(path)));
    match DirBuilder::new().mode(0o700).create(&place) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = fs::symlink_metadata(&place)?;
    // No bit of the group's or of the others' is set.
    let private = found.mode().trailing_zeros() >= 6;
    if found.is_dir() && found.uid() == uid && private {
        Ok(place)
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "{} is not a private directory of this user",
                place.display()
            ),
        ))
    }
}

/// Removes the socket at `path`, and the place that a link of its own there leads to.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    if let Some(address) = address(path).filter(|address| address != path) {
        gone(&address)?;
        let place = address.parent().map_or(Ok(()), fs::remove_dir);
        place.or_else(unless_missing)?;
    }
    gone(path)
}

fn gone(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(unless_missing)
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_paths_are_their_own_addresses_and_long_ones_are_linked() {
        // Whatever the tests' own directory is called.
        let temp = tempfile::tempdir_in("/tmp").unwrap();
        let short = temp.path().join("engine.sock");
        assert_eq!(to_bind(&short).unwrap(), short);
        let deep = temp.path().join("x".repeat(120));
        fs::create_dir(&deep).unwrap();
        let long = deep.join("engine.sock");
        let bound = to_bind(&long).unwrap();
        assert!(bound.as_os_str().len() <= MAX_ADDRESS);
        assert_eq!(address(&long), Some(bound.clone()));
        assert_eq!(to_bind(&long).unwrap(), bound);
        remove(&long).unwrap();
        assert!(fs::symlink_metadata(&long).is_err());
        assert!(!bound.parent().unwrap().exists());
    }

    #[test]
    fn a_copy_of_a_run_leaves_the_socket_of_the_original_alone() {
        let temp = tempfile::tempdir().unwrap();
        let dirs = ["a", "b"].map(|name| temp.path().join(name.repeat(120)));
        let [original, copy] = dirs.map(|dir| {
            fs::create_dir(&dir).unwrap();
            dir.join("engine.sock")
        });
        let bound = to_bind(&original).unwrap();
        fs::write(&bound, "").unwrap();
        std::os::unix::fs::symlink(&bound, &copy).unwrap();
        assert_eq!(address(&copy), None);
        assert_ne!(to_bind(&copy).unwrap(), bound);
        remove(&copy).unwrap();
        assert!(bound.exists());
        remove(&original).unwrap();
        assert!(!bound.exists());
    }
}
