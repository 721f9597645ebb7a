//! Follows a run's journal on behalf of the monitor, which has to know what the run does to tell its
//! sessions from others.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::journal::{Entry, Event, JournalError, Reader};
use crate::monitor::{AtWork, OursBook, Worker};
use crate::plan::{Plan, StepIx, Taken, Work};
use crate::run::{RunDir, RunState, Status};

/// How many entries are read at a time.
const BATCH: u64 = 256;

/// A run as the monitor has to know it.
struct Follower {
    plan: Arc<Plan>,
    state: RunState,
    /// The run's own session on each database, and the step that it was last used for. It stays when
    /// the step is over.
    sessions: BTreeMap<String, AtWork>,
}

/// Writes into `book` what the run in `dir`, which stood at `state` when its engine was started, does
/// until its engine ends.
pub(super) async fn follow(
    dir: RunDir,
    plan: Arc<Plan>,
    state: RunState,
    mut seq: watch::Receiver<u64>,
    book: OursBook,
) {
    let mut follower = Follower {
        state,
        plan,
        sessions: BTreeMap::new(),
    };
    if let Err(error) = follower.read(&dir, &mut seq, &book).await {
        tracing::warn!(%error, "the monitor does not know any more what the run does");
    }
}

impl Follower {
    async fn read(
        &mut self,
        dir: &RunDir,
        seq: &mut watch::Receiver<u64>,
        book: &OursBook,
    ) -> Result<(), JournalError> {
        let mut reader = Reader::open_after(&dir.journal(), self.state.seq).await?;
        loop {
            seq.mark_unchanged();
            let entries = reader.next(BATCH).await?;
            for entry in &entries {
                self.take(entry);
            }
            if !entries.is_empty() {
                continue;
            }
            // Only what is known to the end: a beginning without what was recorded of it would be
            // taken for one of which nothing was.
            book.set(self.at_work());
            book.set_taken(self.taken());
            book.set_t_zero(self.state.t_zero, self.state.baseline.clone());
            if seq.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        if let Event::EngineStarted(_) = &entry.event {
            // The sessions of the engine before ended with it.
            self.sessions.clear();
        }
        if let Err(error) = self.state.apply(&self.plan, entry) {
            tracing::warn!(%error, "an entry does not fit the plan");
        }
        let Event::StepLaunched(launched) = &entry.event else {
            return;
        };
        let Some(ix) = self.plan.find(&launched.job.step) else {
            return;
        };
        if let (Some(Work::Sql(sql)), Ok(pid)) = (self.work(ix), i32::try_from(launched.pid)) {
            let database = sql.database.clone();
            let worker = Worker::Backend {
                database: database.clone(),
                pid,
            };
            let at_work = AtWork {
                step: self.plan.steps[ix].number.clone(),
                since: entry.at,
                worker,
            };
            self.sessions.insert(database, at_work);
        }
    }

    /// What the step at `ix` does now.
    fn work(&self, ix: StepIx) -> Option<&Work> {
        let (step, state) = (self.plan.steps.get(ix)?, self.state.steps.get(ix)?);
        if state.status == Status::Undoing {
            return step.spec.undo.as_ref().map(|undo| &undo.work);
        }
        step.spec.work_of(state.choice)
    }

    /// What the steps that are done now need free of sessions.
    fn taken(&self) -> Taken {
        let active = self.state.active_steps();
        let taken = active.filter_map(|ix| {
            let holes = &self.plan.steps.get(ix)?.spec.holes;
            Some(Taken::by(self.work(ix)?, holes))
        });
        taken.fold(Taken::default(), Taken::and)
    }

    fn at_work(&self) -> Vec<AtWork> {
        let running = self.state.active_steps().filter_map(|ix| {
            let state = self.state.steps.get(ix)?;
            let shell = matches!(self.work(ix), Some(Work::Shell(_)));
            Some(AtWork {
                step: self.plan.steps.get(ix)?.number.clone(),
                since: state.started?,
                worker: Worker::Process(state.pid.filter(|_| shell)?),
            })
        });
        running.chain(self.sessions.values().cloned()).collect()
    }
}
