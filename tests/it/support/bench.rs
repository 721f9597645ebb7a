//! A place to run the program in, and runs in it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::Signal;
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

    /// What the programs are given instead of [`foreign`] settings: a state directory of the bench's
    /// own, a name, a time zone and a language.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut env = vec![
            (
                "GONOGO_STATE_DIR".to_owned(),
                self.path("state").display().to_string(),
            ),
            ("GONOGO_USER".to_owned(), "ann".to_owned()),
            ("TZ".to_owned(), "UTC".to_owned()),
            ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
        ];
        env.extend(self.env.clone());
        env
    }

    /// The program with `args`, ready to be started in the bench's directory.
    pub fn program(&self, args: &[&str]) -> Command {
        let line = self.line(args);
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).current_dir(self.dir.path());
        for name in foreign() {
            command.env_remove(name);
        }
        command.envs(self.environment()).stdin(Stdio::null());
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
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for dir in self.run_dirs() {
            end(&dir.join("engine.lock"), Signal::KILL);
            remove_socket(&dir);
            let output = std::fs::read_dir(dir.join("output"));
            for entry in output.into_iter().flatten().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|ext| ext == "shim") {
                    // A shim that is told so kills its step and ends.
                    end(&path, Signal::USR1);
                }
            }
        }
        // Steps whose shim was killed, and what has left its step.
        let gone = wait::comes(|| {
            let left = working_in(self.dir.path());
            for pid in &left {
                signal(*pid, Signal::KILL);
            }
            left.is_empty()
        });
        if !gone {
            eprintln!("something still works in {}", self.dir.path().display());
        }
    }
}

/// Signals whoever holds the lock at `path`, and waits until nobody does.
fn end(path: &Path, how: Signal) {
    if let Some(pid) = locked_by(path) {
        signal(pid, how);
        if !wait::comes(|| locked_by(path).is_none()) {
            eprintln!("{pid} still holds {}", path.display());
        }
    }
}

/// The processes whose directory is `dir` or lies in it.
fn working_in(dir: &Path) -> Vec<i32> {
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

/// The variables of whoever runs the tests that would change what a program does: other settings,
/// another language, a server to connect to, a way to the network. Where the server's programs are is
/// no such thing.
pub fn foreign() -> impl Iterator<Item = String> {
    const NAMES: [&str; 6] = [
        "NO_COLOR",
        "DATABASE_URL",
        "RUST_BACKTRACE",
        "LANG",
        "LANGUAGE",
        "BASH_ENV",
    ];
    const BEGINNINGS: [&str; 3] = ["GONOGO_", "PG", "LC_"];
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| {
        let begins = BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning));
        let proxy = name.to_lowercase().ends_with("_proxy");
        (begins || proxy || NAMES.contains(&name.as_str())) && name != "PG_BIN"
    })
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

/// Removes the socket of an engine that was killed. Where paths are long, it lies in a short place of
/// its own.
pub fn remove_socket(run: &Path) {
    let socket = run.join("engine.sock");
    if let Ok(linked) = std::fs::read_link(&socket) {
        let _ = std::fs::remove_dir_all(linked.parent().unwrap());
    }
    let _ = std::fs::remove_file(&socket);
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
