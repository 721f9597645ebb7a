//! The demonstration: everything that `gonogo demo` needs beside the program itself.
//!
//! ```text
//!  server   a throwaway PostgreSQL
//!  shop     a small HTTP application over it ◄── traffic   customers who look and buy
//!  report   a session that keeps a transaction open, so that the migration has to wait
//!  story    all of these together, and the plan to drive
//! ```
//!
//! [`server`] is used by the tests of the whole project, too.

pub mod server;

mod shop;
mod story;
mod traffic;

pub use story::{Demo, DemoError};
