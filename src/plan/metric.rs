//! The metrics that alerts can be about: what is measured of every probe and of every database.

use std::time::Duration;

use super::probe::ProbeTarget;

/// A metric's name after the dot, and what it is.
pub type Metric = (&'static str, &'static str);

/// What is measured of a probe.
pub const OF_PROBES: &[Metric] = &[
    ("up", "1 if the last measurement was good, else 0"),
    ("latency", "the time of the last answer, in milliseconds"),
    (
        "latency_median",
        "the median of the last latencies, in milliseconds",
    ),
    (
        "latency_p95",
        "the 95th percentile of the last latencies, in milliseconds",
    ),
    (
        "error_rate",
        "the failed ones of the last measurements, in percent",
    ),
    ("status", "the status of the last HTTP answer"),
    (
        "value",
        "the number that a query, a command or Prometheus answered",
    ),
    ("rate", "the matching lines of a log a second"),
    (
        "downtime",
        "how long an HTTP address did not answer well since the run began, in seconds",
    ),
];

/// What is measured of a database.
pub const OF_DATABASES: &[Metric] = &[
    ("up", "1 if it can be reached, else 0"),
    ("connections", "the sessions of the server"),
    (
        "connections_percent",
        "the sessions of the server, in percent of those that applications can have",
    ),
    (
        "connections_free",
        "how many more sessions the database can have",
    ),
    ("active", "the sessions that run a statement"),
    (
        "idle_in_transaction",
        "the sessions that hold a transaction and do nothing",
    ),
    (
        "oldest_transaction",
        "the age of the oldest transaction, in seconds",
    ),
    (
        "longest_statement",
        "the age of the oldest statement that runs, in seconds",
    ),
    ("waiting", "the sessions that wait for a lock"),
    (
        "lock_wait",
        "how long the one has waited for a lock that has waited longest, in seconds",
    ),
    ("queue", "the sessions that wait behind ours"),
    (
        "slower_statements",
        "the statements that have become slower than before T-0",
    ),
    ("tps", "transactions a second"),
    ("rollbacks", "transactions that are rolled back a second"),
    ("deadlocks", "deadlocks since the run began"),
    ("cache_hits", "the blocks found in memory, in percent"),
    ("temp", "bytes written to temporary files a second"),
    ("wal", "bytes of write-ahead log a second"),
    (
        "replication_lag",
        "bytes that the slowest replica has not applied",
    ),
    (
        "slot_lag",
        "bytes of log kept for the slowest replication slot",
    ),
    ("size", "the size of the database in bytes"),
    ("disk_free", "the bytes that are free on the server's disk"),
    (
        "xid_age",
        "how far it is on the way to a forced freeze, in percent",
    ),
    (
        "invalid_indexes",
        "indexes that are not valid and not being built",
    ),
    (
        "migrations_failed",
        "migrations that failed or were interrupted",
    ),
    (
        "migrations_pending",
        "migrations that are left to be applied",
    ),
];

/// What is measured of a database and changes slowly, so that it is looked at rarely.
pub const CHANGES_SLOWLY: [&str; 3] = ["size", "disk_free", "xid_age"];

/// What stands before the name of a table whose exact number of rows is a metric: `main.rows.orders`.
pub const ROWS: &str = "rows.";

/// The source of a metric and what is measured of it: `api` and `latency_p95`.
pub fn parts(metric: &str) -> (&str, &str) {
    metric.split_once('.').unwrap_or((metric, ""))
}

/// What is measured of a probe that looks at `target`.
pub fn of_probe(target: &ProbeTarget) -> Vec<&'static Metric> {
    let measured = |what: &str| match target {
        ProbeTarget::Http(_) => !matches!(what, "value" | "rate"),
        ProbeTarget::Log { .. } => matches!(what, "up" | "rate" | "error_rate"),
        ProbeTarget::Sql { .. } | ProbeTarget::Command(_) | ProbeTarget::Prometheus { .. } => {
            !matches!(what, "status" | "rate" | "downtime")
        }
    };
    let all = OF_PROBES.iter();
    all.filter(|(name, _)| measured(name)).collect()
}

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, and what follows their unit.
    Bytes(&'static str),
    /// What stands behind the number, which may be nothing.
    Of(&'static str),
}

/// What `metric` is counted in.
pub fn unit(metric: &str) -> Unit {
    match parts(metric).1 {
        "latency" | "latency_median" | "latency_p95" => Unit::Of(" ms"),
        "oldest_transaction" | "longest_statement" | "lock_wait" | "downtime" => Unit::Of(" s"),
        "error_rate" | "connections_percent" | "cache_hits" | "xid_age" => Unit::Of(" %"),
        "tps" | "rollbacks" | "rate" => Unit::Of("/s"),
        "temp" | "wal" => Unit::Bytes("/s"),
        "replication_lag" | "slot_lag" | "size" | "disk_free" => Unit::Bytes(""),
        _ => Unit::Of(""),
    }
}

/// How long one of the unit of a metric is that is a time; none of one that is not.
pub fn time_unit(metric: &str) -> Option<Duration> {
    match unit(metric) {
        Unit::Of(" ms") => Some(Duration::from_millis(1)),
        Unit::Of(" s") => Some(Duration::from_secs(1)),
        Unit::Of(_) | Unit::Bytes(_) => None,
    }
}

/// The table whose rows the metric counts, if it does: the database's name and the table's.
pub fn counted_table(metric: &str) -> Option<(&str, &str)> {
    let (database, what) = parts(metric);
    let table = what.strip_prefix(ROWS)?;
    (!table.is_empty()).then_some((database, table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_a_source_and_what_is_measured_of_it() {
        assert_eq!(parts("api.latency_p95"), ("api", "latency_p95"));
        assert_eq!(parts("api"), ("api", ""));
        assert_eq!(
            counted_table("main.rows.audit.log"),
            Some(("main", "audit.log"))
        );
        assert_eq!(counted_table("main.rows."), None);
        assert_eq!(counted_table("main.tps"), None);
    }
}
