//! Scripts of probes: each in a process group of its own, which ends with whoever started it.
//!
//! ```text
//!  monitor ──pipe──► guard ─┬─ waits for the end of the pipe, then kills the group
//!                           └─ the plan's shell ─► output
//! ```
//!
//! The pipe ends when the monitor drops it, and when it is killed: nothing of a probe outlives it.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use crate::plan::{ProbeScript, duration};

/// Runs its arguments as a command, and kills its process group when its input ends.
const GUARD: &str = r#"
exec 3<&0 </dev/null
{ read -r _ <&3; kill -s KILL 0; } >/dev/null 2>&1 &
guard=$!
exec 3<&-
"$@"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
"#;

/// How much of what a script prints is kept: its end.
const KEPT: usize = 64 * 1024;

/// A script and where it runs.
#[derive(Clone, Debug)]
pub(super) struct Script {
    script: ProbeScript,
    folder: Option<PathBuf>,
}

/// What a script came to.
#[derive(Debug)]
pub(super) struct Ran {
    /// Its exit code; none if a signal ended it.
    pub(super) code: Option<i32>,
    /// The end of what it printed.
    pub(super) output: String,
    /// The last line of what it complained of.
    pub(super) complaint: String,
}

impl Script {
    pub(super) fn new(script: &ProbeScript, folder: Option<PathBuf>) -> Self {
        Script {
            script: script.clone(),
            folder,
        }
    }

    /// Starts it. Dropping the child's input kills its whole group.
    pub(super) fn start(&self) -> io::Result<Child> {
        let shell = &self.script.shell;
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARD, "sh", &shell.interpreter.program])
            .args(&shell.interpreter.options)
            .args(["-c", &shell.script])
            .envs(self.script.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.spawn()
    }

    /// Runs it to its end, which must come within `patience`. The error says why there is none.
    pub(super) async fn run(&self, patience: Duration) -> Result<Ran, String> {
        let mut child = self.start().map_err(|error| error.to_string())?;
        // Held until the end: dropping it is what kills.
        let input = child.stdin.take();
        let (output, complaint) = (child.stdout.take(), child.stderr.take());
        let ended = async { tokio::join!(end_of(output), end_of(complaint), child.wait()) };
        let ran = tokio::time::timeout(patience, ended).await;
        drop(input);
        let Ok((output, complaint, status)) = ran else {
            return Err(format!("not done within {}", duration::show(patience)));
        };
        let status = status.map_err(|error| error.to_string())?;
        Ok(Ran {
            code: status.code(),
            output,
            complaint: last_line(&complaint).to_owned(),
        })
    }
}

/// The last line that says something.
pub(super) fn last_line(text: &str) -> &str {
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default()
}

/// The end of everything that comes.
async fn end_of(from: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut part = vec![0; 8 * 1024];
    let Some(mut from) = from else {
        return String::new();
    };
    while let Ok(read @ 1..) = from.read(&mut part).await {
        kept.extend_from_slice(&part[..read]);
        if kept.len() > 2 * KEPT {
            kept.drain(..kept.len() - KEPT);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
