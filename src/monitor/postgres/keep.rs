//! The connection that is kept for when it is needed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;
use tokio::sync::{Mutex, MutexGuard, watch};

use super::connect::Purpose;
use super::errand::Order;
use super::line::{Line, Statement};
use super::target::Target;
use super::trouble::Trouble;
use crate::monitor::board::Board;
use crate::monitor::ours::Free;
use crate::monitor::pace::Retries;

/// How long making the spare connection may take: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the spare connection is looked after. Firewalls forget connections that are silent for
/// minutes.
const LOOKED_AFTER: Duration = Duration::from_secs(20);

/// The spare connection of a database: for signals, for the queries of the plan, and for whatever a
/// person wants to know. It stays open between uses and is made anew when it breaks.
pub(in crate::monitor) struct KeptLine {
    target: Target,
    kept: Mutex<Kept>,
    /// When nobody may be connected.
    free: Free,
}

#[derive(Default)]
struct Kept {
    line: Option<Line>,
    retries: Retries,
}

impl KeptLine {
    /// The spare connection; it is opened when it is first used, and closed while the database has to be
    /// `free`.
    pub(in crate::monitor) fn new(target: Target, free: Free) -> Self {
        KeptLine {
            target,
            kept: Mutex::default(),
            free,
        }
    }

    /// What is kept, for one use of it.
    ///
    /// # Errors
    ///
    /// When a step needs the database for itself.
    async fn take(&self) -> Result<MutexGuard<'_, Kept>, Trouble> {
        self.unless_free(self.kept.lock().await)
    }

    fn unless_free<'k>(&self, kept: MutexGuard<'k, Kept>) -> Result<MutexGuard<'k, Kept>, Trouble> {
        if self.free.is_needed() {
            return Err(Trouble::let_go());
        }
        Ok(kept)
    }

    /// What the server answers to a text of the plan: every field of it is text.
    pub(super) async fn ask_text(&self, sql: &str) -> Result<Vec<PgRow>, Trouble> {
        let mut kept = self.take().await?;
        let patience = kept.retries.patience();
        kept.ask(&self.target, Question::Text(sql), patience).await
    }

    /// What the server answers to a statement, which may be put twice: a connection that broke while
    /// nobody used it shows so only now.
    pub(super) async fn ask<'q>(
        &self,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Vec<PgRow>, Trouble> {
        let mut kept = self.take().await?;
        kept.ask(&self.target, Question::Rows(&statement), PATIENCE)
            .await
    }

    /// Has `order` done at once; none if the connection is busy.
    pub(super) async fn ask_if_free(&self, order: &Order) -> Option<Result<Vec<PgRow>, Trouble>> {
        let mut kept = match self.unless_free(self.kept.try_lock().ok()?) {
            Ok(kept) => kept,
            Err(trouble) => return Some(Err(trouble)),
        };
        let make = || order.statement();
        let question = Question::Rows(&make);
        Some(kept.ask(&self.target, question, PATIENCE).await)
    }

    /// Makes sure that it is there.
    async fn ping(&self) -> Result<(), Trouble> {
        let mut kept = self.take().await?;
        let patience = kept.retries.patience();
        kept.ask(&self.target, Question::Ping, patience)
            .await
            .map(drop)
    }

    /// Closes it when a step needs the database for itself, and waits until that is over.
    async fn let_go(&self) {
        let mut free = self.free.clone();
        free.begins().await;
        self.kept.lock().await.line = None;
        free.ends().await;
    }
}

impl Kept {
    async fn ask(
        &mut self,
        target: &Target,
        question: Question<'_, '_>,
        patience: Duration,
    ) -> Result<Vec<PgRow>, Trouble> {
        if let Some(mut line) = self.line.take() {
            match question.put(&mut line).await {
                Err(trouble) if trouble.ended && !trouble.hung => {}
                Err(trouble) if trouble.ended => return Err(trouble),
                answer => {
                    self.line = Some(line);
                    return answer;
                }
            }
        }
        let connected = target.connect(Purpose::Asking, patience).await;
        let mut line = connected.inspect_err(|trouble| self.retries.note(trouble.hung))?;
        self.retries = Retries::default();
        let answer = question.put(&mut line).await;
        if !answer.as_ref().is_err_and(|trouble| trouble.ended) {
            self.line = Some(line);
        }
        answer
    }
}

/// Something that a server is asked, as often as it takes.
#[derive(Clone, Copy)]
enum Question<'a, 'q> {
    /// A statement, made anew for each time.
    Rows(&'a (dyn Fn() -> Statement<'q> + Send + Sync)),
    /// A text of the plan; every field of the answer is text.
    Text(&'a str),
    /// Whether it is there.
    Ping,
}

impl Question<'_, '_> {
    async fn put(&self, line: &mut Line) -> Result<Vec<PgRow>, Trouble> {
        match self {
            Question::Rows(make) => put(line, make).await,
            Question::Text(sql) => {
                line.begin().await?;
                let answer = line.text(sql).await;
                end(line, answer).await
            }
            Question::Ping => line.ping().await.map(|()| Vec::new()),
        }
    }
}

/// Puts a statement over `line`, in a transaction of its own where that is needed.
pub(super) async fn put<'q>(
    line: &mut Line,
    statement: impl Fn() -> Statement<'q>,
) -> Result<Vec<PgRow>, Trouble> {
    line.begin().await?;
    let answer = line.rows(statement()).await;
    end(line, answer).await
}

async fn end<T>(line: &mut Line, answer: Result<T, Trouble>) -> Result<T, Trouble> {
    let ended = line.end().await;
    let answer = answer?;
    ended?;
    Ok(answer)
}

/// Keeps the spare connection of the database at `place` open for as long as the link is up: when
/// everything is in use, a new one could not be had.
pub(in crate::monitor) async fn keep_spare(
    spare: Arc<KeptLine>,
    mut link_is_up: watch::Receiver<bool>,
    place: usize,
    board: Board,
) {
    loop {
        // The sender lives as long as the watcher, and both end together.
        let up = tokio::select! {
            biased;
            () = spare.let_go() => continue,
            up = link_is_up.wait_for(|up| *up) => up.is_ok(),
        };
        if !up {
            return;
        }
        let missing = spare.ping().await.err().map(|trouble| trouble.words);
        let pause = if missing.is_some() {
            LOOKED_AFTER / 10
        } else {
            LOOKED_AFTER
        };
        board.database(place, |database| database.no_spare = missing);
        let changed = tokio::time::timeout(pause, link_is_up.changed());
        tokio::select! {
            biased;
            () = spare.let_go() => {}
            _ = changed => {}
        }
    }
}
