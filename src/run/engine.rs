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

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::{oneshot, watch};

use super::command::{Command, Refusal};
use super::decide::{Decision, advance, deadline, decide};
use super::effect::Perform;
use super::input::{Fate, Input, Notice, Session, Wish};
use super::state::{Mismatch, RunState};
use super::supervisor::Secrets;
use crate::clock::Clock;
use crate::journal::{Actor, Entry, JournalError, Store, Unwritten, Via};
use crate::plan::Plan;

/// How long to wait before trying the journal again.
const TRY_JOURNAL_AGAIN: Duration = Duration::from_secs(1);

/// A connection to the engine.
pub type ClientId = u64;

/// What terminals and scripts ask.
#[derive(Debug)]
pub enum Request {
    /// A terminal is there, and stays.
    Arrive {
        /// Which connection.
        client: ClientId,
        /// Who.
        actor: Actor,
        /// The terminal.
        terminal: String,
        /// Whether it would drive, if nobody does.
        drive: bool,
    },
    /// A terminal is gone.
    Leave {
        /// Which connection.
        client: ClientId,
    },
    /// Somebody wants something.
    Command {
        /// Which connection.
        client: ClientId,
        /// Who.
        actor: Actor,
        /// The terminal.
        terminal: String,
        /// What.
        command: Command,
        /// The database session it names.
        session: Option<Session>,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<(), Refusal>>,
    },
}

/// Who is there, and what keeps the engine from working; nothing of it is recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The connection that drives.
    pub driver: Option<ClientId>,
    /// How many connections there are besides it.
    pub watchers: usize,
    /// Why the journal can't be written, if it can't.
    pub trouble: Option<String>,
}

/// What the engine shows to those who serve it.
#[derive(Clone)]
pub struct Published {
    /// The number of the last entry.
    pub seq: watch::Receiver<u64>,
    /// Who is there.
    pub presence: watch::Receiver<Presence>,
}

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
    secrets: Secrets,
    clients: HashMap<ClientId, Actor>,
    driver: Option<ClientId>,
    /// What jobs reported while the journal could not be written, the oldest first.
    kept: VecDeque<Notice>,
    trouble: Option<String>,
    /// Whether it is recorded that this engine has the run, and what it looks for.
    began: bool,
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
    /// What it holds already.
    pub entries: Vec<Entry>,
    /// The clock.
    pub clock: C,
    /// Who performs.
    pub supervisor: P,
    /// The values to mask in what jobs report.
    pub secrets: Secrets,
    /// A fault to inject: the kind of event after which this process dies, once it is durable and
    /// before anything is done about it.
    pub die_after: Option<String>,
}

impl<S: Store, C: Clock, P: Perform> Engine<S, C, P> {
    /// An engine that stands where its journal ends.
    pub fn new(parts: Parts<S, C, P>) -> Result<(Self, Published), EngineError> {
        let mut state = RunState::new(&parts.plan);
        for entry in &parts.entries {
            state.apply(&parts.plan, entry)?;
        }
        let (seq, seen) = watch::channel(state.seq);
        let (presence, present) = watch::channel(Presence::default());
        let engine = Engine {
            plan: parts.plan,
            state,
            store: parts.store,
            clock: parts.clock,
            supervisor: parts.supervisor,
            secrets: parts.secrets,
            clients: HashMap::new(),
            driver: None,
            kept: VecDeque::new(),
            trouble: None,
            began: false,
            die_after: parts.die_after,
            seq,
            presence,
        };
        let published = Published {
            seq: seen,
            presence: present,
        };
        Ok((engine, published))
    }

    /// Drives the run until it is over and nobody looks any more, or until `stop` says so.
    pub async fn run(
        mut self,
        mut requests: Receiver<Request>,
        mut notices: Receiver<Notice>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), EngineError> {
        tokio::pin!(stop);
        self.begin().await?;
        while !self.is_over() {
            let wake = self.next_wake();
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(notice) = notices.recv() => self.notice(notice).await?,
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
        if self.trouble.is_some() {
            return Some(TRY_JOURNAL_AGAIN);
        }
        deadline(&self.plan, &self.state, self.clock.now())
    }

    /// Takes the run up, with everything that nobody watches any more.
    async fn begin(&mut self) -> Result<(), EngineError> {
        let pid = std::process::id();
        self.began = self.take_in(&Input::Engine { pid }).await?;
        Ok(())
    }

    /// Time has passed; if the journal could not be written, it is tried again.
    async fn wake(&mut self) -> Result<(), EngineError> {
        let trouble = self.trouble.clone();
        if !self.began {
            self.begin().await?;
            if !self.began {
                return Ok(());
            }
        }
        if let Some(why) = trouble
            && !self.take_in(&Input::JournalRestored { why }).await?
        {
            return Ok(());
        }
        while let Some(notice) = self.kept.front().cloned() {
            if !self.take_in(&Input::Notice(notice)).await? {
                return Ok(());
            }
            self.kept.pop_front();
        }
        self.settle().await
    }

    async fn notice(&mut self, notice: Notice) -> Result<(), EngineError> {
        let notice = self.masked(notice);
        if self.trouble.is_some() {
            self.wake().await?;
        }
        match &notice {
            Notice::Finished(finish) => self.supervisor.forget(&finish.job),
            Notice::Fate { job, fate } if *fate != Fate::InProgress => self.supervisor.forget(job),
            _ => {}
        }
        let must_wait = self.trouble.is_some() || !self.kept.is_empty();
        if must_wait || !self.take_in(&Input::Notice(notice.clone())).await? {
            self.kept.push_back(notice);
        }
        Ok(())
    }

    /// What a job reports may hold the value of a secret: it goes no further.
    fn masked(&self, mut notice: Notice) -> Notice {
        match &mut notice {
            Notice::Finished(finish) => {
                for finding in &mut finish.findings {
                    finding.expected = self.secrets.mask(&finding.expected);
                    finding.got = self.secrets.mask(&finding.got);
                }
                finish.message = finish
                    .message
                    .as_deref()
                    .map(|text| self.secrets.mask(text));
            }
            Notice::Variable { name, value, .. }
                if self.plan.var(name).is_some_and(|v| v.secret) =>
            {
                if let Some(value) = value.take() {
                    self.secrets.keep(name.clone(), value);
                }
            }
            _ => {}
        }
        notice
    }

    async fn request(&mut self, request: Request) -> Result<(), EngineError> {
        if self.trouble.is_some() {
            self.wake().await?;
        }
        match request {
            Request::Arrive {
                client,
                actor,
                terminal,
                drive,
            } => {
                self.clients.insert(client, actor.clone());
                if drive && self.driver.is_none() && self.state.end.is_none() {
                    let input = Input::Attach { actor, terminal };
                    if self.take_in(&input).await? {
                        self.driver = Some(client);
                    }
                }
            }
            Request::Leave { client } => {
                let actor = self.clients.remove(&client);
                if self.driver == Some(client) {
                    self.driver = None;
                    if let (Some(actor), None) = (actor, &self.state.end) {
                        self.take_in(&Input::Leave { actor }).await?;
                    }
                }
            }
            Request::Command {
                client,
                actor,
                terminal,
                command,
                session,
                answer,
            } => {
                let takes = matches!(command, Command::Take { .. }) && actor.via == Via::Screen;
                let wish = Wish {
                    drives: actor.via != Via::Screen || self.driver == Some(client),
                    actor,
                    terminal,
                    command,
                    session,
                };
                let result = self.wish(wish).await?;
                if takes && result.is_ok() {
                    self.driver = Some(client);
                }
                // Whoever asked may be gone.
                let _ = answer.send(result);
            }
        }
        self.publish_presence();
        Ok(())
    }

    async fn wish(&mut self, wish: Wish) -> Result<Result<(), Refusal>, EngineError> {
        if let Some(trouble) = &self.trouble {
            return Ok(Err(Refusal::new(format!(
                "nothing can be recorded, so nothing is done: {trouble}"
            ))));
        }
        let decision = match decide(
            &self.plan,
            &self.state,
            &Input::Command(wish),
            self.clock.now(),
        ) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !self.commit(decision).await? {
            let why = self.trouble.clone().unwrap_or_default();
            return Ok(Err(Refusal::new(format!(
                "it could not be recorded, so it was not done: {why}"
            ))));
        }
        self.settle().await?;
        Ok(Ok(()))
    }

    /// Decides about `input` and carries the decision out, with all that follows by itself. False:
    /// it could not be recorded, and so nothing happened.
    async fn take_in(&mut self, input: &Input) -> Result<bool, EngineError> {
        let now = self.clock.now();
        let decision = match decide(&self.plan, &self.state, input, now) {
            Ok(decision) => decision,
            Err(refusal) => {
                tracing::warn!(%refusal, "refused");
                return Ok(true);
            }
        };
        if !self.commit(decision).await? {
            return Ok(false);
        }
        self.settle().await?;
        Ok(true)
    }

    /// Everything that happens by itself now.
    async fn settle(&mut self) -> Result<(), EngineError> {
        loop {
            let decision = advance(&self.plan, &self.state, self.clock.now());
            if decision.is_empty() || !self.commit(decision).await? {
                return Ok(());
            }
        }
    }

    /// Records, applies, publishes, and only then performs.
    async fn commit(&mut self, decision: Decision) -> Result<bool, EngineError> {
        let at = self.clock.now();
        let unwritten: Vec<Unwritten> = decision
            .events
            .into_iter()
            .map(|(actor, event)| Unwritten { at, actor, event })
            .collect();
        if !unwritten.is_empty() {
            let entries = match self.store.append(unwritten).await {
                Ok(entries) => entries,
                Err(JournalError::LeaseLost) => {
                    return Err(EngineError::Journal(JournalError::LeaseLost));
                }
                Err(error) => {
                    tracing::error!(%error, "the journal can't be written");
                    self.set_trouble(Some(error.to_string()));
                    return Ok(false);
                }
            };
            self.set_trouble(None);
            for entry in &entries {
                self.state.apply(&self.plan, entry)?;
            }
            self.seq.send_replace(self.state.seq);
            self.die_as_told(&entries);
        }
        for effect in decision.effects {
            self.supervisor.perform(effect, &self.state);
        }
        Ok(true)
    }

    fn die_as_told(&self, entries: &[Entry]) {
        let told = |entry: &&Entry| Some(entry.event.kind()) == self.die_after;
        if self.die_after.is_some() && entries.iter().any(|entry| told(&entry)) {
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
        }
    }

    fn set_trouble(&mut self, trouble: Option<String>) {
        if self.trouble != trouble {
            self.trouble = trouble;
            self.publish_presence();
        }
    }

    fn publish_presence(&self) {
        let presence = Presence {
            driver: self.driver,
            watchers: self.clients.len() - usize::from(self.driver.is_some()),
            trouble: self.trouble.clone(),
        };
        self.presence.send_if_modified(|old| {
            let changed = *old != presence;
            *old = presence;
            changed
        });
    }
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
