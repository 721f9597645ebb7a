//! The guard: a shell that stops the server and removes its directory when the owner cannot.
//!
//! It reads the owner's pipe. The owner writes the number of the process it has started, `0` when
//! that one has ended, and `done` before it leaves. A killed owner writes nothing more: the system
//! closes the pipe, and the guard does the rest. The guard is in a process group of its own, so that
//! neither Ctrl-C nor the end of the terminal reaches it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A server that exits by itself removes its lock file; one that is gone without doing so has no
/// process. Stopped servers have to be woken to hear the signal.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
pid=0
while read -r line; do pid=$line; done
[ "$pid" = done ] && exit 0
if [ "$pid" != 0 ]; then
  kill -s QUIT -- "-$pid"
  kill -s CONT -- "-$pid"
  tries=0
  while [ -e "$1/data/postmaster.pid" ] && kill -s 0 "$pid" && [ $tries -lt 60 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -s KILL -- "-$pid"
fi
tries=0
while [ -e "$1" ] && [ $tries -lt 50 ]; do
  rm -rf "$1" || sleep 0.1
  tries=$((tries + 1))
done
"#;

/// The guard of one directory.
pub(super) struct Guard {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// Puts a guard beside the directory `dir`.
    pub(super) fn post(dir: &Path) -> std::io::Result<Guard> {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(dir)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let pipe = shell.stdin.take();
        Ok(Guard { shell, pipe })
    }

    /// Tells which process group is to be stopped.
    pub(super) fn watch(&mut self, pid: u32) -> std::io::Result<()> {
        self.write(&pid.to_string())
    }

    /// Tells that nothing runs.
    pub(super) fn rest(&mut self) -> std::io::Result<()> {
        self.write("0")
    }

    /// Sends the guard away, because everything is gone already.
    pub(super) fn dismiss(&mut self) {
        // A guard that has died is gone, too.
        let _ = self.write("done");
        self.pipe = None;
        let _ = self.shell.wait();
    }

    fn write(&mut self, line: &str) -> std::io::Result<()> {
        match &mut self.pipe {
            Some(pipe) => writeln!(pipe, "{line}"),
            None => Ok(()),
        }
    }
}
