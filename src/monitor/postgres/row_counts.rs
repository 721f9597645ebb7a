//! Counting rows exactly, for the rules that ask for it.

use sqlx::AssertSqlSafe;

use super::line::Line;
use super::rows::field;
use super::trouble::Trouble;
use crate::clock::{Clock, Moment};
use crate::monitor::health::RowCount;

/// Counts the rows of each of `tables`. A count is as expensive as its table is large, and the
/// server's own limit ends it; a table that can't be counted says why.
pub(super) async fn count(
    line: &mut Line,
    tables: &[String],
    clock: &dyn Clock,
) -> Result<Vec<RowCount>, Trouble> {
    let mut all = Vec::with_capacity(tables.len());
    for table in tables {
        let at = clock.now();
        line.begin().await?;
        let sql = format!("SELECT count(*) AS count FROM {}", quoted(table));
        let counted = line.rows(sqlx::query(AssertSqlSafe(sql))).await;
        let counted = super::rarely::end(line, counted).await?;
        all.push(match counted {
            Ok(rows) => row_count(table, at, rows.first().and_then(|row| field(row, "count"))),
            Err(why) => RowCount {
                why_not: Some(why),
                ..row_count(table, at, None)
            },
        });
    }
    Ok(all)
}

fn row_count(table: &str, at: Moment, count: Option<i64>) -> RowCount {
    RowCount {
        table: table.to_owned(),
        at,
        count: count.map(i64::unsigned_abs),
        why_not: None,
    }
}

/// The name as SQL wants it, whatever it holds; without a schema it is in `public`.
fn quoted(table: &str) -> String {
    let (schema, name) = table.split_once('.').unwrap_or(("public", table));
    let quote = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    format!("{}.{}", quote(schema), quote(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_name_holds_it_is_a_name() {
        assert_eq!(quoted("orders"), "\"public\".\"orders\"");
        assert_eq!(quoted("audit.Log"), "\"audit\".\"Log\"");
        assert_eq!(
            quoted("a\"; drop table x"),
            "\"public\".\"a\"\"; drop table x\""
        );
    }
}
