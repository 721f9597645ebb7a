//! What the tests of the whole program share: a home for runs that leaves nothing behind, a handle
//! for a run, and a terminal to look at.

pub mod bench;
pub mod pty;
pub mod wait;

pub use bench::{Bench, Run};
pub use pty::Pty;
