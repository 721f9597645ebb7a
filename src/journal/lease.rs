//! The lease: which engine may write. It is a lock on a file that the system lets go when the
//! process that holds it is gone, however it went.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The right to write a run's journal, for as long as this value lives.
#[derive(Debug)]
pub struct Lease {
    _file: File,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another engine has it.
    #[error("an engine is already driving this run (process {})", .0.map_or("unknown".to_owned(), |pid| pid.to_string()))]
    Taken(Option<u32>),
    /// The file can't be used.
    #[error("failed to lock the run: {0}")]
    File(#[from] std::io::Error),
}

const FILE: &str = "engine.lock";

/// How often to try again, and after how long, while somebody only looks who holds the lease: that
/// takes no longer than a system call.
const LOOKERS: u32 = 100;
const LOOK: Duration = Duration::from_millis(5);

impl Lease {
    /// Takes the lease of the run in `dir` for this process.
    pub fn take(dir: &Path) -> Result<Self, LeaseError> {
        let mut file = open(dir)?;
        for _ in 0..LOOKERS {
            if locked(&file, FlockOperation::NonBlockingLockExclusive)? {
                file.set_len(0)?;
                file.rewind()?;
                write!(file, "{}", std::process::id())?;
                return Ok(Lease { _file: file });
            }
            if !locked(&file, FlockOperation::NonBlockingLockShared)? {
                break;
            }
            flock(&file, FlockOperation::Unlock).map_err(std::io::Error::from)?;
            std::thread::sleep(LOOK);
        }
        Err(LeaseError::Taken(pid_in(&mut file)))
    }

    /// The process that holds the lease of the run in `dir`, if one does. Looking takes nothing.
    pub fn holder(dir: &Path) -> Option<u32> {
        let mut file = OpenOptions::new().read(true).open(dir.join(FILE)).ok()?;
        match locked(&file, FlockOperation::NonBlockingLockShared) {
            Ok(false) => pid_in(&mut file),
            _ => None,
        }
    }
}

/// Locks `file`, unless a lock of somebody else is in the way.
fn locked(file: &File, how: FlockOperation) -> std::io::Result<bool> {
    match flock(file, how) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn open(dir: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(dir.join(FILE))
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_can_hold_a_lease_and_it_ends_with_its_holder() {
        let dir = tempfile::tempdir().unwrap();
        let lease = Lease::take(dir.path()).unwrap();
        assert!(matches!(
            Lease::take(dir.path()),
            Err(LeaseError::Taken(Some(pid))) if pid == std::process::id()
        ));
        assert_eq!(Lease::holder(dir.path()), Some(std::process::id()));
        drop(lease);
        assert_eq!(Lease::holder(dir.path()), None);
        Lease::take(dir.path()).unwrap();
    }

    #[test]
    fn whoever_only_looks_is_no_holder() {
        let dir = tempfile::tempdir().unwrap();
        let looker = open(dir.path()).unwrap();
        flock(&looker, FlockOperation::LockShared).unwrap();
        let taking = std::thread::spawn({
            let dir = dir.path().to_owned();
            move || Lease::take(&dir).map(drop)
        });
        drop(looker);
        taking.join().unwrap().unwrap();
    }
}
