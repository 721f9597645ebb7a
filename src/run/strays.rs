//! Processes of a step that have left its process group, and with it everything that keeps watch over
//! the step. What they still have is the environment that the step was given.

#[cfg(target_os = "linux")]
use std::fs;
use std::time::Duration;

use super::traces::Traces;

/// How many times, and how often, to look whether it has ended.
const LOOKS: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The processes whose sessions would be called `application`, each by its number and its program, the
/// oldest first. `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn named(application: &str) -> Option<Vec<String>> {
    let wanted = format!("PGAPPNAME={application}");
    let own = std::process::id();
    let mut found: Vec<(u32, String)> = fs::read_dir("/proc")
        .ok()?
        .filter_map(|process| {
            let process = process.ok()?;
            let pid: u32 = process.file_name().to_str()?.parse().ok()?;
            // What is waiting to be buried has none, and that of another user can't be read.
            let environment = fs::read(process.path().join("environ")).ok()?;
            let mut variables = environment.split(|byte| *byte == 0);
            let is_named = variables.any(|variable| variable == wanted.as_bytes());
            let name = fs::read_to_string(process.path().join("comm")).ok()?;
            (is_named && pid != own).then(|| (pid, format!("process {pid} ({})", name.trim_end())))
        })
        .collect();
    found.sort_unstable();
    Some(found.into_iter().map(|(_, words)| words).collect())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn named(_application: &str) -> Option<Vec<String>> {
    None
}

/// What a step that has ended left running in its process group, `job &` say, a few words a process: it
/// goes on doing what nobody waits for. What is about to end by itself, as `> >(gzip >log)` is, is given the
/// time to.
pub(super) async fn left_by(traces: &Traces, application: &str) -> Vec<String> {
    for _ in 0..LOOKS {
        if traces.group().is_none() {
            return Vec::new();
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    match named(application) {
        Some(strays) if !strays.is_empty() => strays,
        _ => vec!["what can't be named".to_owned()],
    }
}
