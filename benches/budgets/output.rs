//! A step that prints two gigabytes: how fast it is, against the same command with its output sent
//! to a file by a shell, and how much memory is needed to look on.

use std::process::Command;

use crate::support::process::locked_by;
use crate::support::{Bench, Pty};

/// How often both ways are taken.
const ROUNDS: usize = 8;
/// Prints two gigabytes, and then how long that took, in milliseconds, into a file of its own.
const PRINT: &str = "begun=$(date +%s%N); (yes || true) | head -c 2G; echo $((($(date +%s%N) - begun) / 1000000)) > took";

fn plan() -> String {
    let print = PRINT.replace('"', "\\\"");
    format!(
        "title = \"Print\"\n[[phase]]\nname = \"Change\"\nkind = \"deploy\"\n  [[phase.step]]\n  id = \"print\"\n  title = \"Print\"\n  shell = \"{print}\"\n"
    )
}

/// How long it took.
fn took(bench: &Bench) -> f64 {
    bench.read("took").trim().parse().unwrap()
}

/// Alternately, so that what the machine does besides hits both.
pub fn speed() {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let bench = Bench::new();
        let script = format!("{{ {PRINT}; }} > out");
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &script]);
        assert!(
            shell
                .current_dir(bench.path(""))
                .status()
                .unwrap()
                .success()
        );
        theirs.push(took(&bench));

        let bench = Bench::new();
        let mut run = bench.start(&plan());
        run.ctl(&["run"]);
        run.wait_finished("print");
        ours.push(took(&bench));
    }
    let best = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    let (ours, theirs) = (best(&ours), best(&theirs));
    let ratio = theirs / ours;
    let verdict = if ratio >= 0.95 { "kept" } else { "MISSED" };
    println!(
        "  2 GB, best of {ROUNDS}: shell {theirs:.0} ms, step {ours:.0} ms; ratio {ratio:.3}, budget 0.95  {verdict}"
    );
}

/// The most memory that engine and screen have needed, before a step printed anything and after.
pub fn memory() {
    let bench = Bench::new();
    bench.write("plan.toml", &plan());
    let mut screen = Pty::start(&bench, &["run", "plan.toml"], 120, 36);
    screen.see("enter starts 1.1");
    let engine = locked_by(&bench.run_dirs()[0].join("engine.lock")).unwrap();
    let before = (most_memory(engine), most_memory(screen.pid()));
    screen.press("\r", "F finishes");
    screen.press("\x1b[H", "2.15 GB");
    let after = (most_memory(engine), most_memory(screen.pid()));
    println!(
        "  engine: {} kB, with 2 GB printed {} kB",
        before.0, after.0
    );
    println!("  screen: {} kB, with 2 GB shown {} kB", before.1, after.1);
}

/// The most that was ever resident of a process, in kB.
fn most_memory(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}
