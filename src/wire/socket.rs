//! Where the socket is. An address of a unix socket has room for about a hundred bytes, and run
//! directories can lie deeper than that: then the socket lies in a short place of its own, and the
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
    let old = address(path);
    for left in [&old, path] {
        match fs::remove_file(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if path.as_os_str().len() <= MAX_ADDRESS {
        return Ok(path.to_owned());
    }
    let place = short_place()?;
    let name = crate::plan::sha256(path.as_os_str().as_encoded_bytes());
    let address = place.join(&name[..16]);
    match fs::remove_file(&address) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(&address, path)?;
    Ok(address)
}

/// The address at which the socket at `path` can be reached.
pub fn address(path: &Path) -> PathBuf {
    fs::read_link(path).unwrap_or_else(|_| path.to_owned())
}

/// A directory with a short name that belongs to this user and nobody else can enter.
fn short_place() -> io::Result<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let place = PathBuf::from(format!("/tmp/gonogo-{uid}"));
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

/// Removes the socket at `path`, and what a link there leads to.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(address(path));
    let _ = fs::remove_file(path);
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
        assert_eq!(address(&long), bound);
        assert_eq!(to_bind(&long).unwrap(), bound);
        remove(&long);
        assert!(fs::symlink_metadata(&long).is_err());
    }
}
