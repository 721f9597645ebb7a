//! Events about addresses that are watched: when one did not answer well, and when it did again.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// See [`super::Event::OutageBegan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageBegan {
    /// The probe's name.
    pub probe: String,
    /// When the first request was made that was not answered well.
    pub since: Moment,
    /// What was wrong with the answer.
    pub why: String,
}

/// See [`super::Event::OutageEnded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageEnded {
    /// The probe's name.
    pub probe: String,
    /// When the first request was made that was answered well again.
    pub until: Moment,
}
