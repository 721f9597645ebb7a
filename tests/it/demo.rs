//! The demonstration, driven by keys in a terminal from its first screen to its end, at three sizes.

use std::path::PathBuf;

use crate::support::process::is_alive;
use crate::support::wait;
use crate::support::{Bench, Pty};

/// Drives the whole story.
fn story(columns: u16, rows: u16) {
    let bench = Bench::new();
    let mut screen = Pty::start(&bench, &["demo"], columns, rows);
    screen.see("space ticks 1.1");
    assert!(screen.look(vt100::Screen::alternate_screen));
    let demo = Running::below(screen.pid());
    screen.press(" ", "enter starts 1.2");
    // By itself up to the gate.
    screen.press("a", "go or no-go");
    screen.see("Migrate");
    // Somebody's report is in the way of the migration, and the screen says who and which key helps.
    screen.press("g", "k ends");
    screen.see("nightly report");
    screen.see("waiting");
    screen.press("k", "End session");
    screen.press("\r", "was terminated");
    // A dangerous step wants the environment's name.
    screen.see("asks before it starts 3.2");
    screen.press("\r", "type demo to go on");
    screen.keys("\r");
    screen.press("demo\r", "space ticks 4.4");
    screen.press(" ", "space ticks 5.1");
    // Back again, from the backup.
    screen.press("R", "GO BACK");
    screen.see("R1.3");
    screen.see("HOLD");
    screen.press("\r", "rolled back at");
    screen.see("ROLLED BACK");
    screen.keys("q");
    assert_eq!(screen.ended(), 1);
    screen.see("Removing the server");
    assert!(!screen.look(vt100::Screen::alternate_screen));
    demo.is_gone();
}

/// What a demonstration consists of.
struct Running {
    /// Its processes, but for the first: the engine, the server, its sessions, its guard.
    processes: Vec<i32>,
    /// The directories of the run and of the server.
    dirs: Vec<PathBuf>,
}

impl Running {
    fn below(parent: i32) -> Self {
        let run = PathBuf::from(argument(engine_below(parent), 2));
        let mut processes = children_of(parent);
        let mut at = 0;
        while at < processes.len() {
            processes.extend(children_of(processes[at]));
            at += 1;
        }
        let mut data = processes.iter().filter(|pid| argument(**pid, 1) == "-D");
        let data = PathBuf::from(argument(*data.next().unwrap(), 2));
        let dirs = vec![run, data.parent().unwrap().to_owned()];
        assert!(dirs.iter().all(|dir| dir.is_dir()), "{dirs:?}");
        Running { processes, dirs }
    }

    fn is_gone(&self) {
        for pid in &self.processes {
            wait::until("a process is gone", || !is_alive(*pid));
        }
        for dir in &self.dirs {
            wait::until("a directory is gone", || !dir.exists());
        }
    }
}

#[test]
fn the_story_can_be_driven_at_80_by_24() {
    story(80, 24);
}

#[test]
fn the_story_can_be_driven_at_120_by_36() {
    story(120, 36);
}

#[test]
fn the_story_can_be_driven_at_200_by_50() {
    story(200, 50);
}

#[test]
fn leaving_in_the_middle_takes_everything_along() {
    let bench = Bench::new();
    let mut screen = Pty::start(&bench, &["demo"], 120, 36);
    screen.see("space ticks 1.1");
    screen.keys(" ");
    screen.press("a", "go or no-go");
    screen.press("g", "k ends");
    let engine = engine_below(screen.pid());
    screen.press("q", "The demo ends");
    screen.keys("\r");
    assert_eq!(screen.ended(), 3);
    wait::until("the engine is gone", || {
        !crate::support::process::is_alive(engine)
    });
}

#[test]
fn a_killed_demo_takes_its_server_along() {
    let bench = Bench::new();
    let mut screen = Pty::start(&bench, &["demo"], 120, 36);
    screen.see("space ticks 1.1");
    let engine = engine_below(screen.pid());
    let dir = std::fs::read_link(format!("/proc/{engine}/fd/0")).unwrap();
    assert_eq!(dir.to_str(), Some("/dev/null"));
    let run = argument(engine, 2);
    crate::support::process::signal(screen.pid(), rustix::process::Signal::KILL);
    screen.ended();
    wait::until("the run's directory is gone", || {
        !std::path::Path::new(&run).exists()
    });
    wait::until("the engine is gone", || {
        !crate::support::process::is_alive(engine)
    });
}

/// The engine that the process `parent` has started.
fn engine_below(parent: i32) -> i32 {
    let mut found = None;
    wait::until("there is an engine", || {
        let mut children = children_of(parent).into_iter();
        found = children.find(|pid| argument(*pid, 1) == "engine");
        found.is_some()
    });
    found.unwrap()
}

/// The processes that the process `parent` has started. There are none of one that is gone.
fn children_of(parent: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let children =
        tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> = children.collect();
    let pids = pids.iter().flat_map(|text| text.split_whitespace());
    pids.map(|pid| pid.parse().unwrap()).collect()
}

/// An argument of a process.
fn argument(pid: i32, at: usize) -> String {
    let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split('\0').nth(at).unwrap_or_default().to_owned()
}
