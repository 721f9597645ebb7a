//! Processes that a test looks at and signals.

use std::path::Path;

use rustix::process::Signal;

/// The process that holds a lock on the file at `path`, if one does.
pub fn locked_by(path: &Path) -> Option<i32> {
    let file = std::fs::File::open(path).ok()?;
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockShared).is_ok() {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().next()?.trim().parse().ok()
}

pub fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Whether a process is there and not a zombie.
pub fn is_alive(pid: i32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z'),
        Err(_) => false,
    }
}

/// Whether a process of the group is there and not a zombie.
pub fn group_lives(group: i32) -> bool {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let mut processes =
        entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    processes.any(|stat| {
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let mut fields = fields.split_whitespace();
        let state = fields.next();
        state != Some("Z") && fields.nth(1) == Some(&group.to_string())
    })
}

/// The processes whose directory is `dir` or lies in it.
pub fn working_in(dir: &Path) -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let works =
        |path: &Path| std::fs::read_link(path.join("cwd")).is_ok_and(|c| c.starts_with(dir));
    entries
        .flatten()
        .filter(|entry| works(&entry.path()))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}
