//! The simulation of `tests/simulation`, as often as one likes:
//! `cargo bench --bench simulation -- [RUNS [FIRST SEED]]`; then its story, with two engines dying in
//! it at every pair of points.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a rule that is broken ends the campaign"
)]

#[path = "../tests/simulation/mod.rs"]
mod machine;

use std::time::Instant;

use gonogo::journal::event::Ending;
use machine::{Tally, simulate, story};

fn main() {
    let arguments = std::env::args().skip(1);
    let mut numbers = arguments.filter_map(|arg| arg.parse::<u64>().ok());
    let runs = numbers.next().unwrap_or(10_000);
    let first = numbers.next().unwrap_or(0);
    let begun = Instant::now();
    let Some(tally) = campaign(first, runs) else {
        std::process::exit(1);
    };
    print!("{tally}");
    println!(
        "{runs} runs, {} engines and {} machines lost: all rules held, in {:.1} s",
        tally.of("engine gone"),
        tally.of("machine gone"),
        begun.elapsed().as_secs_f64()
    );
    if runs > 1 {
        let begun = Instant::now();
        let told = stories();
        println!(
            "{told} stories with two deaths each came to their end, in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
    }
}

/// Runs the seeds on all processors. `None`: one of them failed, and said so.
fn campaign(first: u64, runs: u64) -> Option<Tally> {
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let threads = processors.min(runs.max(1));
    let workers: Vec<_> = (0..threads)
        .map(|n| {
            let seeds = (first + n..first + runs).step_by(threads as usize);
            std::thread::spawn(move || simulate(seeds))
        })
        .collect();
    let mut tally = Tally::default();
    for worker in workers {
        tally.add(&worker.join().ok()?);
    }
    Some(tally)
}

/// Tells the story with every pair of deaths. How often that was.
fn stories() -> u32 {
    let mut told = 0;
    for back in [false, true] {
        let points = story::tell(back, &[], false).points;
        for first in 1..=points {
            for second in 1..=40 {
                for machine in [false, true] {
                    let story = story::tell(back, &[first, second], machine);
                    let way = if back {
                        Ending::RolledBack
                    } else {
                        Ending::Completed
                    };
                    assert_eq!(story.ending, way);
                    let effects = story.done.values().map(|done| done.took_effect);
                    assert!(effects.min() >= Some(1), "something was not done");
                    told += 1;
                }
            }
        }
    }
    told
}
