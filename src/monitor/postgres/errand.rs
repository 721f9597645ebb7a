//! Something short and urgent that a server is asked, over whichever connection is free.
//!
//! The spare connection may be busy with a query of the plan just when a session has to be cancelled.
//! Then the one that watches, which is idle most of the time, does it between two polls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::PgRow;
use tokio::sync::{mpsc, oneshot};

use super::keep::put;
use super::line::{Line, Statement, query};
use super::trouble::Trouble;
use crate::monitor::session::Backend;

/// How long somebody waits for the connection that watches to do it.
const PATIENCE: Duration = Duration::from_millis(3_500);

/// One session, if it is there. Its start is what tells it from a later one with the same pid. The
/// functions are named in full, since the spare connection sees the names that the role usually sees.
const LOOK: &str = "
    SELECT (extract(epoch FROM backend_start) * 1000000)::int8 AS started,
           (extract(epoch FROM query_start) * 1000000)::int8 AS query_started,
           application_name, state, backend_type, wait_event
      FROM pg_catalog.pg_stat_get_activity($1)";

/// The sessions of one application.
const OF_APPLICATION: &str = "
    SELECT pid, (extract(epoch FROM backend_start) * 1000000)::int8 AS started
      FROM pg_catalog.pg_stat_get_activity(NULL)
     WHERE application_name = $1";

/// A statement is told from a later one of its session by its start.
const CANCEL: &str = "
    SELECT pg_catalog.pg_cancel_backend(pid) AS sent
      FROM pg_catalog.pg_stat_get_activity($1)
     WHERE (extract(epoch FROM backend_start) * 1000000)::int8 = $2
       AND ($3::int8 IS NULL OR (extract(epoch FROM query_start) * 1000000)::int8 = $3)";

const TERMINATE: &str = "
    SELECT pg_catalog.pg_terminate_backend(pid) AS sent
      FROM pg_catalog.pg_stat_get_activity($1)
     WHERE (extract(epoch FROM backend_start) * 1000000)::int8 = $2";

/// What is to be asked or done.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// What the session with this pid is doing.
    Look(i32),
    /// Which sessions an application has.
    OfApplication(String),
    /// That a session cancels its statement: the one that began at this time, or any.
    Cancel(Backend, Option<i64>),
    /// That a session ends.
    Terminate(Backend),
}

impl Order {
    pub(super) fn statement(&self) -> Statement<'_> {
        match self {
            Order::Look(pid) => query(LOOK).bind(pid),
            Order::OfApplication(name) => query(OF_APPLICATION).bind(name),
            Order::Cancel(backend, began) => {
                let session = query(CANCEL).bind(backend.pid).bind(backend.started);
                session.bind(began)
            }
            Order::Terminate(backend) => query(TERMINATE).bind(backend.pid).bind(backend.started),
        }
    }
}

/// An order, and where its answer goes.
pub(in crate::monitor) struct Errand {
    order: Order,
    answer: oneshot::Sender<Result<Vec<PgRow>, Trouble>>,
    claim: Claim,
}

/// Who has the say about an errand: whoever does it, or whoever gave it up and has it done elsewhere. A
/// signal that went out twice could hit the next statement.
#[derive(Clone, Default)]
struct Claim(Arc<AtomicBool>);

impl Claim {
    /// Whether it is the caller's: only the first that asks gets it.
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

impl Errand {
    /// Does it over `line`; an error means that the line is of no more use.
    pub(super) async fn run(self, line: &mut Line) -> Result<(), Trouble> {
        if !self.claim.take() {
            return Ok(());
        }
        let answer = put(line, || self.order.statement()).await;
        let ended = answer
            .as_ref()
            .err()
            .filter(|trouble| trouble.ended)
            .cloned();
        // Whoever asked may have given up.
        let _ = self.answer.send(answer);
        ended.map_or(Ok(()), Err)
    }
}

/// Where errands are left for the connection that watches.
#[derive(Clone)]
pub(in crate::monitor) struct Desk(mpsc::Sender<Errand>);

impl Desk {
    /// A desk, and what is left on it.
    pub(in crate::monitor) fn new() -> (Desk, mpsc::Receiver<Errand>) {
        let (sender, receiver) = mpsc::channel(16);
        (Desk(sender), receiver)
    }

    /// Has `order` done; none if nobody has begun with it in time, and then nobody will.
    pub(super) async fn ask(&self, order: &Order) -> Option<Result<Vec<PgRow>, Trouble>> {
        let (answer, answered) = oneshot::channel();
        let claim = Claim::default();
        let errand = Errand {
            order: order.clone(),
            answer,
            claim: claim.clone(),
        };
        self.0.try_send(errand).ok()?;
        if let Ok(answered) = tokio::time::timeout(PATIENCE, answered).await {
            return answered.ok();
        }
        (!claim.take()).then(|| Err(Trouble::silence(PATIENCE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_given_up_is_not_done_later() {
        let (desk, mut left) = Desk::new();
        assert!(desk.ask(&Order::Look(7)).await.is_none());
        let errand = left.recv().await.unwrap();
        assert!(!errand.claim.take(), "it was given up");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_begun_and_not_answered_is_not_done_again() {
        let (desk, mut left) = Desk::new();
        let order = Order::Look(7);
        let begun = async {
            let errand = left.recv().await.unwrap();
            assert!(errand.claim.take());
            errand
        };
        let (asked, _errand) = tokio::join!(desk.ask(&order), begun);
        let trouble = asked.expect("it was begun").unwrap_err();
        assert!(trouble.ended && trouble.hung);
    }
}
