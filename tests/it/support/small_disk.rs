//! A disk of a few megabytes, seen only by the programs that are started on it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Bench, wait};

/// A small file system in a namespace of its own. When it is dropped, it is gone with every process
/// that was started there.
pub struct SmallDisk {
    holder: Child,
    inside: Vec<String>,
    path: PathBuf,
}

impl SmallDisk {
    /// Puts the bench's state on a disk of `megabytes`.
    pub fn under(bench: &mut Bench, megabytes: u32) -> Self {
        let options = format!("size={megabytes}m,mode=700");
        Self::made_by(bench, &format!("mount -t tmpfs -o {options} none state"))
    }

    /// Puts the bench's state on a disk that can fail as a broken one does. Only root can have one.
    pub fn with_errors(bench: &mut Bench) -> Option<Self> {
        if !rustix::process::geteuid().is_root() || !Path::new("/dev/loop-control").exists() {
            return None;
        }
        let make = "truncate --size 32M disk && mkfs.ext4 -q -F disk && mount -o loop,errors=remount-ro disk state";
        Some(Self::made_by(bench, make))
    }

    fn made_by(bench: &mut Bench, make: &str) -> Self {
        let path = bench.path("state");
        std::fs::create_dir(&path).unwrap();
        let script = format!(
            "cd {} && {make} && exec sleep infinity",
            bench.path("").display()
        );
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        let holder = command
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", &script])
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("unshare (of util-linux) is needed: {error}"));
        let mut sleeper = None;
        wait::until("the disk is there", || {
            sleeper = child_of(holder.id());
            sleeper.is_some_and(|pid| name_of(pid) == "sleep")
        });
        let pid = sleeper.unwrap().to_string();
        let mut inside = vec!["nsenter", "--target", &pid, "--mount", "--pid"];
        if !rustix::process::geteuid().is_root() {
            inside.extend(["--user", "--preserve-credentials"]);
        }
        let home = format!("--wdns={}", bench.path("").display());
        inside.push(&home);
        let inside: Vec<String> = inside.into_iter().map(str::to_owned).collect();
        let wrap = inside.iter().cloned().chain(["--".to_owned()]).collect();
        bench.wrap(wrap);
        SmallDisk {
            holder,
            inside,
            path,
        }
    }

    /// Takes every byte that is left.
    pub fn fill(&self) {
        // It fails, of course.
        self.shell("cat /dev/zero >fill 2>/dev/null; true");
    }

    /// Gives them back.
    pub fn free(&self) {
        self.shell("rm -f fill");
    }

    /// From now on every write to it fails, also to files that are open: it is read-only.
    pub fn fail(&self) {
        self.shell(
            "echo broken >/sys/fs/ext4/$(basename $(findmnt -n -o SOURCE -M .))/trigger_fs_error",
        );
    }

    /// What an administrator does about that. Nobody may have a file open there.
    pub fn repair(&self) {
        self.shell("cd .. && umount state && { e2fsck -fy disk >/dev/null; mount -o loop,errors=remount-ro disk state; }");
    }

    /// Makes it read-only, or not. Nobody may have a file open there for writing.
    pub fn protect(&self, protected: bool) {
        let word = if protected { "ro" } else { "rw" };
        self.shell(&format!("mount -o remount,{word} ."));
    }

    /// Runs a script there.
    pub fn shell(&self, script: &str) {
        let done = Command::new(&self.inside[0])
            .args(&self.inside[1..])
            .args([
                "sh",
                "-c",
                &format!("cd {} && {script}", self.path.display()),
            ])
            .status()
            .unwrap();
        assert!(done.success(), "{script}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn child_of(pid: u32) -> Option<u32> {
    let children = Path::new("/proc").join(format!("{pid}/task/{pid}/children"));
    let text = std::fs::read_to_string(children).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

fn name_of(pid: u32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    name.unwrap_or_default().trim().to_owned()
}
