//! The line of a rule: where it lies, and on which side a reading is.

use super::baseline::Baseline;
use crate::plan::metric::{Unit, counted_table, parts, unit};
use crate::plan::{Limit, Threshold};

/// A line that readings are compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    value: f64,
    above: bool,
    /// Where it lies and why, such as `above 96 ms (2x the usual 48 ms)`.
    pub(super) words: String,
}

impl Line {
    /// The line of `limit` for `metric`. The error says what is missing to draw it: a multiple of what
    /// was normal needs something that was.
    pub(super) fn of(
        limit: &Limit,
        metric: &str,
        baseline: Option<&Baseline>,
    ) -> Result<Line, String> {
        let (above, threshold) = match limit {
            Limit::Above(threshold) => (true, threshold),
            Limit::Below(threshold) => (false, threshold),
        };
        let side = if above { "above" } else { "below" };
        let (value, why) = match threshold {
            Threshold::Absolute(value) => (*value, String::new()),
            Threshold::TimesBaseline(times) => {
                let baseline = baseline.ok_or("what is normal is settled at T-0")?;
                relative(metric, baseline.usual(metric)?, *times, above)
            }
        };
        Ok(Line {
            value,
            above,
            words: format!("{side} {}{why}", shown(metric, value)),
        })
    }

    /// Whether `value` is on the bad side.
    pub(super) fn is_crossed_by(&self, value: f64) -> bool {
        if self.above {
            value > self.value
        } else {
            value < self.value
        }
    }
}

/// A multiple of what is usual, but never so near to it that small things cross it: twice as slow as
/// two milliseconds is nothing. The words say which of both it is.
fn relative(metric: &str, usual: f64, times: f64, above: bool) -> (f64, String) {
    let (multiple, room) = (usual * times, room(metric));
    let (nearest, sign) = if above {
        (usual + room, '+')
    } else {
        (usual - room, '-')
    };
    let shown = |value| shown(metric, value);
    let reaches = if above {
        multiple >= nearest
    } else {
        multiple <= nearest
    };
    if reaches {
        return (multiple, format!(" ({times}x the usual {})", shown(usual)));
    }
    let words = format!(
        " ({} usual {sign} {}, the least difference that counts; {times}x would be {})",
        shown(usual),
        shown(room),
        shown(multiple)
    );
    (nearest, words)
}

/// The least distance between a relative line and what is usual, in the metric's unit.
fn room(metric: &str) -> f64 {
    if counted_table(metric).is_some() {
        return 0.0;
    }
    match parts(metric).1 {
        "xid_age" => 1.0,
        "error_rate" => 2.0,
        "waiting" | "queue" | "idle_in_transaction" => 3.0,
        "connections_percent" | "cache_hits" | "tps" | "rollbacks" => 5.0,
        "connections" | "active" | "oldest_transaction" | "longest_statement" => 10.0,
        "latency" | "latency_median" | "latency_p95" => 50.0,
        "temp" | "wal" => 1e6,
        "replication_lag" | "slot_lag" => 16e6,
        "size" | "disk_free" => 100e6,
        _ => 0.0,
    }
}

/// A value of `metric` as people read it: with its unit, and without digits that say nothing.
pub(super) fn shown(metric: &str, value: f64) -> String {
    let (value, unit) = match unit(metric) {
        Unit::Bytes(what) => scaled(value, what),
        Unit::Of(unit) => (value, unit.to_owned()),
    };
    number(value) + &unit
}

fn number(value: f64) -> String {
    let whole = value.fract() == 0.0 || value.abs() >= 1_000.0;
    if whole {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// An amount of bytes in the unit in which it has few digits, as plans write it.
fn scaled(value: f64, what: &str) -> (f64, String) {
    let sizes = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let size = sizes.into_iter().find(|(_, size)| value.abs() >= *size);
    let (name, size) = size.unwrap_or(("B", 1.0));
    (value / size, format!(" {name}{what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::baseline::Normal;

    fn baseline(metric: &str, usual: f64) -> Baseline {
        let normal = Normal {
            samples: 60,
            median: usual,
            p95: usual,
            last: usual,
        };
        Baseline {
            normals: [(metric.to_owned(), normal)].into(),
        }
    }

    #[track_caller]
    fn line(limit: &Limit, metric: &str, usual: f64, words: &str, good: f64, bad: f64) {
        let baseline = baseline(metric, usual);
        let line = Line::of(limit, metric, Some(&baseline)).unwrap();
        assert_eq!(line.words, words);
        assert!(!line.is_crossed_by(good), "{good} {words}");
        assert!(line.is_crossed_by(bad), "{bad} {words}");
    }

    #[test]
    fn a_relative_line_keeps_an_absolute_distance() {
        let twice = Limit::Above(Threshold::TimesBaseline(2.0));
        let p95 = "api.latency_p95";
        line(
            &twice,
            p95,
            80.0,
            "above 160 ms (2x the usual 80 ms)",
            160.0,
            160.1,
        );
        line(
            &twice,
            p95,
            28.3,
            "above 78.3 ms (28.3 ms usual + 50 ms, the least difference that counts; 2x would be 56.6 ms)",
            78.0,
            79.0,
        );
        line(
            &twice,
            "api.error_rate",
            0.0,
            "above 2 % (0 % usual + 2 %, the least difference that counts; 2x would be 0 %)",
            2.0,
            2.1,
        );
        let half = Limit::Below(Threshold::TimesBaseline(0.5));
        line(
            &half,
            "main.tps",
            100.0,
            "below 50/s (0.5x the usual 100/s)",
            50.0,
            49.9,
        );
        line(
            &half,
            "main.tps",
            6.0,
            "below 1/s (6/s usual - 5/s, the least difference that counts; 0.5x would be 3/s)",
            1.0,
            0.9,
        );
        let rows = Limit::Below(Threshold::TimesBaseline(1.0));
        line(
            &rows,
            "main.rows.orders",
            1_250.0,
            "below 1250 (1x the usual 1250)",
            1_250.0,
            1_249.0,
        );
    }

    #[test]
    fn an_absolute_line_lies_where_it_lies() {
        let limit = Limit::Above(Threshold::Absolute(0.05));
        line(&limit, "main.tps", 1.0, "above 0.05/s", 0.05, 0.06);
        let limit = Limit::Below(Threshold::Absolute(12.5));
        line(&limit, "main.tps", 1.0, "below 12.5/s", 12.5, 12.4);
    }

    #[test]
    fn a_value_has_its_unit() {
        for (metric, value, words) in [
            ("api.latency", 302.94, "302.9 ms"),
            ("main.lock_wait", 7.123, "7.12 s"),
            ("main.connections_percent", 91.0, "91 %"),
            ("main.replication_lag", 16e6, "16 MB"),
            ("main.disk_free", 2.35e9, "2.35 GB"),
            ("main.wal", 512.0, "512 B/s"),
            ("log.rate", 0.5, "0.50/s"),
            ("main.waiting", 7.0, "7"),
            ("main.rows.orders", 1_250.0, "1250"),
            ("q.value", 0.25, "0.25"),
            ("api.up", 0.0, "0"),
        ] {
            assert_eq!(shown(metric, value), words, "{metric}");
        }
    }

    #[test]
    fn without_a_baseline_there_is_no_relative_line() {
        let twice = Limit::Above(Threshold::TimesBaseline(2.0));
        let missing = Line::of(&twice, "api.latency", None).unwrap_err();
        assert_eq!(missing, "what is normal is settled at T-0");
        let none = Baseline::default();
        let missing = Line::of(&twice, "api.latency", Some(&none)).unwrap_err();
        assert!(missing.contains("before T-0"), "{missing}");
    }
}
