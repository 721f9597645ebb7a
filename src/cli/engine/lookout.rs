//! What goes on beside an engine: the monitor, and everything that listens to it on behalf of the run.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::Found;
use crate::cli::follow::follow;
use crate::cli::{monitors, outages, watchman};
use crate::clock::SystemClock;
use crate::monitor::{Alert, Health, Monitor, OursBook, Readings};
use crate::plan::Plan;
use crate::run::{Ask, Concerns, Notice, RunDir, RunState};
use crate::wire::FindSession;

/// The monitor of a run, and the tasks that end with its engine.
pub(super) struct Lookout {
    monitor: Arc<Monitor>,
    ours: OursBook,
    tasks: JoinSet<()>,
}

impl Lookout {
    /// Watches the databases at `urls` and what else the plan names, and answers what is asked about
    /// sessions. The second part tells what happens to the alerts.
    pub(super) fn begin(
        found: &Found,
        urls: &HashMap<String, Result<String, String>>,
        clock: SystemClock,
        asks: mpsc::Receiver<Ask>,
    ) -> (Self, mpsc::Receiver<Alert>) {
        let ours = OursBook::default();
        let (plan, created) = (&found.plan, &found.created);
        let mut monitor = monitors::start(plan, created, urls, ours.clone(), Arc::new(clock));
        let alerts = monitor.take_alerts();
        let monitor = Arc::new(monitor);
        let mut tasks = JoinSet::new();
        tasks.spawn(monitors::answer(
            Arc::clone(&monitor),
            Arc::clone(plan),
            asks,
            clock,
        ));
        let lookout = Lookout {
            monitor,
            ours,
            tasks,
        };
        (lookout, alerts)
    }

    /// Has `task` done until the engine ends.
    pub(super) fn add(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Tells the run what becomes of its databases and of the plan's file.
    pub(super) fn report(
        &mut self,
        found: &Found,
        notify: &mpsc::Sender<Notice>,
        concern: &watch::Sender<Concerns>,
    ) {
        let health = self.health();
        self.add(watchman::databases(health.clone(), notify.clone()));
        self.add(outages::watch(health, notify.clone()));
        let files = watchman::PlanFiles::new(Path::new(&found.created.path), &found.plan);
        self.add(watchman::plan(files, concern.clone()));
    }

    /// Tells the monitor what the run in `dir`, which stands at `state`, does from now on.
    pub(super) fn follow(
        &mut self,
        dir: &RunDir,
        plan: Arc<Plan>,
        state: RunState,
        seq: watch::Receiver<u64>,
    ) {
        self.add(follow(dir.clone(), plan, state, seq, self.ours.clone()));
    }

    /// What the monitor sees.
    pub(super) fn health(&self) -> watch::Receiver<Arc<Health>> {
        self.monitor.health()
    }

    /// What the monitor remembers of what is normal.
    pub(super) fn readings(&self) -> Readings {
        self.monitor.readings()
    }

    /// Finds the session that somebody has named.
    pub(super) fn finds_sessions(&self) -> FindSession {
        let (health, ours) = (self.health(), self.ours.clone());
        Arc::new(move |named| monitors::find_session(&health, &ours, named))
    }

    /// Ends everything.
    pub(super) async fn end(mut self) {
        self.tasks.shutdown().await;
        if let Some(monitor) = Arc::into_inner(self.monitor) {
            monitor.stop().await;
        }
    }
}
