//! Where a run stands: the fold of its journal.
//!
//! `RunState::new(plan)` and one `apply` an entry: that is all there is to know about a run, live,
//! resumed, watched from another terminal or replayed. `types` holds the parts, `step` those of a step,
//! `fold` the `apply`, `outlook` the questions that decisions and screens ask: what is next, what stands in
//! the way, what is waited for; `elapsed` how long ago something was; `outage` what downtime there was, `files` whether what
//! the steps apply is what it was;
//! `way_back` how far a rollback came, `outcome` how the run ended, in words.

mod committed;
mod conditions;
mod elapsed;
mod files;
mod fold;
mod outage;
mod outcome;
mod outlook;
mod step;
mod types;
mod way_back;

pub use conditions::Conditioned;
pub use elapsed::Boot;
pub use files::{Files, names_of};
pub use fold::Mismatch;
pub use outage::{Downtime, Outage};
pub use outcome::Otherwise;
pub use outlook::{Standing, Waiting};
pub use step::{JobEnd, Omission, StepState, Stopping, Transaction, Weighing};
pub use types::{
    Acceptance, AlertState, Approval, Driver, ENVIRONMENT, End, GateDecision, Hold, ItemState,
    NoteTaken, PhaseState, RollbackState, RunState, Value,
};
pub use way_back::LeftOut;

#[cfg(test)]
mod tests;
