//! From what is known to one number of it, or to why there is none.

use std::time::Duration;

use super::health::{DatabaseHealth, Health, Link, Picture};
use super::locks::LockNode;
use super::migrations::MigrationState;
use super::probe::{ProbeHealth, ProbeState};
use super::vitals::{Replica, Vitals};
use crate::clock::Moment;
use crate::plan::metric::{ROWS, parts};

/// What one look at a metric brought.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measure {
    /// It is this.
    Value(f64),
    /// There is nothing to read, for this reason.
    NoData(String),
    /// It could not be measured, for this reason.
    Error(String),
}

/// A look at a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    /// When its source was last measured; none if it never was.
    pub(super) at: Option<Moment>,
    /// The time between two measurements of its source.
    pub(super) every: Duration,
    /// What was seen.
    pub(super) measure: Measure,
}

/// The newest value of `metric`, or why there is none.
pub fn value_of(health: &Health, metric: &str, now: Moment) -> Result<f64, String> {
    match measure(health, metric, now).measure {
        Measure::Value(value) => Ok(value),
        Measure::NoData(why) | Measure::Error(why) => Err(why),
    }
}

/// Looks at `metric`.
pub(super) fn measure(health: &Health, metric: &str, now: Moment) -> Measured {
    let (source, what) = parts(metric);
    let probe = health.probes.iter().find(|probe| probe.name == source);
    if let Some(probe) = probe {
        return of_probe(probe, what, now);
    }
    let database = health.databases.iter().find(|db| db.name == source);
    match database {
        Some(database) => of_database(database, what, now),
        None => Measured {
            at: None,
            every: Duration::from_secs(1),
            measure: Measure::NoData(format!("nothing is called {source}")),
        },
    }
}

/// Whether something that should come every so often has not come for too long.
fn is_stale(at: Option<Moment>, every: Duration, now: Moment) -> bool {
    at.is_none_or(|at| now.since(at) > every * 3 + Duration::from_secs(5))
}

fn stale(at: Option<Moment>, now: Moment) -> Measure {
    Measure::NoData(match at {
        Some(at) => format!("last seen {} s ago", now.since(at).as_secs()),
        None => "not seen yet".to_owned(),
    })
}

fn of_probe(probe: &ProbeHealth, what: &str, now: Moment) -> Measured {
    let measure = if is_stale(probe.at, probe.every, now) {
        stale(probe.at, now)
    } else {
        probe_measure(probe, what, now)
    };
    Measured {
        at: probe.at,
        every: probe.every,
        measure,
    }
}

fn probe_measure(probe: &ProbeHealth, what: &str, now: Moment) -> Measure {
    let failed = probe.state == ProbeState::Error;
    let value = match what {
        // A refused connection is a measurement of these.
        "up" => Some(f64::from(u8::from(probe.state == ProbeState::Ok))),
        "error_rate" => {
            let few = "too few measurements to tell a rate";
            return probe
                .error_percent
                .map_or(Measure::NoData(few.to_owned()), Measure::Value);
        }
        "downtime" => probe
            .downtime
            .as_ref()
            .map(|downtime| downtime.total(now).as_secs_f64()),
        _ if failed => return Measure::Error(probe.words.clone()),
        "latency" => probe.latency_ms,
        "latency_median" => probe.median_ms,
        "latency_p95" => probe.p95_ms,
        "status" => probe.status.map(f64::from),
        "value" | "rate" => probe.value,
        _ => None,
    };
    value.map_or_else(|| Measure::NoData(probe.words.clone()), Measure::Value)
}

fn of_database(database: &DatabaseHealth, what: &str, now: Moment) -> Measured {
    let picture = database.picture.as_deref();
    let every = picture.map_or(Duration::from_secs(1), |picture| picture.every);
    let seen = picture.map(|picture| picture.at);
    // A link that went down is news, too.
    let at = match (&database.link, picture) {
        (Link::Down { .. }, _) if what == "up" => Some(now),
        (_, Some(picture)) => Some(measured_at(picture, what)),
        (_, None) => None,
    };
    let measure = match (&database.link, picture) {
        (Link::Connecting, _) => Measure::NoData("not connected yet".to_owned()),
        (Link::Down { .. }, _) if what == "up" => Measure::Value(0.0),
        (Link::Down { reason, .. }, _) => Measure::Error(reason.clone()),
        (Link::Up { .. }, Some(_)) if is_stale(seen, every, now) => stale(seen, now),
        (Link::Up { .. }, Some(picture)) => picture_measure(picture, what),
        (Link::Up { .. }, None) => stale(seen, now),
    };
    Measured { at, every, measure }
}

/// When that part of a picture was measured that `what` is about.
fn measured_at(picture: &Picture, what: &str) -> Moment {
    if let Some(table) = what.strip_prefix(ROWS) {
        let counted = picture.rows.iter().find(|rows| rows.table == table);
        return counted.map_or(picture.at, |rows| rows.at);
    }
    // What is looked at rarely is one reading, however many pictures show it.
    let rarely = match what {
        "slower_statements" => picture.statements.get().map(|statements| statements.at),
        "invalid_indexes" => picture.seen.indexes,
        "migrations_failed" | "migrations_pending" => picture.seen.migrations,
        "size" | "disk_free" | "xid_age" => picture.seen.slow,
        _ => {
            let vitals = picture.vitals.get();
            let vitals = vitals.filter(|_| of_vitals(picture, what).is_some());
            vitals.map(|vitals| vitals.at)
        }
    };
    rarely.unwrap_or(picture.at)
}

fn picture_measure(picture: &Picture, what: &str) -> Measure {
    if let Some(table) = what.strip_prefix(ROWS) {
        let counted = picture.rows.iter().find(|rows| rows.table == table);
        return match counted.map(|rows| (rows.count, &rows.why_not)) {
            Some((Some(count), _)) => Measure::Value(count as f64),
            Some((None, Some(why))) => Measure::Error(why.clone()),
            _ => Measure::NoData("not counted yet".to_owned()),
        };
    }
    let value = of_sessions(picture, what)
        .or_else(|| of_vitals(picture, what))
        .or_else(|| of_changes(picture, what));
    value.map_or_else(
        || Measure::NoData(why_unknown(picture, what)),
        Measure::Value,
    )
}

/// How long the session has waited for a lock, if it does. Servers before version 14 do not tell; a
/// statement that waits has mostly done so for most of its time.
fn waited(node: &LockNode) -> Option<Duration> {
    let wanted = node.wanted.as_ref()?;
    wanted.waited.or(node.session.query_age)
}

fn of_sessions(picture: &Picture, what: &str) -> Option<f64> {
    let all = &picture.connections;
    let hidden = !picture.server.rights.may_see_all || all.by_state.hidden > 0;
    let secs = |age: Option<Duration>| age.map_or(0.0, |age| age.as_secs_f64());
    Some(match what {
        "up" => 1.0,
        "connections" => f64::from(all.used),
        "connections_percent" => f64::from(all.used) / f64::from(all.usable.max(1)) * 100.0,
        "connections_free" => f64::from(all.free),
        // What this role may not see is not none.
        "active" | "idle_in_transaction" | "oldest_transaction" | "longest_statement" if hidden => {
            return None;
        }
        "active" => f64::from(all.by_state.active),
        "idle_in_transaction" => f64::from(all.by_state.idle_in_transaction + all.by_state.aborted),
        "oldest_transaction" => secs(all.oldest_transaction.as_ref().map(|oldest| oldest.age)),
        "longest_statement" => {
            let oldest = picture
                .running
                .iter()
                .filter_map(|running| running.oldest.query_age);
            secs(oldest.max())
        }
        "lock_wait" | "queue" if picture.blind.locks.is_some() => return None,
        "lock_wait" => secs(picture.locks.nodes.iter().filter_map(waited).max()),
        "waiting" => f64::from(picture.locks.waiters),
        "queue" => f64::from(picture.locks.behind_ours.sessions),
        _ => return None,
    })
}

fn of_vitals(picture: &Picture, what: &str) -> Option<f64> {
    let vitals = picture.vitals.get()?;
    match what {
        "tps" => vitals.rates.map(|rates| rates.tps),
        "rollbacks" => vitals.rates.map(|rates| rates.rollbacks),
        "deadlocks" => Some(vitals.deadlocks as f64),
        "cache_hits" => vitals.rates?.cache_hits.map(|hits| hits * 100.0),
        "temp" => vitals.rates.map(|rates| rates.temporary),
        "wal" => vitals.rates?.wal,
        "replication_lag" if picture.server.in_recovery => vitals.behind,
        "replication_lag" => {
            let behind = followers(vitals).map(|replica| replica.behind);
            behind.reduce(|one, other| Some(one?.max(other?)))?
        }
        "slot_lag" => {
            let kept = vitals.slots.iter().filter_map(|slot| slot.kept);
            Some(kept.fold(0.0, f64::max))
        }
        "size" => vitals.size,
        "disk_free" => vitals.disk.map(|disk| disk.free as f64),
        "xid_age" => vitals
            .xid_age
            .map(|(age, limit)| f64::from(age) / f64::from(limit.max(1)) * 100.0),
        _ => None,
    }
}

/// The servers that follow; who only takes a backup follows nobody.
fn followers(vitals: &Vitals) -> impl Iterator<Item = &Replica> {
    let replicas = vitals.replicas.iter();
    replicas.filter(|replica| replica.state != "backup")
}

/// Why there is no value of `what`.
fn why_unknown(picture: &Picture, what: &str) -> String {
    let grant = || format!("it is hidden: grant pg_monitor to {}", picture.server.role);
    let Some(vitals) = picture.vitals.get().filter(|_| what == "replication_lag") else {
        return "not known yet".to_owned();
    };
    if picture.server.in_recovery {
        "this server receives nothing from another".to_owned()
    } else if followers(vitals).next().is_none() {
        "no server follows this one".to_owned()
    } else if picture.server.rights.may_see_all {
        "a server that follows does not tell how far it is".to_owned()
    } else {
        grant()
    }
}

fn of_changes(picture: &Picture, what: &str) -> Option<f64> {
    let count = match what {
        "slower_statements" => {
            let list = &picture.statements.get()?.list;
            list.iter().filter(|trend| trend.slower).count()
        }
        "invalid_indexes" => {
            let left = picture.invalid_indexes.iter();
            left.filter(|index| !index.being_built).count()
        }
        "migrations_failed" => migrations(
            picture,
            &[MigrationState::Failed, MigrationState::Interrupted],
        )?,
        "migrations_pending" => migrations(picture, &[MigrationState::Pending])?,
        _ => return None,
    };
    Some(count as f64)
}

fn migrations(picture: &Picture, states: &[MigrationState]) -> Option<usize> {
    let tables = picture.migrations.get()?;
    let count = |state: &MigrationState| tables.iter().map(|t| t.count(*state)).sum::<usize>();
    Some(states.iter().map(count).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, database, health, now, picture, probe};
    use crate::plan::metric::{OF_DATABASES, OF_PROBES};

    fn value(health: &Health, metric: &str) -> Measure {
        measure(health, metric, now()).measure
    }

    #[test]
    fn every_metric_that_a_plan_can_name_is_one() {
        let mut full = picture();
        let mut vitals = crate::monitor::testing::vitals();
        vitals.replicas = vec![replica(Some(0.0))];
        full.vitals = crate::monitor::Known::seen(vitals);
        full.statements = crate::monitor::Known::seen(crate::monitor::testing::statements());
        full.migrations = crate::monitor::Known::seen(Vec::new());
        let mut health = health(vec![database(full)]);
        for (name, _) in OF_DATABASES {
            let found = value(&health, &format!("main.{name}"));
            assert!(matches!(found, Measure::Value(_)), "{name}: {found:?}");
        }
        let mut api = probe("api", ProbeState::Ok, "status 200");
        api.latency_ms = Some(43.0);
        (api.median_ms, api.p95_ms) = (Some(40.0), Some(80.0));
        (api.status, api.value, api.error_percent) = (Some(200), Some(1.0), Some(0.0));
        api.downtime = Some(crate::monitor::Downtime::default());
        health.probes = vec![api];
        for (name, _) in OF_PROBES {
            let found = value(&health, &format!("api.{name}"));
            assert!(matches!(found, Measure::Value(_)), "{name}: {found:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_never_a_number() {
        let mut health = health(vec![database(picture())]);
        assert!(matches!(value(&health, "main.tps"), Measure::NoData(_)));
        assert!(matches!(value(&health, "nobody.tps"), Measure::NoData(_)));
        assert!(matches!(
            value(&health, "main.rows.orders"),
            Measure::NoData(_)
        ));
        health.databases[0].link = Link::Down {
            since: ago(3),
            reason: "connection refused".to_owned(),
        };
        let refused = Measure::Error("connection refused".to_owned());
        assert_eq!(value(&health, "main.connections"), refused);
        assert_eq!(value(&health, "main.up"), Measure::Value(0.0));
        let mut failed = probe("api", ProbeState::Error, "connection refused");
        failed.error_percent = Some(12.0);
        health.probes = vec![failed];
        assert_eq!(value(&health, "api.latency"), refused);
        assert_eq!(value(&health, "api.up"), Measure::Value(0.0));
        assert_eq!(value(&health, "api.error_rate"), Measure::Value(12.0));
        health.probes[0].at = Some(ago(60));
        let old = Measure::NoData("last seen 60 s ago".to_owned());
        assert_eq!(value(&health, "api.up"), old);
    }

    #[test]
    fn what_is_looked_at_rarely_is_one_reading_in_every_picture() {
        let mut picture = picture();
        picture.vitals = crate::monitor::Known::seen(crate::monitor::testing::vitals());
        picture.migrations = crate::monitor::Known::seen(Vec::new());
        picture.seen = crate::monitor::health::Seen {
            indexes: Some(ago(2)),
            migrations: Some(ago(4)),
            slow: Some(ago(30)),
        };
        let health = health(vec![database(picture)]);
        for (metric, secs) in [
            ("invalid_indexes", 2),
            ("migrations_failed", 4),
            ("migrations_pending", 4),
            ("size", 30),
            ("disk_free", 30),
            ("xid_age", 30),
            ("tps", 0),
            ("connections", 0),
        ] {
            let at = measure(&health, &format!("main.{metric}"), now()).at;
            assert_eq!(at, Some(ago(secs)), "{metric}");
        }
    }

    fn replica(behind: Option<f64>) -> Replica {
        Replica {
            name: "standby".to_owned(),
            state: "streaming".to_owned(),
            synchronous: false,
            behind,
            lag: None,
        }
    }

    #[test]
    fn a_lag_that_nobody_knows_is_not_none() {
        let lag = |replicas: Vec<Replica>, standby: bool, behind| {
            let mut picture = picture();
            picture.server.in_recovery = standby;
            let mut vitals = crate::monitor::testing::vitals();
            (vitals.replicas, vitals.behind) = (replicas, behind);
            picture.vitals = crate::monitor::Known::seen(vitals);
            value_of(
                &health(vec![database(picture)]),
                "main.replication_lag",
                now(),
            )
        };
        let known = replica(Some(7.0));
        let mut backup = replica(None);
        "backup".clone_into(&mut backup.state);
        assert_eq!(
            lag(vec![known.clone(), replica(Some(9.0)), backup], false, None),
            Ok(9.0)
        );
        let hidden = lag(vec![known, replica(None)], false, None).unwrap_err();
        assert_eq!(hidden, "a server that follows does not tell how far it is");
        let gone = lag(Vec::new(), false, None).unwrap_err();
        assert_eq!(gone, "no server follows this one");
        assert_eq!(lag(Vec::new(), true, Some(3.0)), Ok(3.0));
        let cut = lag(Vec::new(), true, None).unwrap_err();
        assert_eq!(cut, "this server receives nothing from another");
    }

    #[test]
    fn locks_that_could_not_be_seen_are_not_none() {
        let mut picture = picture();
        picture.blind.locks = Some("canceling statement due to statement timeout".to_owned());
        let health = health(vec![database(picture)]);
        for metric in ["main.queue", "main.lock_wait"] {
            assert!(
                matches!(value(&health, metric), Measure::NoData(_)),
                "{metric}"
            );
        }
        assert_eq!(value(&health, "main.waiting"), Measure::Value(0.0));
    }

    #[test]
    fn what_a_role_may_not_see_is_not_none() {
        let mut hidden = picture();
        hidden.server.rights.may_see_all = false;
        let health = health(vec![database(hidden)]);
        assert!(matches!(
            value(&health, "main.idle_in_transaction"),
            Measure::NoData(_)
        ));
        assert_eq!(value(&health, "main.connections"), Measure::Value(12.0));
    }
}
