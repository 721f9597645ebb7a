//! Asking a database server what became of SQL whose connection or engine is gone: whether its
//! transaction has committed, or whether its session still works.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::sync::mpsc::{Receiver, Sender};

use super::words::words;
use crate::journal::event::{Job, Stage};
use crate::monitor::{IDENTITY, Target};
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
        let mut server = PgConnection::connect_with(&target.named("gonogo"))
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
        let row = sqlx::query(
            "select exists (select from pg_stat_activity
                            where pid = $1 and application_name = $2 and state <> 'idle'),
                    (select string_agg(indexrelid::regclass::text, ', ')
                     from pg_index where not indisvalid)",
        )
        .persistent(false)
        .bind(self.pid.map(u32::cast_signed))
        .bind(&self.application)
        .fetch_one(server)
        .await?;
        if row.try_get(0)? {
            return Ok(Fate::InProgress);
        }
        let invalid: Option<String> = row.try_get(1)?;
        let invalid = invalid.map_or(String::new(), |names| format!("; invalid indexes: {names}"));
        Ok(Fate::Lost(format!(
            "its statements were not in a transaction, and its session is gone{invalid}"
        )))
    }
}

/// What the server says of a transaction.
pub(super) async fn status_of(server: &mut PgConnection, xid: u64) -> Result<Fate, sqlx::Error> {
    let version: String = sqlx::query_scalar("select current_setting('server_version_num')")
        .persistent(false)
        .fetch_one(&mut *server)
        .await?;
    let sql = if version.parse().is_ok_and(|version: i32| version >= XID8) {
        "select pg_xact_status($1::text::xid8)"
    } else {
        "select txid_status($1::text::bigint)"
    };
    let asked = sqlx::query_scalar(sql)
        .persistent(false)
        .bind(xid.to_string())
        .fetch_one(server)
        .await;
    let status: Option<String> = match asked {
        // The server has forgotten the number in a crash: nothing of it was on the disk.
        Err(error) if is_in_the_future(&error) => return Ok(Fate::Aborted),
        asked => asked?,
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
        let said = sqlx::query_scalar(sql)
            .persistent(false)
            .fetch_one(&mut *server);
        if let Ok(identity) = said.await {
            return Some(identity);
        }
    }
    None
}

/// Whether two identities are those of different servers, or of the same one before and after it was
/// promoted.
fn is_another(then: &str, now: &str) -> bool {
    let server = |identity: &str| identity.splitn(3, '/').take(2).collect::<String>();
    server(then) != server(now)
}

/// The part of an identity that a crash does not change: that of a server which keeps the number of a
/// transaction through a crash.
pub(super) fn without_life(identity: &str) -> &str {
    identity
        .match_indices('/')
        .nth(1)
        .map_or(identity, |(at, _)| &identity[..at])
}

/// Whether the server has recovered from a crash between two identities of its. Where the number of the
/// transaction is kept through a crash nothing is said of it, nor in journals of older versions.
fn has_crashed(then: &str, now: &str) -> bool {
    match (then.splitn(3, '/').nth(2), now.splitn(3, '/').nth(2)) {
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
        ];
        for (then, now, expected) in cases {
            let found = (is_another(then, now), has_crashed(then, now));
            assert_eq!(found, expected, "{then} {now}");
            assert!(!has_crashed(without_life(then), now), "{then} {now}");
        }
        assert_eq!(without_life("71/00000001/5"), "71/00000001");
        assert_eq!(without_life("71/00000001"), "71/00000001");
    }
}
