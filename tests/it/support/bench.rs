//! A place to run the program in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::process::{locked_by, signal, working_in};
use super::run::Run;
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

    /// Starts a run of the plan `name` with the content `text`, and `args` besides, whatever other runs there are.
    pub fn start_as(&self, name: &str, text: &str, args: &[&str]) -> Run<'_> {
        let plan = self.write(name, text);
        let plan = plan.to_str().unwrap();
        let output = self.gonogo(&[&["run", "--detach", "--beside", plan], args].concat());
        assert!(output.status.success(), "{}", text_of(&output));
        let id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        Run::new(self, id)
    }

    /// Has a new engine go on with the run `id`, without a screen.
    pub fn resume(&self, id: &str) -> Run<'_> {
        let resumed = self.gonogo(&["resume", id, "--detach"]);
        assert!(resumed.status.success(), "{}", text_of(&resumed));
        Run::new(self, id.to_owned())
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
