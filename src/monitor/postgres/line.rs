//! One connection, each statement under a deadline.

use std::future::ready;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Postgres};

use super::connect::Purpose;
use super::target::{Counted, Tally};
use super::trouble::Trouble;

/// How long an answer may take: the server's own limit of two seconds, and a second for the way.
const DEADLINE: Duration = Duration::from_secs(3);

/// The transactions of a connection's beginning: the login, and the look at its settings.
const LOGIN: u64 = 2;

/// A statement with its values.
pub(super) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// What every statement of the monitor ends with, so that nobody takes it for the application's.
pub(super) const MARK: &str = "/* gonogo monitor */";

/// The monitor's own statement `sql`.
pub(super) fn query<'q>(sql: &str) -> Statement<'q> {
    sqlx::query(AssertSqlSafe(format!("{sql} {MARK}")))
}

/// A connection to a server. Once an answer stays away it must not be used again, since the answer
/// may still come: [`Trouble::ended`] says so.
pub(super) struct Line {
    connection: PgConnection,
    purpose: Purpose,
    pooled: bool,
    /// How many transactions went over it and the others to its database.
    tally: Tally,
    /// Whether a statement has failed of the transaction that is open for a pooler.
    failed: bool,
}

impl Line {
    pub(super) fn new(
        connection: PgConnection,
        purpose: Purpose,
        pooled: bool,
        tally: Tally,
    ) -> Self {
        let line = Line {
            connection,
            purpose,
            pooled,
            tally,
            failed: false,
        };
        line.count(LOGIN, true);
        line
    }

    /// How many transactions the server has counted for all lines to its database, near enough: those that
    /// committed, and those that did not.
    pub(super) fn transactions(&self) -> [u64; 2] {
        let Counted { commits, rollbacks } = &*self.tally;
        [commits, rollbacks].map(|counter| counter.load(Ordering::Relaxed))
    }

    fn count(&self, transactions: u64, committed: bool) {
        let counter = if committed {
            &self.tally.commits
        } else {
            &self.tally.rollbacks
        };
        counter.fetch_add(transactions, Ordering::Relaxed);
    }

    /// Where no pooler stands between, each statement is a transaction.
    fn note<T>(&mut self, answer: Result<T, Trouble>) -> Result<T, Trouble> {
        if self.pooled {
            self.failed |= answer.is_err();
        } else {
            self.count(1, answer.is_ok());
        }
        answer
    }

    /// Whether a pooler stands between us and the server.
    pub(super) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Opens a transaction with our settings where a pooler would lend each statement another
    /// session. Elsewhere nothing is needed.
    pub(super) async fn begin(&mut self) -> Result<(), Trouble> {
        if !self.pooled {
            return Ok(());
        }
        let settings: Vec<String> = self
            .purpose
            .settings()
            .iter()
            .map(|(name, value)| format!("SET LOCAL {name} = {value}"))
            .collect();
        let sql = format!("BEGIN READ ONLY; {}", settings.join("; "));
        self.text(&sql).await.map(drop)
    }

    /// Ends what [`Line::begin`] has begun.
    pub(super) async fn end(&mut self) -> Result<(), Trouble> {
        if self.pooled {
            let committed = !std::mem::take(&mut self.failed);
            self.count(1, committed);
            self.text("COMMIT").await?;
        }
        Ok(())
    }

    /// What a part of a look came to that the rest can do without: its failure in words, after which the
    /// line is of use again. An error means that it is not.
    pub(super) async fn part<T>(
        &mut self,
        looked: Result<T, Trouble>,
    ) -> Result<Result<T, String>, Trouble> {
        match looked {
            Err(trouble) if trouble.ended => Err(trouble),
            Err(trouble) => {
                // A transaction is of no more use after an error.
                self.end().await?;
                self.begin().await?;
                Ok(Err(trouble.words))
            }
            Ok(found) => Ok(Ok(found)),
        }
    }

    /// The rows of a prepared statement.
    pub(super) async fn rows(&mut self, statement: Statement<'_>) -> Result<Vec<PgRow>, Trouble> {
        // A pooler may not know statements that were prepared on another session.
        let statement = statement.persistent(!self.pooled);
        let answer = within(statement.fetch_all(&mut self.connection)).await;
        self.note(answer)
    }

    /// Hands on the rows of a prepared statement as they come. None is kept: there may be thousands.
    pub(super) async fn each(
        &mut self,
        statement: Statement<'_>,
        mut take: impl FnMut(&PgRow),
    ) -> Result<(), Trouble> {
        let statement = statement.persistent(!self.pooled);
        let rows = statement.fetch(&mut self.connection);
        let answer = within(rows.try_for_each(|row| {
            take(&row);
            ready(Ok(()))
        }))
        .await;
        self.note(answer)
    }

    /// The rows of `sql`, every field as text. This is the only place where text that is not ours
    /// goes to a server, and it is the text of the plan.
    pub(super) async fn text(&mut self, sql: &str) -> Result<Vec<PgRow>, Trouble> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.connection);
        let answer = within(rows).await;
        self.note(answer)
    }

    /// Makes sure that the other end still answers.
    pub(super) async fn ping(&mut self) -> Result<(), Trouble> {
        self.count(1, true);
        within(self.connection.ping()).await
    }
}

async fn within<T>(answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, Trouble> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(result) => result.map_err(Trouble::from),
        Err(_) => Err(Trouble::silence(DEADLINE)),
    }
}
