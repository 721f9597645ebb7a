//! How fast something goes on, and so when it may be done.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::clock::Moment;

/// How far back the pace is measured.
const WINDOW: Duration = Duration::from_secs(60);
/// Before this little has been done, nothing is said of what is left.
const LEAST: f64 = 0.002;
/// How many looks at one thing are remembered.
const KEPT: usize = 64;

/// What is seen of something in one look.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Seen<'a> {
    pub(in crate::monitor) pid: i32,
    /// What it does; another thing in the same session begins anew.
    pub(in crate::monitor) what: &'a str,
    pub(in crate::monitor) phase: &'a str,
    pub(in crate::monitor) done: f64,
    pub(in crate::monitor) age: Option<Duration>,
}

/// The looks at everything that goes on.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Paces(HashMap<i32, Track>);

#[derive(Debug)]
struct Track {
    what: String,
    phase: String,
    /// The looks within the present phase, the oldest first.
    looks: VecDeque<(Moment, f64)>,
}

impl Paces {
    /// Takes in a look and tells how much time is left.
    pub(in crate::monitor) fn left(&mut self, seen: &Seen<'_>, now: Moment) -> Option<Duration> {
        let track = self.0.entry(seen.pid).or_insert_with(|| Track::new(seen));
        let back = track
            .looks
            .back()
            .is_some_and(|(_, done)| *done > seen.done);
        if track.what != seen.what || track.phase != seen.phase || back {
            // Each phase has a pace of its own.
            *track = Track::new(seen);
        }
        let full = track.looks.len() == KEPT;
        let far = |(at, _): &(Moment, f64)| now.since(*at) > WINDOW;
        if track.looks.len() > 2 && (full || track.looks.get(1).is_some_and(far)) {
            track.looks.pop_front();
        }
        track.looks.push_back((now, seen.done));
        track.left().or_else(|| by_age(seen))
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
            phase: seen.phase.to_owned(),
            looks: VecDeque::new(),
        }
    }

    /// What is left of the whole, at the pace of this phase.
    fn left(&self) -> Option<Duration> {
        let ((began, before), (now, done)) = (self.looks.front()?, self.looks.back()?);
        let (took, more) = (now.since(*began), done - before);
        if more < LEAST || took < Duration::from_secs(1) {
            return None;
        }
        remaining((1.0 - done) / more, took)
    }
}

/// Without a pace of its own the phase is taken to go on as everything before it did.
fn by_age(seen: &Seen<'_>) -> Option<Duration> {
    if seen.done < 10.0 * LEAST {
        return None;
    }
    remaining((1.0 - seen.done) / seen.done, seen.age?)
}

fn remaining(times: f64, took: Duration) -> Option<Duration> {
    Duration::try_from_secs_f64(took.as_secs_f64() * times).ok()
}
