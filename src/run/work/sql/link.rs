//! A connection that does the work of SQL steps: begins, says which transaction it is, runs the
//! statements, and ends it by what came out.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Row};
use tokio::sync::oneshot;

use super::SqlTask;
use super::ask::in_any_life;
use super::ears::Ears;
use super::heard::{self, Said};
use super::number;
use super::simple::row;
use super::words::{is_lost, words};
use crate::journal::event::{Applied, Job, Outcome};
use crate::plan::Observed;
use crate::plan::sql_text::{begins_transaction, refuses_transaction, statements};
use crate::run::input::{Finish, Notice};
use crate::run::work::judge::{Verdict, not_begun};
use crate::run::work::rows::Printer;

/// Why a step is not begun behind a pooler.
const NO_LIMIT: &str = "behind a pooler `lock_timeout` of what is not in a transaction may stay with a session of somebody else: connect to the server itself, leave it out, or try again with a reason if this pooler keeps one session for each client";

/// A connection and who it is on the server.
pub struct Link {
    pub connection: PgConnection,
    pub(super) options: PgConnectOptions,
    pub(super) pid: i32,
    /// Who it was opened as.
    pub(super) user: String,
    /// When the session began, in microseconds since the Unix epoch by the server's clock.
    pub(super) started: i64,
    /// Whether a pooler lends it one session after the other: what is set outside of a transaction may stay
    /// with somebody else.
    pub(super) pooled: bool,
    pub(super) in_recovery: bool,
    pub(super) version: i32,
    /// The server, as it identifies itself.
    pub(super) server: Option<String>,
    /// Whether no step has worked in it yet.
    pub(super) is_new: bool,
}

/// How a piece of work ended, before it is judged.
enum Ran {
    /// Everything was done, and this was seen of it.
    Done(Verdict),
    /// The server refused.
    Refused(String),
    /// The connection is gone, or was given up.
    Lost(String),
}

/// The connection is gone, or was given up.
struct Gone;

impl Link {
    /// Does what `task` says. The second part tells whether the connection is of no use any more. It can
    /// be given up at any time: before the statements were allowed nothing was begun, before the commit
    /// nothing is done, and after that the server is asked.
    pub async fn run(
        &mut self,
        task: &SqlTask,
        ears: &mut Ears<'_>,
        proceed: oneshot::Receiver<()>,
    ) -> (Finish, bool) {
        if !self.pooled {
            let (job, pid) = (task.job.clone(), self.pid.unsigned_abs());
            let _ = task.notices.send(Notice::Launched { job, pid }).await;
        }
        let wrapped = task
            .sql
            .transaction
            .unwrap_or_else(|| refuses_transaction(&task.sql.text).is_none());
        let given_up = "given up before its first statement";
        if let Some(refused) = self.is_not_the_one(task) {
            return (refused, false);
        }
        let limited = !wrapped && task.sql.lock_timeout.is_some();
        if self.pooled && limited && !task.before.anywhere {
            let refused = Finish {
                elsewhere: true,
                ..not_begun(&task.job, NO_LIMIT)
            };
            return (refused, false);
        }
        let new_session = match ears.beside(self.carry_on(task)).await {
            Some(Ok(words)) => words,
            Some(Err(why)) => {
                let refused = Finish {
                    elsewhere: true,
                    ..not_begun(&task.job, why)
                };
                return (refused, false);
            }
            None => return (not_begun(&task.job, given_up), true),
        };
        let database = ears.database.to_owned();
        let limit_before = match ears.beside(self.begin(task, wrapped, &database)).await {
            None => return (not_begun(&task.job, given_up), true),
            Some(Ok(before)) => before,
            Some(Err(error)) => {
                let lost = is_lost(&error) || self.roll_back(ears).await.is_err();
                return (not_begun(&task.job, words(&error)), lost);
            }
        };
        if proceed.await.is_err() {
            let lost = match limit_before {
                Some(before) => self.limit_as(&before, ears).await.is_err(),
                None => wrapped && self.roll_back(ears).await.is_err(),
            };
            return (not_begun(&task.job, given_up), lost);
        }
        let (voice, said) = heard::listen(task.judgement.secrets.clone());
        let work = voice.over(self.statements(task, wrapped, said));
        let ran = ears.beside(work).await;
        let ran = ran.unwrap_or_else(|| Ran::Lost("the connection was given up".to_owned()));
        let (finish, mut lost) = self.conclude(task, ran, wrapped, ears).await;
        if let (Some(before), false) = (limit_before, lost) {
            lost = self.limit_as(&before, ears).await.is_err();
        }
        (finish.saying_first(new_session), lost)
    }

    /// Gets ready for the statements. Returns the limit of waiting for locks that was in force before,
    /// where the task's own takes its place beyond a transaction.
    async fn begin(
        &mut self,
        task: &SqlTask,
        wrapped: bool,
        database: &str,
    ) -> Result<Option<String>, sqlx::Error> {
        self.set("application_name", &task.application).await?;
        if !self.pooled {
            // Each time: the step before may have thrown it away (`DISCARD ALL`).
            self.end_with_us("session").await?;
        }
        let limit = task.sql.lock_timeout.map(|limit| limit.as_millis());
        let mut server = self.server.clone();
        let (mut xid, mut lsn, mut before) = (None, None, None);
        if wrapped {
            self.tell("begin").await?;
            if self.pooled {
                self.end_with_us("local").await?;
            }
            if let Some(limit) = limit {
                self.tell(format!("set local lock_timeout = {limit}"))
                    .await?;
            }
            // Where nothing can be written there is no number.
            if !self.in_recovery {
                let own = number::take(&mut self.connection, self.version, &self.options).await?;
                (xid, lsn) = (own.xid, own.lsn);
                if own.is_durable {
                    server = server.map(|identity| in_any_life(&identity));
                }
            }
        } else if let Some(limit) = limit {
            let asked = "select current_setting('lock_timeout')";
            before = Some(row(&mut self.connection, asked).await?.try_get(0)?);
            self.tell(format!("set lock_timeout = {limit}")).await?;
        }
        let notice = Notice::Transaction {
            job: task.job.clone(),
            database: database.to_owned(),
            xid,
            server,
            lsn,
        };
        let _ = task.notices.send(notice).await;
        Ok(before)
    }

    /// Undoes what was not committed. The error says that this has to be left to the server.
    async fn roll_back(&mut self, ears: &mut Ears<'_>) -> Result<(), Gone> {
        match ears.beside(self.tell("rollback")).await {
            Some(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    /// A step's own limit of waiting for locks is not the next one's.
    async fn limit_as(&mut self, before: &str, ears: &mut Ears<'_>) -> Result<(), Gone> {
        match ears.beside(self.set("lock_timeout", before)).await {
            Some(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    /// The statements themselves. This is the one place where a plan's SQL reaches a server.
    async fn statements(&mut self, task: &SqlTask, wrapped: bool, mut said: Said) -> Ran {
        let mut printer = match Printer::open(&task.judgement.output).await {
            Ok(printer) => printer,
            Err(error) => return Ran::Refused(format!("failed to write its output: {error}")),
        };
        // Several statements in one message are one transaction to the server; apart they are not.
        let texts = if wrapped {
            vec![task.sql.text.as_str()]
        } else {
            statements(&task.sql.text)
        };
        for text in texts {
            let stream =
                sqlx::raw_sql(AssertSqlSafe(text.to_owned())).fetch_many(&mut self.connection);
            if let Err(error) = printer.print(stream, &mut said).await {
                let said = words(&error);
                let _ = printer.say(&said).await;
                if !is_lost(&error) {
                    return Ran::Refused(said);
                }
                task.lost(&said).await;
                return Ran::Lost(said);
            }
            // What can't be read can't be judged, and what comes after it is not begun.
            if let Err(error) = printer.is_whole() {
                return Ran::Refused(format!("failed to write its output: {error}"));
            }
        }
        let seen = Observed {
            value: printer.value(),
            rows: printer.returned(),
            ..Observed::default()
        };
        Ran::Done(task.judgement.of(seen).await)
    }

    async fn conclude(
        &mut self,
        task: &SqlTask,
        ran: Ran,
        wrapped: bool,
        ears: &mut Ears<'_>,
    ) -> (Finish, bool) {
        let finish = |outcome, applied, message: String| Finish {
            outcome,
            applied,
            ..not_begun(&task.job, message)
        };
        match ran {
            // The commit was never sent: there is nothing to ask.
            Ran::Lost(why) if wrapped => {
                let undone = "what was not committed is undone by the server";
                let message = format!("{why}; {undone}");
                (finish(Outcome::Failed, Applied::No, message), true)
            }
            // What became of it, its server will tell.
            Ran::Lost(why) => (finish(Outcome::Unknown, Applied::Maybe, why), true),
            Ran::Refused(why) if wrapped => {
                let lost = self.roll_back(ears).await.is_err();
                (finish(Outcome::Failed, Applied::No, why), lost)
            }
            Ran::Done(verdict) if wrapped => self.end(task, verdict, ears).await,
            Ran::Refused(why) => {
                let (left, lost) = self.leave(task, ears).await;
                let message = left.map_or(why.clone(), |(_, left)| format!("{why}; {left}"));
                (finish(Outcome::Failed, Applied::Maybe, message), lost)
            }
            Ran::Done(verdict) => {
                let (left, lost) = self.leave(task, ears).await;
                let met = verdict.is_met() && left.is_none();
                let applied = if met { Applied::Yes } else { Applied::Maybe };
                let mut finish = judged(&task.job, verdict, applied);
                if let Some((outcome, words)) = left {
                    (finish.outcome, finish.message) = (outcome, Some(words));
                }
                (finish, lost)
            }
        }
    }

    /// Statements that begin a transaction of their own have to end it: the next step's work is not to
    /// be part of it, nor to be undone with it. Tells what comes of one that was left open, and whether
    /// the connection is of no use any more.
    async fn leave(
        &mut self,
        task: &SqlTask,
        ears: &mut Ears<'_>,
    ) -> (Option<(Outcome, String)>, bool) {
        if !begins_transaction(&task.sql.text) {
            return (None, false);
        }
        let unknown = |why: String| {
            let words = format!("{why} before it was known whether it had left a transaction open");
            (Some((Outcome::Unknown, words)), true)
        };
        match ears.beside(self.is_in_transaction()).await {
            Some(Ok(false)) => (None, false),
            Some(Ok(true)) => {
                let words = "the transaction that it had left open was rolled back".to_owned();
                let lost = self.roll_back(ears).await.is_err();
                (Some((Outcome::Failed, words)), lost)
            }
            Some(Err(error)) => unknown(format!("the connection was lost ({})", words(&error))),
            None => unknown("the connection was given up".to_owned()),
        }
    }

    /// Whether a transaction is open, be it one that has failed.
    async fn is_in_transaction(&mut self) -> Result<bool, sqlx::Error> {
        const FAILED: &str = "25P02";
        // In one message both are the same where nothing is open.
        let asked = sqlx::raw_sql("select transaction_timestamp() <> statement_timestamp()");
        match asked.fetch_one(&mut self.connection).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(FAILED) => {
                Ok(true)
            }
            asked => asked?.try_get(0),
        }
    }

    /// Ends the transaction. What is not as expected is not committed.
    async fn end(
        &mut self,
        task: &SqlTask,
        verdict: Verdict,
        ears: &mut Ears<'_>,
    ) -> (Finish, bool) {
        if !verdict.is_met() {
            let lost = self.roll_back(ears).await.is_err();
            let message = "not as expected, so the transaction was rolled back".to_owned();
            let finish = Finish {
                message: Some(message),
                ..judged(&task.job, verdict, Applied::No)
            };
            return (finish, lost);
        }
        let finish = judged(&task.job, verdict, Applied::Yes);
        // Whether it came to that, only the server can tell.
        let unknown = |why: &str, finish: Finish| Finish {
            outcome: Outcome::Unknown,
            applied: Applied::Maybe,
            message: Some(format!("{why} while it was being committed")),
            ..finish
        };
        let (voice, mut said) = heard::listen(task.judgement.secrets.clone());
        let committed = voice.over(ears.beside(self.tell("commit"))).await;
        let message = task.note_warnings(said.all()).await;
        match committed {
            Some(Ok(())) => (Finish { message, ..finish }, false),
            None => (unknown("the connection was given up", finish), true),
            Some(Err(error)) if is_lost(&error) => {
                task.lost(&words(&error)).await;
                let why = format!("the connection was lost ({})", words(&error));
                (unknown(&why, finish), true)
            }
            Some(Err(error)) => {
                let finish = Finish {
                    outcome: Outcome::Failed,
                    applied: Applied::No,
                    message: Some(words(&error)),
                    ..finish
                };
                (finish, false)
            }
        }
    }
}

/// The end by `verdict`.
fn judged(job: &Job, verdict: Verdict, applied: Applied) -> Finish {
    Finish {
        outcome: if verdict.is_met() {
            Outcome::Passed
        } else {
            Outcome::Failed
        },
        applied,
        findings: verdict.findings,
        captured: verdict.captured,
        message: None,
        ..not_begun(job, "")
    }
}
