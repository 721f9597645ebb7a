//! Hearing that something is to be stopped, whatever is being waited for. A server that is frozen, or
//! behind a network that is dark, may never answer anything.

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use crate::journal::event::{BackendAction, Stage};
use crate::run::work::backends::Backends;

/// What listens while a session works.
pub(super) struct Ears<'a> {
    pub(super) stops: &'a mut Receiver<Stage>,
    pub(super) backends: &'a Backends,
    /// The database's name in the plan.
    pub(super) database: &'a str,
    /// The session's process on the server, and when it began, in microseconds since the Unix epoch by the
    /// server's clock. None behind a pooler, which lends one session after the other: which one it is at the
    /// moment, its name says.
    pub(super) backend: Option<(i32, i64)>,
    /// The name under which the session shows.
    pub(super) application: &'a str,
    /// The signals that are under way.
    pub(super) signals: JoinSet<()>,
}

impl Ears<'_> {
    /// Waits for `work`, and has the server end it when that is asked. None: it was to be given up,
    /// answer or no answer, and so was the connection.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => {
                    self.settle().await;
                    return Some(done);
                }
                Some(stage) = self.stops.recv() => match stage {
                    Stage::Cancel | Stage::Interrupt => self.signal(BackendAction::Cancel),
                    Stage::Terminate => self.signal(BackendAction::Terminate),
                    Stage::Kill => return None,
                },
            }
        }
    }

    /// Listens no longer. What was asked for and is under way is still done. Returns whether that may
    /// hit what the session does next.
    pub(super) fn let_go(mut self) -> bool {
        let is_hit = !self.signals.is_empty();
        self.signals.detach_all();
        is_hit
    }

    /// Waits until no signal is under way any more, or that is given up too: one that comes late would
    /// hit what the session does next.
    async fn settle(&mut self) {
        loop {
            tokio::select! {
                signalled = self.signals.join_next() => if signalled.is_none() {
                    return;
                },
                Some(stage) = self.stops.recv() => if stage == Stage::Kill {
                    return;
                },
            }
        }
    }

    /// Asks for it over another connection.
    fn signal(&mut self, action: BackendAction) {
        let (backends, database) = (self.backends.clone(), self.database.to_owned());
        let (backend, application) = (self.backend, self.application.to_owned());
        self.signals.spawn(async move {
            match backend {
                Some((pid, started)) => {
                    let session = (pid, started, None);
                    backends.signal(database, session, action).await;
                }
                None => backends.cancel_application(application).await,
            }
        });
    }
}
