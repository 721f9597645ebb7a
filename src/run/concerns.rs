//! What is wrong around a run, though not with it; nothing of it is recorded.

use serde::{Deserialize, Serialize};

/// What an engine finds around its run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerns {
    /// The plan's file is not any more what is being run. The run goes on with its own copy.
    pub plan_differs: bool,
    /// How many bytes are left where the run is kept, if that is little.
    pub disk_left: Option<u64>,
}
