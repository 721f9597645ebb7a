//! Shell work: a shim is started, told what to run, and listened to. If it was started by an engine
//! that is gone, its locked file says whether it lives and its record how the step ended.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc::{Receiver, Sender};

use super::backends::Backends;
use super::judge::{Judgement, not_begun};
use crate::journal::event::{Applied, Finding, Job, KnownBy, Left, Outcome, Stage};
use crate::plan::Observed;
use crate::run::carry::left::Difference;
use crate::run::input::{Finish, Notice};
use crate::run::shim::{self, Exit, Report, Spec};

/// One piece of shell work.
pub struct ShellWork {
    pub job: Job,
    pub spec: Spec,
    /// A script to be written to the file that the spec names.
    pub script: Option<(PathBuf, String)>,
    pub judgement: Judgement,
    /// The name under which its sessions show on the servers.
    pub application: String,
    pub backends: Backends,
    pub notices: Sender<Notice>,
    pub stops: Receiver<Stage>,
}

/// The signal by which a shim is told to bring its step to an end.
fn signal(stage: Stage) -> Option<Signal> {
    match stage {
        Stage::Cancel => None,
        Stage::Interrupt => Some(Signal::INT),
        Stage::Terminate => Some(Signal::TERM),
        Stage::Kill => Some(Signal::USR1),
    }
}

impl ShellWork {
    /// Runs it to its end, stops it when told to, and reports on the way.
    pub async fn run(mut self) {
        let exit = match self.start().await {
            Ok(shim) => self.listen(shim).await,
            Err(error) => {
                let finish = not_begun(&self.job, format!("failed to start the shim: {error}"));
                return self.send(Notice::Finished(finish)).await;
            }
        };
        let exit = exit.or_else(|| shim::read_record(&self.spec.record));
        self.report(exit, KnownBy::Report).await;
    }

    /// Takes up work that an engine before this one had started.
    pub async fn adopt(mut self) {
        let lock = self.spec.lock.clone();
        if shim::alive(&lock).is_some() {
            let job = self.job.clone();
            let pid = shim::leader(&lock);
            self.send(Notice::Adopted { job, pid }).await;
        }
        let gone = tokio::task::spawn_blocking(move || wait_for_lock(&lock));
        tokio::pin!(gone);
        loop {
            tokio::select! {
                _ = &mut gone => break,
                Some(stage) = self.stops.recv() => self.stop(stage, shim::alive(&self.spec.lock)),
            }
        }
        let exit = shim::read_record(&self.spec.record);
        self.report(exit, KnownBy::Record).await;
    }

    /// Asks the servers, or the shim at `pid`, to bring the step to an end.
    fn stop(&self, stage: Stage, pid: Option<u32>) {
        let Some(signal) = signal(stage) else {
            let (backends, notices) = (self.backends.clone(), self.notices.clone());
            let (application, job) = (self.application.clone(), self.job.clone());
            tokio::spawn(async move {
                backends.cancel_application(application).await;
                let _ = notices.send(Notice::SessionsCancelled { job }).await;
            });
            return;
        };
        if let Some(pid) = pid.and_then(|pid| Pid::from_raw(pid.cast_signed())) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// Nobody is listening only when the engine is on its way out; the record on the disk is enough
    /// then.
    async fn send(&self, notice: Notice) {
        let _ = self.notices.send(notice).await;
    }

    async fn start(&self) -> io::Result<Shim> {
        if let Some((path, script)) = &self.script {
            tokio::fs::write(path, script).await?;
        }
        shim::permit(&self.spec.permit)?;
        let mut child = Command::new(own_program()?)
            .arg("shim")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut line = serde_json::to_vec(&self.spec)?;
        line.push(b'\n');
        stdin.write_all(&line).await?;
        Ok(Shim {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    async fn report(&self, exit: Option<Exit>, known_by: KnownBy) {
        let finish = match exit {
            None => Finish {
                outcome: Outcome::Unknown,
                applied: Applied::Maybe,
                ..not_begun(&self.job, self.why_unknown())
            },
            Some(Exit {
                error: Some(why), ..
            }) => not_begun(&self.job, why),
            Some(exit) => self.judge(exit).await,
        };
        self.send(Notice::Finished(Finish { known_by, ..finish }))
            .await;
    }

    /// What there is to say when nobody saw the end: whether there was a beginning, and whether
    /// something goes on.
    fn why_unknown(&self) -> String {
        let watcher = "the process that watched it is gone and left no record";
        match shim::leader(&self.spec.lock) {
            None => format!("{watcher}, nor a sign that it had begun"),
            Some(pid) if shim::group_lives(&self.spec.lock) => {
                format!("{watcher}; its process group {pid} is still there")
            }
            Some(_) => format!("{watcher}; none of its processes is there any more"),
        }
    }

    async fn judge(&self, exit: Exit) -> Finish {
        let seen = Observed {
            exit: exit.code,
            ..Observed::default()
        };
        let mut verdict = self.judgement.of(seen).await;
        if let Some(signal) = exit.signal {
            verdict.findings.insert(
                0,
                Finding {
                    expected: "it ends by itself".to_owned(),
                    got: format!("ended by signal {signal}"),
                    met: false,
                },
            );
        }
        let passed = verdict.is_met();
        let (left, unknown) = self.left(passed);
        Finish {
            job: self.job.clone(),
            outcome: if passed {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            applied: if passed { Applied::Yes } else { Applied::Maybe },
            known_by: KnownBy::default(),
            exit_code: exit.code,
            signal: exit.signal,
            findings: verdict.findings,
            message: unknown,
            left,
            captured: verdict.captured,
        }
    }

    /// What its shell left to the next step, and words where that is not known. What a step left that
    /// did not pass is forgotten.
    fn left(&self, passed: bool) -> (Option<Left>, Option<String>) {
        let Some(path) = &self.spec.leaves else {
            return (None, None);
        };
        let left = match Difference::read(path) {
            Ok(left) if passed && !left.is_empty() => return (Some(left.names()), None),
            left => left,
        };
        // Without an end of its own the shell told nothing, and there is nothing to remove.
        let _ = std::fs::remove_file(path);
        let words = "the directory and the variables it left are not known: those of before go on";
        (None, (passed && left.is_err()).then(|| words.to_owned()))
    }

    /// Listens until the step is over. `None`: the shim went away without saying how it ended.
    async fn listen(&mut self, mut shim: Shim) -> Option<Exit> {
        // A stop that comes before the step has begun waits until there is something to stop.
        let mut started = false;
        loop {
            tokio::select! {
                line = shim.lines.next_line() => match line.ok().flatten() {
                    Some(line) => match serde_json::from_str(&line) {
                        Ok(Report::Started { pid }) => {
                            started = true;
                            let job = self.job.clone();
                            self.send(Notice::Launched { job, pid }).await;
                        }
                        Ok(Report::Ended(exit)) => {
                            tokio::spawn(reap(shim.child));
                            return Some(exit);
                        }
                        Err(error) => tracing::warn!(%line, %error, "the shim said something odd"),
                    },
                    None => break,
                },
                Some(stage) = self.stops.recv(), if started => self.stop(stage, shim.child.id()),
            }
        }
        reap(shim.child).await;
        None
    }
}

/// Waits until the shim has gone, which has nothing more to say.
async fn reap(mut shim: Child) {
    if let Err(error) = shim.wait().await {
        tracing::warn!(%error, "failed to wait for the shim");
    }
}

/// A shim that this engine started.
struct Shim {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// This program, also when its file was replaced by a newer one since it was started.
#[cfg(target_os = "linux")]
pub fn own_program() -> io::Result<PathBuf> {
    Ok(PathBuf::from("/proc/self/exe"))
}

#[cfg(not(target_os = "linux"))]
pub fn own_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Waits until nobody holds the lock at `path`.
fn wait_for_lock(path: &std::path::Path) {
    if let Ok(file) = std::fs::File::open(path) {
        let _ = rustix::fs::flock(&file, rustix::fs::FlockOperation::LockShared);
    }
}
