//! What is remembered of the counters between two looks.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::{Rate, Statements, Trend};
use crate::clock::Moment;

/// How far back now goes.
const NOW: Duration = Duration::from_secs(60);
/// The shortest stretch that tells what is normal. How much it tells of a statement is a matter of
/// calls.
const NORMAL: Duration = Duration::from_secs(1);
/// How many calls there must be before a mean says anything.
const CALLS: u64 = 5;
/// How many times slower, and how many milliseconds, a call must be to be called slower.
const SLOWER: (f64, f64) = (1.5, 1.0);
/// How many statements are listed.
const LISTED: usize = 50;

/// Which statement: the role, the number, and whether it was called from outside of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::monitor) struct Key {
    pub(in crate::monitor) user: u32,
    pub(in crate::monitor) id: i64,
    pub(in crate::monitor) toplevel: bool,
}

/// What the server has counted of one statement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::monitor) struct Counter {
    pub(in crate::monitor) calls: i64,
    /// Milliseconds.
    pub(in crate::monitor) time: f64,
    pub(in crate::monitor) rows: i64,
    /// Blocks read, and blocks of temporary files.
    pub(in crate::monitor) blocks: i64,
}

/// When the counters were last reset.
#[derive(Clone, Copy, Debug)]
pub(in crate::monitor) struct Reset {
    /// By the server's clock, in microseconds: which reset it was.
    pub(in crate::monitor) stamp: i64,
    /// How long that was before the look.
    pub(in crate::monitor) ago: Duration,
}

/// What the server has counted of all statements.
#[derive(Clone, Debug, Default)]
pub(in crate::monitor) struct Counts {
    pub(in crate::monitor) at: Moment,
    /// When the counters were last reset, where the server tells.
    pub(in crate::monitor) reset: Option<Reset>,
    pub(in crate::monitor) all: HashMap<Key, Counter>,
}

/// What is normal.
#[derive(Debug)]
struct Normal {
    over: Duration,
    all: HashMap<Key, Counter>,
}

/// Compares counters with earlier ones.
#[derive(Debug, Default)]
pub(in crate::monitor) struct Tracker {
    first: Option<Counts>,
    /// The last looks, one more than now goes back, the oldest first.
    recent: VecDeque<Counts>,
    /// What was normal, once it is settled; none if there was nothing to measure.
    frozen: Option<Normal>,
    is_frozen: bool,
    /// Since when it is compared anew, and whether the server has said that the counters were reset then.
    anew: Option<(Moment, bool)>,
}

impl Counter {
    /// What has been added since `earlier`; all of it if the counter has begun anew.
    fn since(self, earlier: Counter) -> Counter {
        if self.calls < earlier.calls {
            return self;
        }
        Counter {
            calls: self.calls - earlier.calls,
            time: (self.time - earlier.time).max(0.0),
            rows: self.rows - earlier.rows,
            blocks: self.blocks - earlier.blocks,
        }
    }

    fn rate(self, over: Duration) -> Rate {
        let calls = self.calls.max(1) as f64;
        Rate {
            calls: self.calls.unsigned_abs(),
            calls_per_s: self.calls as f64 / over.as_secs_f64().max(0.001),
            mean_ms: self.time / calls,
            rows: self.rows as f64 / calls,
            blocks: self.blocks as f64 / calls,
        }
    }
}

impl Counts {
    /// What has been added since `earlier`, where something has.
    fn since(&self, earlier: &Counts) -> HashMap<Key, Counter> {
        let difference = |(key, counter): (&Key, &Counter)| {
            let earlier = earlier.all.get(key).copied().unwrap_or_default();
            let more = counter.since(earlier);
            (more.calls > 0).then_some((*key, more))
        };
        self.all.iter().filter_map(difference).collect()
    }
}

impl Counts {
    /// Whether they can't be compared with those of the `last` look, and then whether the server has said
    /// that they were reset in between. A stamp that there was not before may be older than that look.
    fn begun_anew(&self, last: &Counts) -> Option<bool> {
        match (last.reset, self.reset) {
            (Some(before), Some(now)) => (before.stamp != now.stamp).then_some(true),
            (None, Some(now)) => (now.ago < self.at.since(last.at)).then_some(true),
            (Some(_), None) => Some(false),
            (None, None) => None,
        }
    }
}

impl Tracker {
    /// Takes in a new look. `t_zero` is when the deployment began, if it has.
    pub(in crate::monitor) fn take(&mut self, counts: Counts, t_zero: Option<Moment>) {
        if t_zero.is_some() && !self.is_frozen {
            self.frozen = self.normal();
            self.is_frozen = true;
            // From here on now is what came after T-0, and the beginning is of no more use.
            self.first = None;
            self.recent.drain(..self.recent.len().saturating_sub(1));
        }
        if let Some(told) = self.recent.back().and_then(|last| counts.begun_anew(last)) {
            // Of what was counted before the reset the end is not known; at the reset nothing was counted.
            self.recent.clear();
            let at = counts
                .at
                .minus(counts.reset.map_or(Duration::ZERO, |reset| reset.ago));
            self.anew = Some((at, told));
            if counts.reset.is_some() {
                self.recent.push_back(Counts {
                    at,
                    reset: counts.reset,
                    all: HashMap::new(),
                });
            }
            if !self.is_frozen {
                self.first = self.recent.back().cloned();
            }
        }
        if self.first.is_none() && !self.is_frozen {
            self.first = Some(counts.clone());
        }
        self.recent.push_back(counts);
        while self.recent.len() > 2 && self.spans_now() {
            self.recent.pop_front();
        }
    }

    /// Whether the looks after the first go back far enough.
    fn spans_now(&self) -> bool {
        let ends = self.recent.get(1).zip(self.recent.back());
        ends.is_some_and(|(second, last)| last.at.since(second.at) >= NOW)
    }

    /// What has been normal until the last look that lies before now.
    fn normal(&self) -> Option<Normal> {
        let (first, last) = (self.first.as_ref()?, self.recent.back()?);
        let over = last.at.since(first.at);
        (over >= NORMAL).then(|| Normal {
            over,
            all: last.since(first),
        })
    }

    /// Until T-0 that is everything before now.
    fn normal_now(&self) -> Option<Normal> {
        let (first, before) = (self.first.as_ref()?, self.recent.front()?);
        let over = before.at.since(first.at);
        (over >= NORMAL).then(|| Normal {
            over,
            all: before.since(first),
        })
    }

    /// What there is to say, without texts and names of roles; none before there were two looks.
    pub(in crate::monitor) fn statements(&self, extension: &str) -> Option<(Statements, Vec<Key>)> {
        let (first, newest) = (self.recent.front()?, self.recent.back()?);
        if self.recent.len() < 2 {
            return None;
        }
        let over = newest.at.since(first.at);
        let growing;
        let normal = if self.is_frozen {
            self.frozen.as_ref()
        } else {
            growing = self.normal_now();
            growing.as_ref()
        };
        let mut trends: Vec<(Key, Trend)> = newest
            .since(first)
            .into_iter()
            .map(|(key, now)| (key, trend(key, now.rate(over), normal)))
            .collect();
        trends.sort_by(|(_, a), (_, b)| order(a).total_cmp(&order(b)));
        trends.sort_by_key(|(_, trend)| Reverse(trend.slower));
        let slower = trends.iter().filter(|(_, trend)| trend.slower).count();
        trends.truncate(LISTED);
        let (keys, list) = trends.into_iter().unzip();
        let statements = Statements {
            at: newest.at,
            extension: extension.to_owned(),
            now_over: over,
            normal_over: normal.map(|normal| normal.over),
            frozen: self.is_frozen,
            note: self.note(normal.is_some(), newest.at),
            hidden: None,
            list,
            slower,
        };
        Some((statements, keys))
    }

    fn note(&self, has_normal: bool, now: Moment) -> Option<String> {
        if let Some((since, told)) = self.anew {
            let ago = now.since(since).as_secs();
            return Some(if told {
                format!("the counters were reset {ago} s ago")
            } else {
                format!(
                    "compared since {ago} s ago: the extension was changed for one that does not tell \
                     whether the counters were reset"
                )
            });
        }
        match (self.is_frozen, has_normal) {
            (_, true) => None,
            (true, false) => Some("nothing was measured before T-0 to compare with".to_owned()),
            (false, false) => Some("not long enough measured to compare".to_owned()),
        }
    }
}

fn trend(key: Key, now: Rate, normal: Option<&Normal>) -> Trend {
    let before = normal.and_then(|normal| {
        let counter = normal.all.get(&key)?;
        Some(counter.rate(normal.over))
    });
    let slower = before.is_some_and(|before| {
        now.calls >= CALLS
            && before.calls >= CALLS
            && now.mean_ms >= before.mean_ms * SLOWER.0
            && now.mean_ms >= before.mean_ms + SLOWER.1
    });
    Trend {
        id: key.id,
        user: None,
        text: None,
        now,
        normal: before,
        slower,
    }
}

/// What comes first: the largest difference in time spent among the slower ones, the most time spent
/// among the others.
fn order(trend: &Trend) -> f64 {
    let before = trend.normal.filter(|_| trend.slower);
    let extra = trend.now.mean_ms - before.map_or(0.0, |before| before.mean_ms);
    -(trend.now.calls_per_s * extra)
}
