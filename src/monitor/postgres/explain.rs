//! How the server would carry out the statement of a session.
//!
//! It is planned on a session of the monitor, which can't know the settings of another: where a name leads
//! to another table there, the plan would be of the wrong one. The locks of the session say which it uses.

use serde_json::Value;
use sqlx::postgres::PgRow;

use super::keep::KeptLine;
use super::line::{MARK, query};
use super::rows::{field, flag, statement, text};
use super::trouble::Tells;
use crate::monitor::inspection::{Planned, Shown, explainable, has_places};
use crate::monitor::session::Backend;

/// The statement as a whole, as far as the server keeps it; it cuts one between two letters. How much it
/// keeps is read as the number that it is: not every server can read its own words for it.
const STATEMENT: &str = "
    SELECT a.pid, s.setting::int4 AS kept, octet_length(a.query) + 4 >= s.setting::int4 AS cut,
           CASE WHEN pg_catalog.getdatabaseencoding() = 'UTF8' THEN a.query END AS statement,
           CASE WHEN pg_catalog.getdatabaseencoding() <> 'UTF8'
                THEN pg_catalog.convert_to(a.query, pg_catalog.getdatabaseencoding()) END AS raw_statement,
           current_user::text AS role, pg_catalog.pg_get_userbyid(a.usesysid)::text AS its_role,
           pg_catalog.current_setting('search_path') AS path
      FROM pg_catalog.pg_settings AS s
      LEFT JOIN pg_catalog.pg_stat_get_activity($1) AS a
        ON (extract(epoch FROM a.backend_start) * 1000000)::int8 = $2
     WHERE s.name = 'track_activity_query_size'";

/// The tables of a plan that the session has not locked, and one of the same name that it has; nothing if it
/// holds no lock at all. A partition is as good as another of its table.
const STRANGE: &str = "
    WITH held AS MATERIALIZED (
             SELECT c.oid, c.relname, n.nspname, coalesce(pg_catalog.pg_partition_root(c.oid), c.oid) AS root
               FROM pg_catalog.pg_locks AS l
               JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
               JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
              WHERE l.pid = $1 AND l.locktype = 'relation'
                AND l.database = (SELECT oid FROM pg_catalog.pg_database
                                   WHERE datname = pg_catalog.current_database()))
    SELECT DISTINCT p.nspname || '.' || c.relname AS planned,
           (SELECT min(h.nspname || '.' || h.relname) FROM held AS h
             WHERE h.relname = c.relname) AS locked
      FROM unnest($2::text[], $3::text[]) AS w (schema, name)
      JOIN pg_catalog.pg_namespace AS p ON p.nspname = w.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = p.oid AND c.relname = w.name
     WHERE EXISTS (SELECT FROM held)
       AND NOT EXISTS (SELECT FROM held AS h
                        WHERE h.root = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid))
     ORDER BY locked, planned";

/// Plans the statement of a session that begins with what is `shown` of it. The error says why there is no
/// plan: half a statement may be another one.
pub(super) async fn explain(
    spare: &KeptLine,
    backend: Backend,
    shown: &Shown,
    agreed: bool,
) -> Result<Planned, String> {
    let Backend { pid, started } = backend;
    let found = spare.ask(|| query(STATEMENT).bind(pid).bind(started));
    let found = found.await.map_err(|trouble| trouble.words)?;
    let row = found.first();
    let now = row.and_then(statement).unwrap_or_default();
    let is_present = now.starts_with(&shown.text);
    let statement = if is_present {
        if row.is_some_and(|row| flag(row, "cut")) {
            return Err("the server keeps only the beginning of this statement \
                        (track_activity_query_size), so it can't be planned"
                .to_owned());
        }
        now
    } else {
        let kept: Option<i32> = row.and_then(|row| field(row, "kept"));
        let kept = kept.and_then(|kept| usize::try_from(kept).ok());
        if shown.cut || kept.is_none_or(|kept| shown.text.len() + 4 >= kept) {
            return Err(format!(
                "{pid} is at something else now, and only the beginning of this is known"
            ));
        }
        shown.text.clone()
    };
    let statement = explainable(&statement)?;
    if let Some(own) = row.and_then(other_role)
        && !agreed
    {
        return Err(format!(
            "functions in it would run with this monitor's rights, and the session's role is {own}: that was \
             not agreed to"
        ));
    }
    let mut notes: Vec<String> = row.into_iter().map(whose).collect();
    let whose = notes.join("");
    let failed = |why: String| format!("{why} ({whose})");
    let lines = plan(spare, statement, "").await.map_err(failed)?;
    if is_present {
        let told = plan(spare, statement, "VERBOSE, FORMAT JSON").await;
        let tables = tables(&told.map_err(failed)?.join("\n"));
        notes.extend(strange(spare, pid, tables).await?);
    }
    Ok(Planned { notes, lines })
}

/// Whose role and settings the plan is made with.
fn whose(row: &PgRow) -> String {
    let word = |name: &str| text(row, name).unwrap_or_default();
    let role = word("role");
    let other = other_role(row).map_or_else(String::new, |own| {
        format!(", while the session's role is {own}")
    });
    format!(
        "planned with this monitor's role {role}, search_path {} and settings, since those of the \
         session can't be seen{other}",
        word("path")
    )
}

/// The role of the session where that is another than the monitor's.
fn other_role(row: &PgRow) -> Option<String> {
    let own = text(row, "its_role")?;
    (text(row, "role").as_ref() != Some(&own)).then_some(own)
}

/// What the server would do, as it says it with these `options`.
async fn plan(spare: &KeptLine, statement: &str, options: &str) -> Result<Vec<String>, String> {
    // Statements of applications often have places for values, for which newer servers can plan.
    let generic = has_places(statement);
    let mut options: Vec<&str> = [options]
        .into_iter()
        .filter(|one| !one.is_empty())
        .collect();
    if generic {
        options.push("GENERIC_PLAN");
    }
    let options = match options.join(", ") {
        none if none.is_empty() => none,
        options => format!("({options})"),
    };
    // A prepared statement is one statement: nothing can hide behind a semicolon.
    let sql = format!("EXPLAIN {options} {statement}");
    let asked = spare.ask(|| query(&sql).persistent(false)).await;
    let rows = match asked {
        // Given values, the server would plan for those. It has read it as one statement, so it may come as a text,
        // for which nothing is missing.
        Err(trouble) if generic && trouble.tells == Tells::LacksValues => {
            spare.ask_text(&format!("{sql} {MARK}")).await
        }
        asked => asked,
    };
    let rows = rows.map_err(|trouble| {
        if generic && trouble.tells == Tells::LacksValues {
            "it has places for values ($1): PostgreSQL 16 and newer can plan that".to_owned()
        } else {
            trouble.words
        }
    })?;
    let line = |row: &PgRow| text(row, "QUERY PLAN");
    Ok(rows.iter().filter_map(line).collect())
}

/// The tables of a plan: their schemas, and their names.
fn tables(plan: &str) -> (Vec<String>, Vec<String>) {
    let whole: Value = serde_json::from_str(plan).unwrap_or_default();
    let (mut left, mut found) = (vec![&whole], (Vec::new(), Vec::new()));
    while let Some(value) = left.pop() {
        match value {
            Value::Array(all) => left.extend(all),
            Value::Object(node) => {
                let word = |name: &str| node.get(name).and_then(Value::as_str);
                if let (Some(schema), Some(name)) = (word("Schema"), word("Relation Name")) {
                    found.0.push(schema.to_owned());
                    found.1.push(name.to_owned());
                }
                left.extend(node.values());
            }
            _ => {}
        }
    }
    found
}

/// What is to be said of tables that the session `pid` has not locked. The error refuses the plan: the
/// session uses another table of that name.
async fn strange(
    spare: &KeptLine,
    pid: i32,
    (schemas, names): (Vec<String>, Vec<String>),
) -> Result<Option<String>, String> {
    let asked = spare.ask(|| query(STRANGE).bind(pid).bind(&schemas).bind(&names));
    let rows = asked.await.map_err(|trouble| trouble.words)?;
    let all = rows.iter().filter_map(|row| text(row, "planned"));
    let planned: Vec<String> = all.collect();
    if let Some(row) = rows.first()
        && let (Some(planned), Some(locked)) = (text(row, "planned"), text(row, "locked"))
    {
        return Err(format!(
            "this would be the plan of {planned}, while the session uses {locked}: its search_path is \
             another one"
        ));
    }
    Ok((!planned.is_empty()).then(|| {
        let planned = planned.join(", ");
        format!("the session has not locked {planned}: this may be the plan of another table")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_a_plan_are_found_however_deep_they_stand() {
        let plan = r#"[{"Plan": {"Node Type": "ModifyTable", "Schema": "a", "Relation Name": "t",
            "Target Tables": [{"Schema": "a", "Relation Name": "t_1"}],
            "Plans": [{"Node Type": "Function Scan", "Schema": "a", "Function Name": "f",
                       "Plans": [{"Relation Name": "u", "Schema": "b"}]}]}}]"#;
        let (schemas, names) = tables(plan);
        let mut found: Vec<String> = schemas
            .iter()
            .zip(names)
            .map(|(s, n)| format!("{s}.{n}"))
            .collect();
        found.sort();
        assert_eq!(found, ["a.t", "a.t_1", "b.u"]);
        assert_eq!(tables("no plan"), (Vec::new(), Vec::new()));
    }
}
