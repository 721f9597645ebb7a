//! The task that watches one database: it connects, polls, and starts over for ever.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::connect::Purpose;
use super::errand::Errand;
use super::line::Line;
use super::poll::{Poller, Wishes};
use super::rarely::Sort;
use super::target::Target;
use super::trouble::{Tells, Trouble};
use crate::clock::Clock;
use crate::monitor::board::Board;
use crate::monitor::health::{Link, Picture};
use crate::monitor::ours::Free;
use crate::monitor::pace::{Pace, Retries};

/// Everything that one task needs.
pub(in crate::monitor) struct Watcher {
    pub(in crate::monitor) target: Target,
    /// When nobody may be connected.
    pub(in crate::monitor) free: Free,
    /// Its name in the plan.
    pub(in crate::monitor) name: String,
    pub(in crate::monitor) wishes: Wishes,
    /// The database's place on the board.
    pub(in crate::monitor) place: usize,
    pub(in crate::monitor) pace: Pace,
    pub(in crate::monitor) board: Board,
    pub(in crate::monitor) clock: Arc<dyn Clock>,
    /// What is to be done between two polls.
    pub(in crate::monitor) errands: mpsc::Receiver<Errand>,
    /// Tells whether the link is up.
    pub(in crate::monitor) link_is_up: watch::Sender<bool>,
}

impl Watcher {
    /// Watches until the future is dropped; its session ends with it.
    pub(in crate::monitor) async fn run(mut self) {
        let mut poller = Poller::new(&self.name, &self.wishes, self.pace.interval());
        let mut retries = Retries::default();
        let mut free = self.free.clone();
        let mut dropped = false;
        loop {
            let trouble = tokio::select! {
                biased;
                () = free.begins() => Trouble::let_go(),
                trouble = self.watch(&mut poller, &mut retries) => trouble,
            };
            retries.note(trouble.hung);
            self.link_is_up.send_replace(false);
            poller.start_over();
            let now = free.is_needed();
            // What our own step has dropped is no loss, until it is there again.
            dropped = now || (dropped && trouble.tells == Tells::NoDatabase);
            if dropped {
                self.show_let_go(trouble);
            } else {
                self.show_down(trouble);
            }
            if now {
                free.ends().await;
            } else {
                tokio::time::sleep(retries.pause()).await;
            }
        }
    }

    /// Watches over one connection, for as long as it lasts.
    async fn watch(&mut self, poller: &mut Poller, retries: &mut Retries) -> Trouble {
        let connecting = self.target.connect(Purpose::Watching, retries.patience());
        match connecting.await {
            Ok(line) => self.poll(line, poller, retries).await,
            Err(trouble) => trouble,
        }
    }

    /// Polls until the line is of no more use, and says why.
    async fn poll(
        &mut self,
        mut line: Line,
        poller: &mut Poller,
        retries: &mut Retries,
    ) -> Trouble {
        loop {
            let next = tokio::time::sleep(self.pace.interval());
            let start = self.clock.now();
            match poller.poll(&mut line, &*self.clock).await {
                Ok(picture) => {
                    *retries = Retries::default();
                    self.show(picture);
                    self.link_is_up
                        .send_if_modified(|up| !std::mem::replace(up, true));
                    if let Err(trouble) = self.look_rarely(&mut line, poller).await {
                        return trouble;
                    }
                }
                Err(trouble) if trouble.ended => return trouble,
                Err(trouble) => {
                    // What failed for want of time was a burden, too.
                    self.pace.note(self.clock.now().since(start));
                    self.show_trouble(trouble.words);
                }
            }
            tokio::pin!(next);
            loop {
                // Between two polls there is time for what is urgent.
                tokio::select! {
                    () = &mut next => break,
                    Some(errand) = self.errands.recv() => {
                        if let Err(trouble) = errand.run(&mut line).await {
                            return trouble;
                        }
                    }
                }
            }
        }
    }

    /// Looks at whatever is due of what is looked at rarely. It may take long, so the picture is shown
    /// before, and what is urgent is done in between.
    async fn look_rarely(&mut self, line: &mut Line, poller: &mut Poller) -> Result<(), Trouble> {
        let mut looked = false;
        for sort in Sort::ALL {
            looked |= poller.look_rarely(sort, line, &*self.clock).await?;
            while let Ok(errand) = self.errands.try_recv() {
                errand.run(line).await?;
            }
        }
        if looked {
            self.board.database(self.place, |database| {
                if let Some(picture) = &mut database.picture {
                    poller.complete(Arc::make_mut(picture));
                }
            });
        }
        Ok(())
    }

    fn show(&mut self, mut picture: Picture) {
        self.pace.note(picture.took);
        picture.every = self.pace.interval();
        picture.slowed = self.pace.is_slowed();
        let now = self.clock.now();
        self.board.database(self.place, |database| {
            if !matches!(database.link, Link::Up { .. }) {
                database.link = Link::Up { since: now };
            }
            database.picture = Some(Arc::new(picture));
            database.trouble = None;
        });
    }

    /// The server is there and answers, only not as it should.
    fn show_trouble(&self, words: String) {
        let now = self.clock.now();
        self.board.database(self.place, |database| {
            if !matches!(database.link, Link::Up { .. }) {
                database.link = Link::Up { since: now };
            }
            database.trouble = Some(words);
        });
    }

    /// Nobody is connected because nobody wants to be: that is no loss.
    fn show_let_go(&self, trouble: Trouble) {
        self.board.database(self.place, |database| {
            database.trouble = Some(trouble.words);
        });
    }

    fn show_down(&self, trouble: Trouble) {
        let now = self.clock.now();
        self.board.database(self.place, |database| {
            let since = match database.link {
                Link::Down { since, .. } => since,
                Link::Connecting | Link::Up { .. } => now,
            };
            database.link = Link::Down {
                since,
                reason: trouble.words,
                unasked: trouble.tells != Tells::Down,
            };
            database.trouble = None;
        });
    }
}
