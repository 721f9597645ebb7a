//! gonogo: a cockpit for production deployments that change a database.

pub mod clock;
pub mod demo;
pub mod monitor;
pub mod plan;
