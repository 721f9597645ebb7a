//! What has a name in a database, which views read which columns, and which materialized ones can be computed while
//! they are read.

use std::collections::HashSet;

use super::details::{NAME, OURS};
use crate::monitor::postgres::line::{Line, query};
use crate::monitor::postgres::rows::{flag, text};
use crate::plan::Facts;

/// Adds it to `facts`. What can't be asked stays unknown.
pub(super) async fn add(line: &mut Line, facts: &mut Facts) {
    relations(line, facts).await;
    readers(line, facts).await;
    computed(line, facts).await;
    enums(line, facts).await;
    facts.schemas = names(line, "SELECT nspname::text AS name FROM pg_namespace").await;
    let first = names(line, "SELECT current_schema()::text AS name").await;
    facts.schema = first.and_then(|first| first.into_iter().next());
    facts.roles = names(line, "SELECT rolname::text AS name FROM pg_roles").await;
}

/// The names that `sql` asks for; none: that may not be asked.
async fn names(line: &mut Line, sql: &'static str) -> Option<HashSet<String>> {
    let rows = line.rows(query(sql)).await.ok()?;
    Some(rows.iter().filter_map(|row| text(row, "name")).collect())
}

async fn enums(line: &mut Line, facts: &mut Facts) {
    const ENUMS: &str = "SELECT CASE n.nspname WHEN 'public' THEN t.typname::text
                                ELSE n.nspname || '.' || t.typname END AS name,
                                e.enumlabel::text AS label
                           FROM pg_enum AS e
                           JOIN pg_type AS t ON t.oid = e.enumtypid
                           JOIN pg_namespace AS n ON n.oid = t.typnamespace";
    for row in &line.rows(query(ENUMS)).await.unwrap_or_default() {
        let values = facts.enums.entry(text(row, "name").unwrap_or_default());
        values.or_default().extend(text(row, "label"));
    }
}

async fn relations(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE {OURS}
          UNION ALL
         SELECT c.relname::text
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname <> 'public' AND pg_table_is_visible(c.oid)"
    );
    if let Ok(rows) = line.rows(query(&sql)).await {
        let names: HashSet<String> = rows.iter().filter_map(|row| text(row, "name")).collect();
        facts.relations = Some(names);
    }
}

async fn readers(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT DISTINCT {NAME} AS name, a.attname::text AS column,
                CASE m.nspname WHEN 'public' THEN v.relname::text
                     ELSE m.nspname || '.' || v.relname END AS view
           FROM pg_depend AS d
           JOIN pg_rewrite AS r ON r.oid = d.objid
           JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
           JOIN pg_namespace AS m ON m.oid = v.relnamespace
           JOIN pg_class AS c ON c.oid = d.refobjid AND c.oid <> v.oid
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
          WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
            AND d.refobjsubid > 0 AND {OURS}
          ORDER BY 1, 2, 3"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = |column: &str| text(row, column).unwrap_or_default();
        let readers = facts.readers.entry((name("name"), name("column")));
        readers.or_default().push(name("view"));
    }
}

async fn computed(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name,
                EXISTS (SELECT FROM pg_index AS x
                         WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid
                           AND x.indpred IS NULL AND x.indexprs IS NULL) AS ready
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind = 'm' AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        facts.computed.insert(name, flag(row, "ready"));
    }
}
