//! The way back while a step floods its output: from the key that fires to the first thing that the
//! first undo does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::figures::Figures;
use crate::support::{Bench, Pty, wait};

/// How many runs are rolled back.
const RUNS: usize = 60;

/// The undo writes down when it began, by the clock of its own shell.
const PLAN: &str = r#"
title = "A flood"

[[phase]]
name = "Change"
kind = "deploy"

  [[phase.step]]
  title = "Flood"
  shell = "yes"
  undo = { shell = "echo $EPOCHREALTIME > begun; mv begun undone" }
"#;

pub fn measure() {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let bench = Bench::new();
        bench.write("plan.toml", PLAN);
        let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
        screen.see("enter starts 1.1");
        screen.press("\r", " MB, following");
        screen.press("R", "GO BACK");
        let pressed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        screen.keys("\r");
        wait::until("the undo has begun", || bench.path("undone").exists());
        let begun: f64 = bench.read("undone").trim().parse().unwrap();
        times.push(Duration::from_secs_f64(begun).saturating_sub(pressed));
        screen.see("ROLLED BACK");
    }
    let figures = Figures::new(times);
    figures.tell("from Enter to the first undo", Duration::from_millis(50));
}
