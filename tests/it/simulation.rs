//! The simulation of `tests/simulation`, some thousands of times.

#[path = "../simulation/mod.rs"]
mod machine;

use machine::{Tally, simulate};

#[test]
fn whatever_happens_the_rules_hold() {
    let threads = 2;
    let each = 1_000;
    let workers: Vec<_> = (0..threads)
        .map(|n| std::thread::spawn(move || simulate(n * each..(n + 1) * each)))
        .collect();
    let mut tally = Tally::default();
    for worker in workers {
        tally.add(&worker.join().unwrap());
    }
    println!("{tally}");
}
