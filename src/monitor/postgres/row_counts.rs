//! Counting rows exactly, for the rules that ask for it.

use std::collections::VecDeque;
use std::time::Duration;

use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rarely::end;
use super::rows::{field, flag};
use super::trouble::Trouble;
use crate::clock::{Clock, Moment};
use crate::monitor::health::RowCount;

/// Whether somebody has a table for itself alone, or waits for that. A count would wait behind it, and
/// whoever waits would wait for the count.
const WANTED_ALONE: &str = "
    SELECT EXISTS (SELECT FROM pg_locks
                    WHERE locktype = 'relation' AND database = $2 AND relation = to_regclass($1)
                      AND mode = 'AccessExclusiveLock') AS wanted";

/// The tables whose rows are counted, one after the other.
pub(super) struct RowCounts {
    tables: Vec<String>,
    /// Those that are left of the present round.
    left: VecDeque<String>,
    /// How long counting has taken in the present round.
    took: Duration,
}

impl RowCounts {
    /// Before anything was counted.
    pub(super) fn new(tables: Vec<String>) -> Self {
        RowCounts {
            tables,
            left: VecDeque::new(),
            took: Duration::ZERO,
        }
    }

    /// How long counting all the tables has taken, if that is over: many small ones are a burden, too.
    pub(super) fn round(&mut self) -> Option<Duration> {
        self.left.is_empty().then(|| std::mem::take(&mut self.took))
    }

    /// Counts the rows of the next table. A count is as expensive as its table is large, and the
    /// server's own limit ends it; a table that can't be counted says why. None if there is none, or if
    /// somebody wants it alone: then its turn comes again after the others.
    pub(super) async fn next(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        clock: &dyn Clock,
    ) -> Result<Option<RowCount>, Trouble> {
        if self.left.is_empty() {
            self.left.extend(self.tables.iter().cloned());
        }
        let Some(table) = self.left.pop_front() else {
            return Ok(None);
        };
        let at = clock.now();
        line.begin().await?;
        let counted = count(line, facts, &table).await;
        self.took += clock.now().since(at);
        Ok(match end(line, counted).await? {
            Ok(Some(count)) => Some(row_count(&table, at, count)),
            Ok(None) => {
                self.left.push_back(table);
                None
            }
            Err(why) => Some(RowCount {
                why_not: Some(why),
                ..row_count(&table, at, None)
            }),
        })
    }
}

/// How many rows `table` has; none if somebody wants it alone.
async fn count(
    line: &mut Line,
    facts: &Facts,
    table: &str,
) -> Result<Option<Option<i64>>, Trouble> {
    let name = quoted(table);
    let wanted = query(WANTED_ALONE).bind(&name);
    let wanted = line.rows(wanted.bind(Oid(facts.database))).await?;
    if wanted.first().is_some_and(|row| flag(row, "wanted")) {
        return Ok(None);
    }
    let sql = format!("SELECT count(*) AS count FROM {name}");
    let rows = line.rows(query(&sql)).await?;
    Ok(Some(rows.first().and_then(|row| field(row, "count"))))
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
