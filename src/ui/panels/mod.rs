//! The panels: one file, one function, one signature each. A panel draws what the scene says into
//! its area, whatever the size of that is.

mod bars;
mod footer;
mod header;
mod step;
mod step_facts;
mod step_work;
mod steps;
pub mod watch;

pub use bars::progress;
pub use footer::{footer, intent_at, message};
pub use header::header;
pub use step::{output_areas, past, step};
pub use steps::steps;
