//! Runs: one plan, carried out once.
pub mod carry;
mod command;
mod concerns;
pub mod decide;
mod effect;
mod engine;
mod files;
mod input;
mod recover;
pub mod shim;
mod snapshot;
mod state;
mod status;
mod supervisor;
mod work;

pub use command::{Command, Refusal};
pub use concerns::Concerns;
pub use effect::{Effect, Perform, Secret};
pub use engine::{ClientId, Engine, EngineError, Parts, Presence, Published, Request};
pub use files::{NoRun, RunDir, find, list};
pub use input::{Fate, Finish, Input, Notice, Session, Wish};
pub use state::*;
pub use status::{Change, Illegal, Status};
pub use supervisor::{MASK, Outfit, Secrets, Supervisor};
pub use work::backends::{Ask, Backends};
pub use work::shell::own_program;
