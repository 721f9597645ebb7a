//! How a step begins: in the process that becomes it. It writes its number down and takes the permit
//! before it is the step's program, so that no step ever runs of which nothing is known, whichever
//! process is killed at whichever moment.
//!
//! ```text
//!  shim ── spawn ──► this program: number into the locked file, permit taken away ── exec ──► the step
//!    ▲                    │
//!    └── pipe (stdout) ◄──┘ why it could not begin; closed by the exec without a word if it could
//! ```

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use crate::run::traces::Traces;

/// Spawns `command`, which is to run this program with [`arguments`], and waits until it is the step's
/// program. The error says why it could not become it.
pub(super) fn begin(mut command: Command) -> io::Result<Child> {
    let (mut word, said) = io::pipe()?;
    let mut child = command.stdout(said).spawn()?;
    // It holds this side of the pipe as well.
    drop(command);
    let mut why = String::new();
    word.read_to_string(&mut why)?;
    if why.is_empty() {
        return Ok(child);
    }
    child.wait()?;
    Err(io::Error::other(why))
}

/// What this program is told, besides its verb, to become `program`.
pub(super) fn arguments<'a>(
    traces: &'a Traces,
    program: &'a str,
    args: &'a [String],
) -> impl Iterator<Item = OsString> {
    let files = [&traces.lock, &traces.permit].map(|file| file.clone().into_os_string());
    let words = std::iter::once(program).chain(args.iter().map(String::as_str));
    files.into_iter().chain(words.map(OsString::from))
}

/// Becomes the step's program: returns only if that failed, with this process's exit code.
pub(super) fn main(args: impl Iterator<Item = OsString>) -> u8 {
    let Ok(mut word) = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3).map(File::from) else {
        return 1;
    };
    let why = become_it(args);
    // A shim that is gone reads nothing.
    let _ = write!(word, "{why}");
    1
}

/// Returns why it failed.
fn become_it(mut args: impl Iterator<Item = OsString>) -> io::Error {
    // What it prints goes where its complaints go.
    if let Err(error) = rustix::stdio::dup2_stdout(io::stderr()) {
        return error.into();
    }
    let (Some(lock), Some(permit), Some(program)) = (args.next(), args.next(), args.next()) else {
        return io::ErrorKind::InvalidInput.into();
    };
    // For whoever looks when neither the shim nor the engine is there any more. What begins is watched,
    // whether that can be written down or not.
    let lock = OpenOptions::new().append(true).open(PathBuf::from(lock));
    let _ = lock.and_then(|mut lock| writeln!(lock, "{}", std::process::id()));
    // Of this process and an engine that has not heard of it, only one can take the permit.
    if let Err(error) = std::fs::remove_file(PathBuf::from(permit)) {
        return error;
    }
    Command::new(program).args(args).exec()
}
