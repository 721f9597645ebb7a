//! The question for the server's views of progress, which are brought to the same columns.

use crate::monitor::progress::View;

/// The columns that every view is brought to, with nothing where it has none. Newer servers count the
/// indexes that a vacuum has been through. The indexes of a table are built anew in the order of their numbers;
/// concurrently, each beside the old one, in the order in which they were made for it.
fn columns(view: View, counts_indexes: bool) -> &'static str {
    match view {
        View::CreateIndex => {
            "command, phase, blocks_done, blocks_total, tuples_done, tuples_total,
             partitions_done, partitions_total, lockers_done, lockers_total, current_locker_pid,
             nullif(index_relid, 0)::regclass::text,
             (SELECT ARRAY[at, count(*), coalesce(sum(pages) FILTER (WHERE n < at), 0),
                           coalesce(sum(pages) FILTER (WHERE n = at), 0), sum(pages)]
                FROM (SELECT row_number() OVER (ORDER BY x.indexrelid) AS n, c.relpages AS pages,
                             CASE command
                             WHEN 'REINDEX' THEN count(*) FILTER (WHERE x.indexrelid <= index_relid) OVER ()
                             ELSE count(*) OVER ()
                                  - (SELECT count(*) FROM pg_index AS new
                                      WHERE new.indrelid = relid AND NOT new.indisvalid
                                        AND new.indexrelid > index_relid) END AS at
                        FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
                       WHERE x.indrelid = relid AND starts_with(command, 'REINDEX')
                         AND (command = 'REINDEX' OR x.indisvalid AND NOT x.indisexclusion)) AS p
               GROUP BY at),
             0, 0, 0, 0, 0"
        }
        View::Vacuum if counts_indexes => {
            "'VACUUM', phase,
             CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END,
             heap_blks_total, indexes_processed, indexes_total,
             0, 0, 0, 0, NULL, NULL, NULL,
             heap_blks_scanned, heap_blks_vacuumed, index_vacuum_count, num_dead_item_ids,
             dead_tuple_bytes / greatest(max_dead_tuple_bytes, 1)::float8"
        }
        View::Vacuum => {
            "'VACUUM', phase,
             CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END,
             heap_blks_total, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL,
             heap_blks_scanned, heap_blks_vacuumed, index_vacuum_count, num_dead_tuples,
             num_dead_tuples / greatest(max_dead_tuples, 1)::float8"
        }
        View::Cluster => {
            "command, phase, heap_blks_scanned, heap_blks_total,
             CASE phase WHEN 'rebuilding index' THEN index_rebuild_count
                        WHEN 'writing new heap' THEN heap_tuples_written
                        ELSE heap_tuples_scanned END,
             CASE phase WHEN 'rebuilding index'
                        THEN (SELECT count(*) FROM pg_index WHERE indrelid = relid)
                        WHEN 'writing new heap' THEN heap_tuples_scanned
                        ELSE (SELECT greatest(reltuples, 0)::float8 FROM pg_class WHERE oid = relid) END,
             0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0"
        }
        View::Analyze => {
            "'ANALYZE', phase, sample_blks_scanned, sample_blks_total, 0,
             (SELECT coalesce(sum(c.relpages), 0) + 1 FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
               WHERE inhparent = relid AND NOT c.relispartition HAVING count(*) > 0),
             child_tables_done, child_tables_total,
             0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0"
        }
        View::Copy => {
            "command, type, bytes_processed, bytes_total, tuples_processed, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0"
        }
        View::BaseBackup => {
            "'BASE BACKUP', phase, backup_streamed, backup_total, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0"
        }
    }
}

/// The question for the views that a server has.
pub(super) fn question(views: &[View], counts_indexes: bool) -> String {
    let select = |view: &View| {
        let named = View::ALL
            .iter()
            .enumerate()
            .find(|(_, (known, _))| known == view);
        let (at, name) = named.map_or((0, ""), |(at, (_, name))| (at, *name));
        let relation = match view {
            View::BaseBackup => "NULL, NULL, false, NULL, NULL, false, NULL",
            _ => {
                "relid::regclass::text,
                  (SELECT reltuples FROM pg_class WHERE oid = relid),
                  EXISTS (SELECT FROM pg_index WHERE indrelid = relid),
                  (SELECT relpages FROM pg_class WHERE oid = relid),
                  (SELECT sum(c.relpages) FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
                    WHERE indrelid = relid),
                  (SELECT least(count(*) - 1, current_setting('max_parallel_maintenance_workers')::int) > 0
                     FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
                    WHERE indrelid = relid AND c.relpages >= 64),
                  pg_stat_get_dead_tuples(relid)"
            }
        };
        let here = match view {
            View::BaseBackup => "",
            _ => " WHERE datid = $1",
        };
        format!(
            "SELECT {at}, pid, {relation}, {} FROM {name}{here}",
            columns(*view, counts_indexes)
        )
    };
    let all: Vec<String> = views.iter().map(select).collect();
    format!(
        "SELECT view::int4, pid, relation::text, rows::float8, indexed, command::text, phase::text, done::float8,
                total::float8, more_done::float8, more_total::float8, parts_done::float8,
                parts_total::float8, lockers_done::int8, lockers_total::int8, locker::int4,
                index::text, place::int8[], pages::float8, index_pages::float8, several, dead::float8, scanned::float8,
                cleaned::float8, rounds::float8, found::float8, filled::float8
           FROM ({}) AS p (view, pid, relation, rows, indexed, pages, index_pages, several, dead, command, phase, done, total, more_done, more_total,
                           parts_done, parts_total, lockers_done, lockers_total, locker, index, place, scanned,
                           cleaned, rounds, found, filled)
          WHERE $1 IS NOT NULL
          LIMIT 100",
        all.join(" UNION ALL ")
    )
}
