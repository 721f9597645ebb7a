//! The panels: one file, one function, one signature each. A panel draws what the scene says into
//! its area, whatever the size of that is.

mod bars;
mod connections;
mod database;
mod footer;
mod header;
mod locks;
mod probes;
mod queries;
mod step;
mod step_facts;
mod steps;
mod strip;

pub use bars::progress;
pub use connections::connections;
pub use database::session_at;
pub use footer::{footer, intent_at, message};
pub use header::header;
pub use locks::locks;
pub use probes::probes;
pub use queries::queries;
pub use step::{output_areas, step};
pub use steps::steps;
pub use strip::strip;
