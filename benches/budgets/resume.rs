//! A screen on a long run: 100,000 entries in its journal, and a step that has printed a gigabyte.

use std::fmt::Write;
use std::time::{Duration, Instant};

use gonogo::clock::{Clock, SystemClock};
use gonogo::journal::event::{
    Applied, Finding, Job, KnownBy, NoteAdded, Outcome, StepFinished, StepLaunched, StepStarted,
};
use gonogo::journal::{Actor, Event, SqliteStore, Store, Unwritten, Via};
use rustix::process::Signal;

use crate::figures::Figures;
use crate::support::process::{is_alive, locked_by, signal};
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, wait};

const STEPS: usize = 2_000;
/// Tries of each step, each of which is started, launched and finished.
const TRIES: u32 = 16;
const NOTES: usize = 2;
/// How often a screen is opened.
const OPENINGS: usize = 12;

/// From the start of the process to the first frame, and until it shows where the run stands.
pub fn measure() {
    let budget = Duration::from_secs(1);
    let bench = Bench::new();
    let mut run = bench.start(&plan());
    run.ctl(&["run"]);
    run.wait_finished("step-1");
    kill_engine(&run);
    let entries = fill(&run);
    let output = std::fs::metadata(run.dir().join("output/step-1-1.log"));
    println!(
        "  {entries} entries, {} bytes of output",
        output.unwrap().len()
    );
    for (what, dies) in [("resume", true), ("attach", false)] {
        let (mut shown, mut stands) = (Vec::new(), Vec::new());
        for _ in 0..OPENINGS {
            if dies {
                kill_engine(&run);
            }
            let since = Instant::now();
            let screen = Pty::start(&bench, &[what, "last"], 120, 36);
            screen.see("? keys");
            shown.push(since.elapsed());
            screen.see("2000 of 2000");
            screen.see("driving: you");
            stands.push(since.elapsed());
        }
        Figures::new(shown).tell(&format!("{what}: first screen"), budget);
        Figures::new(stands).tell(&format!("{what}: it shows where the run stands"), budget);
    }
}

fn kill_engine(run: &Run<'_>) {
    if let Some(engine) = locked_by(&run.dir().join("engine.lock")) {
        signal(engine, Signal::KILL);
        wait::until("the engine is dead", || !is_alive(engine));
    }
}

/// A plan of many steps, of which the first prints a gigabyte.
fn plan() -> String {
    let mut text =
        String::from("title = \"A long night\"\n[[phase]]\nname = \"P\"\nkind = \"before\"\n");
    for n in 1..=STEPS {
        let shell = if n == 1 {
            "(seq 200000000 || true) | head -c 1G"
        } else {
            "./move-house"
        };
        let _ = write!(
            text,
            "  [[phase.step]]\n  id = \"step-{n}\"\n  title = \"Carry box {n}\"\n  shell = \"{shell}\"\n"
        );
    }
    text
}

/// Writes what the long night has brought into the journal; tells how many entries it has then.
fn fill(run: &Run<'_>) -> u64 {
    let path = run.dir().join("journal.db");
    postgres::block_on(async {
        let (mut store, _) = SqliteStore::open(&path).await.unwrap();
        let clock = SystemClock::new();
        let mut last = 0;
        for n in 2..=STEPS {
            let entries = step(&format!("step-{n}"), clock);
            last = store.append(entries).await.unwrap().last().unwrap().seq;
        }
        store.close().await;
        last
    })
}

/// Every try of a step, of which the last has passed, and what was noted.
fn step(id: &str, clock: SystemClock) -> Vec<Unwritten> {
    let mut events = Vec::new();
    for attempt in 1..=TRIES {
        let job = || Job {
            step: id.to_owned(),
            attempt,
            undo: false,
        };
        let passed = attempt == TRIES;
        let code = i32::from(!passed);
        events.push(Event::StepStarted(StepStarted {
            job: job(),
            work: "shell".to_owned(),
            choice: 0,
            reason: (attempt > 1).then(|| "the lift is free again".to_owned()),
        }));
        events.push(Event::StepLaunched(StepLaunched {
            job: job(),
            pid: 4711,
        }));
        events.push(Event::StepFinished(StepFinished {
            job: job(),
            outcome: if passed {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            applied: if passed { Applied::Yes } else { Applied::Maybe },
            known_by: KnownBy::Report,
            exit_code: Some(code),
            signal: None,
            findings: vec![Finding {
                expected: "exit code 0".to_owned(),
                got: format!("exit code {code}"),
                met: passed,
            }],
            message: None,
            elsewhere: false,
            changed: Vec::new(),
            running: Vec::new(),
            session: None,
            left: None,
            ended: None,
        }));
    }
    events.extend((0..NOTES).map(|_| {
        Event::NoteAdded(NoteAdded {
            text: "somebody has to look after the lift".to_owned(),
            step: Some(id.to_owned()),
        })
    }));
    let actor = Actor::person("ann", Via::Ctl);
    let entry = |event| Unwritten {
        at: clock.now(),
        actor: actor.clone(),
        event,
    };
    events.into_iter().map(entry).collect()
}
