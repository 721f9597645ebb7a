//! The simulation of `tests/simulation`, as often as one likes:
//! `cargo bench --bench simulation -- [RUNS [FIRST SEED]]`.

#[path = "../tests/simulation/mod.rs"]
mod machine;

use std::time::Instant;

use machine::{Tally, simulate};

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse::<u64>().ok());
    let (runs, first) = (
        numbers.next().unwrap_or(10_000),
        numbers.next().unwrap_or(0),
    );
    let threads = std::thread::available_parallelism()
        .map_or(1, |n| n.get() as u64)
        .min(runs);
    let begun = Instant::now();
    let workers: Vec<_> = (0..threads)
        .map(|n| {
            std::thread::spawn(move || {
                simulate((first + n..first + runs).step_by(threads as usize))
            })
        })
        .collect();
    let mut tally = Tally::default();
    let mut failed = false;
    for worker in workers {
        match worker.join() {
            Ok(seen) => tally.add(&seen),
            Err(_) => failed = true,
        }
    }
    if failed {
        std::process::exit(1);
    }
    print!("{tally}");
    println!("all rules held, in {:.1} s", begun.elapsed().as_secs_f64());
}
