//! A disk of a few megabytes, seen only by the programs that are started on it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Bench, wait};

/// A small file system in a namespace of its own. When it is dropped, it is gone with every process
/// that was started there.
pub struct SmallDisk {
    holder: Child,
    /// How something is run where the disk is.
    inside: Vec<String>,
    path: PathBuf,
    fails: Fails,
}

/// How a disk fails under an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// The engine's writes are refused, and before anybody looks again the disk is read-only.
    Refusing,
    /// As ext4 does when it finds an error: from then on it is read-only, also for open files. Only
    /// root can have such a disk, and only where there are loop devices.
    ReadOnly,
}

impl SmallDisk {
    /// Puts the bench's state on a disk of `megabytes`.
    pub fn under(bench: &mut Bench, megabytes: u32) -> Self {
        let options = format!("size={megabytes}m,mode=700");
        let make = format!("mount -t tmpfs -o {options} none state");
        Self::made_by(bench, &make, Fails::Refusing).expect(
            "a disk for tests needs unshare and nsenter (of util-linux), and root's rights or user \
             namespaces: sysctl kernel.unprivileged_userns_clone=1 and, where there is such a thing, \
             kernel.apparmor_restrict_unprivileged_userns=0; a container has to be privileged",
        )
    }

    /// Puts the bench's state on a disk that fails in this way; none where nobody can have one.
    pub fn that_fails(bench: &mut Bench, fails: Fails) -> Option<Self> {
        let loops = Path::new("/dev/loop-control").exists();
        match fails {
            Fails::Refusing => Some(Self::under(bench, 8)),
            Fails::ReadOnly if rustix::process::geteuid().is_root() && loops => {
                let make = "truncate --size 32M disk && mkfs.ext4 -q -F disk && mount -o loop,errors=remount-ro disk state";
                Self::made_by(bench, make, fails)
            }
            Fails::ReadOnly => None,
        }
    }

    /// A disk that a script makes; none if the script fails.
    fn made_by(bench: &mut Bench, make: &str, fails: Fails) -> Option<Self> {
        let path = bench.path("state");
        std::fs::create_dir(&path).unwrap();
        let home = bench.path("").display().to_string();
        let script = format!("cd {home} && {make} && exec sleep infinity");
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        let mut holder = command
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", &script])
            .stdin(Stdio::null())
            .spawn()
            .ok()?;
        let (mut sleeper, mut ended) = (None, false);
        wait::until("the disk is there", || {
            ended = holder.try_wait().unwrap().is_some();
            sleeper = child_of(holder.id()).filter(|pid| name_of(*pid) == "sleep");
            ended || sleeper.is_some()
        });
        let pid = sleeper?.to_string();
        let mut inside = vec!["nsenter", "--target", &pid, "--mount", "--pid"];
        if !rustix::process::geteuid().is_root() {
            inside.extend(["--user", "--preserve-credentials"]);
        }
        // Not every nsenter can begin in a directory there. A signal that is ignored stays so: of a
        // write that is refused for its length, the program hears, and is not killed.
        let begin = r#"trap "" XFSZ; cd "$0" && exec "$@""#;
        inside.extend(["--", "sh", "-c", begin, &home]);
        let inside: Vec<String> = inside.into_iter().map(str::to_owned).collect();
        bench.wrap(inside.clone());
        Some(SmallDisk {
            holder,
            inside,
            path,
            fails,
        })
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

    /// From now on every write of the process fails, also to files that are open.
    pub fn fail(&self, pid: &Value) {
        match self.fails {
            Fails::Refusing => self.shell(&format!("prlimit --fsize=0 --pid {pid}")),
            Fails::ReadOnly => self.shell(
                "echo broken >/sys/fs/ext4/$(basename $(findmnt -n -o SOURCE -M .))/trigger_fs_error",
            ),
        }
    }

    /// What is found when that process is no more: a disk to which nobody can write.
    pub fn found_failed(&self) {
        if self.fails == Fails::Refusing {
            self.protect(true);
        }
    }

    /// What an administrator does about that.
    pub fn repair(&self) {
        match self.fails {
            Fails::Refusing => self.protect(false),
            Fails::ReadOnly => {
                wait::until("nobody has a file open there", || {
                    self.try_shell("cd .. && umount state 2>/dev/null")
                });
                self.shell("cd .. && { e2fsck -fy disk >/dev/null 2>&1; mount -o loop,errors=remount-ro disk state; }");
            }
        }
    }

    /// Makes it read-only, or not. Whoever follows a run has its files open now and then.
    pub fn protect(&self, protected: bool) {
        let word = if protected { "ro" } else { "rw" };
        wait::until("nobody has a file open there for writing", || {
            self.try_shell(&format!("mount -o remount,{word} . 2>/dev/null"))
        });
    }

    /// Runs a script there.
    pub fn shell(&self, script: &str) {
        assert!(self.try_shell(script), "{script}");
    }

    /// The same of one that may fail.
    fn try_shell(&self, script: &str) -> bool {
        let script = format!("cd {} && {script}", self.path.display());
        let mut command = Command::new(&self.inside[0]);
        let command = command.args(&self.inside[1..]).args(["sh", "-c", &script]);
        command.status().unwrap().success()
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
