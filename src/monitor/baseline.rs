//! What was normal before T-0.
//!
//! Readings are collected from the moment that the monitor starts. When the deployment begins they are
//! frozen: what comes later can't change what is normal.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::plan::metric;

/// How many readings of one metric are kept until they are frozen.
const KEPT: usize = 3_600;
/// Without so many readings nothing is called normal.
const LEAST: usize = 20;

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

/// The readings before they are frozen.
#[derive(Clone, Debug, Default)]
pub(super) struct Collector {
    samples: BTreeMap<String, VecDeque<(Moment, f64)>>,
}

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
            format!("fewer than {LEAST} readings were made of {metric} before T-0")
        })?;
        Ok(if exact { normal.last } else { normal.median })
    }
}

impl Collector {
    /// Takes a reading of `metric` in.
    pub(super) fn add(&mut self, metric: &str, at: Moment, value: f64) {
        if !self.samples.contains_key(metric) {
            self.samples.insert(metric.to_owned(), VecDeque::new());
        }
        if let Some(samples) = self.samples.get_mut(metric) {
            if samples.len() == KEPT {
                samples.pop_front();
            }
            samples.push_back((at, value));
        }
    }

    /// What was normal until `t_zero`.
    pub(super) fn freeze(&self, t_zero: Moment) -> Baseline {
        let normal = |(metric, samples): (&String, &VecDeque<(Moment, f64)>)| {
            let before = samples.iter().filter(|(at, _)| at.since(t_zero).is_zero());
            let values: Vec<f64> = before.map(|(_, value)| *value).collect();
            let enough = if metric::counted_table(metric).is_some() {
                1
            } else {
                LEAST
            };
            Some((metric.clone(), of(values, enough)?))
        };
        Baseline {
            normals: self.samples.iter().filter_map(normal).collect(),
        }
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

    #[test]
    fn what_comes_after_t_zero_is_not_normal() {
        let mut collector = Collector::default();
        for secs in (31..=60).rev() {
            collector.add("api.latency", ago(secs), secs as f64);
        }
        for secs in (1..=30).rev() {
            collector.add("api.latency", ago(secs), 5_000.0);
        }
        let baseline = collector.freeze(ago(30));
        let normal = baseline.normals["api.latency"];
        // The reading of the very moment counts, the ones after it do not.
        assert_eq!(normal.samples, 31);
        assert_eq!((normal.median, normal.p95), (46.0, 60.0));
    }

    #[test]
    fn few_readings_are_no_baseline_but_one_count_of_rows_is() {
        let mut collector = Collector::default();
        for secs in 1..LEAST {
            collector.add("api.latency", ago(secs as u64), 1.0);
        }
        collector.add("main.rows.orders", ago(90), 8.0);
        collector.add("main.rows.orders", ago(60), 9.0);
        let baseline = collector.freeze(now());
        assert!(
            baseline
                .usual("api.latency")
                .unwrap_err()
                .starts_with("fewer than 20")
        );
        assert_eq!(baseline.usual("main.rows.orders"), Ok(9.0));
        assert_eq!(
            baseline.usual("main.rows.items").unwrap_err(),
            "main.rows.items was not counted before T-0"
        );
    }

    #[test]
    fn readings_are_bounded() {
        let mut collector = Collector::default();
        for _ in 0..KEPT + 100 {
            collector.add("api.latency", now(), 1.0);
        }
        assert_eq!(
            collector.freeze(now()).normals["api.latency"].samples as usize,
            KEPT
        );
    }
}
