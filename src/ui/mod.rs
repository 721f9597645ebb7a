//! The screen: what a run looks like, and what keys do to it.
//!
//! ```text
//!  keys, mouse ─► keymap ─► Intent ─► update ─► View            what is looked at: this screen's own
//!                                        └─► Act ─► Command ─► engine
//!  engine ─► Feed ─► World (the same fold as the engine's)      what is known
//!  output files ─► outputs ─► Window                            what steps print
//!                     World + View + Windows + now = Scene ─► screen ─► panels, dialogs ─► frame
//! ```
//!
//! `app` is the loop around it, `terminal` the only place that touches the terminal. Before a key
//! does anything to the run, `offer` asks the run's own rules whether it may: that is what the footer
//! shows, and why a key that can't act says why. Nothing here waits for the disk, a database or the
//! network.

mod app;
mod boxes;
mod dialogs;
mod guide;
mod intent;
mod keymap;
mod keys;
pub mod monitor;
mod mouse;
mod offer;
pub mod output;
mod outputs;
mod panels;
pub mod review;
mod rows;
mod scene;
mod screen;
mod signals;
mod terminal;
#[cfg(test)]
mod testing;
mod theme;
mod update;
mod view;
pub mod widgets;
mod words;
mod world;

pub use app::{Setup, open};
pub use keymap::markdown as keys_in_markdown;
