//! Events about sessions of databases that are cancelled or ended.

use serde::{Deserialize, Serialize};

/// What is asked of a database session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendAction {
    /// Its statement is to stop.
    Cancel,
    /// The whole session is to end.
    Terminate,
}

/// See [`super::Event::BackendSignalled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendSignalled {
    /// The database's name in the plan.
    pub database: String,
    /// The session's process on the server.
    pub pid: i32,
    /// When that session began, in microseconds since the Unix epoch by the server's clock; it tells
    /// the session from a later one with its number.
    pub started: i64,
    /// What is asked of it.
    pub action: BackendAction,
    /// Who it is: user, application, statement.
    pub target: String,
}

/// See [`super::Event::BackendAnswered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendAnswered {
    /// The database's name in the plan.
    pub database: String,
    /// The session's process on the server.
    pub pid: i32,
    /// What was asked of it.
    pub action: BackendAction,
    /// Whether it had the wanted effect.
    pub done: bool,
    /// What was seen.
    pub result: String,
}
