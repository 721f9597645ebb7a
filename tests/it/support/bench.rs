//! A place to run the program in, and runs in it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use tempfile::TempDir;

use super::wait;

/// A directory with plans and runs, and the environment in which the program is started there. When
/// it is dropped, engines, steps and files are gone.
pub struct Bench {
    dir: TempDir,
    env: Vec<(String, String)>,
    /// What every program is started by, if not directly.
    wrap: Vec<String>,
}

impl Bench {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("gonogo-it-")
            .tempdir()
            .unwrap();
        Bench {
            dir,
            env: Vec::new(),
            wrap: Vec::new(),
        }
    }

    /// Sets a variable for every program that is started from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The environment of the programs: this bench's own state directory, and no colour settings of
    /// whoever runs the tests.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut env = vec![
            (
                "GONOGO_STATE_DIR".to_owned(),
                self.path("state").display().to_string(),
            ),
            ("GONOGO_USER".to_owned(), "ann".to_owned()),
            ("TZ".to_owned(), "UTC".to_owned()),
        ];
        env.extend(self.env.clone());
        env
    }

    /// The program with `args`, ready to be started in the bench's directory.
    pub fn program(&self, args: &[&str]) -> Command {
        let line = self.line(args);
        let mut command = Command::new(&line[0]);
        command
            .args(&line[1..])
            .current_dir(self.dir.path())
            .env_remove("NO_COLOR")
            .env_remove("DATABASE_URL")
            .envs(self.environment())
            .stdin(Stdio::null());
        command
    }

    /// Every program is started by `wrap` from now on.
    pub fn wrap(&mut self, wrap: Vec<String>) {
        self.wrap = wrap;
    }

    /// The whole command line of the program with `args`.
    pub fn line(&self, args: &[&str]) -> Vec<String> {
        let program = env!("CARGO_BIN_EXE_gonogo").to_owned();
        let args = args.iter().map(|arg| (*arg).to_owned());
        self.wrap
            .iter()
            .cloned()
            .chain([program])
            .chain(args)
            .collect()
    }

    /// Runs the program to its end.
    pub fn gonogo(&self, args: &[&str]) -> Output {
        self.program(args).output().unwrap()
    }

    /// Starts a run of the plan `text` without a screen, and by hand.
    pub fn start(&self, text: &str) -> Run<'_> {
        self.start_as("plan.toml", text, &[])
    }

    /// Starts a run of the plan `name` with the content `text`, and `args` besides.
    pub fn start_as(&self, name: &str, text: &str, args: &[&str]) -> Run<'_> {
        let plan = self.write(name, text);
        let plan = plan.to_str().unwrap();
        let output = self.gonogo(&[&["run", "--detach", plan], args].concat());
        assert!(output.status.success(), "{}", text_of(&output));
        let id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        Run::new(self, id)
    }

    /// The directories of all runs.
    pub fn run_dirs(&self) -> Vec<PathBuf> {
        let runs = std::fs::read_dir(self.path("state/runs"));
        runs.into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for dir in self.run_dirs() {
            if let Some(engine) = locked_by(&dir.join("engine.lock")) {
                signal(engine, rustix::process::Signal::KILL);
            }
            let output = std::fs::read_dir(dir.join("output"));
            for entry in output.into_iter().flatten().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|ext| ext == "shim")
                    && let Some(shim) = locked_by(&path)
                {
                    // A shim that is told so kills its step and ends.
                    signal(shim, rustix::process::Signal::USR1);
                    wait::until("a step is gone", || locked_by(&path).is_none());
                }
            }
        }
    }
}

/// The process that holds a lock on the file at `path`, if one does.
pub fn locked_by(path: &Path) -> Option<i32> {
    let file = std::fs::File::open(path).ok()?;
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockShared).is_ok() {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().next()?.trim().parse().ok()
}

pub fn signal(pid: i32, signal: rustix::process::Signal) {
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

/// Everything that a program printed.
pub fn text_of(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A run, and its events as they happen.
pub struct Run<'b> {
    bench: &'b Bench,
    pub id: String,
    follower: Child,
    events: Receiver<Value>,
    /// Everything that was heard so far.
    pub heard: Vec<Value>,
}

impl<'b> Run<'b> {
    /// A handle for the run `id`.
    pub fn new(bench: &'b Bench, id: String) -> Self {
        let mut follower = bench
            .program(&["ctl", &id, "events", "--follow"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(follower.stdout.take().unwrap());
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    break;
                }
            }
        });
        Run {
            bench,
            id,
            follower,
            events,
            heard: Vec::new(),
        }
    }

    pub fn dir(&self) -> PathBuf {
        let mut dirs = self.bench.run_dirs().into_iter();
        dirs.find(|dir| dir.to_string_lossy().ends_with(&self.id))
            .unwrap()
    }

    /// The engine's process.
    pub fn engine(&self) -> i32 {
        locked_by(&self.dir().join("engine.lock")).expect("an engine")
    }

    /// Gives a command that has to be granted.
    pub fn ctl(&self, args: &[&str]) {
        let output = self.try_ctl(args);
        assert!(output.status.success(), "{args:?}: {}", text_of(&output));
    }

    /// Gives a command that has to be refused; tells with which words.
    pub fn refused(&self, args: &[&str]) -> String {
        let output = self.try_ctl(args);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{args:?}: {}",
            text_of(&output)
        );
        String::from_utf8(output.stderr).unwrap().trim().to_owned()
    }

    pub fn try_ctl(&self, args: &[&str]) -> Output {
        self.bench.gonogo(&[&["ctl", &self.id], args].concat())
    }

    pub fn status(&self) -> Value {
        let output = self.try_ctl(&["status", "--format", "json"]);
        assert!(output.status.success(), "{}", text_of(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The word for where the run stands.
    pub fn state(&self) -> String {
        self.status()["state"].as_str().unwrap().to_owned()
    }

    /// The status of the step with this number.
    pub fn step(&self, number: &str) -> Value {
        let status = self.status();
        let steps = status["steps"].as_array().unwrap();
        steps
            .iter()
            .find(|step| step["number"] == number)
            .unwrap()
            .clone()
    }

    /// Waits for an event of this kind for which `fits` holds, and returns it. Each is found once.
    pub fn wait_for(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let Ok(event) = self.events.recv_timeout(wait::LIMIT) else {
                panic!("waited in vain for {kind}; heard {:#?}", self.heard);
            };
            self.heard.push(event.clone());
            if event["kind"] == kind && fits(&event["data"]) {
                return event;
            }
        }
    }

    /// The same of an event that may have come before others that were waited for.
    pub fn wait_ever(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let is_it = |event: &&Value| event["kind"] == kind && fits(&event["data"]);
        match self.heard.iter().find(is_it) {
            Some(event) => event.clone(),
            None => self.wait_for(kind, fits),
        }
    }

    /// Waits until something of the step (by id) has ended.
    pub fn wait_finished(&mut self, step: &str) -> Value {
        self.wait_for("step_finished", |data| data["step"] == step)["data"].clone()
    }

    /// Waits until the run is over; tells how.
    pub fn wait_over(&mut self) -> String {
        let event = self.wait_for("run_finished", |_| true);
        event["data"]["ending"].as_str().unwrap().to_owned()
    }

    /// The kinds of all entries, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.entries()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    /// All entries of the journal.
    pub fn entries(&self) -> Vec<Value> {
        let output = self.try_ctl(&["events"]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What a job printed: `apply-1.log`.
    pub fn output(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir().join("output").join(name)).unwrap()
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let _ = self.follower.kill();
        let _ = self.follower.wait();
    }
}
