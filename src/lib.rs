//! gonogo: a cockpit for production deployments that change a database.

pub mod cli;
pub mod clock;
pub mod demo;
pub mod journal;
pub mod monitor;
pub mod plan;
pub mod report;
pub mod run;
pub mod ui;
pub mod wire;
