//! What tables are made of: columns, indexes, partitions, domains, and by which names a role finds them.

use crate::monitor::postgres::line::{Line, query};
use crate::monitor::postgres::rows::{field, flag, text};
use crate::plan::{CheckFacts, ColumnFacts, DomainFacts, Facts, IndexFacts, KeyFacts};

/// How a table is called, by the names of the other queries.
pub(super) const NAME: &str = "CASE n.nspname WHEN 'public' THEN c.relname::text
                         ELSE n.nspname || '.' || c.relname END";

/// Which schemas hold tables of ours.
pub(super) const OURS: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema')
                    AND n.nspname NOT LIKE 'pg\\_t%'";

/// Adds to `facts` what the catalogs tell of each table. What a role may not see stays unknown.
pub(super) async fn add(line: &mut Line, facts: &mut Facts) {
    columns(line, facts).await;
    indexes(line, facts).await;
    partitions(line, facts).await;
    divided(line, facts).await;
    domains(line, facts).await;
    visible(line, facts).await;
    constraints(line, facts).await;
}

async fn columns(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name, a.attname::text AS column, a.attnotnull
                AND NOT EXISTS (SELECT FROM pg_constraint AS k
                                 WHERE k.conrelid = c.oid AND k.contype = 'n'
                                   AND NOT k.convalidated AND a.attnum = ANY (k.conkey)) AS required,
                a.attgenerated = 'v' AS computed,
                format_type(a.atttypid, a.atttypmod) AS type
           FROM pg_attribute AS a
           JOIN pg_class AS c ON c.oid = a.attrelid
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        let column = ColumnFacts {
            ty: text(row, "type").unwrap_or_default(),
            required: flag(row, "required"),
            computed: flag(row, "computed"),
        };
        if let Some(table) = facts.tables.get_mut(&name) {
            let name = text(row, "column").unwrap_or_default();
            table.columns.insert(name, column);
        }
    }
}

async fn indexes(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name, i.relname::text AS bare, x.indisvalid AS valid,
                CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || i.relname AS index,
                CASE WHEN x.indexprs IS NOT NULL OR x.indpred IS NOT NULL THEN
                  (SELECT array_agg(DISTINCT a.attname::text)
                     FROM pg_depend AS d
                     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.oid
                      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
                END AS computed_of,
                (SELECT array_agg(a.attname::text ORDER BY k.at)
                   FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, at)
                   JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number) AS columns
           FROM pg_index AS x
           JOIN pg_class AS c ON c.oid = x.indrelid
           JOIN pg_class AS i ON i.oid = x.indexrelid
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        if let Some(table) = facts.tables.get_mut(&name) {
            if !flag(row, "valid") {
                table.invalid.extend(text(row, "bare"));
            }
            table.indexes.push(IndexFacts {
                name: text(row, "index").unwrap_or_default(),
                columns: field(row, "columns").unwrap_or_default(),
                computed_of: field(row, "computed_of").unwrap_or_default(),
            });
        }
    }
}

async fn partitions(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name,
                (SELECT CASE m.nspname WHEN 'public' THEN p.relname::text
                             ELSE m.nspname || '.' || p.relname END
                   FROM pg_class AS p JOIN pg_namespace AS m ON m.oid = p.relnamespace
                  WHERE p.oid = h.inhparent) AS parent,
                c.relispartition AS part, pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AS rest
           FROM pg_inherits AS h
           JOIN pg_class AS c ON c.oid = h.inhrelid
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        let parent = text(row, "parent").and_then(|parent| facts.tables.get_mut(&parent));
        if let Some(parent) = parent {
            if flag(row, "rest") {
                parent.default_partition = Some(name.clone());
            }
            if flag(row, "part") {
                parent.partitions.push(name);
            } else {
                parent.heirs.push(name);
            }
        }
    }
}

/// By which columns tables are divided, and how large all of their partitions are.
async fn divided(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name,
                (SELECT array_agg(a.attname::text ORDER BY k.at)
                   FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (number, at)
                   JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number) AS columns
           FROM pg_partitioned_table AS p
           JOIN pg_class AS c ON c.oid = p.partrelid
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        let bytes = facts.bytes_below(&name);
        if let Some(table) = facts.tables.get_mut(&name) {
            table.divided_by = field(row, "columns").unwrap_or_default();
            table.bytes = Some(bytes);
        }
    }
}

async fn domains(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT CASE n.nspname WHEN 'public' THEN t.typname::text
                     ELSE n.nspname || '.' || t.typname END AS name,
                t.typname::text AS alias, pg_type_is_visible(t.oid) AS visible,
                format_type(t.typbasetype, t.typtypmod) AS base,
                t.typnotnull OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.contypid = t.oid)
                AS tests
           FROM pg_type AS t
           JOIN pg_namespace AS n ON n.oid = t.typnamespace
          WHERE t.typtype = 'd' AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let domain = DomainFacts {
            tests: flag(row, "tests"),
            base: text(row, "base").unwrap_or_default(),
        };
        let alias = text(row, "alias").filter(|_| flag(row, "visible"));
        for name in alias.into_iter().chain(text(row, "name")) {
            facts.domains.insert(name, domain.clone());
        }
    }
}

/// Tables and indexes outside of `public` that this role finds without their schema.
async fn visible(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name, c.relname::text AS alias
           FROM pg_class AS c
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'm', 'i', 'I') AND n.nspname <> 'public'
            AND pg_table_is_visible(c.oid) AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        let alias = text(row, "alias").unwrap_or_default();
        facts.visible.insert(alias, name);
    }
}

/// The constraints of tables, and where foreign keys point.
async fn constraints(line: &mut Line, facts: &mut Facts) {
    let sql = format!(
        "SELECT {NAME} AS name, k.conname::text AS constraint, k.contype = 'p' AS primary,
                CASE k.contype WHEN 'c' THEN pg_get_constraintdef(k.oid) END AS check,
                k.convalidated AS valid,
                (SELECT array_agg(a.attname::text) FROM pg_attribute AS a
                  WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS columns,
                (SELECT array_agg(a.attname::text) FROM pg_attribute AS a
                  WHERE a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey)) AS to_columns,
                (SELECT CASE m.nspname WHEN 'public' THEN t.relname::text
                             ELSE m.nspname || '.' || t.relname END
                   FROM pg_class AS t JOIN pg_namespace AS m ON m.oid = t.relnamespace
                  WHERE t.oid = k.confrelid AND k.contype = 'f' AND k.conparentid = 0) AS target,
                (SELECT i.relname::text FROM pg_class AS i WHERE i.oid = k.conindid) AS rests
           FROM pg_class AS c
           JOIN pg_namespace AS n ON n.oid = c.relnamespace
           LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid
          WHERE c.relkind IN ('r', 'p') AND {OURS}"
    );
    for row in &line.rows(query(&sql)).await.unwrap_or_default() {
        let name = text(row, "name").unwrap_or_default();
        let Some(table) = facts.tables.get_mut(&name) else {
            continue;
        };
        let known = table.constraints.get_or_insert_default();
        let Some(constraint) = text(row, "constraint") else {
            continue;
        };
        // Those of partitions go with the one of their table.
        if let Some(to) = text(row, "target") {
            table.keys.push(KeyFacts {
                name: constraint.clone(),
                to,
                on: text(row, "rests").unwrap_or_default(),
                columns: field(row, "columns").unwrap_or_default(),
                to_columns: field(row, "to_columns").unwrap_or_default(),
            });
        }
        table
            .checks
            .extend(text(row, "check").map(|definition| CheckFacts {
                name: constraint.clone(),
                definition,
                valid: flag(row, "valid"),
            }));
        if flag(row, "primary") {
            table.primary = Some(constraint.clone());
        }
        known.insert(constraint);
    }
}
