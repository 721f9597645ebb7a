//! Asking a database server what became of SQL whose connection or engine is gone: whether its
//! transaction has committed, or whether its session still works.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::sync::mpsc::{Receiver, Sender};

use super::simple::{literal, row};
use super::words::words;
use crate::journal::event::{Job, Stage};
use crate::monitor::{IDENTITY, Target, server_of};
use crate::run::input::{Fate, Notice};
use crate::run::state::Transaction;
use crate::run::work::backends::Backends;

/// How long a server may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How often to ask again while it goes on.
pub(super) const AGAIN: Duration = Duration::from_secs(1);
/// How often a server that can't be reached is tried before it is given up: one that was restarted,
/// or whose place another takes, is back within that many seconds.
pub(super) const TRIES: u32 = 20;
/// The first version whose transaction numbers have a type of their own.
pub(super) const XID8: i32 = 130_000;

/// One question.
pub struct SqlAsk {
    pub job: Job,
    pub transaction: Transaction,
    /// The session's process on the server.
    pub pid: Option<u32>,
    /// The database's URL, or why there is none.
    pub url: Result<String, String>,
    /// The name under which the session shows.
    pub application: String,
    pub backends: Backends,
    pub notices: Sender<Notice>,
}

impl SqlAsk {
    /// Asks until the answer is final, or until it is told to give up, which it hears at any time.
    pub async fn run(self, mut stops: Receiver<Stage>) {
        let mut tries = 0;
        let fate = loop {
            let next = tokio::select! {
                answer = self.ask() => self.weigh(answer, &mut tries).await,
                Some(stage) = stops.recv() => self.stop(stage).await,
            };
            if let Some(fate) = next {
                break fate;
            }
            let next = tokio::select! {
                () = tokio::time::sleep(AGAIN) => None,
                Some(stage) = stops.recv() => self.stop(stage).await,
            };
            if let Some(fate) = next {
                break fate;
            }
        };
        self.tell(fate).await;
    }

    /// What is final about an answer; none if it has to be asked again.
    async fn weigh(&self, answer: Result<Fate, String>, tries: &mut u32) -> Option<Fate> {
        match answer {
            Ok(Fate::InProgress) => {
                *tries = 0;
                self.tell(Fate::InProgress).await;
                None
            }
            Ok(fate) => Some(fate),
            Err(why) if *tries < TRIES => {
                if *tries == 0 {
                    self.lost(why).await;
                }
                *tries += 1;
                None
            }
            Err(why) => Some(Fate::Lost(why)),
        }
    }

    /// Has the server stop it, or gives it up.
    async fn stop(&self, stage: Stage) -> Option<Fate> {
        if stage == Stage::Kill {
            let why = "it was given up before the server could tell its end";
            return Some(Fate::Lost(why.to_owned()));
        }
        self.backends
            .cancel_application(self.application.clone())
            .await;
        None
    }

    /// The server that could tell is not there: until it is, nothing goes on.
    async fn lost(&self, why: String) {
        let lost = Notice::ConnectionLost {
            job: self.job.clone(),
            database: self.transaction.database.clone(),
            why,
        };
        let _ = self.notices.send(lost).await;
    }

    async fn tell(&self, fate: Fate) {
        let job = self.job.clone();
        let _ = self.notices.send(Notice::Fate { job, fate }).await;
    }

    /// The error says why the server could not be asked.
    async fn ask(&self) -> Result<Fate, String> {
        let name = &self.transaction.database;
        let target = match self.url.as_ref().map(|url| Target::parse(url)) {
            Ok(Ok(target)) => target,
            Ok(Err(why)) => return Ok(Fate::Lost(format!("`{name}`: {why}"))),
            Err(why) => return Ok(Fate::Lost(why.clone())),
        };
        let asking = tokio::time::timeout(PATIENCE, self.ask_server(target));
        let silent = |_| format!("`{name}` does not answer what became of it");
        asking.await.map_err(silent)?
    }

    async fn ask_server(&self, target: Target) -> Result<Fate, String> {
        let name = &self.transaction.database;
        let mut server = target
            .link(&target.named("gonogo"))
            .await
            .map_err(|error| format!("failed to connect to `{name}`: {}", words(&error)))?;
        let now = identity(&mut server).await;
        let crashed = match (&self.transaction.server, &now) {
            (Some(then), Some(now)) if is_another(then, now) => {
                return Ok(Fate::Lost(format!(
                    "`{name}` is not the server any more that ran it ({now} instead of {then}): what it says of its transactions means nothing here"
                )));
            }
            (Some(then), Some(now)) => has_crashed(then, now),
            // What a standby has not heard of yet may be committed all the same.
            (Some(_), None) => {
                return Err(format!(
                    "`{name}` is a standby, or does not say which server it is: it can't tell what became of it"
                ));
            }
            (None, _) if self.transaction.xid.is_some() => {
                return Ok(Fate::Lost(format!(
                    "it is not recorded which server ran it, so what `{name}` says of its transactions need not be about it"
                )));
            }
            (None, _) => false,
        };
        let fate = match self.transaction.xid {
            Some(xid) => match status_of(&mut server, xid).await {
                Ok(Fate::Committed) if crashed => Ok(Fate::Lost(format!(
                    "`{name}` has recovered from a crash since, and may have given a number that it had forgotten to somebody else: a transaction {xid} has committed, but it need not be the step's"
                ))),
                fate => fate,
            },
            None => self.session(&mut server).await,
        };
        let _ = server.close().await;
        fate.map_err(|error| words(&error))
    }

    /// Outside of a transaction there is no status. What can be seen is whether the session still
    /// works, and what it may have left unfinished.
    async fn session(&self, server: &mut PgConnection) -> Result<Fate, sqlx::Error> {
        let application = literal(&self.application);
        // Behind a pooler nobody knows which process it is.
        let pid = self.pid.map(|pid| format!("pid = {pid} and "));
        let found = row(
            server,
            format!(
                "select exists (select from pg_stat_activity where {}application_name = {application} and state <> 'idle'),
                        (select string_agg(indexrelid::regclass::text, ', ') from pg_index where not indisvalid)",
                pid.unwrap_or_default()
            ),
        )
        .await?;
        if found.try_get(0)? {
            return Ok(Fate::InProgress);
        }
        let invalid: Option<String> = found.try_get(1)?;
        let invalid = invalid.map_or(String::new(), |names| format!("; invalid indexes: {names}"));
        Ok(Fate::Lost(format!(
            "its statements were not in a transaction, and its session is gone{invalid}"
        )))
    }
}

/// What the server says of a transaction.
pub(super) async fn status_of(server: &mut PgConnection, xid: u64) -> Result<Fate, sqlx::Error> {
    let version = row(server, "select current_setting('server_version_num')::int").await?;
    let sql = if version.try_get::<i32, _>(0)? >= XID8 {
        format!("select pg_xact_status('{xid}'::xid8)")
    } else {
        format!("select txid_status('{xid}'::bigint)")
    };
    let status: Option<String> = match row(server, sql).await {
        // The server has forgotten the number in a crash: nothing of it was on the disk.
        Err(error) if is_in_the_future(&error) => return Ok(Fate::Aborted),
        asked => asked?.try_get(0)?,
    };
    Ok(match status.as_deref() {
        Some("committed") => Fate::Committed,
        Some("aborted") => Fate::Aborted,
        Some("in progress") => Fate::InProgress,
        _ => Fate::Lost(format!(
            "transaction {xid} is so old that the server has forgotten it"
        )),
    })
}

/// `invalid_parameter_value` is what the server says of numbers that it has not given out yet.
fn is_in_the_future(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("22023")
}

/// How a server identifies itself. `None` where it does not say, as on a standby.
pub(super) async fn identity(server: &mut PgConnection) -> Option<String> {
    for sql in IDENTITY {
        if let Ok(said) = row(server, sql).await
            && let Ok(identity) = said.try_get(0)
        {
            return Some(identity);
        }
    }
    None
}

/// Whether two identities are those of different servers, or of the same one before and after it was
/// promoted.
fn is_another(then: &str, now: &str) -> bool {
    without_life(then) != without_life(now)
}

/// The part of an identity that a crash does not change: that of a server which keeps the number of a
/// transaction through a crash.
fn without_life(identity: &str) -> String {
    let (server, _) = server_of(identity);
    let parts: Vec<&str> = server.splitn(3, '/').take(2).collect();
    parts.join("/")
}

/// An identity without the part that a crash changes.
pub(super) fn in_any_life(identity: &str) -> String {
    let database = server_of(identity).1;
    let database = database.map_or(String::new(), |database| format!("@{database}"));
    without_life(identity) + &database
}

/// Whether the server has recovered from a crash between two identities of its. Where the number of the
/// transaction is kept through a crash nothing is said of it, nor in journals of older versions.
fn has_crashed(then: &str, now: &str) -> bool {
    let life = |identity| server_of(identity).0.splitn(3, '/').nth(2);
    match (life(then), life(now)) {
        (Some(then), Some(now)) => then != now,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_system_and_timeline_and_a_crash_by_the_rest() {
        let cases = [
            ("71/00000001/5", "71/00000001/5", (false, false)),
            ("71/00000001/5", "71/00000001/6", (false, true)),
            ("71/00000001/5", "71/00000002/5", (true, false)),
            ("71/00000001/5", "72/00000001/6", (true, true)),
            ("71/00000001", "71/00000001/6", (false, false)),
            ("71/00000001/5@16384", "71/00000001/5", (false, false)),
            ("71/00000001/5@16384", "71/00000001/6@16384", (false, true)),
        ];
        for (then, now, expected) in cases {
            let found = (is_another(then, now), has_crashed(then, now));
            assert_eq!(found, expected, "{then} {now}");
            assert!(!has_crashed(&in_any_life(then), now), "{then} {now}");
        }
        let durable = [
            ("71/00000001/5", "71/00000001"),
            ("71/00000001", "71/00000001"),
            ("71/00000001/5@16384", "71/00000001@16384"),
        ];
        for (identity, expected) in durable {
            assert_eq!(in_any_life(identity), expected);
        }
    }
}
