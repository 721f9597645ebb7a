//! The whole way of what goes through a table and through its indexes, which no single counter tells: its
//! stages are weighed by the blocks that they go through, and the pace is that of all stages so far.
//!
//! A block of an index costs more work than one of the table, and as much waiting: for the disk, and for
//! the delay that a vacuum may be told to keep. So its weight depends on how long a block of the table takes.

use std::collections::HashMap;
use std::time::Duration;

use super::phases::{Raw, View};
use crate::clock::Moment;

/// How long a block of an index takes that a vacuum goes through: so many seconds of work, and besides so
/// many times of what a block of the table takes, as it was measured; where each index has a process of its
/// own, and where it has not.
const CLEANED_TOGETHER: (f64, f64) = (120e-6, 0.45);
const CLEANED_ALONE: (f64, f64) = (80e-6, 1.0);
/// The same of a block of the table that it comes back to, which is changed already.
const SECOND: (f64, f64) = (10e-6, 0.1);
/// The same of a block of an index that is built anew: its keys are sorted first.
const REBUILT: (f64, f64) = (150e-6, 2.0);
/// What a block of the table is taken to last where its scan was not seen, in seconds.
const UNSEEN: f64 = 50e-6;
/// If no more of the table's blocks than this hold what is dead, a vacuum leaves the indexes alone.
const BYPASSED: f64 = 0.02;
/// How long sorting takes that comes after a scan, and writing what was sorted, in times of the scan.
const SORTED: (f64, f64) = (0.1, 1.0);
/// Which part of building an index concurrently comes before its validation.
const BUILT: f64 = 0.86;
/// Which part of what the bar shows the stages make up that are weighed here; others come after them.
const WEIGHED: f64 = 0.95;
/// Before this part is done, nothing is said of what is left.
const TELLING: f64 = 0.1;
/// How much longer than expected a stage may take that nothing counts before nobody can say.
const OVERDUE: f64 = 1.5;

/// How large a table and its indexes are, and what a vacuum has found in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::monitor) struct Extent {
    /// Blocks of the table and of all its indexes, when the server last counted them.
    pub(in crate::monitor) pages: f64,
    pub(in crate::monitor) index_pages: f64,
    /// Whether several processes go through its indexes.
    pub(in crate::monitor) together: bool,
    /// Rows that were dead, as the server estimates.
    pub(in crate::monitor) dead: f64,
    /// Blocks that were read, and those that were gone through for the second time.
    pub(in crate::monitor) scanned: f64,
    pub(in crate::monitor) cleaned: f64,
    /// How often the indexes were gone through.
    pub(in crate::monitor) rounds: f64,
    /// What was found to be removed since, and which part of the memory for it is full.
    pub(in crate::monitor) found: f64,
    pub(in crate::monitor) filled: f64,
}

/// Where something is on its way. The measure is a block of the table that is read once.
#[derive(Clone, Debug, PartialEq)]
struct Course<'a> {
    /// The stage, and which one of those that are called so.
    stage: (&'a str, u64),
    /// What came before the stage, what the stage is, and the part of it that is done, if that is counted.
    before: f64,
    weight: f64,
    within: Option<f64>,
    whole: f64,
    /// Where it goes through the indexes, one after the other: how many are done, and of how many.
    indexes: Option<(f64, f64)>,
    /// Whether the table is read, for the first time.
    reads: bool,
}

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct Ahead {
    pub(in crate::monitor) done: f64,
    pub(in crate::monitor) left: Option<Duration>,
}

impl Raw {
    /// The way of a vacuum through a table with indexes, or of a table that is written anew, if a block of it
    /// takes `block` seconds; or that of all indexes of a table that are built anew.
    fn course(&self, block: f64) -> Option<Course<'_>> {
        let course = match self.view {
            View::Vacuum if self.indexed => self.vacuum(block)?,
            View::Cluster => self.rewrite(block)?,
            View::CreateIndex => self.rebuild()?,
            _ => return None,
        };
        let known = [course.before, course.weight, course.within.unwrap_or(0.0)];
        let sound = |number: &f64| number.is_finite() && *number >= 0.0;
        let sound = known.iter().all(sound) && course.whole.is_finite() && course.whole > 0.0;
        sound.then_some(course)
    }

    /// The blocks of all indexes, as large as a table of so many blocks makes one expect by now.
    fn index_blocks(&self, table: f64) -> Option<f64> {
        let Extent {
            pages, index_pages, ..
        } = self.extent;
        let known = pages > 0.0 && index_pages > 0.0;
        if !self.indexed {
            return Some(0.0);
        }
        known.then(|| index_pages * table / pages)
    }

    fn vacuum(&self, block: f64) -> Option<Course<'_>> {
        let (table, extent) = (self.total, &self.extent);
        let part = |blocks: f64| (blocks / table).clamp(0.0, 1.0);
        let (scanned, cleaned) = (part(extent.scanned), part(extent.cleaned));
        // What has been collected, in times of what the memory for it holds.
        let (collected, again) = match self.phase.as_str() {
            "scanning heap" => (extent.rounds + extent.filled, extent.rounds >= 1.0),
            "vacuuming indexes" => (extent.rounds + 1.0, true),
            "vacuuming heap" => (extent.rounds, true),
            _ => return None,
        };
        // Once the memory was full, nobody knows in how many blocks it was found.
        let dead = if extent.rounds >= 1.0 {
            1.0
        } else {
            (extent.found / extent.scanned.max(1.0)).min(1.0)
        };
        let goes = again || dead >= BYPASSED;
        let each = if extent.together {
            CLEANED_TOGETHER
        } else {
            CLEANED_ALONE
        };
        let indexes = self.index_blocks(table)? * times(each, block);
        let second = if goes {
            table * dead * times(SECOND, block)
        } else {
            0.0
        };
        let rounds = if goes {
            (collected / scanned).ceil().clamp(1.0, 1_000.0)
        } else {
            0.0
        };
        let (behind, back) = (extent.rounds * indexes, second * cleaned);
        let mut turns = None;
        let (before, weight, within) = match self.phase.as_str() {
            "scanning heap" => (behind + back, table, Some(scanned)),
            "vacuuming heap" => (table * scanned + behind, second, Some(cleaned)),
            _ => {
                let (done, all) = *turns.insert(self.index_by_index());
                let before = table * scanned + behind + back + indexes * done / all;
                (before, indexes / all, None)
            }
        };
        let count = turns.map_or(0.0, |(done, _)| done);
        Some(Course {
            stage: (&self.phase, (extent.rounds * 1_000.0 + count) as u64),
            before,
            weight,
            within,
            whole: table + rounds * indexes + second,
            indexes: turns,
            reads: self.phase == "scanning heap" && extent.rounds < 1.0,
        })
    }

    fn rewrite(&self, block: f64) -> Option<Course<'_>> {
        // What follows an index reads here and there, and its blocks are not counted.
        let follows = self.command == "CLUSTER" && self.total <= 0.0;
        let table = if follows {
            self.extent.pages
        } else {
            self.total
        };
        if table <= 0.0 {
            return None;
        }
        let (sort, write) = match self.command.as_str() {
            "VACUUM FULL" => (0.0, 0.0),
            "CLUSTER" if follows => (0.0, 0.0),
            "CLUSTER" => (table * SORTED.0, table * SORTED.1),
            _ => return None,
        };
        // Nor does it show how fast the new table will be read, which lies in order.
        let rebuilt = if follows {
            times(REBUILT, UNSEEN) * UNSEEN / block
        } else {
            times(REBUILT, block)
        };
        // What was dead does not come into the new indexes.
        let rows = self.rows.unwrap_or_default().max(1.0);
        let alive = rows / (rows + self.extent.dead.max(0.0));
        let indexes = self.index_blocks(table)? * alive * rebuilt;
        let counted = |done: f64, total: f64| {
            let part = done / total;
            (part >= 0.0).then_some(part.min(1.0))
        };
        let mut turns = None;
        let (before, weight, within) = match self.phase.as_str() {
            // Where there are more rows than the server has estimated, nobody knows how many more.
            "index scanning heap" if self.more_done < self.more_total => {
                (0.0, table, Some(counted(self.more_done, self.more_total)?))
            }
            "seq scanning heap" => (0.0, table, Some(counted(self.done, table)?)),
            "sorting tuples" => (table, sort, None),
            "writing new heap" => {
                let within = counted(self.more_done, self.more_total)?;
                (table + sort, write, Some(within))
            }
            "rebuilding index" => {
                let (done, all) = *turns.insert(self.index_by_index());
                let before = table + sort + write + indexes * done / all;
                (before, indexes / all, None)
            }
            _ => return None,
        };
        Some(Course {
            stage: (&self.phase, turns.map_or(0, |(done, _)| done as u64)),
            before,
            weight,
            within,
            whole: table + sort + write + indexes,
            indexes: turns,
            reads: self.phase.ends_with("scanning heap"),
        })
    }

    /// Each index takes a scan of the table, and what its own blocks take. Concurrently, all are built before the
    /// first is validated.
    fn rebuild(&self) -> Option<Course<'_>> {
        let place = self.place.filter(|place| place.at > 0)?;
        let (begins, weight, within) = self.stage()?;
        let table = self.extent.pages.max(1.0);
        let (done, all) = (f64::from(place.at - 1), f64::from(place.all));
        let (before, own) = (done * table + place.before, table + place.own);
        let whole = all * table + place.whole;
        let built = if self.is_concurrent() { BUILT } else { 1.0 };
        let (from, to) = if begins < built {
            (0.0, built)
        } else {
            (built, 1.0)
        };
        Some(Course {
            stage: (&self.phase, u64::from(place.at)),
            before: from * whole + (to - from) * before + (begins - from) * own,
            weight: weight * own,
            within,
            whole,
            indexes: None,
            reads: false,
        })
    }

    /// How many of the indexes are done, one after the other, and of how many; of one where the server counts none.
    fn index_by_index(&self) -> (f64, f64) {
        let all = self.more_total.max(1.0);
        (self.more_done.clamp(0.0, all), all)
    }
}

/// What something takes in times of a block of the table, which takes `block` seconds.
fn times((work, waiting): (f64, f64), block: f64) -> f64 {
    work / block + waiting
}

/// The ways of everything that goes on.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Courses(HashMap<i32, Track>);

#[derive(Debug)]
struct Track {
    what: String,
    stage: (String, u64),
    /// Since when it is in that stage.
    since: Moment,
    /// When the first index was begun that was seen from its beginning, and how many were done by then.
    indexes: Option<(Moment, f64)>,
    first: (Moment, f64),
    newest: (Moment, f64),
    /// What is done in a second.
    pace: Option<f64>,
    /// How long a block of the table took when it was read, in seconds.
    block: Option<f64>,
}

impl Courses {
    /// Takes in a look at `what` goes on, if it has such a way.
    pub(in crate::monitor) fn look(&mut self, raw: &Raw, what: &str, now: Moment) -> Option<Ahead> {
        let known = self.0.get(&raw.pid).filter(|track| track.what == what);
        let course = &raw.course(known.and_then(|track| track.block).unwrap_or(UNSEEN))?;
        let counted = course.before + course.weight * course.within.unwrap_or(0.0);
        let (name, number) = course.stage;
        let begin = || Track {
            what: what.to_owned(),
            stage: (name.to_owned(), number),
            since: now,
            indexes: None,
            first: (now, counted),
            newest: (now, counted),
            pace: None,
            block: None,
        };
        let track = self.0.entry(raw.pid).or_insert_with(begin);
        // Guesses at the whole change a little; what is begun anew falls far back.
        if track.what != what || counted < track.newest.1 * 0.5 {
            *track = begin();
        }
        track.take(course, counted, now);
        Some(track.ahead(course, counted, now))
    }

    /// Forgets what is not going on any more.
    pub(in crate::monitor) fn keep(&mut self, pids: &[i32]) {
        self.0.retain(|pid, _| pids.contains(pid));
    }
}

impl Track {
    fn take(&mut self, course: &Course<'_>, counted: f64, now: Moment) {
        let (name, number) = course.stage;
        let (another, next) = (self.stage.0 != name, self.stage.1 != number);
        if another {
            self.indexes = None;
        }
        if another || next {
            let begun = course.indexes.map(|(done, _)| (now, done));
            self.indexes = self.indexes.or(begun);
            self.stage = (name.to_owned(), number);
            self.since = now;
        }
        if counted > self.newest.1 {
            self.newest = (now, counted);
            let took = now.since(self.first.0).as_secs_f64();
            let more = counted - self.first.1;
            if took >= 1.0 && more > course.whole * 0.01 {
                self.pace = Some(more / took);
                self.block = self
                    .pace
                    .filter(|_| course.reads)
                    .map(f64::recip)
                    .or(self.block);
            }
        }
    }

    fn ahead(&self, course: &Course<'_>, counted: f64, now: Moment) -> Ahead {
        let pace = self.pace.unwrap_or(0.0);
        let still = now.since(self.newest.0);
        let passed = pace * now.since(self.since).as_secs_f64();
        let done = match course.within {
            Some(_) => counted,
            None => counted + passed.min(course.weight * 0.98),
        };
        let lasts = match course.within {
            // Where it stands still for longer than it went on, it may do so for good.
            Some(_) => still <= self.newest.0.since(self.first.0),
            None => passed <= course.weight * OVERDUE,
        };
        let part = done / course.whole;
        let left = match course.indexes {
            Some(turns) => self.left_of_indexes(course, turns, now),
            None => Some((course.whole - done).max(0.0) / pace).filter(|_| lasts),
        };
        let left = left.and_then(|left| Duration::try_from_secs_f64(left).ok());
        Ahead {
            done: (part * WEIGHED).clamp(0.0, WEIGHED),
            left: left.filter(|left| part >= TELLING && !left.is_zero()),
        }
    }

    /// How many seconds are left where it goes through the indexes: what one takes depends on its keys, and on
    /// what of it lies in memory, so nothing tells before one has been seen from its beginning to its end.
    fn left_of_indexes(
        &self,
        course: &Course<'_>,
        (done, all): (f64, f64),
        now: Moment,
    ) -> Option<f64> {
        let (began, before) = self.indexes?;
        let each = self.since.since(began).as_secs_f64() / (done - before);
        let passed = now.since(self.since).as_secs_f64();
        let told = each.is_finite() && each > 0.0 && passed <= each * OVERDUE;
        let to_come = course.whole - course.before - course.weight * (all - done);
        told.then(|| {
            (each * (all - done) - passed).max(0.0) + to_come.max(0.0) / self.pace.unwrap_or(0.0)
        })
    }
}

#[cfg(test)]
mod tests;
