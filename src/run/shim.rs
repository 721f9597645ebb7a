//! The shim: the small process that owns one running step. It is this program started anew by the
//! engine, and it outlives the engine: the step's output goes straight into its file, and how the
//! step ended is written down whether anybody is there to read it or not.
//!
//! ```text
//!  engine ── stdin: Spec ──► shim ── own process group ──► the step's shell ──► output file
//!     ▲                       │ SIGINT, SIGTERM, SIGUSR1 (for SIGKILL) are passed on to the group
//!     └── stdout: Report ─────┘ and, for whoever comes later: the exit record, the locked file
//! ```
//!
//! The step begins only if it can take its permit away, a file that its engine has put there. An engine
//! that finds no shim takes the permit itself: so a step that had not got that far when its engine or its
//! shim died can't begin behind the back of the next one.
//!
//! A step that asks for a terminal gets one of the shim's: see `terminal`.
//!
//! It does nothing asynchronous and holds no connection: there is little in it that can die.

mod begin;
mod terminal;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};

use self::terminal::Terminal;
use super::carry::{left, prologue};
use super::traces::{Exit, Traces, is_there};
use crate::clock::{Clock, SystemClock};

/// What the engine wants run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Environment variables besides the engine's own. They may hold secrets, which is why all this
    /// comes through a pipe and not through arguments.
    pub env: Vec<(String, String)>,
    /// Environment variables of the engine that it does not get.
    #[serde(default)]
    pub unset: Vec<String>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// What files that it makes may not be used for, if not as the engine has it.
    #[serde(default)]
    pub umask: Option<u32>,
    /// Where to write down what its shell leaves to the next step, if that is asked.
    #[serde(default)]
    pub leaves: Option<PathBuf>,
    /// Where its output goes.
    pub output: PathBuf,
    /// The named pipe through which people type into its terminal; without one it has no terminal, and
    /// its stdin is empty.
    #[serde(default)]
    pub typed: Option<PathBuf>,
    /// Where to leave word of itself.
    #[serde(flatten)]
    pub traces: Traces,
}

/// What the shim tells a living engine, one JSON object a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The step runs as this process, the leader of its own group.
    Started {
        /// Its process.
        pid: u32,
    },
    /// It ended; the exit record is written, where it could be.
    Ended(Exit),
}

/// How often to look for the rest of a group whose leader is gone, where the system does not say.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The word after which this program becomes a step's.
const BEGIN: &str = "begin";

/// Runs the step that stdin describes, or becomes the one that the arguments name. Returns this process's
/// exit code.
pub fn main(mut args: impl Iterator<Item = OsString>) -> u8 {
    if args.next().is_some_and(|word| word == BEGIN) {
        return begin::main(args);
    }
    match run() {
        Ok(()) => 0,
        Err(error) => {
            // The engine's log is our stderr.
            let _ = writeln!(io::stderr(), "shim: {error}");
            1
        }
    }
}

fn run() -> io::Result<()> {
    // Out of the engine's session: a signal for its group must not reach the step.
    let _ = rustix::process::setsid();
    adopt_orphans();
    let signals = listen()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let spec: Spec = serde_json::from_str(&line)?;
    // Kept until this process ends.
    let lock = spec.traces.hold();
    let exit = match begin(&spec, &lock) {
        Ok((pid, terminal)) => {
            report(&Report::Started {
                pid: pid.as_raw_nonzero().get().unsigned_abs(),
            });
            let exit = Step::new(pid).watch(&signals);
            let ended = Some(SystemClock::new().now());
            if let Some(terminal) = terminal {
                terminal.close();
            }
            Exit { ended, ..exit }
        }
        Err(why) => Exit::never(why),
    };
    let left = spec.leaves.as_ref().and_then(|path| note_left(path, &spec));
    let record = spec.traces.write_exit(&exit);
    // A living engine hears of the end also where it can't be written down.
    report(&Report::Ended(exit));
    // While a step's output still goes to the disk this takes long, and nobody has to wait for it:
    // without a record a machine that fails now leaves an outcome that is unknown.
    left.map_or(Ok(()), |file| file.sync_data())?;
    record?.sync_data()
}

/// Begins the step, if its `lock` is held and nobody else has taken the permit.
fn begin(spec: &Spec, lock: &io::Result<File>) -> Result<(Pid, Option<Terminal>), String> {
    if let Err(error) = lock {
        return Err(format!("failed to keep watch over it: {error}"));
    }
    // Where that hangs, the step has not begun yet.
    let _ = fs::metadata(&spec.cwd);
    spawn(spec).map_err(|error| format!("failed to start {}: {error}", spec.program))
}

/// Writes down what the step's shell left. If it can't be done, the step's end says that it is not
/// known.
fn note_left(path: &Path, spec: &Spec) -> Option<File> {
    let given = left::Given {
        directory: &spec.cwd,
        umask: spec.umask.unwrap_or_else(left::umask),
        environment: environment(spec).collect(),
    };
    match left::conclude(path, &given) {
        Ok(file) => file,
        Err(error) => {
            let _ = writeln!(io::stderr(), "shim: what the step left: {error}");
            None
        }
    }
}

/// The environment that the step is given.
fn environment(spec: &Spec) -> impl Iterator<Item = (OsString, OsString)> {
    let own =
        std::env::vars_os().filter(|(name, _)| !spec.unset.iter().any(|gone| name == &**gone));
    let given = spec
        .env
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    own.chain(given)
}

/// Nobody may be listening any more, and that is no reason to stop.
fn report(report: &Report) {
    if let Ok(line) = serde_json::to_string(report) {
        let mut stdout = io::stdout().lock();
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}

/// Descendants that leave the group come to us when their parents end, so that they can be found.
#[cfg(target_os = "linux")]
fn adopt_orphans() {
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

/// A file that must not grow is an error like a full disk, not the end of this process: that signal is
/// caught, and so the step has it as it was.
fn listen() -> io::Result<Receiver<i32>> {
    let (sender, receiver) = mpsc::channel();
    let mut signals =
        signal_hook::iterator::Signals::new([SIGCHLD, SIGINT, SIGTERM, SIGUSR1, SIGHUP, SIGXFSZ])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if sender.send(signal).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}

fn spawn(spec: &Spec) -> io::Result<(Pid, Option<Terminal>)> {
    let output = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&spec.output)
        .map_err(|error| {
            let why = format!("its output {}: {error}", spec.output.display());
            io::Error::new(error.kind(), why)
        })?;
    if let Err(error) = fs::metadata(&spec.cwd) {
        let why = format!("its directory {}: {error}", spec.cwd.display());
        return Err(io::Error::new(error.kind(), why));
    }
    let mut command = Command::new(own_path());
    if let Some(path) = &spec.leaves {
        command.env(prologue::KEEPER, own_path());
        command.env(prologue::LEAVES, left::expect(path)?);
    }
    for name in &spec.unset {
        command.env_remove(name);
    }
    command
        .args(["shim", BEGIN])
        .args(begin::arguments(&spec.traces, &spec.program, &spec.args))
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&spec.cwd)
        .stdin(Stdio::null())
        .stderr(output.try_clone()?)
        .process_group(0);
    let begin = |command| begin_with(spec.umask, command);
    let Some(typed) = &spec.typed else {
        let child = begin(command)?;
        return Ok((Pid::from_child(&child), None));
    };
    let terminal = Terminal::open(output, typed)?;
    let given = terminal.give(&mut command);
    match given.and_then(|()| begin(command)) {
        Ok(child) => {
            let leader = Pid::from_child(&child);
            terminal.to_the_front(leader);
            Ok((leader, Some(terminal)))
        }
        Err(error) => {
            terminal.close();
            Err(error)
        }
    }
}

/// Begins `command` under the `umask` that the steps before have left.
fn begin_with(umask: Option<u32>, command: Command) -> io::Result<Child> {
    let Some(umask) = umask else {
        return begin::begin(command);
    };
    // It is inherited; what this process writes is as its own is.
    let own = rustix::process::umask(Mode::from_bits_truncate(umask));
    let child = begin::begin(command);
    rustix::process::umask(own);
    child
}

/// This program, for the processes of the step, also when its file was replaced since.
#[cfg(target_os = "linux")]
fn own_path() -> PathBuf {
    format!("/proc/{}/exe", std::process::id()).into()
}

#[cfg(not(target_os = "linux"))]
fn own_path() -> PathBuf {
    std::env::current_exe().unwrap_or_default()
}

/// A step's process group, from its start to its end.
struct Step {
    leader: Pid,
    exit: Option<Exit>,
    /// The strongest signal that was passed on. Once there is one, the step is over only when its
    /// whole group is gone, and whatever left the group with it.
    asked: Option<Signal>,
}

impl Step {
    fn new(leader: Pid) -> Self {
        Step {
            leader,
            exit: None,
            asked: None,
        }
    }

    fn watch(mut self, signals: &Receiver<i32>) -> Exit {
        loop {
            self.reap();
            if let Some(exit) = self.is_over() {
                return exit;
            }
            let signal = if self.exit.is_some() {
                signals.recv_timeout(LOOK_AGAIN)
            } else {
                signals.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match signal {
                Ok(SIGINT) => self.pass_on(Signal::INT),
                Ok(SIGTERM) => self.pass_on(Signal::TERM),
                Ok(SIGUSR1) => self.pass_on(Signal::KILL),
                _ => {}
            }
        }
    }

    fn pass_on(&mut self, signal: Signal) {
        self.asked = Some(signal);
        let _ = rustix::process::kill_process_group(self.leader, signal);
    }

    /// Takes note of every child that ended: the leader, and orphans of its that came to us.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.leader {
                self.exit = Some(exit_of(status));
            }
        }
    }

    fn is_over(&self) -> Option<Exit> {
        if let Some(asked) = self.asked {
            let group_lives = is_there(self.leader);
            if asked == Signal::KILL || (self.exit.is_some() && !group_lives) {
                kill_children();
            }
            if group_lives || !children().is_empty() {
                return None;
            }
        }
        self.exit.clone()
    }
}

fn exit_of(status: WaitStatus) -> Exit {
    Exit {
        code: status.exit_status(),
        signal: status.terminating_signal(),
        error: None,
        ended: None,
    }
}

/// The leader, and what left its group and was inherited by us.
#[cfg(target_os = "linux")]
fn children() -> Vec<Pid> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|pids| {
            let pids = pids.split_whitespace().map(str::parse);
            pids.filter_map(|pid| Pid::from_raw(pid.ok()?))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Orphans go to the first process here: there is nothing to find.
#[cfg(not(target_os = "linux"))]
fn children() -> Vec<Pid> {
    Vec::new()
}

fn kill_children() {
    for pid in children() {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}
