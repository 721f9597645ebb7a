//! Looking up who wants the same lock, where too many wait to ask each of them, or where they don't say
//! themselves that they wait.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::lock_details::good_for;
use super::rows::field;
use super::trouble::Trouble;
use crate::clock::{Clock, Moment};

/// The sessions of this database that wait, those together that want the same in the same mode; `$2` are
/// known to be of this database. A wait for a transaction belongs to no database, but its session does; and
/// the process that replays the log of another server belongs to none, but what it waits for does.
const QUEUES: &str = "
    SELECT array_agg(pid) AS pids
      FROM pg_locks AS l
     WHERE NOT granted
       AND CASE WHEN database <> 0 THEN database = $1
                WHEN pid = ANY($2) THEN true
                ELSE (SELECT datid = $1 FROM pg_stat_get_activity(l.pid)) END
     GROUP BY locktype, mode, database, relation, page, tuple, virtualxid, transactionid, classid,
              objid, objsubid
     ORDER BY count(*) DESC
     LIMIT 1000";

/// Who stood in which queue when it was last looked up.
pub(super) struct Queues {
    at: Moment,
    hold: Duration,
    /// Those that want the same, together.
    pub(super) all: Vec<Vec<i32>>,
}

impl Queues {
    /// Reads them; those that are known to be `waiting` need not be looked up.
    pub(super) async fn read(
        line: &mut Line,
        facts: &Facts,
        waiting: &[i32],
        (now, clock): (Moment, &dyn Clock),
    ) -> Result<Queues, Trouble> {
        let began = clock.now();
        let statement = query(QUEUES).bind(Oid(facts.database)).bind(waiting);
        let rows = line.rows(statement).await?;
        let pids = |row: &PgRow| field(row, "pids");
        Ok(Queues {
            at: now,
            hold: good_for(clock.now().since(began)),
            all: rows.iter().filter_map(pids).collect(),
        })
    }

    /// Whether they are as good as new ones at the moment `now`.
    pub(super) fn hold_at(&self, now: Moment) -> bool {
        now.since(self.at) < self.hold
    }
}
