//! Cancelling and terminating sessions, over the spare connection or whichever is free.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;

use super::errand::{Desk, Order};
use super::keep::KeptLine;
use super::rows::{field, text};
use super::trouble::Trouble;
use crate::monitor::MONITOR_NAME;
use crate::monitor::locks::LockTree;
use crate::monitor::session::{
    Backend, RECOVERY, State, no_signal_for_monitor, no_signal_for_recovery,
};
use crate::monitor::signal::{Effect, Outcome, Signal};

/// For how long it is looked whether a signal has had its effect. Over a slow line there are fewer looks.
const LOOKED_FOR: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// The longest application name a server keeps.
const LONGEST_NAME: usize = 63;

/// Cancels and terminates sessions of one database's server.
///
/// Every function is bounded: it ends within some ten seconds even if the server does not answer.
/// Dropping its future does not take a signal back.
#[derive(Clone)]
pub struct Signaller {
    lines: Result<Lines, String>,
}

/// The ways to the server.
#[derive(Clone)]
struct Lines {
    spare: Arc<KeptLine>,
    desk: Desk,
}

impl Lines {
    /// Has `order` done over whichever connection is free, else over the spare one when it is.
    async fn ask(&self, order: Order) -> Result<Vec<PgRow>, Trouble> {
        if let Some(answer) = self.spare.ask_if_free(&order).await {
            return answer;
        }
        if let Some(answer) = self.desk.ask(&order).await {
            return answer;
        }
        self.spare.ask(|| order.statement()).await
    }
}

/// A session as it was looked up.
struct Looked {
    started: Option<i64>,
    query_started: Option<i64>,
    /// Whether it has committed, and waits until a standby has that, too.
    committed: bool,
    application: String,
    state: State,
    recovers: bool,
}

impl Signaller {
    /// A signaller over `spare`, and over the connection that watches when that is busy.
    pub(in crate::monitor) fn new(spare: Arc<KeptLine>, desk: Desk) -> Self {
        let lines = Ok(Lines { spare, desk });
        Signaller { lines }
    }

    /// A signaller that can only say why there is no connection.
    pub(in crate::monitor) fn without(why: String) -> Self {
        Signaller { lines: Err(why) }
    }

    /// Asks the session to stop whatever statement it runs, and sees whether it does.
    pub async fn cancel(&self, backend: Backend) -> Outcome {
        self.cancel_statement(backend, None).await
    }

    /// Asks the session to stop the statement that `began` at that time, if it still runs it, and sees
    /// whether it does; any, where that is not known.
    pub async fn cancel_statement(&self, backend: Backend, began: Option<i64>) -> Outcome {
        self.signal(backend, Order::Cancel(backend, began)).await
    }

    /// Asks the session to end, and sees whether it does.
    pub async fn terminate(&self, backend: Backend) -> Outcome {
        self.signal(backend, Order::Terminate(backend)).await
    }

    /// The sessions called `name`, in all databases of the server. Those whose start is hidden from
    /// this role are left out.
    pub async fn sessions_of(&self, name: &str) -> Result<Vec<Backend>, String> {
        let mut end = name.len().min(LONGEST_NAME);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let lines = self.lines.as_ref().map_err(Clone::clone)?;
        let order = Order::OfApplication(name[..end].to_owned());
        let rows = lines.ask(order).await.map_err(|trouble| trouble.words)?;
        let backend = |row: &PgRow| {
            Some(Backend {
                pid: field(row, "pid")?,
                started: field(row, "started")?,
            })
        };
        Ok(rows.iter().filter_map(backend).collect())
    }

    async fn signal(&self, backend: Backend, order: Order) -> Outcome {
        let pid = backend.pid;
        if pid <= 0 {
            let words = format!("that is {}", LockTree::default().prepared_words());
            return Outcome::new(pid, Effect::Refused, words);
        }
        let lines = match &self.lines {
            Ok(lines) => lines,
            Err(reason) => return Outcome::new(pid, Effect::Refused, reason),
        };
        let tried = attempt(lines, backend, order).await;
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

async fn attempt(lines: &Lines, backend: Backend, order: Order) -> Result<Outcome, Trouble> {
    let (signal, began) = match order {
        Order::Cancel(_, began) => (Signal::Cancel, began),
        _ => (Signal::Terminate, None),
    };
    let before = look(lines, backend.pid).await?;
    let before = match refusal(before, backend, signal, began) {
        Ok(before) => before,
        Err(outcome) => return Ok(outcome),
    };
    let rows = lines.ask(order).await?;
    let sent = rows.first().and_then(|row| field(row, "sent"));
    match sent {
        Some(true) => {}
        Some(false) => return not_sent(lines, backend).await,
        None => {
            // What was meant has ended between the look and the signal.
            let now = look(lines, backend.pid).await?;
            let why = refusal(now, backend, signal, began).err();
            return Ok(why.unwrap_or_else(|| gone(backend.pid)));
        }
    }
    let over = tokio::time::sleep(LOOKED_FOR);
    tokio::pin!(over);
    loop {
        if has_ended(look(lines, backend.pid).await?.as_ref(), &before, signal) {
            return Ok(if before.committed {
                Outcome::ended_after_commit(backend.pid, signal)
            } else {
                Outcome::ended(backend.pid, signal)
            });
        }
        tokio::select! {
            biased;
            () = &mut over => return Ok(Outcome::still_there(backend.pid, signal)),
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
}

/// The server found nobody to send the signal to: either the session has just ended, or it is of a kind
/// that takes none.
async fn not_sent(lines: &Lines, backend: Backend) -> Result<Outcome, Trouble> {
    let pid = backend.pid;
    let found = look(lines, pid).await?;
    if found.is_none_or(|found| found.started != Some(backend.started)) {
        return Ok(gone(pid));
    }
    let words = format!("the server refused: {pid} takes no signals");
    Ok(Outcome::new(pid, Effect::Refused, words))
}

async fn look(lines: &Lines, pid: i32) -> Result<Option<Looked>, Trouble> {
    let rows = lines.ask(Order::Look(pid)).await?;
    Ok(rows.first().map(|row| Looked {
        started: field(row, "started"),
        query_started: field(row, "query_started"),
        committed: text(row, "wait_event").as_deref() == Some("SyncRep"),
        application: text(row, "application_name").unwrap_or_default(),
        state: State::of(text(row, "state").as_deref(), false),
        recovers: text(row, "backend_type").as_deref() == Some(RECOVERY),
    }))
}

/// The session if it may be signalled, else the outcome that says why not; `began` is when the statement
/// began that is meant, if it is a certain one.
fn refusal(
    found: Option<Looked>,
    backend: Backend,
    signal: Signal,
    began: Option<i64>,
) -> Result<Looked, Outcome> {
    let pid = backend.pid;
    let Some(found) = found else {
        return Err(gone(pid));
    };
    if found.application == MONITOR_NAME {
        let words = no_signal_for_monitor(pid);
        return Err(Outcome::new(pid, Effect::Refused, words));
    }
    if found.recovers {
        let words = no_signal_for_recovery(pid);
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
        (Signal::Cancel, _) if began.is_some() && began != found.query_started => {
            let words = format!("{pid} runs another statement by now: nothing was cancelled");
            Err(Outcome::new(pid, Effect::Refused, words))
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
