//! From the counters of one phase to a part of the whole.

/// The views of the server that tell of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::monitor) enum View {
    /// `CREATE INDEX` and `REINDEX`.
    CreateIndex,
    /// `VACUUM` without `FULL`.
    Vacuum,
    /// `CLUSTER` and `VACUUM FULL`.
    Cluster,
    /// `ANALYZE`.
    Analyze,
    /// `COPY`.
    Copy,
    /// A base backup.
    BaseBackup,
}

impl View {
    /// All of them, with the names that the server gives them.
    pub(in crate::monitor) const ALL: [(View, &'static str); 6] = [
        (View::CreateIndex, "pg_stat_progress_create_index"),
        (View::Vacuum, "pg_stat_progress_vacuum"),
        (View::Cluster, "pg_stat_progress_cluster"),
        (View::Analyze, "pg_stat_progress_analyze"),
        (View::Copy, "pg_stat_progress_copy"),
        (View::BaseBackup, "pg_stat_progress_basebackup"),
    ];
}

/// A row of one of them.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Raw {
    pub(in crate::monitor) view: View,
    pub(in crate::monitor) pid: i32,
    pub(in crate::monitor) relation: Option<String>,
    pub(in crate::monitor) command: String,
    pub(in crate::monitor) phase: String,
    /// Blocks or bytes.
    pub(in crate::monitor) done: f64,
    pub(in crate::monitor) total: f64,
    /// Tuples, or what else the view counts besides.
    pub(in crate::monitor) more_done: f64,
    pub(in crate::monitor) more_total: f64,
    /// Partitions of the table.
    pub(in crate::monitor) parts_done: f64,
    pub(in crate::monitor) parts_total: f64,
    pub(in crate::monitor) lockers_done: i64,
    pub(in crate::monitor) lockers_total: i64,
    pub(in crate::monitor) locker: Option<i32>,
}

/// A phase: the beginning of its name, its weight in the whole, and which counters tell of it.
type Phase = (&'static str, f64, Counters);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Counters {
    /// The first pair.
    Main,
    /// The second pair.
    More,
    /// None: until it is over, nothing is known.
    None,
}

use Counters::{Main, More, None as Nothing};

/// Weights as they were measured on tables of some gigabytes. Scanning is most of it.
const INDEX: &[Phase] = &[
    ("initializing", 0.0, Nothing),
    ("building index: scanning table", 0.75, Main),
    ("building index: sorting", 0.05, Nothing),
    ("building index: loading tuples", 0.20, More),
];

const INDEX_CONCURRENTLY: &[Phase] = &[
    ("initializing", 0.0, Nothing),
    ("waiting for writers before build", 0.0, Nothing),
    ("building index: scanning table", 0.70, Main),
    ("building index: sorting", 0.02, Nothing),
    ("building index: loading tuples", 0.14, More),
    ("building index", 0.0, Nothing),
    ("waiting for writers before validation", 0.0, Nothing),
    ("index validation: scanning index", 0.06, Main),
    ("index validation: sorting", 0.02, Nothing),
    ("index validation: scanning table", 0.06, Main),
    ("waiting for old snapshots", 0.0, Nothing),
    ("waiting for readers before marking dead", 0.0, Nothing),
    ("waiting for readers before dropping", 0.0, Nothing),
];

const VACUUM: &[Phase] = &[
    ("initializing", 0.0, Nothing),
    ("scanning heap", 0.65, Main),
    ("vacuuming indexes", 0.15, More),
    ("vacuuming heap", 0.15, Nothing),
    ("cleaning up indexes", 0.03, Nothing),
    ("truncating heap", 0.01, Nothing),
    ("performing final cleanup", 0.01, Nothing),
];

const CLUSTER: &[Phase] = &[
    ("initializing", 0.0, Nothing),
    ("seq scanning heap", 0.55, Main),
    ("index scanning heap", 0.55, Nothing),
    ("sorting tuples", 0.05, Nothing),
    ("writing new heap", 0.15, Nothing),
    ("swapping relation files", 0.0, Nothing),
    ("rebuilding index", 0.25, Nothing),
    ("performing final cleanup", 0.0, Nothing),
];

const ANALYZE: &[Phase] = &[
    ("initializing", 0.0, Nothing),
    ("acquiring sample rows", 0.85, Main),
    ("acquiring inherited sample rows", 0.0, Main),
    ("computing statistics", 0.10, Nothing),
    ("computing extended statistics", 0.04, Nothing),
    ("finalizing analyze", 0.01, Nothing),
];

impl Raw {
    fn phases(&self) -> &'static [Phase] {
        match self.view {
            View::CreateIndex if self.command.contains("CONCURRENTLY") => INDEX_CONCURRENTLY,
            View::CreateIndex => INDEX,
            View::Vacuum => VACUUM,
            View::Cluster => CLUSTER,
            View::Analyze => ANALYZE,
            View::Copy | View::BaseBackup => &[],
        }
    }

    /// How much of the whole is done; none where not even a phase tells.
    pub(in crate::monitor) fn part_done(&self) -> Option<f64> {
        if self.phases().is_empty() {
            return ratio(self.done, self.total);
        }
        let one = self.part_of_one()?;
        // A build on a partitioned table does the same for each partition.
        if self.view == View::CreateIndex && self.parts_total > 1.0 {
            return Some(((self.parts_done + one) / self.parts_total).min(1.0));
        }
        Some(one)
    }

    fn part_of_one(&self) -> Option<f64> {
        let phases = self.phases();
        let at = phases
            .iter()
            .position(|(name, ..)| self.phase.starts_with(name))?;
        let before: f64 = phases[..at].iter().map(|(_, weight, _)| weight).sum();
        let (_, weight, counters) = phases[at];
        let within = match counters {
            Main => ratio(self.done, self.total),
            More => ratio(self.more_done, self.more_total),
            Nothing => None,
        };
        let whole: f64 = phases.iter().map(|(_, weight, _)| weight).sum();
        Some(((before + weight * within.unwrap_or(0.0)) / whole).min(1.0))
    }

    /// What it does, in lower case as people say it.
    pub(in crate::monitor) fn what(&self) -> String {
        let command = self.command.to_lowercase();
        match (self.view, &self.relation) {
            (View::BaseBackup, _) => "base backup".to_owned(),
            (View::Copy, Some(relation)) if command.ends_with("to") => {
                format!("copy {relation} to …")
            }
            (View::CreateIndex, Some(relation)) => format!("{command} on {relation}"),
            (_, Some(relation)) => format!("{command} {relation}"),
            (_, None) => command,
        }
    }
}

fn ratio(done: f64, total: f64) -> Option<f64> {
    let ratio = done / total;
    (total > 0.0 && ratio.is_finite()).then(|| ratio.clamp(0.0, 1.0))
}
