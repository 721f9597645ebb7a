//! Who answers at a database's address now that it can be reached again, and whether what the steps have
//! committed is there: a replica may have taken a server's place that had not received all of it.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::sync::mpsc::Sender;

use super::ask::{AGAIN, PATIENCE, TRIES, identity, status_of};
use super::connect::connect;
use super::simple::{literal, row};
use super::words::words;
use crate::monitor::Likeness;
use crate::run::input::{Answerer, Fate, Notice, Recognised};
use crate::run::state::Transaction;

/// The question.
pub struct SqlRecognise {
    pub database: String,
    /// The database's URL, or why there is none.
    pub url: Result<String, String>,
    /// The server of the steps before, as it identified itself.
    pub known: Option<String>,
    /// What passed steps have committed on the database, by their ids.
    pub transactions: Vec<(String, Transaction)>,
    pub notices: Sender<Notice>,
}

impl SqlRecognise {
    /// Asks until there is an answer, for a while. Of a standby it goes on asking: that may be promoted at any
    /// time, and nobody loses a connection by it.
    pub async fn run(self) {
        let mut tries = 0;
        while !self.notices.is_closed() {
            let asked = tokio::time::timeout(PATIENCE, self.ask()).await;
            let answer = asked.unwrap_or_else(|_| Err("it does not answer".to_owned()));
            let is_standby = matches!(&answer, Ok(found) if found.answerer == Answerer::Standby);
            let is_final = answer.is_ok() && !is_standby;
            if is_final || tries == TRIES {
                let found = answer.unwrap_or_else(|why| self.found(None, Answerer::Unasked(why)));
                let _ = self.notices.send(Notice::Recognised(found)).await;
            }
            if is_final || tries >= TRIES && !is_standby {
                return;
            }
            tries += 1;
            let pause = if tries > TRIES { AGAIN * 5 } else { AGAIN };
            tokio::time::sleep(pause).await;
        }
    }

    fn found(&self, server: Option<String>, answerer: Answerer) -> Recognised {
        Recognised {
            database: self.database.clone(),
            server,
            answerer,
            there: 0,
            lost: Vec::new(),
        }
    }

    /// The error says why the server could not be asked.
    async fn ask(&self) -> Result<Recognised, String> {
        let url = self.url.as_ref().map_err(Clone::clone)?;
        let mut server = connect(&self.database, url, "gonogo").await?;
        let recognised = self.recognise(&mut server).await;
        let _ = tokio::time::timeout(Duration::from_secs(1), server.close()).await;
        recognised.map_err(|error| words(&error))
    }

    async fn recognise(&self, server: &mut PgConnection) -> Result<Recognised, sqlx::Error> {
        let now = identity(server).await;
        let answerer = match (&self.known, &now) {
            (Some(then), Some(now)) => match Likeness::of(then, now) {
                Likeness::Same => Answerer::Same,
                Likeness::Promoted(timeline) => Answerer::Promoted(timeline),
                Likeness::Another => Answerer::Another { then: then.clone() },
                Likeness::Remade => Answerer::Remade,
            },
            (Some(_), None) if is_standby(server).await? => Answerer::Standby,
            _ => Answerer::Same,
        };
        let mut found = self.found(now, answerer);
        let Some(now) = found.server.clone() else {
            return Ok(found);
        };
        for (step, transaction) in &self.transactions {
            let known = self.known.as_deref();
            match has(server, transaction, (known, &now)).await? {
                Some(true) => found.there += 1,
                Some(false) => found.lost.push(step.clone()),
                None => {}
            }
        }
        Ok(found)
    }
}

async fn is_standby(server: &mut PgConnection) -> Result<bool, sqlx::Error> {
    row(server, "select pg_is_in_recovery()").await?.try_get(0)
}

/// Whether the server that is called `now`, and was last `known` as that, has what `transaction` has committed; none
/// where it can't be asked for that: the transaction was another system's, or is so old that it is forgotten, or
/// somebody knows that its database is gone.
async fn has(
    server: &mut PgConnection,
    transaction: &Transaction,
    (known, now): (Option<&str>, &str),
) -> Result<Option<bool>, sqlx::Error> {
    let (Some(xid), Some(then)) = (transaction.xid, &transaction.server) else {
        return Ok(None);
    };
    match Likeness::of(then, now) {
        Likeness::Another => return Ok(None),
        // The server knows its number still, and what it did went with the database.
        Likeness::Remade => {
            let news = known.map(|known| Likeness::of(known, now)) == Some(Likeness::Remade);
            return Ok(news.then_some(false));
        }
        // A replica that had not heard of the number has given it to somebody else.
        Likeness::Promoted(_) if !has_heard(server, transaction).await? => return Ok(Some(false)),
        _ => {}
    }
    Ok(match status_of(server, xid).await? {
        Fate::Committed => Some(true),
        Fate::Aborted | Fate::InProgress => Some(false),
        Fate::Lost(_) => None,
    })
}

/// Whether a server that was a replica had received the number of `transaction` when it was promoted, unless it is
/// known that it had not. Until it is started anew it tells how far it had come.
async fn has_heard(
    server: &mut PgConnection,
    transaction: &Transaction,
) -> Result<bool, sqlx::Error> {
    let lsn = transaction.lsn.as_deref().map(literal);
    let lsn = lsn.as_deref().unwrap_or("null");
    let sql = format!("select coalesce(pg_last_wal_replay_lsn() >= {lsn}::pg_lsn, true)");
    row(server, sql).await?.try_get(0)
}
