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
use crate::monitor::{Alert, Health, Monitor, OursBook};
use crate::plan::Plan;
use crate::run::{Ask, Concerns, Notice, RunDir, RunState};
use crate::wire::FindSession;

/// The monitor of a run, and the tasks that end with its engine.
pub(super) struct Lookout {
    monitor: Arc<Monitor>,
    alerts: mpsc::Receiver<Alert>,
    ours: OursBook,
    tasks: JoinSet<()>,
}

impl Lookout {
    /// Watches the databases at `urls` and what else the plan names, and answers what is asked about
    /// sessions.
    pub(super) fn begin(
        found: &Found,
        urls: &HashMap<String, Result<String, String>>,
        clock: SystemClock,
        asks: mpsc::Receiver<Ask>,
    ) -> Self {
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
        Lookout {
            monitor,
            alerts,
            ours,
            tasks,
        }
    }

    /// Tells the run what becomes of its databases and of the plan's file.
    pub(super) fn report(
        &mut self,
        found: &Found,
        notify: &mpsc::Sender<Notice>,
        concern: &watch::Sender<Concerns>,
    ) {
        let health = self.health();
        let databases = watchman::databases(health.clone(), notify.clone());
        self.tasks.spawn(databases);
        self.tasks.spawn(outages::watch(health, notify.clone()));
        let files = watchman::PlanFiles::new(Path::new(&found.created.path), &found.plan);
        self.tasks.spawn(watchman::plan(files, concern.clone()));
    }

    /// Tells the monitor what the run in `dir`, which stands at `state`, does from now on.
    pub(super) fn follow(
        &mut self,
        dir: &RunDir,
        plan: Arc<Plan>,
        state: RunState,
        seq: watch::Receiver<u64>,
    ) {
        let followed = follow(dir.clone(), plan, state, seq, self.ours.clone());
        self.tasks.spawn(followed);
    }

    /// What the monitor sees.
    pub(super) fn health(&self) -> watch::Receiver<Arc<Health>> {
        self.monitor.health()
    }

    /// What happens to the alerts; it can be taken once.
    pub(super) fn take_alerts(&mut self) -> mpsc::Receiver<Alert> {
        let (_, closed) = mpsc::channel(1);
        std::mem::replace(&mut self.alerts, closed)
    }

    /// Finds the session that somebody has named.
    pub(super) fn finds_sessions(&self) -> FindSession {
        let health = self.health();
        Arc::new(move |named| monitors::find_session(&health, named))
    }

    /// Ends everything.
    pub(super) async fn end(mut self) {
        self.tasks.shutdown().await;
        if let Some(monitor) = Arc::into_inner(self.monitor) {
            monitor.stop().await;
        }
    }
}
