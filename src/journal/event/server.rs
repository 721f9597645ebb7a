//! Events about the servers behind the plan's databases.

use serde::{Deserialize, Serialize};

/// See [`super::Event::ServerSeen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerSeen {
    /// The database's name in the plan.
    pub database: String,
    /// The server that the run goes on with, as it identifies itself; none where it does not, or is not the
    /// one of the steps before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What has become of it since it was last seen, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}
