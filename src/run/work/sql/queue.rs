//! What waits for its turn on a session. It can be stopped meanwhile: nothing of it was begun.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use tokio::sync::mpsc::Receiver;

use super::SqlWork;
use crate::run::input::Notice;
use crate::run::work::judge::not_begun;

/// The pieces of work that were given to a session, in order.
pub(super) struct Queue {
    given: Receiver<SqlWork>,
    /// Whether nobody gives any more.
    is_whole: bool,
    waiting: VecDeque<SqlWork>,
}

impl Queue {
    /// The queue of what is `given`.
    pub(super) fn new(given: Receiver<SqlWork>) -> Self {
        Queue {
            given,
            is_whole: false,
            waiting: VecDeque::new(),
        }
    }

    /// The next piece of work; none if there will be no more.
    pub(super) async fn next(&mut self) -> Option<SqlWork> {
        match self.waiting.pop_front() {
            Some(work) => Some(work),
            None => self.given.recv().await,
        }
    }

    /// Does `work`, and lets go whoever is stopped before its turn.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                given = self.given.recv(), if !self.is_whole => match given {
                    Some(work) => self.waiting.push_back(work),
                    None => self.is_whole = true,
                },
                stopped = stopped(&mut self.waiting) => {
                    let finish = not_begun(&stopped.task.job, "given up before its turn");
                    let _ = stopped.task.notices.send(Notice::Finished(finish)).await;
                }
            }
        }
    }
}

/// The first of those `waiting` that is told to stop: it waits no longer. Never ends while none is.
async fn stopped(waiting: &mut VecDeque<SqlWork>) -> SqlWork {
    poll_fn(|context| {
        let stopped = waiting
            .iter_mut()
            .position(|work| matches!(work.stops.poll_recv(context), Poll::Ready(Some(_))));
        match stopped.and_then(|ix| waiting.remove(ix)) {
            Some(work) => Poll::Ready(work),
            None => Poll::Pending,
        }
    })
    .await
}
