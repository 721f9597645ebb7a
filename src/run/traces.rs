//! What a shim leaves on the disk for whoever comes later: the file that it keeps locked while it lives,
//! with its process and its step's in it, and the record of how the step ended. The permit is the file
//! whose removal is the right to begin: of a shim and an engine that has not heard of it, only one can
//! remove it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// Where the traces of one job are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// Where it is written down how it ended.
    pub record: PathBuf,
    /// The file that is locked meanwhile.
    pub lock: PathBuf,
    /// The file whose removal is the right to begin.
    pub permit: PathBuf,
}

/// How a step's process ended: the exit record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its exit code.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why it never began.
    pub error: Option<String>,
    /// When it ended, as its shim saw it. Records of older versions don't tell.
    #[serde(default)]
    pub ended: Option<Moment>,
}

impl Exit {
    /// It never began, and `why`.
    pub(super) fn never(why: impl Into<String>) -> Self {
        Exit {
            code: None,
            signal: None,
            error: Some(why.into()),
            ended: None,
        }
    }
}

impl Traces {
    /// Locks the file for the shim that this process is.
    pub(super) fn hold(&self) -> io::Result<File> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&self.lock)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(file)
    }

    /// Lets one shim begin.
    pub(super) fn permit(&self) -> io::Result<()> {
        File::create_new(&self.permit).map(drop)
    }

    /// Takes the permit away, or back. Whoever succeeds is the one who has it now, and nobody else can
    /// begin.
    pub(super) fn take_permit(&self) -> io::Result<()> {
        fs::remove_file(&self.permit)
    }

    /// The shim that lives, if one does.
    pub(super) fn shim(&self) -> Option<u32> {
        let file = OpenOptions::new().read(true).open(&self.lock).ok()?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => None,
            Err(_) => self.pid(0),
        }
    }

    /// The leader of the step's process group, once it was begun.
    pub(super) fn leader(&self) -> Option<u32> {
        self.pid(1)
    }

    /// The shim's process is in the first line of its lock, the step's in the second.
    fn pid(&self, line: usize) -> Option<u32> {
        let text = fs::read_to_string(&self.lock).ok()?;
        text.lines().nth(line)?.trim().parse().ok()
    }

    /// The step's process group, as long as there is somebody in it, whether its shim lives or not. A
    /// group that has its number by chance is not it: the shim's session must be its session too.
    pub(super) fn group(&self) -> Option<Pid> {
        let (session, leader) = (self.pid(0)?, self.leader()?);
        let group = Pid::from_raw(leader.cast_signed())?;
        (is_there(group) && has_members(group, session)).then_some(group)
    }

    /// Signals the step's process group itself, where no shim is left to do it.
    pub(super) fn signal_group(&self, signal: Signal) {
        if let Some(group) = self.group() {
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// Writes the record so that it is either whole or not there, whatever becomes of this process.
    pub(super) fn write_exit(&self, exit: &Exit) -> io::Result<File> {
        let draft = self.record.with_extension("exit.new");
        let mut file = File::create(&draft)?;
        file.write_all(&serde_json::to_vec(exit)?)?;
        fs::rename(&draft, &self.record)?;
        Ok(file)
    }

    /// The record, if the shim got to write it.
    pub(super) fn exit(&self) -> Option<Exit> {
        serde_json::from_slice(&fs::read(&self.record).ok()?).ok()
    }

    /// Whether there is anything that can tell, now or later, how it ended: a shim, a record, or the
    /// step itself.
    pub(super) fn are_found(&self) -> bool {
        self.shim().is_some() || self.exit().is_some() || self.group().is_some()
    }
}

/// Whether somebody is in `group`, be it that nobody of us may signal them: a step may have become
/// somebody else.
pub(super) fn is_there(group: Pid) -> bool {
    rustix::process::test_kill_process_group(group) != Err(rustix::io::Errno::SRCH)
}

/// Whether a process that is not merely waiting to be buried is in `group` and in `session`.
#[cfg(target_os = "linux")]
fn has_members(group: Pid, session: u32) -> bool {
    let group = group.as_raw_nonzero().get().unsigned_abs();
    let Ok(processes) = fs::read_dir("/proc") else {
        return true;
    };
    processes
        .filter_map(|process| fs::read_to_string(process.ok()?.path().join("stat")).ok())
        .any(|stat| {
            // After the name, which may hold anything: state, parent, group, session.
            let fields = stat.rsplit(')').next().unwrap_or_default();
            let fields: Vec<&str> = fields.split_whitespace().take(4).collect();
            let number = |ix: usize| fields.get(ix).and_then(|field| field.parse::<u32>().ok());
            let is_dead = matches!(fields.first(), Some(&("Z" | "X")));
            !is_dead && number(2) == Some(group) && number(3) == Some(session)
        })
}

#[cfg(not(target_os = "linux"))]
fn has_members(group: Pid, session: u32) -> bool {
    match rustix::process::getsid(Some(group)) {
        Ok(found) => found.as_raw_nonzero().get().unsigned_abs() == session,
        Err(_) => true,
    }
}

/// Waits until nobody holds the lock at `path`.
pub(super) fn wait_for_lock(path: &Path) {
    if let Ok(file) = File::open(path) {
        let _ = flock(&file, FlockOperation::LockShared);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_does_not_tell_when_is_read() {
        let older = r#"{"code":0,"signal":null,"error":null}"#;
        let exit: Exit = serde_json::from_str(older).unwrap();
        assert_eq!((exit.code, exit.ended), (Some(0), None));
    }
}
