//! The simulation of `tests/simulation`, some thousands of times.

#[path = "../simulation/mod.rs"]
pub mod machine;

use machine::{Tally, simulate};

/// What a campaign must have seen to be worth its name.
const SEEN: &[&str] = &[
    "engine gone",
    "machine gone",
    "shim gone",
    "journal full",
    "died between the record and the act",
    "looked for",
    "adopted",
    "record found",
    "nothing found",
    "connection lost",
    "server asked",
    "server said Committed",
    "server said Aborted",
    "stopped",
    "granted",
    "refused",
    "run_created",
    "condition_asked",
    "condition_weighed",
    "engine_started",
    "journal_restored",
    "driver_attached",
    "driver_left",
    "pace_changed",
    "variable_set",
    "variable_forgotten",
    "phase_started",
    "phase_finished",
    "gate_decided",
    "approval_given",
    "choice_made",
    "step_started",
    "step_launched",
    "step_transaction",
    "step_sought",
    "step_adopted",
    "step_stopping",
    "snapshot_taken",
    "step_finished",
    "step_ticked",
    "step_unticked",
    "step_skipped",
    "step_marked_done",
    "step_marked_failed",
    "held",
    "released",
    "note_added",
    "backend_signalled",
    "backend_answered",
    "rollback_started",
    "undo_left",
    "run_finished",
];

#[test]
fn whatever_happens_the_rules_hold() {
    let (threads, each) = (2, 2_000);
    let workers: Vec<_> = (0..threads)
        .map(|n| std::thread::spawn(move || simulate(n * each..(n + 1) * each)))
        .collect();
    let mut tally = Tally::default();
    for worker in workers {
        tally.add(&worker.join().unwrap());
    }
    let unseen: Vec<_> = SEEN.iter().filter(|what| tally.of(what) == 0).collect();
    assert!(unseen.is_empty(), "never seen: {unseen:?} in {tally}");
}

#[test]
fn the_same_seed_runs_the_same() {
    let (one, other) = (simulate(40..60), simulate(40..60));
    assert_eq!(one.counts, other.counts);
}
