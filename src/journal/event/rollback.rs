//! Events about the way back.

use serde::{Deserialize, Serialize};

/// One thing on the way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoItem {
    /// The step's id.
    pub step: String,
    /// Whether the step's undo is run, or the step itself (one of a rollback's).
    pub undo: bool,
}

/// See [`super::Event::RollbackStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackStarted {
    /// The rollback's id, if one of the plan's was chosen.
    pub tier: Option<String>,
    /// What will be done, in order.
    pub items: Vec<UndoItem>,
    /// Microseconds since T-0, if it had begun.
    pub since_t_zero: Option<u64>,
    /// Whether only the wall clock could tell, because the machine was restarted since T-0.
    #[serde(default)]
    pub by_wall_clock: bool,
}
