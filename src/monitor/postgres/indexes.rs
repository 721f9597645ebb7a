//! Looking for indexes that are not used.

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{flag, relation};
use super::trouble::Trouble;
use crate::monitor::progress::InvalidIndex;

/// Indexes that are not used, and whether somebody is at work on them. That is whom the progress view names for the
/// index, and whoever builds it anew or drops it concurrently: such a session keeps this lock on the index itself all
/// the time, and everybody may see that. On its table many others hold it who have nothing to do with the index, such as
/// a vacuum; it tells something only of a session that may be building an index, and of which index may not be seen. An index of a partitioned
/// table is not valid until each partition has its part of it, and that is as it should be.
const INVALID: &str = "
    WITH l AS MATERIALIZED (
             SELECT relation, pid FROM pg_locks
              WHERE locktype = 'relation' AND database = $1 AND granted
                AND mode = 'ShareUpdateExclusiveLock'),
         b AS MATERIALIZED (
             SELECT pid, datid, index_relid FROM pg_stat_progress_create_index WHERE datid = $1)
    SELECT x.indexrelid::regclass::text AS name, x.indrelid::regclass::text AS relation,
           x.indexrelid = ANY(ARRAY(SELECT relation FROM l))
           OR x.indexrelid = ANY(ARRAY(SELECT index_relid FROM b)) AS being_built,
           EXISTS (SELECT FROM l LEFT JOIN b USING (pid)
                    WHERE l.relation = x.indrelid
                      AND (b.datid IS NOT NULL AND b.index_relid IS NULL
                           OR (SELECT state FROM pg_stat_get_activity(l.pid)) = 'disabled')) AS hidden
      FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
     WHERE NOT x.indisvalid AND c.relkind = 'i'
     LIMIT 50";

/// The indexes that are not valid.
pub(super) async fn invalid_indexes(
    line: &mut Line,
    facts: &Facts,
) -> Result<Vec<InvalidIndex>, Trouble> {
    let statement = query(INVALID).bind(Oid(facts.database));
    let rows = line.rows(statement).await?;
    let index = |row: &PgRow| InvalidIndex {
        name: relation(row, "name").unwrap_or_default(),
        table: relation(row, "relation").unwrap_or_default(),
        being_built: flag(row, "being_built"),
        hidden: flag(row, "hidden"),
    };
    Ok(rows.iter().map(index).collect())
}
