//! SQL work: one session for each of the plan's databases, held for the whole run, so that settings,
//! temporary tables and advisory locks carry over from step to step.
//!
//! Wrapped in a transaction unless its statements refuse one. The transaction's number is reported
//! before the first statement, and nothing runs until that is recorded: whatever dies afterwards,
//! the server can be asked whether it committed.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;

use super::backends::Backends;
use super::judge::{Judgement, Verdict, not_begun};
use super::rows::Printer;
use super::sql_ask::{XID8, identity};
use crate::journal::event::{Applied, BackendAction, Job, Outcome, Stage};
use crate::plan::sql_text::{refuses_transaction, statements};
use crate::plan::{Observed, Sql};
use crate::run::input::{Finish, Notice};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The first version whose sessions can end with their clients.
const CHECKS_CLIENTS: i32 = 140_000;

/// One piece of SQL work.
pub struct SqlWork {
    pub job: Job,
    pub sql: Sql,
    /// The name under which the session shows while it does this.
    pub application: String,
    pub judgement: Judgement,
    pub notices: Sender<Notice>,
    pub stops: Receiver<Stage>,
    /// The permission to go on once the transaction's number is recorded.
    pub proceed: oneshot::Receiver<()>,
}

/// The run's sessions.
pub struct Sessions {
    urls: HashMap<String, Result<String, String>>,
    open: HashMap<String, Sender<SqlWork>>,
    backends: Backends,
}

impl Sessions {
    /// Sessions on the databases at `urls`, each by its name in the plan or with the reason why
    /// there is no URL.
    pub fn new(urls: HashMap<String, Result<String, String>>, backends: Backends) -> Self {
        Sessions {
            urls,
            open: HashMap::new(),
            backends,
        }
    }

    /// Hands `work` to the session of its database, which does one thing after the other.
    pub fn give(&mut self, work: SqlWork) {
        let name = work.sql.database.clone();
        let sender = self.open.entry(name.clone()).or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(64);
            let url = self.urls.get(&name).cloned();
            let session = Session {
                database: name,
                url: url.unwrap_or_else(|| Err("the plan does not name this database".to_owned())),
                backends: self.backends.clone(),
                link: None,
                had_one: false,
            };
            tokio::spawn(session.serve(receiver));
            sender
        });
        if let Err(
            mpsc::error::TrySendError::Full(work) | mpsc::error::TrySendError::Closed(work),
        ) = sender.try_send(work)
        {
            let finish = not_begun(&work.job, "the session has too much to do");
            tokio::spawn(async move { work.notices.send(Notice::Finished(finish)).await });
        }
    }
}

struct Session {
    database: String,
    url: Result<String, String>,
    backends: Backends,
    link: Option<Link>,
    /// Whether there was a session before.
    had_one: bool,
}

/// A connection and who it is on the server.
struct Link {
    connection: PgConnection,
    pid: i32,
    /// When the session began, in microseconds since the Unix epoch by the server's clock.
    started: i64,
    in_recovery: bool,
    version: i32,
    /// The server, as it identifies itself.
    server: Option<String>,
    /// Whether another session was lost before it.
    is_second: bool,
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

impl Session {
    async fn serve(mut self, mut work: Receiver<SqlWork>) {
        while let Some(mut work) = work.recv().await {
            let finish = self.finish(&mut work).await;
            let _ = work.notices.send(Notice::Finished(finish)).await;
        }
    }

    async fn finish(&mut self, work: &mut SqlWork) -> Finish {
        let mut link = match self.living_link().await {
            Some(link) => link,
            None => match self.connect(work).await {
                Ok(link) => link,
                Err(why) => return not_begun(&work.job, why),
            },
        };
        if link.is_second {
            let said =
                "(a new session: settings, temporary tables and locks of the old one are gone)";
            if let Ok(mut printer) = Printer::open(&work.judgement.output).await {
                let _ = printer.say(said).await;
            }
            link.is_second = false;
        }
        let (finish, lost) = link.run(work, &self.database, &self.backends).await;
        self.had_one = true;
        if !lost {
            self.link = Some(link);
        }
        finish
    }

    /// The session that the steps before have used, if the server has not ended it meanwhile.
    async fn living_link(&mut self) -> Option<Link> {
        let mut link = self.link.take()?;
        self.had_one = true;
        match tokio::time::timeout(CONNECT, link.connection.ping()).await {
            Ok(Ok(())) => Some(link),
            _ => None,
        }
    }

    async fn connect(&self, work: &mut SqlWork) -> Result<Link, String> {
        let url = self.url.as_ref().map_err(Clone::clone)?;
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| format!("the URL of `{}` can't be read", self.database))?;
        let options = options.application_name(&work.application);
        let connecting = tokio::time::timeout(CONNECT, PgConnection::connect_with(&options));
        let connection = tokio::select! {
            connection = connecting => match connection {
                Ok(connection) => connection.map_err(|error| format!("failed to connect to `{}`: {}", self.database, words(&error)))?,
                Err(_) => return Err(format!("failed to connect to `{}`: the server does not answer", self.database)),
            },
            Some(_) = work.stops.recv() => return Err("given up before there was a connection".to_owned()),
        };
        let link = Link::greet(connection).await;
        let link = link.map_err(|error| words(&error))?;
        Ok(Link {
            is_second: self.had_one,
            ..link
        })
    }
}

impl Link {
    async fn greet(mut connection: PgConnection) -> Result<Self, sqlx::Error> {
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
    async fn run(
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
        let xid = if wrapped {
            self.tell("begin").await?;
            self.xid().await?
        } else {
            None
        };
        let notice = Notice::Transaction {
            job: work.job.clone(),
            database: database.to_owned(),
            xid,
            server: self.server.clone(),
        };
        let _ = work.notices.send(notice).await;
        Ok(())
    }

    /// The number of the transaction that has just begun; none where nothing can be written.
    async fn xid(&mut self) -> Result<Option<u64>, sqlx::Error> {
        if self.in_recovery {
            return Ok(None);
        }
        let sql = if self.version >= XID8 {
            "select pg_current_xact_id()::text"
        } else {
            "select txid_current()::text"
        };
        let xid: String = sqlx::query_scalar(sql)
            .fetch_one(&mut self.connection)
            .await?;
        Ok(xid.parse().ok())
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
        let undone = "what was not committed is undone by the server";
        match ran {
            Ran::Lost(why) if wrapped => (
                finish(Outcome::Failed, Applied::No, format!("{why}; {undone}")),
                true,
            ),
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
        if finish.outcome == Outcome::Passed {
            for (name, value) in verdict.captured {
                let origin = work.job.step.clone();
                let value = Some(value);
                let _ = work
                    .notices
                    .send(Notice::Variable {
                        name,
                        value,
                        origin,
                    })
                    .await;
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

/// Whether the connection is of no use any more.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle sessions
            let code = database.code();
            matches!(
                code.as_deref(),
                Some("57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03")
            )
        }
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// What a server or a connection said, with its code and its advice; never a URL.
pub(super) fn words(error: &sqlx::Error) -> String {
    let Some(database) = error.as_database_error() else {
        return error.to_string();
    };
    let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let mut words = database.message().to_owned();
    if let Some(code) = database.code() {
        words = format!("{words} ({code})");
    }
    for more in [
        postgres.and_then(|e| e.detail()),
        postgres.and_then(|e| e.hint()),
    ]
    .into_iter()
    .flatten()
    {
        words.push_str("; ");
        words.push_str(more);
    }
    words
}
