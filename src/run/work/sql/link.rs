//! A connection that does the work of SQL steps: begins, says which transaction it is, runs the
//! statements, and ends it by what came out.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Row};

use super::SqlWork;
use super::ask::{identity, without_life};
use super::number;
use super::words::{is_lost, words};
use crate::journal::event::{Applied, BackendAction, Outcome, Stage};
use crate::plan::sql_text::{refuses_transaction, statements};
use crate::plan::{Observed, Sql};
use crate::run::input::{Finish, Notice};
use crate::run::work::backends::Backends;
use crate::run::work::judge::{Judgement, Verdict, not_begun};
use crate::run::work::rows::Printer;

/// The first version whose sessions can end with their clients.
const CHECKS_CLIENTS: i32 = 140_000;

/// A connection and who it is on the server.
pub struct Link {
    pub connection: PgConnection,
    options: PgConnectOptions,
    pid: i32,
    /// When the session began, in microseconds since the Unix epoch by the server's clock.
    started: i64,
    in_recovery: bool,
    version: i32,
    /// The server, as it identifies itself.
    server: Option<String>,
    /// Whether another session was lost before it.
    pub is_second: bool,
}

/// How a piece of work ended, before it is judged.
enum Ran {
    /// Everything was done; what was seen of it, and whether a transaction still has to be ended.
    Done(Verdict),
    /// The server refused.
    Refused(String),
    /// The connection is gone, or was given up.
    Lost(String),
}

impl Link {
    /// Learns who the session is that was opened by `options`, and sets it up.
    pub async fn greet(
        mut connection: PgConnection,
        options: PgConnectOptions,
    ) -> Result<Self, sqlx::Error> {
        let row = sqlx::query(
            "select pid, (extract(epoch from backend_start) * 1000000)::bigint, pg_is_in_recovery(), current_setting('server_version_num')::int
             from pg_stat_activity where pid = pg_backend_pid()",
        )
        .fetch_one(&mut connection)
        .await?;
        let link = Link {
            server: identity(&mut connection).await,
            pid: row.try_get(0)?,
            started: row.try_get(1)?,
            in_recovery: row.try_get(2)?,
            version: row.try_get(3)?,
            is_second: false,
            connection,
            options,
        };
        link.end_with_us().await
    }

    /// If we are killed, the server ends what we had begun instead of carrying on for nobody.
    async fn end_with_us(mut self) -> Result<Self, sqlx::Error> {
        if self.version >= CHECKS_CLIENTS {
            self.tell("set client_connection_check_interval = '2s'")
                .await?;
        }
        Ok(self)
    }

    /// Runs a statement of our own.
    async fn tell(&mut self, sql: impl Into<String>) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.into()))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Does `work`. The second part tells whether the connection is of no use any more.
    pub async fn run(
        &mut self,
        work: &mut SqlWork,
        database: &str,
        backends: &Backends,
    ) -> (Finish, bool) {
        let pid = self.pid.unsigned_abs();
        let job = work.job.clone();
        let _ = work.notices.send(Notice::Launched { job, pid }).await;
        let wrapped = work
            .sql
            .transaction
            .unwrap_or_else(|| refuses_transaction(&work.sql.text).is_none());
        if let Err(error) = self.begin(work, wrapped, database).await {
            let lost = is_lost(&error);
            return (not_begun(&work.job, words(&error)), lost);
        }
        if (&mut work.proceed).await.is_err() {
            if wrapped {
                let _ = self.tell("rollback").await;
            }
            return (
                not_begun(&work.job, "given up before its first statement"),
                false,
            );
        }
        let (pid, started) = (self.pid, self.started);
        let ran = {
            let running = self.statements(&work.sql, wrapped, &work.judgement);
            tokio::pin!(running);
            loop {
                tokio::select! {
                    ran = &mut running => break ran,
                    Some(stage) = work.stops.recv() => {
                        let action = match stage {
                            Stage::Cancel | Stage::Interrupt => BackendAction::Cancel,
                            Stage::Terminate => BackendAction::Terminate,
                            Stage::Kill => break Ran::Lost("the connection was given up".to_owned()),
                        };
                        let (backends, database) = (backends.clone(), database.to_owned());
                        tokio::spawn(async move { backends.signal(database, pid, started, action).await });
                    }
                }
            }
        };
        self.conclude(work, ran, wrapped).await
    }

    async fn begin(
        &mut self,
        work: &SqlWork,
        wrapped: bool,
        database: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("select set_config('application_name', $1, false)")
            .bind(&work.application)
            .execute(&mut self.connection)
            .await?;
        if let Some(limit) = work.sql.lock_timeout {
            self.tell(format!("set lock_timeout = {}", limit.as_millis()))
                .await?;
        }
        let mut server = self.server.clone();
        let mut xid = None;
        if wrapped {
            self.tell("begin").await?;
            // Where nothing can be written there is no number.
            if !self.in_recovery {
                let number =
                    number::take(&mut self.connection, self.version, &self.options).await?;
                xid = number.xid;
                if number.is_durable {
                    server = server.map(|identity| without_life(&identity).to_owned());
                }
            }
        }
        let notice = Notice::Transaction {
            job: work.job.clone(),
            database: database.to_owned(),
            xid,
            server,
        };
        let _ = work.notices.send(notice).await;
        Ok(())
    }

    /// The statements themselves. This is the one place where a plan's SQL reaches a server.
    async fn statements(&mut self, sql: &Sql, wrapped: bool, judgement: &Judgement) -> Ran {
        let mut printer = match Printer::open(&judgement.output).await {
            Ok(printer) => printer,
            Err(error) => return Ran::Refused(format!("failed to write its output: {error}")),
        };
        // Several statements in one message are one transaction to the server; apart they are not.
        let texts = if wrapped {
            vec![sql.text.as_str()]
        } else {
            statements(&sql.text)
        };
        for text in texts {
            let stream =
                sqlx::raw_sql(AssertSqlSafe(text.to_owned())).fetch_many(&mut self.connection);
            if let Err(error) = printer.print(stream).await {
                let said = words(&error);
                let _ = printer.say(&said).await;
                return if is_lost(&error) {
                    Ran::Lost(said)
                } else {
                    Ran::Refused(said)
                };
            }
        }
        let seen = Observed {
            value: printer.value(),
            ..Observed::default()
        };
        Ran::Done(judgement.of(seen).await)
    }

    async fn conclude(&mut self, work: &SqlWork, ran: Ran, wrapped: bool) -> (Finish, bool) {
        let job = &work.job;
        let finish = |outcome, applied, message: String| Finish {
            outcome,
            applied,
            ..not_begun(job, message)
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
            Ran::Refused(why) => {
                let rolled_back = wrapped && self.tell("rollback").await.is_ok();
                let applied = if wrapped { Applied::No } else { Applied::Maybe };
                self.after().await;
                (
                    finish(Outcome::Failed, applied, why),
                    wrapped && !rolled_back,
                )
            }
            Ran::Done(verdict) => self.commit(work, verdict, wrapped).await,
        }
    }

    /// What is not as expected is not committed.
    async fn commit(&mut self, work: &SqlWork, verdict: Verdict, wrapped: bool) -> (Finish, bool) {
        let met = verdict.is_met();
        let ended = match (wrapped, met) {
            (false, _) => Ok(()),
            (true, true) => self.tell("commit").await,
            (true, false) => self.tell("rollback").await,
        };
        let mut finish = Finish {
            outcome: if met {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            applied: match (wrapped, met) {
                (_, true) => Applied::Yes,
                (true, false) => Applied::No,
                (false, false) => Applied::Maybe,
            },
            findings: verdict.findings,
            captured: verdict.captured,
            message: (wrapped && !met)
                .then(|| "not as expected, so the transaction was rolled back".to_owned()),
            ..not_begun(&work.job, "")
        };
        match ended {
            Ok(()) => {}
            Err(error) if met && is_lost(&error) => {
                finish.outcome = Outcome::Unknown;
                finish.applied = Applied::Maybe;
                finish.message = Some(format!(
                    "the connection was lost while it was being committed: {}",
                    words(&error)
                ));
                return (finish, true);
            }
            Err(error) => {
                finish.outcome = Outcome::Failed;
                finish.applied = Applied::No;
                finish.message = Some(words(&error));
                return (finish, is_lost(&error));
            }
        }
        self.after().await;
        (finish, false)
    }

    /// A step's own limit is not the next one's.
    async fn after(&mut self) {
        let _ = self.tell("reset lock_timeout").await;
    }
}
