//! A run without a screen: what it does, heard as it happens, and what it is told to do.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::Signal;
use serde_json::Value;

use super::bench::{Bench, text_of};
use super::process::{is_alive, locked_by, signal};
use super::wait;

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

    /// Kills the engine, and waits until it is dead.
    pub fn kill_engine(&self) {
        let engine = self.engine();
        signal(engine, Signal::KILL);
        // While one of its threads is still ending, it has the run.
        let lock = self.dir().join("engine.lock");
        wait::until("the engine is dead", || {
            !is_alive(engine) && locked_by(&lock).is_none()
        });
    }

    /// Has a new engine go on with it; a handle for what that does.
    pub fn resumed(&self) -> Run<'b> {
        self.bench.resume(&self.id)
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
