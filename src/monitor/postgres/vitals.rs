//! Reading how a database is altogether.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{field, flag, relation, seconds, text};
use super::trouble::Trouble;
use crate::clock::Moment;
use crate::monitor::locks::Prepared;
use crate::monitor::vitals::{
    Checkpoints, Counters, Disk, Grown, HeldUp, Replica, Slot, Standby, TableChanges, Vitals,
};

/// How many tables are shown.
const TABLES: usize = 8;

const COUNTERS: &str = "
    SELECT xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks,
           blks_hit::float8 AS hits, blks_read::float8 AS reads, temp_bytes::float8 AS temporary,
           deadlocks::float8 AS deadlocks, checksum_failures AS broken,
           CASE WHEN NOT pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 END AS wal,
           CASE WHEN pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver)
                THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8
                END AS behind,
           pg_is_in_recovery() AND current_setting('restore_command') <> '' AS archive,
           CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused,
           CASE WHEN pg_is_in_recovery()
                THEN (SELECT wait_event_type || ': ' || wait_event FROM pg_stat_get_activity(NULL)
                       WHERE backend_type = 'startup') END AS replay_waits,
           extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS applied,
           EXISTS (SELECT FROM pg_stat_get_wal_senders()) AS replicas,
           EXISTS (SELECT FROM pg_replication_slots) AS slots,
           EXISTS (SELECT FROM pg_prepared_xact()) AS prepared
      FROM pg_stat_database
     WHERE datid = $1";

/// The function is asked instead of the view, which looks at every session.
const REPLICAS: &str = "
    SELECT coalesce(nullif(a.application_name, ''), host(a.client_addr)) AS name, w.state,
           w.sync_state IN ('sync', 'quorum') AS synchronous,
           CASE WHEN NOT pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(w.replay_lsn, w.write_lsn))::float8
                END AS behind,
           extract(epoch FROM w.replay_lag)::float8 AS lag
      FROM pg_stat_get_wal_senders() AS w, LATERAL pg_stat_get_activity(w.pid) AS a
     LIMIT 50";

/// Columns that only newer servers have are looked for in the row as a document.
const SLOTS: &str = "
    SELECT slot_name::text AS name, active,
           CASE WHEN NOT pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 END AS kept,
           to_jsonb(s) ->> 'wal_status' AS status
      FROM pg_replication_slots AS s
     LIMIT 50";

/// No session is seen of these, however long they have been open.
const PREPARED: &str = "
    SELECT gid, owner::text AS owner, age(transaction) AS transactions,
           extract(epoch FROM clock_timestamp() - prepared)::float8 AS age
      FROM pg_prepared_xacts
     WHERE database = current_database()
     ORDER BY prepared
     LIMIT 50";

const SIZE: &str = "
    SELECT pg_database_size($1)::float8 AS size, age(datfrozenxid) AS xid_age,
           current_setting('autovacuum_freeze_max_age')::int4 AS freeze_at,
           (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS directory,
           pg_backend_pid() AS pid
      FROM pg_database
     WHERE oid = $1";

const TABLE_CHANGES: &str = "
    SELECT c.oid::int8 AS oid, c.oid::regclass::text AS name,
           pg_stat_get_tuples_inserted(c.oid)::float8 AS inserted,
           pg_stat_get_tuples_updated(c.oid)::float8 AS updated,
           pg_stat_get_tuples_deleted(c.oid)::float8 AS deleted
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
     ORDER BY pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
              + pg_stat_get_tuples_deleted(c.oid) DESC
     LIMIT 200";

/// What is remembered of the vitals between two looks.
#[derive(Default)]
pub(super) struct VitalsWatch {
    newest: Vitals,
    counters: Option<Counters>,
    /// How many of our own transactions the server has not counted yet: commits, and rollbacks.
    owed: [f64; 2],
    deadlocks: Grown,
    /// Those because it was time, and those that were asked for.
    checkpoints: [Grown; 2],
    size: Option<f64>,
    tables: Option<(Moment, HashMap<i64, [f64; 3]>)>,
    prepared: Vec<Prepared>,
    prepared_at: Option<Moment>,
}

impl VitalsWatch {
    /// What is known.
    pub(super) fn newest(&self) -> Vitals {
        self.newest.clone()
    }

    /// What is prepared in the database, as old as it is at the moment `now`.
    pub(super) fn prepared(&self, now: Moment) -> Vec<Prepared> {
        let since = self.prepared_at.map(|at| now.since(at)).unwrap_or_default();
        let mut all = self.prepared.clone();
        for one in &mut all {
            one.age = one.age.map(|age| age + since);
        }
        all
    }

    /// Marks that nothing was seen for a while.
    pub(super) fn start_over(&mut self) {
        self.counters = None;
        self.tables = None;
        self.newest.tps.push(None);
        self.newest.wal.push(None);
    }

    /// Looks at what changes quickly.
    pub(super) async fn look(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        let rows = line.rows(query(COUNTERS).bind(Oid(facts.database))).await?;
        let has = |what: &str| rows.first().is_none_or(|row| flag(row, what));
        let replicas = if has("replicas") {
            line.rows(query(REPLICAS)).await?
        } else {
            Vec::new()
        };
        let slots = if has("slots") {
            line.rows(query(SLOTS)).await?
        } else {
            Vec::new()
        };
        let prepared = if has("prepared") {
            line.rows(query(PREPARED)).await?
        } else {
            Vec::new()
        };
        self.prepared = prepared.iter().map(super::locks::prepared).collect();
        self.prepared_at = Some(now);
        let vitals = &mut self.newest;
        vitals.at = now;
        vitals.replicas = replicas.iter().map(replica).collect();
        vitals.slots = slots.iter().map(slot).collect();
        let Some(row) = rows.first() else {
            return Ok(());
        };
        let behind: Option<f64> = field(row, "behind");
        let follows = behind.is_some() || flag(row, "archive");
        vitals.standby = follows.then(|| Standby {
            behind,
            paused: flag(row, "paused"),
            applied: seconds(row, "applied"),
            held_up: text(row, "replay_waits").and_then(|wait| HeldUp::of(&wait)),
        });
        vitals.broken_pages = field::<i64>(row, "broken").and_then(|n| u64::try_from(n).ok());
        let counters = Counters {
            own: line.transactions().map(|count| count as f64),
            ..counters(row, now)
        };
        let before = self.counters.as_ref();
        vitals.rates = before.and_then(|before| counters.since(before, &mut self.owed));
        vitals.tps.push(vitals.rates.map(|rates| rates.tps));
        vitals.wal.push(vitals.rates.and_then(|rates| rates.wal));
        vitals.deadlocks = self.deadlocks.take(counters.deadlocks as u64);
        self.counters = Some(counters);
        Ok(())
    }

    /// Looks at what changes slowly, or costs more to know.
    pub(super) async fn look_slowly(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<(), Trouble> {
        let rows = line.rows(query(SIZE).bind(Oid(facts.database))).await?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        self.newest.size = field(row, "size");
        if let Some(size) = self.newest.size {
            let first = *self.size.get_or_insert(size);
            self.newest.grown = Some(size - first);
        }
        let number = |name: &str| field::<i32>(row, name).map(i32::unsigned_abs);
        self.newest.xid_age = number("xid_age").zip(number("freeze_at"));
        let pid: Option<i32> = field(row, "pid");
        let local = match facts.seen_as {
            None => true,
            // Through a tunnel a server far away sees a neighbour, too; but its process is not here.
            Some(address) if address.is_loopback() => match pid {
                Some(pid) => is_server(pid).await,
                None => false,
            },
            Some(_) => false,
        };
        self.newest.disk = match text(row, "directory") {
            Some(directory) if local && !facts.server.pooled => disk(directory).await,
            _ => None,
        };
        self.look_at_checkpoints(line, facts).await?;
        self.look_at_tables(line, now).await
    }

    async fn look_at_checkpoints(&mut self, line: &mut Line, facts: &Facts) -> Result<(), Trouble> {
        let sql = if facts.checkpointer {
            // Those of a standby are counted apart.
            "SELECT num_timed + restartpoints_timed AS timed, num_requested + restartpoints_req AS requested
               FROM pg_stat_checkpointer"
        } else {
            "SELECT checkpoints_timed AS timed, checkpoints_req AS requested FROM pg_stat_bgwriter"
        };
        let rows = line.rows(query(sql)).await?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        let number = |name: &str| {
            let number: i64 = field(row, name).unwrap_or_default();
            number.unsigned_abs()
        };
        let [timed, requested] = &mut self.checkpoints;
        self.newest.checkpoints = Some(Checkpoints {
            timed: timed.take(number("timed")),
            requested: requested.take(number("requested")),
        });
        Ok(())
    }

    async fn look_at_tables(&mut self, line: &mut Line, now: Moment) -> Result<(), Trouble> {
        let rows = line.rows(query(TABLE_CHANGES)).await?;
        let counted = |row: &PgRow| {
            let number = |name: &str| field::<f64>(row, name).unwrap_or_default();
            let counters = [number("inserted"), number("updated"), number("deleted")];
            Some((field::<i64>(row, "oid")?, counters))
        };
        let all: HashMap<i64, [f64; 3]> = rows.iter().filter_map(counted).collect();
        if let Some((at, before)) = &self.tables {
            let secs = now.since(*at).as_secs_f64().max(0.001);
            let mut changes: Vec<TableChanges> = rows
                .iter()
                .filter_map(|row| {
                    let (oid, counters) = counted(row)?;
                    let before = before.get(&oid).copied().unwrap_or_default();
                    let rate = |at: usize| ((counters[at] - before[at]) / secs).max(0.0);
                    Some(TableChanges {
                        name: relation(row, "name")?,
                        inserted: rate(0),
                        updated: rate(1),
                        deleted: rate(2),
                    })
                })
                .filter(|table| table.sum() > 0.0)
                .collect();
            changes.sort_by(|a, b| b.sum().total_cmp(&a.sum()));
            changes.truncate(TABLES);
            self.newest.tables = changes;
        }
        self.tables = Some((now, all));
        Ok(())
    }
}

impl TableChanges {
    fn sum(&self) -> f64 {
        self.inserted + self.updated + self.deleted
    }
}

fn counters(row: &PgRow, at: Moment) -> Counters {
    let number = |name: &str| field::<f64>(row, name).unwrap_or_default();
    Counters {
        at,
        own: [0.0; 2],
        commits: number("commits"),
        rollbacks: number("rollbacks"),
        hits: number("hits"),
        reads: number("reads"),
        temporary: number("temporary"),
        deadlocks: number("deadlocks"),
        wal: field(row, "wal"),
    }
}

fn replica(row: &PgRow) -> Replica {
    Replica {
        name: text(row, "name").unwrap_or_else(|| "?".to_owned()),
        state: text(row, "state").unwrap_or_else(|| "hidden".to_owned()),
        synchronous: flag(row, "synchronous"),
        behind: field(row, "behind"),
        lag: seconds(row, "lag"),
    }
}

fn slot(row: &PgRow) -> Slot {
    Slot {
        name: text(row, "name").unwrap_or_default(),
        active: flag(row, "active"),
        kept: field(row, "kept"),
        status: text(row, "status"),
    }
}

/// Whether the process `pid` of this machine is one of a server, as far as the system tells.
async fn is_server(pid: i32) -> bool {
    let name = tokio::fs::read_to_string(format!("/proc/{pid}/comm")).await;
    name.is_ok_and(|name| name.starts_with("postgres"))
}

/// The space of the disk that holds `directory`, if this machine has such a directory. A disk over
/// the network may take its time to answer.
async fn disk(directory: String) -> Option<Disk> {
    let asked = tokio::task::spawn_blocking(move || rustix::fs::statvfs(directory).ok());
    let found = asked.await.ok().flatten()?;
    Some(Disk {
        free: found.f_bavail * found.f_frsize,
        total: found.f_blocks * found.f_frsize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_server_of_this_machine_is_one() {
        // What a server behind a tunnel calls its process is another program here, or none.
        assert!(!is_server(i32::try_from(std::process::id()).unwrap()).await);
        assert!(!is_server(-1).await);
    }
}
