//! What the tests of the whole program share: a home for runs that leaves nothing behind, a handle
//! for a run, a terminal to look at, a database, a web server.

pub mod bench;
pub mod pooler;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod pty;
pub mod run;
pub mod small_disk;
pub mod standby;
pub mod wait;
pub mod web;

pub use bench::{Bench, text_of};
pub use pty::Pty;
pub use web::Web;
