//! Shell work: a shim is started, told what to run, and listened to. If it was started by an engine
//! that is gone, its locked file says whether it lives and its record how the step ended.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use super::backends::Backends;
use super::files::{Look, refused};
use super::judge::{Judgement, not_begun};
use super::syntax::unreadable;
use crate::journal::event::{Applied, Finding, Job, KnownBy, Left, Outcome, Stage};
use crate::plan::{Expect, Observed};
use crate::run::carry::left::Difference;
use crate::run::disk::is_full;
use crate::run::input::{Finish, Notice};
use crate::run::shim::{Report, Spec};
use crate::run::strays;
use crate::run::traces::{Exit, Traces, wait_for_lock};

/// One piece of shell work.
pub struct ShellWork {
    pub job: Job,
    /// What its shim leaves.
    pub traces: Traces,
    /// Where it is written down what its shell leaves to the next step, if that is asked.
    pub leaves: Option<PathBuf>,
    pub judgement: Judgement,
    /// The name under which its sessions show on the servers.
    pub application: String,
    pub backends: Backends,
    pub notices: Sender<Notice>,
    pub stops: Receiver<Stage>,
    /// What tells whether the files that it applies are what they were, if that is asked.
    pub look: Option<Look>,
    /// What has its sessions cancelled, which goes by a name that its next attempt has as well: it ends
    /// with this work.
    pub cancels: JoinSet<()>,
}

/// How often to look whether a step is still there whose shim is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What is asked of a step's process group, or nothing where its servers are asked first.
fn signal(stage: Stage) -> Option<Signal> {
    match stage {
        Stage::Cancel => None,
        Stage::Interrupt => Some(Signal::INT),
        Stage::Terminate => Some(Signal::TERM),
        Stage::Kill => Some(Signal::KILL),
    }
}

/// The signal by which a shim is told to pass another on. One that kills could not be passed on.
fn told(signal: Signal) -> Signal {
    if signal == Signal::KILL {
        Signal::USR1
    } else {
        signal
    }
}

impl ShellWork {
    /// Runs `spec` to its end, stops it when told to, and reports on the way. `script` is one that has
    /// to be written to the file that the spec names.
    pub async fn run(mut self, spec: Spec, script: Option<(PathBuf, String)>) {
        if let Some(refused) = refused(&self.job, self.look.take(), &mut self.stops).await {
            return self.over(refused).await;
        }
        if let Some(why) = unreadable(&spec, script.as_ref().map(|(_, text)| text)).await {
            let finish = not_begun(&self.job, why);
            return self.over(finish).await;
        }
        let shim = match self.start(&spec, script).await {
            Ok(shim) => shim,
            Err(error) => {
                let _ = self.traces.take_permit();
                let finish = not_begun(&self.job, format!("failed to start the shim: {error}"));
                return self.over(finish).await;
            }
        };
        let (exit, by_itself) = self.listen(shim).await;
        let exit = match exit {
            Some(exit) => Some(exit),
            None => self.outlive().await,
        };
        let mut finish = self.finish(exit).await;
        finish.by_itself = by_itself;
        self.over(finish).await;
    }

    /// Takes up work that an engine before this one had started, and may have `stopped`. What is expected
    /// of it is told by `expect` once it has ended; the error says what is missing for that.
    pub async fn adopt(
        mut self,
        mut stopped: bool,
        expect: impl FnOnce() -> Result<Expect, String>,
    ) {
        if self.traces.shim().is_some() || self.traces.group().is_some() {
            let job = self.job.clone();
            let pid = self.traces.leader();
            self.send(Notice::Adopted { job, pid }).await;
        }
        let lock = self.traces.lock.clone();
        let gone = tokio::task::spawn_blocking(move || wait_for_lock(&lock));
        tokio::pin!(gone);
        loop {
            tokio::select! {
                biased;
                _ = &mut gone => break,
                Some(stage) = self.stops.recv() => {
                    stopped = true;
                    self.stop(stage);
                }
            }
        }
        // What has left its record has ended by itself, whatever is done to stop it from here on.
        let by_itself = !stopped && self.traces.exit().is_some();
        let exit = self.outlive().await;
        let finish = match (exit, expect()) {
            (Some(exit), Err(why)) if exit.error.is_none() => self.unjudged(&exit, &why),
            (exit, expect) => {
                if let Ok(expect) = expect {
                    self.judgement.expect = expect;
                }
                self.finish(exit).await
            }
        };
        let known_by = KnownBy::Record;
        let finish = Finish {
            known_by,
            by_itself,
            ..finish
        };
        self.over(finish).await;
    }

    /// Its shim is gone. If that left no record, the step may be there all the same: then it is
    /// watched, and stopped when told to, until it is gone too. One that has not begun can't any more.
    async fn outlive(&mut self) -> Option<Exit> {
        loop {
            let is_found = self.traces.exit().is_some() || self.traces.group().is_some();
            if !is_found && self.traces.take_permit().is_ok() {
                let why = "the process that was to watch it ended before it had begun";
                return Some(Exit::never(why));
            }
            let exit = self.traces.exit();
            if exit.is_some() || self.traces.group().is_none() {
                return exit;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                Some(stage) = self.stops.recv() => self.stop(stage),
            }
        }
    }

    /// Asks the servers, the shim, or where that is gone the step itself, to come to an end.
    fn stop(&mut self, stage: Stage) {
        let Some(signal) = signal(stage) else {
            let (backends, notices) = (self.backends.clone(), self.notices.clone());
            let (application, job) = (self.application.clone(), self.job.clone());
            self.cancels.spawn(async move {
                backends.cancel_application(application).await;
                let _ = notices.send(Notice::SessionsCancelled { job }).await;
            });
            return;
        };
        let shim = self.traces.shim().map(u32::cast_signed);
        let shim = shim.and_then(Pid::from_raw);
        if let Some(shim) = shim {
            // One that stands still would pass nothing on.
            for signal in [told(signal), Signal::CONT] {
                let _ = rustix::process::kill_process(shim, signal);
            }
        }
        if shim.is_none() || stage == Stage::Kill {
            self.traces.signal_group(signal);
        }
    }

    /// Reports how it ended. Nobody looks for its sessions from here on: what comes next may have some
    /// of the same name.
    async fn over(mut self, finish: Finish) {
        self.cancels.shutdown().await;
        self.backends.cancel_rest(&self.application, &finish).await;
        self.send(Notice::Finished(finish)).await;
    }

    /// Nobody is listening only when the engine is on its way out; the record on the disk is enough
    /// then.
    async fn send(&self, notice: Notice) {
        let _ = self.notices.send(notice).await;
    }

    async fn start(&self, spec: &Spec, script: Option<(PathBuf, String)>) -> io::Result<Shim> {
        if let Some((path, script)) = script {
            tokio::fs::write(path, script).await?;
        }
        // What was written about another process would be taken for the end of this one.
        if self.traces.are_found() || self.traces.leader().is_some() {
            let why = "another try of this number has left its traces";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        self.traces.permit()?;
        let mut child = Command::new(own_program()?)
            .arg("shim")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut line = serde_json::to_vec(spec)?;
        line.push(b'\n');
        stdin.write_all(&line).await?;
        Ok(Shim {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    async fn finish(&self, exit: Option<Exit>) -> Finish {
        match exit {
            None => Finish {
                outcome: Outcome::Unknown,
                applied: Applied::Maybe,
                ..not_begun(&self.job, self.why_unknown())
            },
            Some(Exit {
                error: Some(why), ..
            }) => not_begun(&self.job, why),
            Some(exit) => self.judge(exit).await,
        }
    }

    /// What there is to say when nobody saw the end: whether there was a beginning.
    fn why_unknown(&self) -> String {
        let watcher = "the process that watched it is gone and left no record";
        if self.traces.leader().is_none() {
            return format!("{watcher}, nor a sign that it had begun");
        }
        match strays::named(&self.application).as_deref() {
            None => format!("{watcher}, and nothing of its process group is there any more"),
            Some([]) => format!("{watcher}; none of its processes is there any more"),
            Some(strays) => format!(
                "{watcher}; of this step there still is, and nobody watches it: {}",
                strays.join(", ")
            ),
        }
    }

    /// Its end is known, and what it means is not.
    fn unjudged(&self, exit: &Exit, why: &str) -> Finish {
        let why = format!("it can't be told whether it ended as expected: {why}");
        Finish {
            outcome: Outcome::Unknown,
            applied: Applied::Maybe,
            exit_code: exit.code,
            signal: exit.signal,
            ended: exit.ended,
            ..not_begun(&self.job, why)
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
        let running = strays::left_by(&self.traces, &self.application).await;
        let still = (!running.is_empty())
            .then(|| format!("of it there still runs: {}", running.join(", ")));
        let full = self.judgement.output.parent().and_then(is_full);
        let told = full.into_iter().chain(unknown).chain(still);
        let told: Vec<String> = told.collect();
        Finish {
            job: self.job.clone(),
            outcome: if passed {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            applied: if passed { Applied::Yes } else { Applied::Maybe },
            exit_code: exit.code,
            signal: exit.signal,
            findings: verdict.findings,
            message: (!told.is_empty()).then(|| told.join("; ")),
            running,
            left: left.map(Box::new),
            ended: exit.ended,
            captured: verdict.captured,
            ..not_begun(&self.job, "")
        }
    }

    /// What its shell left to the next step, and words where that is not known. What a step left that
    /// did not pass is forgotten.
    fn left(&self, passed: bool) -> (Option<Left>, Option<String>) {
        let Some(path) = &self.leaves else {
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

    /// Listens until the step is over. `None`: the shim went away without saying how it ended. The
    /// second part tells whether the step had ended before anything was done to stop it.
    async fn listen(&mut self, mut shim: Shim) -> (Option<Exit>, bool) {
        // A stop that comes before the step has begun waits until there is something to stop.
        let (mut started, mut early, mut by_itself) = (false, None, true);
        loop {
            tokio::select! {
                biased;
                line = shim.lines.next_line() => match line.ok().flatten() {
                    Some(line) => match serde_json::from_str(&line) {
                        Ok(Report::Started { pid }) => {
                            started = true;
                            if let Some(stage) = early.take() {
                                self.stop(stage);
                            }
                            let job = self.job.clone();
                            self.send(Notice::Launched { job, pid }).await;
                        }
                        Ok(Report::Ended(exit)) => {
                            tokio::spawn(reap(shim.child));
                            return (Some(exit), by_itself);
                        }
                        Err(error) => tracing::warn!(%line, %error, "the shim said something odd"),
                    },
                    None => break,
                },
                Some(stage) = self.stops.recv() => {
                    by_itself = false;
                    match stage {
                        _ if started => self.stop(stage),
                        // It hangs before its step: when it comes to itself it is gone.
                        Stage::Kill => drop(shim.child.start_kill()),
                        _ => early = Some(stage),
                    }
                }
            }
        }
        reap(shim.child).await;
        (None, by_itself)
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
