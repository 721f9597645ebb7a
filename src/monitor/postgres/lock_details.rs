//! Looking up what the waiting sessions want, who wants the same, and what those hold that they wait for.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{field, flag, seconds, text};
use super::trouble::Trouble;
use crate::clock::Moment;
use crate::monitor::locks::{Edge, Lock, Waits, Wanted, conflicts};
use crate::monitor::session::{SNAPSHOT, Session};

/// The least time between two readings of `pg_locks`, which cost as much as there are locks; and how many
/// times as long as the server takes to read them, where that is more, and the most.
const DETAILS_HOLD: Duration = Duration::from_secs(2);
const DETAILS_SHARE: u32 = 800;
const DETAILS_HOLD_MOST: Duration = Duration::from_secs(10);

/// What the waiting sessions want, the rows they are in line for, and what their blockers hold of the
/// same things, of which one session may hold tens of thousands; and of all sessions how many wait for a
/// table that ours hold or waited for first, in a mode that ours keep out.
///
/// Then the sessions of this database that wait, those together that want the same in the same mode; `$7` are
/// known to be of this database. A wait for a transaction belongs to no database, but its session does; and
/// the process that replays the log of another server belongs to none, but what it waits for does. Who waits
/// and is not let in yet, for want of a table of the server's own, belongs to none either: such a queue is
/// marked where a lock tells whether it is granted. The last row has the time that all of it took.
macro_rules! details {
    ($waitstart:literal) => {
        concat!(
            "WITH l AS MATERIALIZED (
                 SELECT pid, granted, locktype, mode, transactionid, virtualxid, database, relation, page,
                        tuple, classid, objid, objsubid, ",
            $waitstart,
            "          AS since
                   FROM pg_locks AS p
                  WHERE NOT granted
                     OR pid = ANY($1) AND locktype = 'tuple'
                     OR granted AND pid = ANY($2) AND mode <> 'SIReadLock'
                        AND locktype = ANY($6)),
             wanted AS (SELECT * FROM l WHERE NOT granted AND pid = ANY($1)),
             let_in AS MATERIALIZED (
                 SELECT pid, datid FROM pg_stat_get_activity(NULL)
                  WHERE datid IS NOT NULL OR backend_type IS DISTINCT FROM 'client backend')
             SELECT pid, granted, locktype, mode, transactionid::text AS transaction,
                    CASE WHEN n.here THEN relation::regclass::text END AS relation,
                    CASE WHEN n.here THEN pg_partition_root(relation)::regclass::text END AS root,
                    classid::int8 AS class, objid::int8 AS object, objsubid::int4 AS sub_object,
                    extract(epoch FROM clock_timestamp() - since)::float8 AS waited,
                    CASE WHEN pid = ANY($4) AND locktype = 'relation'
                         THEN (SELECT count(*) FROM l AS w
                                WHERE NOT w.granted AND w.locktype = 'relation'
                                  AND w.pid <> ALL($4)
                                  AND w.database = l.database AND w.relation = l.relation
                                  AND l.mode || ' ' || w.mode = ANY($5)
                                  AND (l.granted OR w.since > l.since)) END AS behind,
                    NULL::int4[] AS queue
               FROM l, LATERAL (SELECT database = 0 OR database = $3 AS here) AS n
              WHERE pid = ANY($1) AND (NOT granted OR locktype = 'tuple')
                 OR granted
                AND CASE locktype
                    WHEN 'relation'
                    THEN (database, relation)
                         IN (SELECT database, relation FROM wanted WHERE locktype = 'relation')
                    WHEN 'advisory'
                    THEN (database, classid, objid, objsubid)
                         IN (SELECT database, classid, objid, objsubid FROM wanted
                              WHERE locktype = 'advisory') END
             UNION ALL
             (SELECT NULL, s.starting, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                     array_agg(pid)
                FROM l LEFT JOIN let_in AS i USING (pid),
                     LATERAL (SELECT i.pid IS NULL AND locktype = 'relation' AS starting) AS s
               WHERE NOT granted
                 AND CASE WHEN database <> 0 THEN database = $3
                          ELSE s.starting OR pid = ANY($7) OR i.datid = $3 END
               GROUP BY locktype, mode, database, relation, page, tuple, virtualxid, transactionid,
                        classid, objid, objsubid, s.starting
               ORDER BY count(*) DESC
               LIMIT 1000)
             UNION ALL
             SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                    extract(epoch FROM clock_timestamp() - statement_timestamp())::float8, NULL, NULL"
        )
    };
}

const DETAILS: &str = details!("waitstart");
/// Before version 14 nothing tells when a wait began. A statement that waits has mostly done so for most
/// of its time.
const DETAILS_WITHOUT_START: &str = details!(
    "CASE WHEN NOT granted
          THEN (SELECT query_start FROM pg_stat_get_activity(p.pid)) END"
);

/// What was looked up last.
pub(super) struct Details {
    pub(super) at: Moment,
    /// How long they are good for.
    hold: Duration,
    pub(super) wanted: HashMap<i32, Wanted>,
    pub(super) held: HashMap<i32, Vec<String>>,
    /// How many wait for what ours hold or want, and for that and what may be ours holds or wants.
    pub(super) behind_ours: u32,
    pub(super) behind_perhaps: u32,
    /// Those that want the same, together, the most first.
    pub(super) queues: Vec<Vec<i32>>,
    /// Those of them that are only being let in.
    pub(super) starting: Vec<i32>,
}

impl Details {
    /// Whether they are as good as new ones at the moment `now`.
    pub(super) fn hold_at(&self, now: Moment) -> bool {
        now.since(self.at) < self.hold
    }
}

/// The kinds of locks of which it matters who holds them. Most wait for tables, and a session that holds
/// thousands of others is not asked for those.
fn kinds(waits: &Waits) -> &'static [&'static str] {
    let other = |edge: &Edge| {
        let wait = waits
            .sessions
            .get(&edge.waiter)
            .and_then(|one| one.wait.as_deref());
        !matches!(
            wait,
            Some(
                "Lock: relation"
                    | "Lock: transactionid"
                    | "Lock: tuple"
                    | "Lock: virtualxid"
                    | SNAPSHOT
            )
        )
    };
    if waits.edges.iter().any(other) {
        &["relation", "advisory"]
    } else {
        &["relation"]
    }
}

/// How long what took `took` to look up is good for. Who was only found among the `queues`, and was in none of
/// those `before`, is asked about at the next look, where nobody else was. Of some the server never says for
/// whom they wait: they hasten one look and no other.
fn hold(took: Duration, edges: &[Edge], queues: &[Vec<i32>], before: &[Vec<i32>]) -> Duration {
    let known = |pid: &i32| before.iter().any(|queue| queue.contains(pid));
    if edges.is_empty() && !queues.iter().flatten().all(known) {
        return Duration::ZERO;
    }
    (took * DETAILS_SHARE).clamp(DETAILS_HOLD, DETAILS_HOLD_MOST)
}

/// Looks it up for the sessions of `waits`; those that wait `here` are known to be of this database. The
/// queues are those of the look `before`.
pub(super) async fn read_details(
    line: &mut Line,
    waits: &Waits,
    facts: &Facts,
    (ours, here): (&[i32], &[i32]),
    before: &[Vec<i32>],
    now: Moment,
) -> Result<Details, Trouble> {
    let edges = &waits.edges;
    let waiters: Vec<i32> = edges.iter().map(|edge| edge.waiter).collect();
    let blockers: Vec<i32> = edges
        .iter()
        .flat_map(|edge| edge.blockers.clone())
        .collect();
    let sql = if facts.waitstart {
        DETAILS
    } else {
        DETAILS_WITHOUT_START
    };
    let statement = query(sql)
        .bind(waiters)
        .bind(blockers)
        .bind(Oid(facts.database))
        .bind(ours)
        .bind(conflicts())
        .bind(kinds(waits))
        .bind(here);
    let rows = line.rows(statement).await?;
    let of_lock = |row: &&PgRow| field::<i32>(row, "pid").is_some();
    let locks: Vec<Lock> = rows.iter().filter(of_lock).map(lock).collect();
    let took = rows.last().and_then(|row| seconds(row, "waited"));
    let queues: Vec<Vec<i32>> = rows.iter().filter_map(|row| field(row, "queue")).collect();
    let starts = |row: &&PgRow| flag(row, "granted") && !of_lock(row);
    let starting = rows.iter().filter(starts);
    let starting = starting.filter_map(|row| field::<Vec<i32>>(row, "queue"));
    let hold = hold(took.unwrap_or_default(), edges, &queues, before);
    // Ours may hold several locks on one table, and each row tells of the whole queue before it.
    let behind = |is_ours: &dyn Fn(i32) -> bool| {
        let mut queues: HashMap<String, i64> = HashMap::new();
        for row in rows
            .iter()
            .filter(|row| field(row, "pid").is_some_and(is_ours))
        {
            let told = text(row, "relation").zip(field::<i64>(row, "behind"));
            if let Some((relation, sessions)) = told {
                let queue = queues.entry(relation).or_default();
                *queue = sessions.max(*queue);
            }
        }
        u32::try_from(queues.values().sum::<i64>()).unwrap_or(u32::MAX)
    };
    let certain = |pid: i32| waits.sessions.get(&pid).is_some_and(Session::is_ours);
    Ok(Details {
        at: now,
        hold,
        wanted: Lock::wanted_of_all(&locks),
        held: Lock::held_by_all(&locks),
        behind_ours: behind(&certain),
        behind_perhaps: behind(&|_| true),
        queues,
        starting: starting.flatten().collect(),
    })
}

fn lock(row: &PgRow) -> Lock {
    Lock {
        pid: field(row, "pid").unwrap_or_default(),
        granted: flag(row, "granted"),
        locktype: text(row, "locktype").unwrap_or_default(),
        mode: text(row, "mode").unwrap_or_default(),
        relation: text(row, "relation"),
        root: text(row, "root"),
        transaction: text(row, "transaction"),
        class: field(row, "class"),
        object: field(row, "object"),
        sub_object: field(row, "sub_object"),
        waited: seconds(row, "waited"),
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;
    use crate::monitor::session::State;

    #[test]
    fn who_is_asked_about_in_vain_hastens_one_look_and_no_other() {
        let took = Duration::from_millis(8);
        let usual = took * DETAILS_SHARE;
        let edge = Edge {
            waiter: 7,
            blockers: vec![8],
            behind_ours: false,
        };
        let queues = |pids: &[i32]| vec![pids.to_vec()];
        for (edges, queues, before, expected) in [
            (&[][..], queues(&[7]), vec![], Duration::ZERO),
            (&[], queues(&[7]), queues(&[7]), usual),
            (&[], queues(&[7, 9]), queues(&[7]), Duration::ZERO),
            (&[], vec![], queues(&[7]), usual),
            (slice::from_ref(&edge), queues(&[7]), vec![], usual),
        ] {
            let held = hold(took, edges, &queues, &before);
            assert_eq!(held, expected, "{queues:?} {before:?}");
        }
        let held = hold(took * 100, &[], &[], &[]);
        assert_eq!(held, DETAILS_HOLD_MOST);
    }

    #[test]
    fn for_whom_an_advisory_lock_is_looked_up() {
        let of = |wait: &str| {
            let mut session = Session::unknown(7, State::Active);
            session.wait = Some(wait.to_owned());
            let mut waits = Waits::default();
            waits.sessions.insert(7, session);
            waits.edges = vec![Edge {
                waiter: 7,
                blockers: vec![8],
                behind_ours: false,
            }];
            kinds(&waits).len()
        };
        assert_eq!(of("Lock: advisory"), 2);
        assert_eq!((of("Lock: relation"), of(SNAPSHOT)), (1, 1));
    }
}
