//! What is measured beside the steps.

use std::time::Duration;

use super::expect::Expect;
use super::pattern::Pattern;
use super::source::Span;
use super::work::{Http, Shell};

/// Something measured again and again.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name; its metrics are `name.latency`, `name.up` and so on.
    pub name: String,
    /// What is measured.
    pub target: ProbeTarget,
    /// What a good measurement is like; nothing: what the target itself calls so.
    pub expect: Expect,
    /// The time between two measurements.
    pub every: Duration,
    /// Where it stands.
    pub span: Span,
}

/// What a probe looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeTarget {
    /// An HTTP address: status, latency, body, downtime.
    Http(Http),
    /// A query whose first field is a number.
    Sql {
        /// The query.
        text: String,
        /// The database's name.
        database: String,
    },
    /// A script that is run again and again: its exit code, and the number that it prints.
    Command(ProbeScript),
    /// Lines that are written: how many of them match.
    Log {
        /// Where the lines come from.
        source: LogSource,
        /// What a line must match to count.
        pattern: Pattern,
    },
    /// What a Prometheus server answers to a query.
    Prometheus {
        /// The server, without the path of its API.
        server: Http,
        /// The query, in its language.
        query: String,
    },
}

/// A script of a probe, and what it finds in its environment.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeScript {
    /// The script and its shell.
    pub shell: Shell,
    /// Variables beside those of the engine.
    pub env: Vec<(String, String)>,
}

/// Where the lines of a log come from.
#[derive(Clone, Debug, PartialEq)]
pub enum LogSource {
    /// A file that is written to, may be moved away and begun again, or cut.
    File(String),
    /// A script that goes on and prints lines, such as `kubectl logs -f`.
    Script(ProbeScript),
}

impl ProbeTarget {
    /// The key by which a plan says it.
    pub fn key(&self) -> &'static str {
        match self {
            ProbeTarget::Http(_) => "http",
            ProbeTarget::Sql { .. } => "sql",
            ProbeTarget::Command(_) => "command",
            ProbeTarget::Log {
                source: LogSource::File(_),
                ..
            } => "log",
            ProbeTarget::Log {
                source: LogSource::Script(_),
                ..
            } => "follow",
            ProbeTarget::Prometheus { .. } => "prometheus",
        }
    }
}
