//! The wire between an engine and its terminals: a unix socket in the run's directory, which only
//! the run's owner can reach, and over it one JSON object a line.
//!
//! ```text
//!  ui, headless ── Hello(after: 17) ──► server ◄── seq, presence, health (watched) ── engine
//!     ▲                                   │ reads entry 18, 19, … from the journal itself
//!     └── Entry 18, Entry 19, … Health ───┘
//!  ui, ctl ── Command ──► server ── Request ──► engine ── granted or refused ──► Reply
//! ```
//!
//! Each connection reads the journal at its own pace, by number: a slow or stuck watcher falls
//! behind and catches up, and costs the engine nothing. Health is only ever the newest.

mod client;
mod feed;
mod frames;
mod server;
mod socket;

pub use client::{Client, ConnectError, Receiver, Sender, connect};
pub use feed::{Feed, News, Start, listen};
pub use frames::{FromEngine, Hello, PROTOCOL, Role, ToEngine};
pub use server::{FindSession, Server, serve};
pub use socket::address;
