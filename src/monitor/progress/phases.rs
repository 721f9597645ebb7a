//! From the counters of one phase to a part of the whole.

use std::time::Duration;

use super::course::Extent;
use super::pace::{After, Stretch};
use super::place::Place;
use super::words::{rebuilds_only, vacuums_only};
use crate::plan::count;

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
    /// What it is that it tells of.
    pub(in crate::monitor) fn words(self) -> &'static str {
        match self {
            View::CreateIndex => "an index build",
            View::Vacuum => "a vacuum",
            View::Cluster => "a table written anew",
            View::Analyze => "an analyze",
            View::Copy => "a copy",
            View::BaseBackup => "a base backup",
        }
    }

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
    /// The index that is built, where the view names it.
    pub(in crate::monitor) index: Option<String>,
    pub(in crate::monitor) command: String,
    pub(in crate::monitor) phase: String,
    /// Blocks or bytes.
    pub(in crate::monitor) done: f64,
    pub(in crate::monitor) total: f64,
    /// Which of the indexes of the table it is, where they are built anew in their order.
    pub(in crate::monitor) place: Option<Place>,
    /// Tuples, or what else the view counts besides; the total of an `ANALYZE` is the blocks of the tables that
    /// inherit from its table.
    pub(in crate::monitor) more_done: f64,
    pub(in crate::monitor) more_total: f64,
    /// How many rows the table has, as the server last estimated.
    pub(in crate::monitor) rows: Option<f64>,
    /// Whether it has indexes.
    pub(in crate::monitor) indexed: bool,
    pub(in crate::monitor) extent: Extent,
    /// Partitions of the table.
    pub(in crate::monitor) parts_done: f64,
    pub(in crate::monitor) parts_total: f64,
    pub(in crate::monitor) lockers_done: i64,
    pub(in crate::monitor) lockers_total: i64,
    pub(in crate::monitor) locker: Option<i32>,
}

/// A phase: how its name begins, where it begins in the whole and which part of the whole it is, and which
/// counters tell of it. Of two that begin at the same place, a statement goes through one.
struct Phase(&'static str, f64, f64, Counters);

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

/// The phase of a B-tree build that reads the table.
pub(super) const SCAN: &str = "building index: scanning table";

/// The phase of a vacuum that goes through the table for the second time, which is the last that takes long
/// once all of it was scanned. How long a block takes then depends on what it finds in memory, and on the delay
/// that the vacuum was told to keep: only its own pace tells.
const SECOND_PASS: &str = "vacuuming heap";

/// Weights as they were measured on tables of some gigabytes. Scanning is most of it. Only a B-tree names
/// the parts of its building; other kinds of indexes are filled while the table is read.
const INDEX: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase(SCAN, 0.0, 0.72, Main),
    Phase("building index: sorting", 0.72, 0.08, Nothing),
    Phase("building index: loading tuples", 0.80, 0.20, More),
    Phase("building index", 0.0, 1.0, Main),
];

const INDEX_CONCURRENTLY: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase("waiting for writers before build", 0.0, 0.0, Nothing),
    Phase(SCAN, 0.0, 0.66, Main),
    Phase("building index: sorting", 0.66, 0.07, Nothing),
    Phase("building index: loading tuples", 0.73, 0.13, More),
    Phase("building index", 0.0, 0.86, Main),
    Phase("waiting for writers before validation", 0.86, 0.0, Nothing),
    Phase("index validation: scanning index", 0.86, 0.06, Main),
    Phase("index validation: sorting", 0.92, 0.02, Nothing),
    Phase("index validation: scanning table", 0.94, 0.05, Main),
    Phase("waiting for", 0.99, 0.0, Nothing),
];

const VACUUM: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase("scanning heap", 0.0, 0.65, Main),
    Phase("vacuuming indexes", 0.65, 0.15, More),
    Phase("vacuuming heap", 0.80, 0.15, Main),
    Phase("cleaning up indexes", 0.95, 0.03, More),
    Phase("truncating heap", 0.98, 0.01, Nothing),
    Phase("performing final cleanup", 0.99, 0.01, Nothing),
];

/// Without indexes, rows are removed while the table is read.
const VACUUM_ALONE: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase("scanning heap", 0.0, 0.98, Main),
    Phase("truncating heap", 0.98, 0.01, Nothing),
    Phase("performing final cleanup", 0.99, 0.01, Nothing),
];

const CLUSTER: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase("seq scanning heap", 0.0, 0.55, Main),
    Phase("index scanning heap", 0.0, 0.75, More),
    Phase("sorting tuples", 0.55, 0.05, Nothing),
    Phase("writing new heap", 0.60, 0.15, More),
    Phase("swapping relation files", 0.75, 0.0, Nothing),
    Phase("rebuilding index", 0.75, 0.25, More),
    Phase("performing final cleanup", 1.0, 0.0, Nothing),
];

const ANALYZE: &[Phase] = &[
    Phase("initializing", 0.0, 0.0, Nothing),
    Phase("acquiring sample rows", 0.0, 0.97, Main),
    Phase("acquiring inherited sample rows", 0.0, 0.97, Main),
    Phase("computing statistics", 0.97, 0.02, Nothing),
    Phase("computing extended statistics", 0.99, 0.005, Nothing),
    Phase("finalizing analyze", 0.995, 0.005, Nothing),
];

/// How long sorting and loading take in times of the scan, where the number of rows is not known.
const AFTER_SCAN: f64 = 0.3;
/// Which part of the whole has to be done before its age tells how long the rest takes.
const TELLING: f64 = 0.05;
/// How long validating an index takes in times of the scan that built it.
const VALIDATION: f64 = 0.2;

impl Raw {
    fn phases(&self) -> &'static [Phase] {
        match self.view {
            View::CreateIndex if self.is_concurrent() => INDEX_CONCURRENTLY,
            View::CreateIndex => INDEX,
            View::Vacuum if self.indexed => VACUUM,
            View::Vacuum => VACUUM_ALONE,
            View::Cluster => CLUSTER,
            View::Analyze => ANALYZE,
            View::Copy | View::BaseBackup => &[],
        }
    }

    pub(super) fn is_concurrent(&self) -> bool {
        self.command.contains("CONCURRENTLY")
    }

    /// Whether the index is one that was there.
    pub(super) fn is_rebuilt(&self) -> bool {
        self.view == View::CreateIndex && self.command.starts_with("REINDEX")
    }

    /// Whether it is a vacuum, and of which table.
    pub(super) fn vacuumed(&self) -> Option<&str> {
        let vacuums = self.view == View::Vacuum || self.command == "VACUUM FULL";
        self.relation.as_deref().filter(|_| vacuums)
    }

    /// Whether the view tells of all that `statement` does. Of an index that is built anew, and of a table that is
    /// vacuumed, it never tells whether others come after it: those of the table, partitions of it, or all others.
    pub(in crate::monitor) fn is_whole(&self, statement: &str) -> bool {
        if let Some(table) = self.vacuumed() {
            return vacuums_only(statement, table);
        }
        let index = self.index.as_deref();
        !self.is_rebuilt() || index.is_some_and(|index| rebuilds_only(statement, index))
    }

    /// How much of the whole is done; none where not even a phase tells.
    pub(in crate::monitor) fn part_done(&self) -> Option<f64> {
        if self.phases().is_empty() {
            return ratio(self.done, self.total);
        }
        let one = self.part_of_one();
        if self.has_parts() {
            let done = self.parts_done + one.unwrap_or(0.0);
            return Some((done / self.parts_total).min(1.0));
        }
        one
    }

    /// Whether it is a build on a partitioned table, which does the same for each partition.
    fn has_parts(&self) -> bool {
        self.view == View::CreateIndex && self.parts_total > 1.0
    }

    fn part_of_one(&self) -> Option<f64> {
        let Phase(_, begins, weight, counters) = self.phase_now()?;
        let within = match self.within(*counters) {
            // Nothing has come before it, and how far it has come nobody knows.
            None if *begins == 0.0 && *weight > 0.0 => return None,
            within => within.unwrap_or(0.0),
        };
        let (from, part) = self.pass();
        Some((from + part * (begins + weight * within)).min(1.0))
    }

    fn phase_now(&self) -> Option<&'static Phase> {
        let phases = self.phases().iter();
        phases
            .clone()
            .find(|Phase(name, ..)| self.phase.starts_with(name))
    }

    /// Where its phase begins in the whole, which part of the whole it is, and how much of it is done.
    pub(super) fn stage(&self) -> Option<(f64, f64, Option<f64>)> {
        let Phase(_, begins, weight, counters) = self.phase_now()?;
        Some((*begins, *weight, self.within(*counters)))
    }

    fn within(&self, counters: Counters) -> Option<f64> {
        match counters {
            // Rows are taken from one partition after the other.
            Main if self.view == View::Analyze && self.parts_total > 1.0 => {
                let one = ratio(self.done, self.total).unwrap_or(0.0);
                ratio(self.parts_done + one, self.parts_total)
            }
            Main => ratio(self.done, self.total),
            More => ratio(self.more_done, self.more_total),
            Nothing => None,
        }
    }

    /// What there is to measure a pace by; none in a phase without counters, of which nobody can say how
    /// long it takes, and where such a phase is yet to come that may take longer than all before it.
    pub(in crate::monitor) fn stretch(&self) -> Option<Stretch<'_>> {
        if self.has_parts() {
            return None;
        }
        if self.phases().is_empty() {
            let done = self.part_done()?;
            return Some(Stretch {
                name: "",
                done,
                after: After::default(),
            });
        }
        let last = self.extent.scanned >= self.total && self.extent.scanned > 0.0;
        if self.view == View::Vacuum && self.phase == SECOND_PASS && last {
            return Some(Stretch {
                name: &self.phase,
                done: ratio(self.extent.cleaned, self.total)?,
                after: After::default(),
            });
        }
        let Phase(name, begins, weight, counters) = self.phase_now()?;
        let done = self.within(*counters)?;
        // These go through a table and through its indexes: no stretch of theirs tells of the others.
        if self.view == View::Cluster || self.view == View::Vacuum && self.indexed {
            return None;
        }
        let after = if *name == SCAN {
            self.after_scan()
        } else {
            let (from, part) = self.pass();
            After {
                times: (1.0 - from - part * (begins + weight)) / (part * weight),
                ..After::default()
            }
        };
        Some(Stretch {
            name: &self.phase,
            done,
            after,
        })
    }

    /// How much time is left of what does the same for each of its parts and has been going on for `age`: what
    /// it takes in one phase of a part says little, what all took so far says most.
    pub(in crate::monitor) fn left_by_age(&self, age: Duration) -> Option<Duration> {
        let done = self.part_done().filter(|done| *done >= TELLING)?;
        let left = age.as_secs_f64() * (1.0 - done) / done;
        self.has_parts()
            .then(|| Duration::try_from_secs_f64(left).ok())?
    }

    fn after_scan(&self) -> After {
        let rows = self.rows.filter(|rows| *rows > 0.0);
        let sorting = if rows.is_some() { 0.0 } else { AFTER_SCAN };
        let validation = if self.is_concurrent() {
            VALIDATION
        } else {
            0.0
        };
        After {
            times: sorting + validation,
            rows,
        }
    }

    /// What it is at, for people.
    pub(in crate::monitor) fn phase_words(&self) -> String {
        if self.view == View::Copy {
            return count(self.more_done as usize, "row");
        }
        let phase = self.phase.trim_start_matches("building index: ");
        if self.parts_total > 1.0 {
            let (done, total) = (self.parts_done, self.parts_total);
            let what = if self.has_heirs() {
                "tables"
            } else {
                "partitions"
            };
            return format!("{phase}; {done} of {total} {what}");
        }
        if self.view == View::Cluster && phase == "rebuilding index" && self.more_total > 0.0 {
            let (done, total) = (self.more_done, self.more_total);
            return format!("{phase}; {done} of {total} done");
        }
        if self.is_uncounted_work() {
            return format!("{phase} (the server does not count this)");
        }
        phase.to_owned()
    }

    /// Whether it is in a phase that does something and of which no counter tells.
    fn is_uncounted_work(&self) -> bool {
        let works = |Phase(_, _, weight, counters): &&Phase| *counters == Nothing && *weight > 0.0;
        self.phase_now().is_some_and(|phase| works(&phase))
    }

    /// Whether all but its being there is hidden from the role that looks.
    pub(in crate::monitor) fn is_hidden(&self) -> bool {
        self.relation.is_none() && self.phase.is_empty() && self.view != View::BaseBackup
    }

    /// What it does, in lower case as people say it.
    pub(in crate::monitor) fn what(&self) -> String {
        let command = self.command.to_lowercase();
        match (self.view, &self.relation) {
            (View::BaseBackup, _) => "base backup".to_owned(),
            (View::Copy, Some(relation)) if command.ends_with("to") => {
                format!("copy {relation} to …")
            }
            (View::CreateIndex, Some(relation)) => {
                let index = self.index.as_ref().filter(|_| self.is_rebuilt());
                let index = index.map(|index| format!(" {index}")).unwrap_or_default();
                format!("{command}{index} on {relation}")
            }
            (_, Some(relation)) => format!("{command} {relation}"),
            (_, None) => command,
        }
    }
}

fn ratio(done: f64, total: f64) -> Option<f64> {
    let ratio = done / total;
    (total > 0.0 && ratio.is_finite()).then(|| ratio.clamp(0.0, 1.0))
}
