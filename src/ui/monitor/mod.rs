//! `gonogo monitor`: the panels of what is watched, alone.
//!
//! ```text
//!  keys ─► keymap ─► Want ─► state ──► what is looked at, in which order, filtered, frozen
//!                              └─────► Act: inspect, explain, signal, copy ─► tasks ─► Answer
//!  monitor, or a tape ─► Health ─► State + Health = Look ─► screen ─► panels ─► frame
//! ```
//!
//! Nothing here is recorded in a run's journal: nothing is run. What is seen can be recorded on a tape
//! and looked at again.

mod act;
mod app;
mod boxes;
mod copy;
mod detail;
mod foot;
mod frames;
mod keymap;
mod page;
mod prepared;
mod screen;
mod sessions;
mod state;
mod tab;
mod wish;

pub use app::{Live, Setup, Source, open};

#[cfg(test)]
mod tests;
