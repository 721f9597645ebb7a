//! Runs: one plan, carried out once.
mod command;
pub mod decide;
mod effect;
mod input;
mod state;
mod status;

pub use command::{Command, Refusal};
pub use effect::{Effect, Secret};
pub use input::{Finish, Input, Notice, Session, Wish};
pub use state::*;
pub use status::{Change, Illegal, Status};
