//! How a rule stands, as it is shown.

use serde::{Deserialize, Serialize};

use super::alert::{AlertStanding, Awaited, ReadingKind};
use crate::plan::AlertAction;

/// A rule and its last reading, for the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertHealth {
    /// Its name.
    pub name: String,
    /// What it is about; none for what is watched whatever the plan says.
    pub metric: Option<String>,
    /// What it may do when it fires.
    pub then: AlertAction,
    /// How it stands.
    pub standing: AlertStanding,
    /// What the last reading says.
    pub kind: ReadingKind,
    /// The last reading, where there was one.
    pub value: Option<f64>,
    /// Where the line lies, or why there is none.
    pub line: String,
    /// The last reading in words.
    pub words: String,
    /// The last one that was on the bad side, in words.
    #[serde(default)]
    pub breach: Option<String>,
    /// What it takes until it is known how it stands, while readings come.
    #[serde(default)]
    pub awaited: Option<Awaited>,
}

impl AlertHealth {
    pub(super) fn new(name: String, metric: Option<String>, then: AlertAction) -> Self {
        AlertHealth {
            name,
            metric,
            then,
            standing: AlertStanding::NotYet,
            kind: ReadingKind::NoData,
            value: None,
            line: String::new(),
            words: String::new(),
            breach: None,
            awaited: None,
        }
    }

    /// The line, as the other half of a sentence.
    fn side(&self) -> String {
        if self.kind == ReadingKind::Breach {
            return self.line.clone();
        }
        format!("not {}", self.line)
    }

    /// What is so, such as `api.latency_p95 is 212 ms over the last 2m, above 96 ms (2x the usual 48 ms)`.
    pub fn sentence(&self) -> String {
        match (&self.metric, self.kind) {
            (Some(metric), ReadingKind::Good | ReadingKind::Breach) => {
                format!("{metric} is {}, {}", self.words, self.side())
            }
            (Some(metric), _) => format!("nothing is known of {metric}: {}", self.words),
            (None, _) => self.words.clone(),
        }
    }

    /// Whether the last reading said nothing.
    pub fn is_unseen(&self) -> bool {
        matches!(self.kind, ReadingKind::NoData | ReadingKind::Error)
    }
}
