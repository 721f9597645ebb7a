//! The record: what a run was, for people and for programs. It is made from the plan and the journal
//! and nothing else, so it can be made again at any time and anywhere.

mod decisions;
mod downtime;
mod interruptions;
mod line;
mod markdown;
mod remarks;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod troubles;
mod values;
mod waiting;

pub use downtime::downtime_words;

/// What is said where steps are called by the words of another plan.
pub const ANOTHER_PLAN: &str = "the copy in the run's directory is not the plan that the run was created with: what was done may have been called otherwise, and have been something else";
pub use markdown::markdown;
pub use status::status;
pub use waiting::waiting_for;
