//! How fast something goes on, and so when it may be done.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::clock::Moment;

/// How far back the pace is measured.
const WINDOW: Duration = Duration::from_secs(60);
/// Before this little has been done, nothing is said of what is left.
const LEAST: f64 = 0.002;
/// Before this part of a stretch is done, it does not tell what is sorted after it.
const TELLING: f64 = 0.1;
/// Where sorting does not fit into memory, it is written to disk while the table is read, which makes that
/// uneven: some looks see so many times as much as others. What comes afterwards then takes at most so many
/// times what reading takes.
const UNEVEN: f64 = 2.5;
const SPILLED: f64 = 0.7;
/// How many changes of one thing are remembered.
const KEPT: usize = 64;

/// What is seen of something in one look.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Seen<'a> {
    pub(in crate::monitor) pid: i32,
    /// What it does; another thing in the same session begins anew.
    pub(in crate::monitor) what: &'a str,
    pub(in crate::monitor) stretch: Stretch<'a>,
}

/// The stretch that something is in, all of which goes on at one pace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::monitor) struct Stretch<'a> {
    pub(in crate::monitor) name: &'a str,
    /// How much of the stretch is done, between 0 and 1.
    pub(in crate::monitor) done: f64,
    /// What comes after it.
    pub(in crate::monitor) after: After,
}

/// What comes after a stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::monitor) struct After {
    /// How long it takes, in times of what the whole stretch takes.
    pub(in crate::monitor) times: f64,
    /// The rows that are sorted and put into a B-tree after a scan; none where there are none.
    pub(in crate::monitor) rows: Option<f64>,
}

impl After {
    fn takes(&self, stretch: Duration) -> Duration {
        let tree = self.rows.map(|rows| tree(rows, stretch));
        scaled(stretch, self.times).saturating_add(tree.unwrap_or_default())
    }
}

/// How long it takes to sort `rows` and to put them into a B-tree after a scan that took so long. Keys
/// that cost little while the table is read are short or in order, and cost little again; a wide table
/// makes the scan longer, and this not. The numbers were measured with keys of all sorts.
fn tree(rows: f64, scan: Duration) -> Duration {
    let micros = scan.as_secs_f64() * 1e6 / rows;
    let squared = micros * micros;
    scaled(Duration::from_micros(1), rows * squared / (squared + 0.75))
}

/// The looks at everything that goes on.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Paces(HashMap<i32, Track>);

#[derive(Debug)]
struct Track {
    what: String,
    stretch: String,
    /// What was seen last.
    newest: Option<f64>,
    /// The looks within the present stretch that saw more than the one before, the oldest first. A sort
    /// takes in as much as its memory holds and then stands still for seconds, so that time is only
    /// measured from one change to another.
    changes: VecDeque<(Moment, f64)>,
}

impl Paces {
    /// Takes in a look and tells how much time is left; none until there is a pace to tell it by.
    pub(in crate::monitor) fn left(&mut self, seen: &Seen<'_>, now: Moment) -> Option<Duration> {
        let track = self.0.entry(seen.pid).or_insert_with(|| Track::new(seen));
        let done = seen.stretch.done;
        let back = track.newest.is_some_and(|before| before > done);
        if track.what != seen.what || track.stretch != seen.stretch.name || back {
            *track = Track::new(seen);
        }
        track.take(done, now);
        if seen.stretch.after.rows.is_some() && done < TELLING {
            return None;
        }
        let (whole, still) = track.whole(now)?;
        left(seen, whole, still, seen.stretch.after.takes(whole))
    }

    /// How much time is left at most, where nothing tells how long sorting takes that does not fit into memory.
    pub(in crate::monitor) fn at_most(&self, seen: &Seen<'_>, now: Moment) -> Option<Duration> {
        seen.stretch.after.rows?;
        let track = self.0.get(&seen.pid).filter(|track| track.is_uneven())?;
        let (whole, still) = track.whole(now)?;
        let after = seen.stretch.after.takes(whole);
        left(seen, whole, still, after.max(scaled(whole, SPILLED)))
    }

    /// Forgets what is not going on any more.
    pub(in crate::monitor) fn keep(&mut self, pids: &[i32]) {
        self.0.retain(|pid, _| pids.contains(pid));
    }
}

impl Track {
    fn new(seen: &Seen<'_>) -> Self {
        Track {
            what: seen.what.to_owned(),
            stretch: seen.stretch.name.to_owned(),
            newest: None,
            changes: VecDeque::new(),
        }
    }

    fn take(&mut self, done: f64, now: Moment) {
        let before = self.newest.replace(done);
        if before.is_none_or(|before| before >= done) {
            return;
        }
        let full = self.changes.len() == KEPT;
        let far = |(at, _): &(Moment, f64)| now.since(*at) > WINDOW;
        if self.changes.len() > 2 && (full || self.changes.get(1).is_some_and(far)) {
            self.changes.pop_front();
        }
        self.changes.push_back((now, done));
    }

    /// Whether some looks saw much more than others.
    fn is_uneven(&self) -> bool {
        let steps = self.changes.iter().zip(self.changes.iter().skip(1));
        let rates = steps.map(|((from, before), (to, done))| {
            (done - before) / to.since(*from).as_secs_f64().max(f64::EPSILON)
        });
        let least = rates.clone().fold(f64::INFINITY, f64::min);
        rates.fold(0.0, f64::max) > least * UNEVEN
    }

    /// What the whole stretch takes at its present pace, and for how long nothing has changed. None where
    /// that is longer than the pace was measured: it may stand still for good.
    fn whole(&self, now: Moment) -> Option<(Duration, Duration)> {
        let ((began, before), (changed, done)) = (self.changes.front()?, self.changes.back()?);
        let (took, more) = (changed.since(*began), done - before);
        let still = now.since(*changed);
        if more < LEAST || took < Duration::from_secs(1) || still > took {
            return None;
        }
        Some((scaled(took, 1.0 / more), still))
    }
}

/// What is left of a stretch that takes `whole` and has not changed for so long, with what comes after it.
fn left(seen: &Seen<'_>, whole: Duration, still: Duration, after: Duration) -> Option<Duration> {
    let left = scaled(whole, 1.0 - seen.stretch.done).saturating_add(after);
    // Where the time is up and it goes on all the same, nobody can say.
    left.checked_sub(still).filter(|left| !left.is_zero())
}

fn scaled(time: Duration, times: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * times.max(0.0)).unwrap_or(Duration::MAX)
}
