//! Events about alerts: what was normal, what fired, what nobody could see, what somebody accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an alert may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Be noted.
    Note,
    /// Hold the run.
    Hold,
    /// Roll back.
    Rollback,
}

/// See [`super::Event::AlertFired`] and [`super::Event::AlertBlind`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// Its name.
    pub alert: String,
    /// What is so, or why nothing is known.
    pub words: String,
    /// What it may do when it fires.
    pub then: Consequence,
}

/// See [`super::Event::AlertCleared`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertCleared {
    /// Its name.
    pub alert: String,
}

/// See [`super::Event::AlertAccepted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertAccepted {
    /// Its name.
    pub alert: String,
    /// Why it is taken as it is. Never empty.
    pub reason: String,
}

/// See [`super::Event::BaselineFrozen`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineFrozen {
    /// By metric.
    pub usual: BTreeMap<String, Usual>,
}

/// What was normal of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// Of how many readings.
    pub samples: u32,
    /// The reading in their middle.
    pub median: f64,
    /// The reading below which 95 percent of them lie.
    pub p95: f64,
    /// The last of them.
    pub last: f64,
}
