//! The disk that a run is written to.

use std::path::Path;

/// With fewer bytes left than these nothing more is sure to be written: 64 KiB.
const FULL: u64 = 64 * 1024;

/// The bytes that are left where `path` is.
pub fn disk_left(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    // Some file systems tell nothing of themselves.
    (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Words for that there is no room in `folder` for what a step prints, if there is none.
pub(super) fn is_full(folder: &Path) -> Option<String> {
    let left = disk_left(folder)?;
    let folder = folder.display();
    (left < FULL)
        .then(|| format!("no space left on {folder}: its output may not have been written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_with_room_is_not_full_and_of_one_that_is_not_there_nothing_is_said() {
        let temp = tempfile::tempdir().unwrap();
        assert!(disk_left(temp.path()).is_some_and(|left| left > FULL));
        assert_eq!(is_full(temp.path()), None);
        assert_eq!(is_full(Path::new("/nowhere/at/all")), None);
    }
}
