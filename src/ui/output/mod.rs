//! The output of a step, which may be a gigabyte and growing, on a screen of fifty rows.
//!
//! ```text
//!  keys ─► Viewer ─► Wanted (only the newest counts)
//!                      └─► desk: the one that holds the file, in a task of its own
//!                           └─► window: which rows ◄─ rows ◄─ mask, search
//!                                └─► stretch: a few hundred KiB around the place
//!                                     └─► stream ─► grid, sgr: bytes to styled pieces
//!  frame ◄─ Window ◄── desk
//! ```
//!
//! The screen never touches the file: it asks the [`Viewer`] for moves and draws the newest
//! [`Window`]. A turn of the work reads what surrounds the window and no more, so it costs the
//! same anywhere in a file of any size.
//!
//! What a command wrote is data. Of its control sequences only colours are kept; text that would
//! move the cursor, hide or turn round does not get through, and secrets are masked where they
//! would show.

mod desk;
mod grid;
mod mask;
mod rows;
mod search;
mod sgr;
mod stream;
mod stretch;
mod styled;
mod viewer;
mod window;

pub use mask::Mask;
pub use rows::{LongLines, View};
pub use search::{Direction, SearchState};
pub use viewer::Viewer;
pub use window::Window;

#[cfg(test)]
mod testing;
