//! Looking for indexes that are not used.

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{flag, relation};
use super::trouble::Trouble;
use crate::monitor::progress::InvalidIndex;

/// Indexes that are not used, and whether somebody is at work on them. Whoever builds or drops an index
/// concurrently keeps this lock on its table all the time, and everybody may see that; the progress view
/// tells of neither a drop nor the work of another role. A vacuum takes the same lock, so that an index
/// is left alone for as long as that lasts. An index of a partitioned table is not valid until each
/// partition has its part of it, and that is as it should be.
const INVALID: &str = "
    SELECT x.indexrelid::regclass::text AS name, x.indrelid::regclass::text AS relation,
           ARRAY[x.indrelid, x.indexrelid]
           && ARRAY(SELECT relation FROM pg_locks
                     WHERE locktype = 'relation' AND database = $1 AND granted
                       AND mode = 'ShareUpdateExclusiveLock') AS being_built
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
    };
    Ok(rows.iter().map(index).collect())
}
