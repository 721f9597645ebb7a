//! Cancelling and terminating sessions over the spare connection.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::postgres::PgRow;

use super::keep::{KeptLine, Question};
use super::rows::{field, text};
use super::trouble::Trouble;
use crate::monitor::MONITOR_NAME;
use crate::monitor::session::{Backend, State};
use crate::monitor::signal::{Effect, Outcome, Signal};

/// One session, if it is there. Its start is what tells it from a later one with the same pid.
const LOOK: &str = "
    SELECT (extract(epoch FROM backend_start) * 1000000)::int8 AS started,
           (extract(epoch FROM query_start) * 1000000)::int8 AS query_started,
           application_name, state
      FROM pg_stat_get_activity($1)";

/// The sessions of one application.
const OF_APPLICATION: &str = "
    SELECT pid, (extract(epoch FROM backend_start) * 1000000)::int8 AS started
      FROM pg_stat_get_activity(NULL)
     WHERE application_name = $1";

const CANCEL: &str = "
    SELECT pg_cancel_backend(pid) AS sent
      FROM pg_stat_get_activity($1)
     WHERE (extract(epoch FROM backend_start) * 1000000)::int8 = $2";

const TERMINATE: &str = "
    SELECT pg_terminate_backend(pid) AS sent
      FROM pg_stat_get_activity($1)
     WHERE (extract(epoch FROM backend_start) * 1000000)::int8 = $2";

/// How often it is looked whether a signal has had its effect: five seconds in all.
const LOOKS: u32 = 50;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// The longest application name a server keeps.
const LONGEST_NAME: usize = 63;

/// Cancels and terminates sessions of one database's server.
///
/// Every function is bounded: it ends within some ten seconds even if the server does not answer.
/// Dropping its future does not take a signal back.
#[derive(Clone)]
pub struct Signaller {
    spare: Result<Arc<KeptLine>, String>,
}

/// A session as it was looked up.
struct Looked {
    started: Option<i64>,
    query_started: Option<i64>,
    application: String,
    state: State,
}

impl Signaller {
    /// A signaller over `spare`, or one that can only say why there is none.
    pub(in crate::monitor) fn new(spare: Result<Arc<KeptLine>, String>) -> Self {
        Signaller { spare }
    }

    /// Asks the session to stop its statement, and sees whether it does.
    pub async fn cancel(&self, backend: Backend) -> Outcome {
        self.signal(backend, Signal::Cancel).await
    }

    /// Asks the session to end, and sees whether it does.
    pub async fn terminate(&self, backend: Backend) -> Outcome {
        self.signal(backend, Signal::Terminate).await
    }

    /// Cancels the statements of all sessions called `name`, one outcome each. The error says why
    /// nobody knows which they are.
    pub async fn cancel_application(&self, name: &str) -> Result<Vec<Outcome>, String> {
        let backends = self.sessions_of(name).await?;
        Ok(join_all(backends.into_iter().map(|backend| self.cancel(backend))).await)
    }

    /// The sessions called `name`, in all databases of the server. Those whose start is hidden from
    /// this role are left out.
    pub async fn sessions_of(&self, name: &str) -> Result<Vec<Backend>, String> {
        let mut end = name.len().min(LONGEST_NAME);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let spare = self.spare.as_ref().map_err(Clone::clone)?;
        let rows = spare
            .ask(Question::Rows(&|| {
                sqlx::query(OF_APPLICATION).bind(&name[..end])
            }))
            .await
            .map_err(|trouble| trouble.words)?;
        let backend = |row: &PgRow| {
            Some(Backend {
                pid: field(row, "pid")?,
                started: field(row, "started")?,
            })
        };
        Ok(rows.iter().filter_map(backend).collect())
    }

    async fn signal(&self, backend: Backend, signal: Signal) -> Outcome {
        let pid = backend.pid;
        if pid <= 0 {
            let words = "a prepared transaction has no session; only ROLLBACK PREPARED ends it";
            return Outcome::new(pid, Effect::Refused, words);
        }
        let spare = match &self.spare {
            Ok(spare) => spare,
            Err(reason) => return Outcome::new(pid, Effect::Refused, reason),
        };
        let tried = attempt(spare, backend, signal).await;
        tried.unwrap_or_else(|trouble| failed(pid, &trouble))
    }
}

/// The answer stayed away, or the server said no.
fn failed(pid: i32, trouble: &Trouble) -> Outcome {
    let effect = if trouble.ended {
        Effect::Unknown
    } else {
        Effect::Refused
    };
    Outcome::new(pid, effect, &trouble.words)
}

async fn attempt(spare: &KeptLine, backend: Backend, signal: Signal) -> Result<Outcome, Trouble> {
    let before = look(spare, backend.pid).await?;
    let before = match refusal(before, backend, signal) {
        Ok(before) => before,
        Err(outcome) => return Ok(outcome),
    };
    let sql = match signal {
        Signal::Cancel => CANCEL,
        Signal::Terminate => TERMINATE,
    };
    let rows = spare
        .ask(Question::Rows(&|| {
            sqlx::query(sql).bind(backend.pid).bind(backend.started)
        }))
        .await?;
    if !rows
        .first()
        .and_then(|row| field(row, "sent"))
        .unwrap_or(false)
    {
        return Ok(gone(backend.pid));
    }
    for _ in 0..LOOKS {
        if has_ended(look(spare, backend.pid).await?.as_ref(), &before, signal) {
            return Ok(Outcome::ended(backend.pid, signal));
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(Outcome::still_there(backend.pid, signal))
}

async fn look(spare: &KeptLine, pid: i32) -> Result<Option<Looked>, Trouble> {
    let rows = spare
        .ask(Question::Rows(&|| sqlx::query(LOOK).bind(pid)))
        .await?;
    Ok(rows.first().map(|row| Looked {
        started: field(row, "started"),
        query_started: field(row, "query_started"),
        application: text(row, "application_name").unwrap_or_default(),
        state: State::of(text(row, "state").as_deref()),
    }))
}

/// The session if it may be signalled, else the outcome that says why not.
fn refusal(found: Option<Looked>, backend: Backend, signal: Signal) -> Result<Looked, Outcome> {
    let pid = backend.pid;
    let Some(found) = found else {
        return Err(gone(pid));
    };
    if found.application == MONITOR_NAME {
        let words = format!("{pid} is a monitor's own session");
        return Err(Outcome::new(pid, Effect::Refused, words));
    }
    match found.started {
        None => {
            let words = format!(
                "this role may not see session {pid}, so it can't be told from another; \
                 grant pg_monitor to it"
            );
            return Err(Outcome::new(pid, Effect::Refused, words));
        }
        Some(started) if started != backend.started => return Err(gone(pid)),
        Some(_) => {}
    }
    match (signal, found.state) {
        (Signal::Cancel, state) if state.holds_transaction_idly() => {
            let words = format!(
                "{pid} is idle in a transaction: there is no statement to cancel, and it keeps \
                 its locks until it is terminated"
            );
            Err(Outcome::new(pid, Effect::IdleInTransaction, words))
        }
        (Signal::Cancel, State::Idle) => {
            let words = format!("{pid} runs nothing");
            Err(Outcome::new(pid, Effect::Idle, words))
        }
        _ => Ok(found),
    }
}

fn gone(pid: i32) -> Outcome {
    let words = format!("session {pid} has ended before");
    Outcome::new(pid, Effect::Gone, words)
}

/// A statement has ended when its session does something else, or nothing.
fn has_ended(now: Option<&Looked>, before: &Looked, signal: Signal) -> bool {
    let Some(now) = now.filter(|now| now.started == before.started) else {
        return true;
    };
    signal == Signal::Cancel
        && (now.state != State::Active || now.query_started != before.query_started)
}
