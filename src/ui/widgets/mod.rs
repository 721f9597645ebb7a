//! Small things to draw with. They know nothing of plans and runs.
//!
//! ```text
//!  chars ─► which characters may reach a terminal, and how wide they are
//!  clip  ─► a text cut, padded or wrapped to so many columns
//!  Bar   ─► ██████▌ 62 %    ScrollBar ─► where in a huge file    Spark ─► ▁▂▅█·▃
//! ```
//!
//! Every widget draws inside its area and nowhere else, does nothing in an empty one, and can be
//! read without colour.

mod bar;
pub mod chars;
pub mod clip;
mod scroll_bar;
mod spark;

pub use bar::Bar;
pub use scroll_bar::ScrollBar;
pub use spark::Spark;

#[cfg(test)]
pub(crate) mod testing;
