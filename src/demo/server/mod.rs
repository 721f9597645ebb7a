//! A throwaway PostgreSQL: a fresh server in a temporary directory that only this machine's user can
//! reach, and that never outlives its owner.
//!
//! ```text
//!  Programs::find ─► initdb ─► postgres        (own process group; root drops to an account)
//!  Server ──pipe──► guard                      (a shell that waits for the end of the pipe)
//!     │ drop: stop, remove, dismiss the guard
//!     └ killed: the pipe ends ─► the guard stops the server and removes the directory
//! ```
//!
//! [`Server`] is the main type. Its functions block for as long as a server takes: half a second to
//! start, some milliseconds for the rest.

mod account;
mod cluster;
mod error;
mod guard;
mod programs;
mod tree;

pub use cluster::{Server, Shutdown};
pub use error::ServerError;
pub use programs::Programs;

#[cfg(test)]
mod tests;
