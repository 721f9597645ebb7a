//! What was normal before T-0.
//!
//! Readings are collected from the moment that the monitor starts. Whoever begins the deployment freezes
//! them and records what they say in the same breath: what comes later can't change what is normal.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::{Awaited, GOODS, pace};
use crate::clock::Moment;
use crate::plan::metric;

/// How many readings of one metric are kept until they are frozen.
const KEPT: usize = 3_600;
/// Without so many readings nothing is called normal, and without so many of what is read as rarely as this.
const LEAST: usize = 20;
const LEAST_RARE: usize = 3;
const RARE: Duration = Duration::from_secs(10);

/// What was normal, by metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// What was normal of each metric of which there were enough readings.
    pub normals: BTreeMap<String, Normal>,
}

/// What was normal of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normal {
    /// How many readings that is made from.
    pub samples: u32,
    /// The reading in their middle.
    pub median: f64,
    /// The reading below which 95 percent of them lie.
    pub p95: f64,
    /// The last of them.
    pub last: f64,
}

/// The readings before they are frozen, by metric; clones are the same readings.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    all: Arc<Mutex<Collector>>,
    /// Whether something is compared with what was normal, so that it is told even where nothing was.
    compared: bool,
}

type Samples = VecDeque<(Moment, f64)>;
type Collector = BTreeMap<String, Samples>;

impl Baseline {
    /// What was usual of `metric`; the error says what is missing.
    pub fn usual(&self, metric: &str) -> Result<f64, String> {
        let normal = self.normals.get(metric);
        // A count of rows is exact, so the last one is the one that counts.
        let exact = metric::counted_table(metric).is_some();
        let normal = normal.ok_or_else(|| {
            if exact {
                return format!("{metric} was not counted before T-0");
            }
            format!("too few readings were made of {metric} before T-0")
        })?;
        Ok(if exact { normal.last } else { normal.median })
    }
}

/// Why nothing can be compared yet, before T-0, with what is usual of `metric`.
pub fn unsettled(metric: &str) -> String {
    if metric::counted_table(metric).is_some() {
        return "what is usual is known once it was counted".to_owned();
    }
    let rare = RARE.as_secs();
    format!(
        "what is usual is known after {LEAST} readings, or {LEAST_RARE} of what is read every {rare} s or more rarely"
    )
}

/// Why nothing is known yet of what `metric` is.
pub fn unread(metric: &str) -> String {
    if metric::counted_table(metric).is_some() {
        return "it was not counted yet".to_owned();
    }
    format!("too little has been measured yet, it takes {GOODS} readings")
}

/// How many readings it takes of `metric`, of which these were made.
fn enough(metric: &str, samples: &Samples) -> usize {
    if metric::counted_table(metric).is_some() {
        1
    } else if pace(samples).is_some_and(|pace| pace >= RARE) {
        LEAST_RARE
    } else {
        LEAST
    }
}

impl Readings {
    /// Of these metrics.
    pub(super) fn of(metrics: impl IntoIterator<Item = String>) -> Self {
        let empty = metrics.into_iter().map(|metric| (metric, VecDeque::new()));
        let all: Collector = empty.collect();
        Readings {
            compared: !all.is_empty(),
            all: Arc::new(Mutex::new(all)),
        }
    }

    /// And of these, with which nothing is compared: people read in the record what was normal.
    pub(super) fn beside(self, metrics: impl IntoIterator<Item = String>) -> Self {
        for metric in metrics {
            self.lock().entry(metric).or_default();
        }
        self
    }

    /// Takes the newest reading of each metric in, as `read` finds it: its moment and its value. One
    /// that was taken in already is not a second one.
    pub(super) fn take(&self, read: impl Fn(&str) -> Option<(Moment, f64)>) {
        for (metric, samples) in self.lock().iter_mut() {
            let Some((at, value)) = read(metric) else {
                continue;
            };
            if samples.back().is_some_and(|(last, _)| *last == at) {
                continue;
            }
            if samples.len() == KEPT {
                samples.pop_front();
            }
            samples.push_back((at, value));
        }
    }

    /// What it takes until there are enough readings of `metric`, and `more` behind them; none before the first.
    pub(super) fn awaited(&self, metric: &str, more: u32, now: Moment) -> Option<Awaited> {
        let all = self.lock();
        let samples = all.get(metric)?;
        let (last, _) = samples.back()?;
        let enough = enough(metric, samples);
        let missing = u32::try_from(enough.saturating_sub(samples.len())).ok()?;
        let left = pace(samples).map(|pace| pace.saturating_mul(missing + more));
        let left = left.map(|left| left.saturating_sub(now.since(*last)));
        Some(Awaited {
            usual: true,
            ..Awaited::new(samples.len().min(enough), enough, left)
        })
    }

    /// Nothing is read any more.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    /// What was normal until `t_zero`; none if nothing is known of it and nothing compared with it.
    pub fn freeze(&self, t_zero: Moment) -> Option<Baseline> {
        let metrics = self.lock();
        let normal = |(metric, samples): (&String, &Samples)| {
            let before = samples.iter().filter(|(at, _)| at.since(t_zero).is_zero());
            let before: Samples = before.copied().collect();
            let values: Vec<f64> = before.iter().map(|(_, value)| *value).collect();
            Some((metric.clone(), of(values, enough(metric, &before))?))
        };
        let normals: BTreeMap<String, Normal> = metrics.iter().filter_map(normal).collect();
        let told = self.compared && !metrics.is_empty() || !normals.is_empty();
        told.then_some(Baseline { normals })
    }

    fn lock(&self) -> MutexGuard<'_, Collector> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is normal among `values`, of which the last is the newest.
fn of(values: Vec<f64>, enough: usize) -> Option<Normal> {
    let last = *values.last().filter(|_| values.len() >= enough)?;
    let samples = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let mut sorted = values;
    sorted.sort_by(f64::total_cmp);
    let rank = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied()
    };
    Some(Normal {
        samples,
        median: rank(50)?,
        p95: rank(95)?,
        last,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, now};

    fn readings(metrics: &[&str]) -> Readings {
        Readings::of(metrics.iter().map(|&metric| metric.to_owned()))
    }

    fn add(readings: &Readings, metric: &str, at: Moment, value: f64) {
        readings.take(|of| (of == metric).then_some((at, value)));
    }

    #[test]
    fn what_comes_after_t_zero_is_not_normal() {
        let readings = readings(&["api.latency"]);
        for secs in (31..=60).rev() {
            add(&readings, "api.latency", ago(secs), secs as f64);
        }
        for secs in (1..=30).rev() {
            add(&readings, "api.latency", ago(secs), 5_000.0);
        }
        let baseline = readings.freeze(ago(30)).unwrap();
        let normal = baseline.normals["api.latency"];
        // The reading of the very moment counts, the ones after it do not.
        assert_eq!(normal.samples, 31);
        assert_eq!((normal.median, normal.p95), (46.0, 60.0));
    }

    #[test]
    fn few_readings_are_no_baseline_but_one_count_of_rows_is() {
        let readings = readings(&["api.latency", "main.rows.orders"]);
        for secs in 1..LEAST {
            add(&readings, "api.latency", ago(secs as u64), 1.0);
        }
        add(&readings, "main.rows.orders", ago(90), 8.0);
        add(&readings, "main.rows.orders", ago(60), 9.0);
        let baseline = readings.freeze(now()).unwrap();
        assert!(
            baseline
                .usual("api.latency")
                .unwrap_err()
                .starts_with("too few readings")
        );
        assert_eq!(baseline.usual("main.rows.orders"), Ok(9.0));
        assert_eq!(
            baseline.usual("main.rows.items").unwrap_err(),
            "main.rows.items was not counted before T-0"
        );
    }

    #[test]
    fn of_what_is_read_rarely_fewer_readings_are_enough() {
        let readings = readings(&["main.size", "main.tps"]);
        let (size, tps) = ("main.size", "main.tps");
        let known = |metric: &str| {
            let baseline = readings.freeze(now()).unwrap();
            baseline.usual(metric).is_ok()
        };
        add(&readings, size, ago(70), 5.0);
        let awaited = |metric, more, at| readings.awaited(metric, more, at).unwrap().words();
        let unpaced = awaited(size, 0, ago(70));
        assert_eq!(
            unpaced, "1 of 20 readings of what is usual",
            "how rarely is not known"
        );
        add(&readings, size, ago(40), 6.0);
        assert_eq!(
            awaited(size, 0, ago(30)),
            "2 of 3 readings of what is usual, about 20s more"
        );
        assert_eq!(
            awaited(size, 4, ago(30)),
            "2 of 3 readings of what is usual, about 2m 20s more"
        );
        assert!(!known(size));
        add(&readings, size, ago(10), 7.0);
        assert!(known(size));
        for secs in (0..LEAST as u64 - 1).rev() {
            add(&readings, tps, ago(2 * secs), 1.0);
        }
        assert!(!known(tps));
        assert_eq!(
            awaited(tps, 0, now()),
            "19 of 20 readings of what is usual, about 5s more"
        );
    }

    #[test]
    fn what_nobody_compares_with_anything_has_no_baseline() {
        assert_eq!(readings(&[]).freeze(now()), None);
        let unread = readings(&["api.latency"]).freeze(now());
        assert_eq!(unread, Some(Baseline::default()));
        let beside = readings(&[]).beside(["main.tps".to_owned()]);
        assert_eq!(beside.freeze(now()), None);
        for secs in (0..LEAST).rev() {
            add(&beside, "main.tps", ago(secs as u64), 7.0);
        }
        let frozen = beside.freeze(now()).unwrap();
        assert_eq!(frozen.usual("main.tps"), Ok(7.0), "people may read it");
    }

    #[test]
    fn readings_are_bounded_and_none_counts_twice() {
        let readings = readings(&["api.latency"]);
        let later = |secs: usize| now().plus(Duration::from_secs(secs as u64));
        for secs in 0..KEPT + 100 {
            add(&readings, "api.latency", later(secs), 1.0);
        }
        let baseline = readings.freeze(later(2 * KEPT)).unwrap();
        assert_eq!(baseline.normals["api.latency"].samples as usize, KEPT);
        readings.forget();
        assert_eq!(readings.freeze(now()), None);
        let again = Readings::of(["api.latency".to_owned()]);
        for _ in 0..2 * LEAST {
            add(&again, "api.latency", ago(30), 1.0);
        }
        assert_eq!(again.freeze(now()), Some(Baseline::default()));
    }
}
