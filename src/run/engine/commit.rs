//! Decided, recorded, applied, and only then performed.

use super::{Engine, EngineError};
use crate::clock::Clock;
use crate::journal::{Entry, JournalError, Store, Unwritten};
use crate::run::decide::{Decision, advance, decide, open_jobs, with_baseline};
use crate::run::effect::Perform;
use crate::run::input::Input;

impl<S: Store, C: Clock, P: Perform> Engine<S, C, P> {
    /// Decides about `input` and carries the decision out, with all that follows by itself. False:
    /// it could not be recorded, and so nothing happened.
    pub(super) async fn take_in(&mut self, input: &Input) -> Result<bool, EngineError> {
        if !self.record(input).await? {
            return Ok(false);
        }
        self.settle().await?;
        Ok(true)
    }

    /// The same, without what follows by itself.
    pub(super) async fn record(&mut self, input: &Input) -> Result<bool, EngineError> {
        let now = self.clock.now();
        let decision = match decide(&self.plan, &self.state, input, now) {
            Ok(decision) => decision,
            Err(refusal) => {
                tracing::warn!(%refusal, "refused");
                return Ok(true);
            }
        };
        self.commit(decision).await
    }

    /// Everything that happens by itself now.
    pub(super) async fn settle(&mut self) -> Result<(), EngineError> {
        loop {
            let decision = advance(&self.plan, &self.state, self.clock.now());
            if decision.is_empty() || !self.commit(decision).await? {
                return Ok(());
            }
        }
    }

    /// Records, applies, publishes, and only then performs.
    pub(super) async fn commit(&mut self, decision: Decision) -> Result<bool, EngineError> {
        let at = self.clock.now();
        let normal = || self.readings.freeze(at);
        let decision = with_baseline(&self.plan, &self.state, decision, normal);
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
            let ended_before = self.state.end.is_some();
            let mut over = open_jobs(&self.plan, &self.state);
            for entry in &entries {
                self.state.apply(&self.plan, entry)?;
            }
            self.seq.send_replace(self.state.seq);
            self.die_as_told(&entries);
            if self.state.end.is_some() && !ended_before {
                self.supervisor.over();
            }
            let open = open_jobs(&self.plan, &self.state);
            over.retain(|job| !open.contains(job));
            if !over.is_empty() {
                self.supervisor.conceal(over);
            }
        }
        for effect in decision.effects {
            self.supervisor.perform(effect, &self.state);
        }
        Ok(true)
    }

    pub(super) fn die_as_told(&self, entries: &[Entry]) {
        let told = |entry: &&Entry| Some(entry.event.kind()) == self.die_after;
        if self.die_after.is_some() && entries.iter().any(|entry| told(&entry)) {
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
        }
    }

    pub(super) fn set_trouble(&mut self, trouble: Option<String>) {
        if self.trouble != trouble {
            self.trouble = trouble;
            self.publish_presence();
        }
    }
}
