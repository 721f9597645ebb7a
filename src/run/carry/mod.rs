//! What one shell step leaves to the next, as in a person's terminal: the directory, the umask and the
//! exported variables. Functions, aliases and options are not among it.
//!
//! ```text
//!  shim ─► the step's shell ── as it ends ──► `gonogo keep` ─► what its environment is now
//!    └─ when it has ended: the difference to what it was given ─► carried/<step>-<attempt>.json
//!  engine: journal says that it passed, and what it left, by name ─► Terminal ─► the next step
//! ```
//!
//! `prologue` is how a shell is brought to tell, without a line of the step being changed; `left`
//! is what it told; `Terminal` is what is in force after all steps that passed. The journal says
//! which these are, and names what changed; values are only in files that nobody else can read, and
//! that go when the run ends. `captured` keeps values in the same way that were taken from what a step
//! printed, and are secret.

pub mod captured;
pub(super) mod left;
pub(super) mod prologue;
mod terminal;

pub use left::keep;
pub(super) use terminal::Terminal;

#[cfg(test)]
mod tests;
