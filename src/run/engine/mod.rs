//! The engine: the one owner of a run. It takes in one thing at a time, decides, makes the decision
//! durable, applies it, and only then has it performed.
//!
//! ```text
//!  requests (terminals, scripts) ─┐                ┌─► journal (awaited) ─► state ─► published number
//!  notices (jobs) ────────────────┼─► decide ──────┤
//!  deadlines (the clock) ─────────┘   advance      └─► supervisor (afterwards)
//! ```
//!
//! If the journal can't be written, nothing is done: commands are refused with the reason, reports of
//! jobs are kept and taken in, in order, when it can be written again.

mod commit;
mod masked;
mod request;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use request::Seat;
pub use request::{ClientId, Presence, Published, Request};

use super::decide::{closed_jobs, deadline};
use super::effect::Perform;
use super::input::{Fate, Input, Notice};
use super::secrets::Secrets;
use super::state::{Mismatch, RunState};
use crate::clock::Clock;
use crate::journal::event::EndedEngine;
use crate::journal::{JournalError, Store};
use crate::monitor::{Alert, Readings};
use crate::plan::Plan;

/// How long to wait before trying the journal again.
const TRY_JOURNAL_AGAIN: Duration = Duration::from_secs(1);

/// Why an engine ends before its run does.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal says what can't be. This is a fault of this program.
    #[error("the journal does not fit the plan: {0}")]
    Mismatch(#[from] Mismatch),
    /// Another engine has taken over.
    #[error(transparent)]
    Journal(JournalError),
}

/// The owner of a run.
pub struct Engine<S, C, P> {
    plan: Arc<Plan>,
    state: RunState,
    store: S,
    clock: C,
    supervisor: P,
    readings: Readings,
    secrets: Secrets,
    clients: HashMap<ClientId, Seat>,
    driver: Option<ClientId>,
    /// The terminals that would drive, each by its connection, and came while nothing could be recorded.
    would_drive: BTreeMap<ClientId, String>,
    /// What was reported while the journal could not be written, the oldest first.
    kept: VecDeque<Input>,
    trouble: Option<String>,
    /// Whether it is recorded that this engine has the run, and what it looks for.
    began: bool,
    ended: Option<EndedEngine>,
    changed: Vec<String>,
    variables: Vec<Notice>,
    die_after: Option<String>,
    seq: watch::Sender<u64>,
    presence: watch::Sender<Presence>,
}

/// What an engine is made from.
pub struct Parts<S, C, P> {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The journal.
    pub store: S,
    /// Where the run stands by what it holds.
    pub state: RunState,
    /// The clock.
    pub clock: C,
    /// Who performs.
    pub supervisor: P,
    /// What the monitor remembers of what is normal.
    pub readings: Readings,
    /// The values to mask in what jobs report.
    pub secrets: Secrets,
    /// The engine before, if that was ended because it did not answer.
    pub ended: Option<EndedEngine>,
    /// How this process's environment differs from that of the engine before, a few words a variable.
    pub changed: Vec<String>,
    /// What this process knows, and does not know any more, of the plan's variables.
    pub variables: Vec<Notice>,
    /// A fault to inject: the kind of event after which this process dies, once it is durable and
    /// before anything is done about it.
    pub die_after: Option<String>,
}

impl<S: Store, C: Clock, P: Perform> Engine<S, C, P> {
    /// An engine that stands where its journal ends.
    pub fn new(parts: Parts<S, C, P>) -> (Self, Published) {
        let (seq, seen) = watch::channel(parts.state.seq);
        let (presence, present) = watch::channel(Presence::default());
        let engine = Engine {
            plan: parts.plan,
            state: parts.state,
            store: parts.store,
            clock: parts.clock,
            supervisor: parts.supervisor,
            readings: parts.readings,
            secrets: parts.secrets,
            clients: HashMap::new(),
            driver: None,
            would_drive: BTreeMap::new(),
            kept: VecDeque::new(),
            trouble: None,
            began: false,
            ended: parts.ended,
            changed: parts.changed,
            variables: parts.variables,
            die_after: parts.die_after,
            seq,
            presence,
        };
        let published = Published {
            seq: seen,
            presence: present,
        };
        (engine, published)
    }

    /// Drives the run until it is over and nobody looks any more, or until `stop` says so.
    pub async fn run(
        mut self,
        mut requests: Receiver<Request>,
        mut notices: Receiver<Notice>,
        mut alerts: Receiver<Alert>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), EngineError> {
        tokio::pin!(stop);
        self.wake().await?;
        while !self.is_over() {
            let wake = self.next_wake();
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(notice) = notices.recv() => self.notice(notice).await?,
                Some(alert) = alerts.recv() => self.alert(alert).await?,
                Some(request) = requests.recv() => self.request(request).await?,
                () = sleep(wake) => self.wake().await?,
            }
        }
        self.store.close().await;
        Ok(())
    }

    fn is_over(&self) -> bool {
        let idle = self.state.active_steps().next().is_none() && self.kept.is_empty();
        self.state.end.is_some() && self.clients.is_empty() && idle
    }

    /// How long until something happens by itself.
    fn next_wake(&self) -> Option<Duration> {
        if self.is_stuck() {
            return Some(TRY_JOURNAL_AGAIN);
        }
        deadline(&self.plan, &self.state, self.clock.now())
    }

    /// Whether something has to be recorded before anything else may be.
    fn is_stuck(&self) -> bool {
        self.trouble.is_some() || !self.began || !self.kept.is_empty()
    }

    /// Takes the run up, with everything that nobody watches any more.
    async fn begin(&mut self) -> Result<(), EngineError> {
        let arrival = Input::Engine {
            pid: std::process::id(),
            ended: self.ended.clone(),
            changed: self.changed.clone(),
            variables: self.variables.clone(),
        };
        self.began = self.record(&arrival).await?;
        if self.began {
            // The engine before this one may have died before it had done that.
            let over = closed_jobs(&self.plan, &self.state);
            self.supervisor.conceal(over);
        }
        if self.began && self.state.end.is_some() {
            self.supervisor.over();
        }
        Ok(())
    }

    /// Time has passed; if the journal could not be written, it is tried again. Nothing happens by itself
    /// before everything is recorded that came meanwhile.
    async fn wake(&mut self) -> Result<(), EngineError> {
        if !self.began {
            self.begin().await?;
            if !self.began {
                return Ok(());
            }
        }
        if let Some(why) = self.trouble.clone() {
            if !self.record(&Input::JournalRestored { why }).await? {
                return Ok(());
            }
            self.set_trouble(None);
        }
        while let Some(input) = self.kept.front().cloned() {
            if !self.record(&input).await? {
                return Ok(());
            }
            self.kept.pop_front();
        }
        self.seat_driver().await?;
        self.settle().await
    }

    /// Gets on with what has to be recorded before anything else.
    async fn catch_up(&mut self) -> Result<(), EngineError> {
        if self.is_stuck() {
            self.wake().await?;
        }
        Ok(())
    }

    async fn notice(&mut self, notice: Notice) -> Result<(), EngineError> {
        let notice = self.masked(notice);
        self.catch_up().await?;
        match &notice {
            Notice::Finished(finish) => self.supervisor.forget(&finish.job),
            Notice::Fate { job, fate } if *fate != Fate::InProgress => self.supervisor.forget(job),
            _ => {}
        }
        self.take_in_or_keep(Input::Notice(notice)).await
    }

    async fn alert(&mut self, alert: Alert) -> Result<(), EngineError> {
        self.catch_up().await?;
        self.take_in_or_keep(Input::Alert(alert)).await
    }

    /// What can't be recorded now is kept, in order, until it can.
    async fn take_in_or_keep(&mut self, input: Input) -> Result<(), EngineError> {
        if self.is_stuck() || !self.take_in(&input).await? {
            let came = self.clock.now();
            self.kept.push_back(input.that_came(came));
        }
        Ok(())
    }
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
