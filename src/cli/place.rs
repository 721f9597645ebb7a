//! Where runs are kept, and who is asking.

use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;

use super::args::Common;
use crate::clock::{Clock, SystemClock};
use crate::plan::{Opened, Plan};
use crate::run::{self, NoRun, RunDir};
use crate::wire::{Hello, PROTOCOL, Role};

/// The directory of all runs.
pub(super) fn runs(common: &Common) -> anyhow::Result<PathBuf> {
    if let Some(dir) = &common.state_dir {
        return Ok(std::path::absolute(dir)?.join("runs"));
    }
    let base = etcetera::choose_base_strategy().context("no home directory: give --state-dir")?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Ok(state.join("gonogo/runs"))
}

/// The run that somebody means.
pub(super) fn find(common: &Common, name: &str) -> anyhow::Result<RunDir> {
    run::find(&runs(common)?, name).map_err(|error: NoRun| error.into())
}

/// Who is at the keyboard.
pub(super) fn user(common: &Common) -> String {
    common
        .name
        .clone()
        .filter(|name| !name.trim().is_empty())
        .or_else(|| std::env::var("SUDO_USER").ok())
        .or_else(|| whoami::username().ok())
        .unwrap_or_else(|| "somebody".to_owned())
}

/// What `opened` is where it stands, at `path`: without a directory that it names it is no plan.
pub(super) fn in_place(opened: Opened, path: &Path) -> Opened {
    let folder = folder(path);
    opened.in_place(|cwd| folder.join(cwd).is_dir())
}

/// The directory in which the shell steps of `plan`, which stands at `path`, begin: the one that it names, or the
/// one that we are in.
pub(super) fn directory(plan: &Plan, path: &Path) -> std::io::Result<PathBuf> {
    match &plan.cwd {
        Some(cwd) => folder(path).join(cwd).canonicalize(),
        None => std::env::current_dir(),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The terminal we sit at, such as `/dev/pts/3`.
pub(super) fn terminal() -> String {
    rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "no terminal".to_owned())
}

/// What to say first to an engine.
pub(super) fn hello(common: &Common, role: Role, after: u64) -> Hello {
    Hello {
        protocol: PROTOCOL,
        role,
        name: user(common),
        terminal: terminal(),
        after,
        screen: screen(),
    }
}

/// What this process is called: no other of this machine was ever called so.
fn screen() -> String {
    let now = SystemClock::new().now();
    format!("{:08x}-{}-{}", now.boot, now.mono, std::process::id())
}
