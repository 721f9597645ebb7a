//! The record: what a run was, for people and for programs. It is made from the plan and the journal
//! and nothing else, so it can be made again at any time and anywhere.

mod decisions;
mod downtime;
mod interruptions;
mod line;
mod markdown;
mod status;
#[cfg(test)]
mod tests;
mod troubles;

pub use downtime::downtime_words;
pub use markdown::markdown;
pub use status::{status, waiting_for};
