//! The files that a plan applies: what they were when the run began, and what they are not any more.

use serde::{Deserialize, Serialize};

/// A file that steps apply, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// How the plan finds it.
    pub path: String,
    /// SHA-256 of its text, however its lines end; none: nobody could read it.
    pub sha256: Option<String>,
    /// The steps that apply it, by their ids.
    pub steps: Vec<String>,
}

/// A file that is not what it was when the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// How the plan finds it.
    pub path: String,
    /// What became of it.
    pub is: FileChange,
    /// SHA-256 of its text now, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileChange {
    /// It was not there.
    New,
    /// It holds something else.
    Changed,
    /// It is not there any more.
    Gone,
    /// Nobody can read it.
    Unreadable,
}
