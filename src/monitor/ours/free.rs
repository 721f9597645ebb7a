//! When a database has to be free of sessions, those of the monitor too.

use tokio::sync::watch;

use crate::plan::Taken;

/// Tells when a step of the run needs one database free of sessions. It lasts as long as the run's book does,
/// which whoever asks here holds as well.
#[derive(Clone, Debug)]
pub(in crate::monitor) struct Free {
    taken: watch::Receiver<Taken>,
    /// The database's name in its server.
    database: String,
}

impl Free {
    pub(super) fn new(taken: watch::Receiver<Taken>, database: &str) -> Self {
        let database = database.to_owned();
        Free { taken, database }
    }

    /// Whether it has to be free now.
    pub(in crate::monitor) fn is_needed(&self) -> bool {
        self.taken.borrow().holds(&self.database)
    }

    /// Waits until it has to be.
    pub(in crate::monitor) async fn begins(&mut self) {
        self.wait_for(true).await;
    }

    /// Waits until it has not to be any more.
    pub(in crate::monitor) async fn ends(&mut self) {
        self.wait_for(false).await;
    }

    async fn wait_for(&mut self, needed: bool) {
        let Free { taken, database } = self;
        let wanted = |taken: &Taken| taken.holds(database) == needed;
        if taken.wait_for(wanted).await.is_err() {
            // Nothing is taken any more by a run whose book is gone.
            std::future::pending::<()>().await;
        }
    }
}
