//! Events about phases, their gates, and choices between them.

use serde::{Deserialize, Serialize};

/// See [`super::Event::PhaseStarted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseStarted {
    /// The phase's id.
    pub phase: String,
}

/// See [`super::Event::PhaseFinished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseFinished {
    /// The phase's id.
    pub phase: String,
}

/// See [`super::Event::GateDecided`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecided {
    /// The phase behind the gate, by id.
    pub phase: String,
    /// Go, or no-go.
    pub go: bool,
    /// Why.
    pub reason: Option<String>,
    /// What was true at that moment, in words.
    pub facts: Vec<String>,
}

/// See [`super::Event::ApprovalGiven`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalGiven {
    /// The phase behind the gate, by id.
    pub phase: String,
    /// The approval's name in the plan.
    pub approval: String,
    /// A remark.
    pub reason: Option<String>,
}

/// See [`super::Event::ChoiceMade`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceMade {
    /// The choice's name in the plan.
    pub choice: String,
    /// The phase that was chosen, by id.
    pub phase: String,
}
