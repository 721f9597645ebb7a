//! The screen of a review: a plan walked through step by step, what its file says beside what that
//! means.
//!
//! ```text
//!  keys ─► keymap ─► Want ─► State ─► Deed ─► Desk ─► the review's file
//!  the plan's files, what it applies, the review's file ─► Desk ─► News ─► State
//!                                  State + now ─► screen ─► list, source, meaning, dialogs ─► frame
//! ```
//!
//! The desk looks every second whether one of these files has changed: two people can review one plan
//! in two terminals and see each other's remarks. It does so beside the loop, which never waits for the
//! disk.

mod app;
mod desk;
mod dialogs;
mod differences;
mod keymap;
mod list;
mod meaning;
mod screen;
mod source;
mod state;

#[cfg(test)]
mod tests;

pub use app::{Setup, open};
