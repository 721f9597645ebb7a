//! The server's processes: the one that was started and its children. Every session is such a child.

use rustix::process::{Pid, Signal, kill_process};

/// Sends `signal` to `pid`. A process that is gone needs none.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// The living children of `parent`.
pub(super) fn children(parent: u32) -> Vec<u32> {
    processes()
        .into_iter()
        .filter(|process| process.parent == parent)
        .map(|process| process.pid)
        .collect()
}

/// Those of `pids` that still live.
pub(super) fn living(pids: &[u32]) -> Vec<u32> {
    processes()
        .into_iter()
        .map(|process| process.pid)
        .filter(|pid| pids.contains(pid))
        .collect()
}

/// Whether `pid` lives and is not stopped.
pub(super) fn is_running(pid: u32) -> bool {
    let process = processes().into_iter().find(|process| process.pid == pid);
    process.is_some_and(|process| !process.stopped)
}

struct Process {
    pid: u32,
    parent: u32,
    stopped: bool,
}

/// Every process of the machine that has not ended. One that nobody has waited for yet counts as
/// ended.
#[cfg(target_os = "linux")]
fn processes() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before the state may itself hold parentheses.
            let (_, fields) = stat.rsplit_once(')')?;
            let mut fields = fields.split_whitespace();
            let state = fields.next()?;
            let parent = fields.next()?.parse().ok()?;
            (!matches!(state, "Z" | "X")).then_some(Process {
                pid,
                parent,
                stopped: matches!(state, "T" | "t"),
            })
        })
        .collect()
}

/// Every process of the machine that has not ended.
#[cfg(not(target_os = "linux"))]
fn processes() -> Vec<Process> {
    let output = std::process::Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,stat="])
        .output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let pid = fields.next()?.parse().ok()?;
            let parent = fields.next()?.parse().ok()?;
            let state = fields.next()?;
            (!state.starts_with('Z')).then_some(Process {
                pid,
                parent,
                stopped: state.starts_with('T'),
            })
        })
        .collect()
}
