//! Events about pictures of databases. The picture itself is a file of the run; what is recorded is
//! which file, and what it shows.

use serde::{Deserialize, Serialize};

use super::step::Job;

/// See [`super::Event::SnapshotTaken`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTaken {
    /// The work that took it.
    #[serde(flatten)]
    pub job: Job,
    /// The name that later ones are compared with.
    pub name: String,
    /// SHA-256 of the file that holds it.
    pub sha256: String,
    /// What is in it, by database.
    pub totals: Vec<SnapshotTotal>,
    /// What came out where it was compared with an earlier one.
    pub compared: Option<SnapshotCompared>,
}

/// How much a picture holds of one database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTotal {
    /// The database's name in the plan.
    pub database: String,
    /// How many tables, partitions folded into theirs.
    pub tables: u64,
    /// How many rows were counted.
    pub rows: u64,
    /// How many tables should have been counted and could not be.
    pub uncounted: u64,
    /// How large the tables are whose size is known, in bytes.
    pub bytes: u64,
}

/// What a comparison showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotCompared {
    /// The name of the earlier one.
    pub with: String,
    /// How many differences there are of each sort.
    pub lost: u64,
    /// See `lost`.
    pub invalid: u64,
    /// See `lost`.
    pub unknown: u64,
    /// See `lost`.
    pub changed: u64,
    /// See `lost`.
    pub gained: u64,
    /// The first of them, the worst first.
    pub differences: Vec<Difference>,
}

impl SnapshotCompared {
    /// `compared with "before": 2 lost, 1 gained`.
    pub fn words(&self) -> String {
        let counts = [
            (self.lost, Fortune::Lost),
            (self.invalid, Fortune::Invalid),
            (self.unknown, Fortune::Unknown),
            (self.changed, Fortune::Changed),
            (self.gained, Fortune::Gained),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, fortune)| format!("{count} {}", fortune.word()))
            .collect();
        let counts = if counts.is_empty() {
            "everything as it was".to_owned()
        } else {
            counts.join(", ")
        };
        format!("compared with \"{}\": {counts}", self.with)
    }
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fortune {
    /// It is not there any more, or there is less of it.
    Lost,
    /// It is there and of no use.
    Invalid,
    /// It could not be seen, now or then.
    Unknown,
    /// It is another than it was.
    Changed,
    /// It was not there before, or there is more of it.
    Gained,
}

impl Fortune {
    /// The word that tables and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Fortune::Lost => "lost",
            Fortune::Invalid => "invalid",
            Fortune::Unknown => "unknown",
            Fortune::Changed => "changed",
            Fortune::Gained => "gained",
        }
    }
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What became of it.
    pub fortune: Fortune,
    /// What it is: `table`, `rows`, `column` and so on.
    pub what: String,
    /// Which one; where a plan has several databases, with the name of its own.
    pub name: String,
    /// What it was; empty where there was none.
    #[serde(default)]
    pub before: String,
    /// What it is; empty where there is none.
    #[serde(default)]
    pub after: String,
}
