//! The screen in a real terminal: how long it takes to be there, and to answer a key.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::processor::processor_time;
use crate::support::{Bench, Pty};

/// How often a screen is opened, and how often a key is pressed.
const OPENINGS: usize = 60;
const KEYS: usize = 400;

const PLAN: &str = r#"
title = "A plan to look at"
environment = "production"

[[phase]]
name = "Change"
kind = "deploy"

  [[phase.step]]
  title = "Look at it"
  check = "Is it well?"
"#;

/// From the start of the process to the first whole frame, and until the run can be driven.
pub fn first() {
    let budget = Duration::from_millis(50);
    let (mut shown, mut ready, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        let bench = Bench::new();
        bench.write("plan.toml", PLAN);
        let since = Instant::now();
        let screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
        screen.see("? keys");
        shown.push(since.elapsed());
        screen.see("space ticks 1.1");
        ready.push(since.elapsed());
        drop(screen);
        let since = Instant::now();
        let screen = Pty::start(&bench, &["attach"], 120, 36);
        screen.see("? keys");
        again.push(since.elapsed());
    }
    Figures::new(shown).tell("run: first screen", budget);
    Figures::new(ready).tell("run: its engine takes commands", budget);
    Figures::new(again).tell("attach: first screen", budget);
}

/// From a key to the frame that answers it, in a plan of 10,000 steps with 1 GB of output open.
pub fn frame() {
    let bench = Bench::new();
    bench.write("plan.md", &plan(10_000));
    for (columns, rows) in [(120, 36), (200, 50)] {
        let mut screen = Pty::start(&bench, &["run", "plan.md"], columns, rows);
        screen.see("enter starts 1.1");
        screen.press("\r", "space ticks 1.2");
        screen.press("\x1b[H", "1.07 GB");
        let size = format!("at {columns}×{rows}");
        tell(&format!("cursor down {size}"), &mut screen, "\x1b[B");
        tell(&format!("cursor ten down {size}"), &mut screen, "\x1b[6~");
        screen.press("\x1b[H", "1.07 GB");
        screen.keys("\t");
        tell(&format!("output a page up {size}"), &mut screen, "\x1b[5~");
        tell(&format!("output a row up {size}"), &mut screen, "\x1b[A");
    }
}

/// Presses `key` again and again, each time until the panels have changed.
fn tell(what: &str, screen: &mut Pty, key: &str) {
    let panels = |screen: &str| screen.lines().skip(2).collect::<String>();
    let before = processor_time(screen.pid());
    let figures = Figures::of(KEYS, || {
        let before = panels(&screen.text());
        screen.keys(key);
        screen.wait("an answer", |now| panels(now) != before);
    });
    figures.tell(what, Duration::from_millis(8));
    let used = processor_time(screen.pid()).saturating_sub(before);
    let each = used.as_secs_f64() * 1e3 / KEYS as f64;
    println!("    {each:.2} ms of processor time a key");
}

/// A plan of `steps` steps of which half are done; the first prints a gigabyte.
fn plan(steps: usize) -> String {
    let print = "  ```bash\n  (seq 200000000 || true) | head -c 1G\n  ```";
    let mut text = format!("# Moving house\n\n## Deployment\n\n- [ ] Print a lot\n{print}\n");
    for number in 2..=steps {
        let mark = if number % 2 == 0 { ' ' } else { 'x' };
        let _ = writeln!(
            text,
            "- [{mark}] Carry box {number} to room {}",
            number % 40
        );
    }
    text
}
