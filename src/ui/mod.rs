//! The screen.

pub mod output;
pub mod widgets;
