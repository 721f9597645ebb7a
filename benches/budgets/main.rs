//! Whether the program keeps its budgets: `cargo bench` measures them all, `cargo bench -- check`
//! only one. Each prints its figures beside the budget. Nothing here fails when a machine is slow;
//! where something can be compared with another way of doing it, both are measured in the same run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that can't go on ends"
)]

mod check;
mod figures;
mod growth;
mod monitor;
mod output;
mod peers;
mod processor;
mod resume;
mod rollback;
mod runbook;
mod screen;
#[path = "../../tests/it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests need more of it")]
mod support;

/// A budget: its name on the command line, and what measures it.
const BUDGETS: [(&str, fn()); 10] = [
    ("check", check::measure),
    ("growth", growth::measure),
    ("first-screen", screen::first),
    ("frame", screen::frame),
    ("monitor", monitor::measure),
    ("peers", peers::measure),
    ("output", output::speed),
    ("memory", output::memory),
    ("resume", resume::measure),
    ("rollback", rollback::measure),
];

fn main() {
    // Cargo adds `--bench`.
    let args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let wanted: Vec<String> = args.collect();
    for (name, measure) in BUDGETS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            println!("\n{name}");
            measure();
        }
    }
}
