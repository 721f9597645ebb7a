//! From what is known to one number of it, or to why there is none.

mod unknown;

use std::time::Duration;

use unknown::{followers, slot_unknown, why_unknown};

use super::health::{DatabaseHealth, Health, Link, Picture};
use super::locks::{LockNode, Queue};
use super::migrations::{MigrationState, Migrations};
use super::probe::{LEAST, ProbeHealth, ProbeState};
use crate::clock::Moment;
use crate::plan::duration;
use crate::plan::metric::{CHANGES_SLOWLY, ROWS, parts};

/// What one look at a metric brought.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measure {
    /// It is this.
    Value(f64),
    /// It is as much as the first at least and as the second at most; nobody knows how much, for this reason.
    Between(f64, f64, String),
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
    /// Over what time the value is taken, where it sums up several measurements.
    pub(super) over: Option<Duration>,
    /// What was seen.
    pub(super) measure: Measure,
}

impl Measured {
    /// That time, as the end of the value's words.
    pub(super) fn over_words(&self) -> String {
        let over = self.over.map(duration::show);
        over.map_or(String::new(), |over| format!(" over the last {over}"))
    }
}

/// The newest value of `metric`, or why there is none.
pub fn value_of(health: &Health, metric: &str, now: Moment) -> Result<f64, String> {
    match measure(health, metric, now).measure {
        Measure::Value(value) => Ok(value),
        Measure::Between(.., why) | Measure::NoData(why) | Measure::Error(why) => Err(why),
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
            over: None,
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
        over: over(probe, what),
        measure,
    }
}

fn over(probe: &ProbeHealth, what: &str) -> Option<Duration> {
    let measurements = match what {
        "latency_median" | "latency_p95" => probe.history.readings().count(),
        "error_rate" => probe.rated,
        _ => return None,
    };
    let measurements = u32::try_from(measurements).ok()?;
    probe.every.checked_mul(measurements)
}

fn probe_measure(probe: &ProbeHealth, what: &str, now: Moment) -> Measure {
    use ProbeState as S;
    let value = match what {
        // Unknown is not down.
        _ if probe.state == S::Error => return Measure::Error(probe.words.clone()),
        "up" | "error_rate" if probe.state == S::Unread => {
            return Measure::Error(probe.words.clone());
        }
        "up" => probe.state.is_well().map(|well| f64::from(u8::from(well))),
        "error_rate" => {
            let few = || Measure::NoData(format!("{} of {LEAST} measurements", probe.rated));
            return probe.error_percent.map_or_else(few, Measure::Value);
        }
        "downtime" => probe
            .downtime
            .as_ref()
            .map(|downtime| downtime.total(now).as_secs_f64()),
        // That it does not answer is all that there is to measure.
        _ if probe.state == S::Down => return Measure::Error(probe.words.clone()),
        "latency" => probe.latency_ms,
        "latency_median" => probe.median_ms,
        "latency_p95" => probe.p95_ms,
        "status" => probe.status.map(f64::from),
        "value" | "rate" if probe.state == S::Unread => {
            return Measure::Error(probe.words.clone());
        }
        "value" if probe.value.is_none() && matches!(probe.state, S::Ok | S::Bad) => {
            return Measure::NoData(format!("{}, and no number", probe.words));
        }
        "value" | "rate" => probe.value,
        _ => None,
    };
    value.map_or_else(|| Measure::NoData(probe.words.clone()), Measure::Value)
}

fn of_database(database: &DatabaseHealth, what: &str, now: Moment) -> Measured {
    let picture = database.picture.as_deref();
    let every = picture.map_or(Duration::from_secs(1), |picture| picture.every);
    let seen = picture.map(|picture| picture.at);
    // A link that is down is a reading, too: as often as a picture would be.
    let at = match (&database.link, picture) {
        (Link::Down { since, .. }, _) if what == "up" => Some(latest(*since, every, now)),
        (_, Some(picture)) => Some(measured_at(picture, what)),
        (_, None) => None,
    };
    let measure = match (&database.link, picture) {
        (Link::Connecting, _) => Measure::NoData("not connected yet".to_owned()),
        (Link::Down { unasked: false, .. }, _) if what == "up" => Measure::Value(0.0),
        (Link::Down { reason, .. }, _) => Measure::Error(reason.clone()),
        (Link::Up { .. }, Some(_)) if is_stale(seen, every, now) => stale(seen, now),
        (Link::Up { .. }, Some(picture)) => picture_measure(picture, what),
        (Link::Up { .. }, None) => stale(seen, now),
    };
    Measured {
        at,
        every,
        over: None,
        measure,
    }
}

/// When something was last due that began at `since` and comes `every` so often.
fn latest(since: Moment, every: Duration, now: Moment) -> Moment {
    let every = every.max(Duration::from_millis(1));
    let times = now.since(since).as_micros() / every.as_micros();
    since.plus(every.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX)))
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
        slow if CHANGES_SLOWLY.contains(&slow) => picture.seen.slow,
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
    if what == "queue" && picture.blind.locks.is_none() {
        return behind_ours(&picture.locks.behind_ours);
    }
    let value = of_sessions(picture, what)
        .or_else(|| of_vitals(picture, what))
        .or_else(|| of_changes(picture, what));
    value.map_or_else(
        || Measure::NoData(why_unknown(picture, what)),
        Measure::Value,
    )
}

/// How many wait behind ours: of those behind a session that is only guessed to be ours nobody knows whether they do.
fn behind_ours(queue: &Queue) -> Measure {
    let [least, most] = [queue.certain(), queue.sessions].map(f64::from);
    if queue.guessed == 0 {
        return Measure::Value(least);
    }
    let words = queue.words();
    let why = format!("it is only a guess that they wait behind ours: {words}");
    Measure::Between(least, most, why)
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
        "connections_percent" => {
            let of_database = all.of_database(&picture.server.limits);
            all.ratio().max(of_database) * 100.0
        }
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
        "lock_wait" if picture.blind.locks.is_some() => return None,
        "lock_wait" => secs(picture.locks.nodes.iter().filter_map(waited).max()),
        "waiting" => f64::from(picture.locks.waiters),
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
        "replication_lag" if picture.server.in_recovery => vitals.standby?.behind,
        "replication_lag" => {
            let behind = followers(vitals).map(|replica| replica.behind);
            behind.reduce(|one, other| Some(one?.max(other?)))?
        }
        "slot_lag" if slot_unknown(picture, vitals).is_some() => None,
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

fn of_changes(picture: &Picture, what: &str) -> Option<f64> {
    let count = match what {
        "slower_statements" => {
            let statements = picture.statements.get()?;
            // Those of others may be slower, and never fewer.
            let slower = statements.slower();
            (slower > 0 || statements.hidden.is_none()).then_some(slower)?
        }
        "invalid_indexes" => {
            picture.invalid_indexes.get()?;
            let left = picture.indexes_left_behind().count();
            // Those that may be built may be left behind as well, and then there are more.
            (left > 0 || picture.indexes_unknown().is_none()).then_some(left)?
        }
        "migrations_failed" => {
            let failed = [MigrationState::Failed, MigrationState::Interrupted];
            migrations(picture, what, &failed)?
        }
        "migrations_pending" => migrations(picture, what, &[MigrationState::Pending])?,
        _ => return None,
    };
    Some(count as f64)
}

fn migrations(picture: &Picture, what: &str, states: &[MigrationState]) -> Option<usize> {
    let tables = picture.migrations.get()?;
    let count = |state: &MigrationState| tables.iter().map(|t| t.count(*state)).sum::<usize>();
    let count: usize = states.iter().map(count).sum();
    // What was not read may hold more, and never fewer.
    (count > 0 || of_migrations_unknown(tables, what).is_none()).then_some(count)
}

/// Why not all is known of what `what` counts in the tables of migration tools, if it is not.
fn of_migrations_unknown<'t>(tables: &'t [Migrations], what: &str) -> Option<&'t str> {
    let pending = what == "migrations_pending";
    if pending && tables.is_empty() {
        return Some("no migration tool that is known has a table here");
    }
    let lacks = |table: &&Migrations| {
        if pending {
            !table.knows_pending()
        } else {
            table.unread
        }
    };
    let table = tables.iter().find(lacks)?;
    Some(table.note.as_deref().unwrap_or("its files were not read"))
}

#[cfg(test)]
mod tests;
