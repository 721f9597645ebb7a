//! A terminal for a step that asks for one. It is the shim's own: what the step prints on it goes into
//! the step's file, and what people type comes through a named pipe, from whichever engine is there.
//!
//! ```text
//!  engine ── named pipe ──► shim ── master │ terminal ──► the step's process group, in the foreground
//!  output file ◄─────────── shim ◄─ master │ terminal ◄── what it prints
//! ```
//!
//! With the shim its terminal goes too: a step that outlives its shim is hung up on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, OutputModes, Winsize};

/// How large it is: the everyday size of a screen.
const SIZE: Winsize = Winsize {
    ws_row: 36,
    ws_col: 120,
    ws_xpixel: 0,
    ws_ypixel: 0,
};
/// How much is read at once, in bytes.
const CHUNK: usize = 64 * 1024;
/// How long nothing must come from it after the step's end until all has come.
const QUIET: Duration = Duration::from_millis(100);
/// How often to look for that where something that the step left behind goes on printing.
const MOST_LOOKS: u32 = 20;
/// The time between two tries to write down what can't be.
const TRY_AGAIN: Duration = Duration::from_millis(200);

/// The terminal of a running step.
pub(super) struct Terminal {
    /// The step's side, which stays open until the step is over: a step may close its own and come back.
    slave: OwnedFd,
    input: PathBuf,
    pumped: Pumped,
}

/// How far what it prints has come.
struct Pumped {
    chunks: Arc<AtomicU64>,
    /// Whether something was read that is not written yet.
    busy: Arc<AtomicBool>,
    /// Whether the step is over.
    over: Arc<AtomicBool>,
    done: Receiver<()>,
}

impl Terminal {
    /// Opens a terminal whose output goes to `output` and for which people type into the named pipe at
    /// `input`, and makes it the terminal of this process's session.
    pub(super) fn open(output: File, input: &Path) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // Apple's call can't be asked for that; nothing is spawned in between.
        rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = rustix::fs::open(name.as_c_str(), flags, Mode::empty())?;
        rustix::process::ioctl_tiocsctty(&slave)?;
        rustix::termios::tcsetwinsize(&slave, SIZE)?;
        // Lines in the file end as those of every other step do.
        let mut modes = rustix::termios::tcgetattr(&slave)?;
        modes.output_modes.remove(OutputModes::ONLCR);
        rustix::termios::tcsetattr(&slave, OptionalActions::Now, &modes)?;
        let master = File::from(master);
        type_from(input, master.try_clone()?)?;
        Ok(Terminal {
            slave,
            input: input.to_owned(),
            pumped: pump(master, output),
        })
    }

    /// Has `command` run on it; what it prints goes where its complaints go.
    pub(super) fn give(&self, command: &mut Command) -> io::Result<()> {
        command
            .stdin(Stdio::from(self.slave.try_clone()?))
            .stderr(Stdio::from(self.slave.try_clone()?));
        Ok(())
    }

    /// Lets the group of `leader` read from it. One that wanted to before was stopped for it.
    pub(super) fn to_the_front(&self, leader: Pid) {
        let _ = rustix::termios::tcsetpgrp(&self.slave, leader);
        let _ = rustix::process::kill_process_group(leader, Signal::CONT);
    }

    /// Waits until everything that the step has printed is in its file.
    pub(super) fn close(self) {
        let _ = fs::remove_file(&self.input);
        drop(self.slave);
        self.pumped.finish();
    }
}

impl Pumped {
    /// Waits until all that was printed is written. What the step left running may hold the terminal
    /// open, and then it is enough that nothing more comes.
    fn finish(&self) {
        self.over.store(true, Ordering::SeqCst);
        let mut looks = 0;
        let mut before = self.chunks.load(Ordering::SeqCst);
        while let Err(RecvTimeoutError::Timeout) = self.done.recv_timeout(QUIET) {
            let chunks = self.chunks.load(Ordering::SeqCst);
            let busy = self.busy.load(Ordering::SeqCst);
            looks += 1;
            if !busy && (chunks == before || looks > MOST_LOOKS) {
                return;
            }
            before = chunks;
        }
    }
}

/// Writes into `output` what comes from `master`, until nobody has the terminal any more.
fn pump(mut master: File, mut output: File) -> Pumped {
    let (chunks, busy, over) = <(Arc<AtomicU64>, Arc<AtomicBool>, Arc<AtomicBool>)>::default();
    let (ended, done) = mpsc::channel();
    let pumped = Pumped {
        chunks: Arc::clone(&chunks),
        busy: Arc::clone(&busy),
        over: Arc::clone(&over),
        done,
    };
    std::thread::spawn(move || {
        // Its end tells that all has come.
        let _ended = ended;
        let mut buffer = vec![0; CHUNK];
        loop {
            let length = match master.read(&mut buffer) {
                Ok(length) if length > 0 => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                _ => return,
            };
            busy.store(true, Ordering::SeqCst);
            keep(&mut output, &buffer[..length], &over);
            chunks.fetch_add(1, Ordering::SeqCst);
            busy.store(false, Ordering::SeqCst);
        }
    });
    pumped
}

/// Writes all of `bytes`. While the step goes on it waits for a disk that is full, and so does the step;
/// afterwards nobody would make room for it.
fn keep(output: &mut File, mut bytes: &[u8], over: &AtomicBool) {
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(written) if written > 0 => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ if over.load(Ordering::SeqCst) => return,
            _ => std::thread::sleep(TRY_AGAIN),
        }
    }
}

/// Types into `master` what comes through a new named pipe at `path`, which only its owner can open.
fn type_from(path: &Path, mut master: File) -> io::Result<()> {
    make_pipe(path)?;
    // Open for writing as well, it does not end when whoever typed goes away.
    let mut typed = OpenOptions::new().read(true).write(true).open(path)?;
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length) = typed.read(&mut buffer) {
            if length == 0 || master.write_all(&buffer[..length]).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(target_vendor = "apple"))]
fn make_pipe(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::mkfifoat(
        rustix::fs::CWD,
        path,
        Mode::RUSR | Mode::WUSR,
    )?)
}

#[cfg(target_vendor = "apple")]
fn make_pipe(path: &Path) -> io::Result<()> {
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(path);
    let made = made.status()?;
    made.success()
        .then_some(())
        .ok_or_else(|| io::Error::other("failed to make a named pipe"))
}
