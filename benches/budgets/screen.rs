//! The screen in a real terminal: how long it takes to be there, and to answer a key.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::figures::Figures;
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
        let title = |screen: &str| screen.lines().nth(2).unwrap_or_default().to_owned();
        let size = format!("at {columns}×{rows}");
        tell(&format!("cursor down {size}"), &mut screen, "j", title);
        tell(
            &format!("cursor ten down {size}"),
            &mut screen,
            "\x1b[6~",
            title,
        );
        screen.press("\x1b[H", "1.07 GB");
        screen.keys("\t");
        let output = |screen: &str| {
            let heading = screen.lines().find(|line| line.contains("── output"));
            heading.unwrap_or_default().to_owned()
        };
        tell(
            &format!("output a page up {size}"),
            &mut screen,
            "\x1b[5~",
            output,
        );
        tell(&format!("output a row up {size}"), &mut screen, "k", output);
    }
}

/// Presses `key` again and again, each time until what `part` takes from the screen has changed.
fn tell(what: &str, screen: &mut Pty, key: &str, part: impl Fn(&str) -> String) {
    let figures = Figures::of(KEYS, || {
        let before = part(&screen.text());
        screen.keys(key);
        screen.wait("an answer", |now| part(now) != before);
    });
    figures.tell(what, Duration::from_millis(8));
}

/// A plan of `steps` steps of which half are done; the first prints a gigabyte.
fn plan(steps: usize) -> String {
    let print =
        "  ```bash\n  (yes 'moved another box from here to there' || true) | head -c 1G\n  ```";
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
