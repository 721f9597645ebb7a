//! What work asks of whoever watches the databases: to cancel sessions, over connections that are
//! open already when everything else is stuck.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::journal::event::{BackendAction, Outcome};
use crate::run::input::Finish;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long what comes after a stopped step may wait for a last look at its sessions.
const REST_PATIENCE: Duration = Duration::from_secs(2);
/// The same for a signal: whoever sends it looks for five seconds whether it has its effect, after having
/// found a connection that is free.
const SIGNAL_PATIENCE: Duration = Duration::from_secs(15);

/// Something asked.
#[derive(Debug)]
pub enum Ask {
    /// Cancel the statements of every session of an application, on every database, and answer when
    /// they are gone or can't be reached.
    CancelApplication {
        /// The application's name, as the sessions give it.
        application: String,
        /// Where the answer goes.
        answer: oneshot::Sender<()>,
    },
    /// The newest value of a metric.
    Measure {
        /// Its name, such as `main.connections`.
        metric: String,
        /// Where the answer goes: the value, or why there is none.
        answer: oneshot::Sender<Result<f64, String>>,
    },
    /// Cancel one session's statement, or end the session.
    Signal {
        /// The database's name in the plan.
        database: String,
        /// Its process on the server.
        pid: i32,
        /// When that session began, in microseconds since the Unix epoch by the server's clock.
        started: i64,
        /// When the statement began that it is to cancel, as above; any, where that is not said.
        statement: Option<i64>,
        /// What is asked of it.
        action: BackendAction,
        /// Where the answer goes: whether it had the wanted effect, and what was seen.
        answer: oneshot::Sender<(bool, String)>,
    },
}

/// The way to ask.
#[derive(Clone, Debug)]
pub struct Backends(pub mpsc::Sender<Ask>);

impl Backends {
    pub(super) async fn cancel_application(&self, application: String) {
        let (answer, wait) = oneshot::channel();
        let ask = Ask::CancelApplication {
            application,
            answer,
        };
        let _ = self.0.send(ask).await;
        let _ = tokio::time::timeout(PATIENCE, wait).await;
    }

    /// Looks once more for sessions of a step that was stopped and has come to an end: a client that is
    /// ended by force leaves what it had sent last to the server, which may be younger than the first look.
    pub(super) async fn cancel_rest(&self, application: &str, finish: &Finish) {
        if !finish.by_itself && finish.outcome == Outcome::Failed {
            let cancelling = self.cancel_application(application.to_owned());
            let _ = tokio::time::timeout(REST_PATIENCE, cancelling).await;
        }
    }

    pub(super) async fn measure(&self, metric: String) -> Result<f64, String> {
        let (answer, wait) = oneshot::channel();
        let _ = self.0.send(Ask::Measure { metric, answer }).await;
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Ok(answered)) => answered,
            _ => Err("nobody measures it".to_owned()),
        }
    }

    pub(in crate::run) async fn signal(
        &self,
        database: String,
        (pid, started, statement): (i32, i64, Option<i64>),
        action: BackendAction,
    ) -> (bool, String) {
        let (answer, wait) = oneshot::channel();
        let ask = Ask::Signal {
            database,
            pid,
            started,
            statement,
            action,
            answer,
        };
        let _ = self.0.send(ask).await;
        match tokio::time::timeout(SIGNAL_PATIENCE, wait).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(_)) => (false, "nobody watches the database".to_owned()),
            Err(_) => {
                let secs = SIGNAL_PATIENCE.as_secs();
                let words = format!("no answer for {secs} s: nobody knows whether it was done");
                (false, words)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_signal_that_is_not_answered_may_have_been_sent() {
        let (sender, mut asks) = mpsc::channel(1);
        let backends = Backends(sender);
        let signal = backends.signal("main".to_owned(), (7, 1, None), BackendAction::Cancel);
        let (_ask, (done, words)) = tokio::join!(asks.recv(), signal);
        assert!(!done);
        assert_eq!(
            words,
            "no answer for 15 s: nobody knows whether it was done"
        );
    }
}
