//! The deterministic simulation: the real engine, on a journal, a clock, processes and a server that
//! are made of numbers from one seed.
//!
//! ```text
//!  seed ─► plan
//!       └► operators, time, faults ─► Engine (decide, apply, advance, recover) ─► Perform ─► world
//!                                        │ append                                    │ notices
//!                                        ▼                                           ▼
//!                                     journal ───────────────► oracle ◄────── what really happened
//! ```
//!
//! The world outlives every engine: scripts go on under their shims and leave records, a server
//! commits or rolls back whether anybody hears of it or not. The engine is killed before and after
//! every write to the journal and before every effect, wherever the seed says so; the machine may go
//! with it. The [`oracle`] knows what really happened and holds every entry against it.
//!
//! `tests/it/simulation.rs` runs some thousands of seeds; `cargo bench --bench simulation -- 200000`
//! runs as many as one likes. A seed that fails is printed, and runs the same again.

pub mod jobs;
pub mod operator;
pub mod oracle;
pub mod plans;
pub mod rng;
pub mod run;
pub mod story;
pub mod tally;
pub mod world;

pub use run::simulate;
pub use tally::Tally;
