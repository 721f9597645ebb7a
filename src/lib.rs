//! gonogo: a cockpit for production deployments that change a database.

pub mod clock;
pub mod journal;
pub mod plan;
pub mod run;
