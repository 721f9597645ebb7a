//! Connections that are kept for when they are needed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgRow;
use tokio::sync::{Mutex, watch};

use super::connect::Purpose;
use super::line::{Line, Statement};
use super::target::Target;
use super::trouble::Trouble;
use crate::monitor::board::Board;
use crate::monitor::pace::Retries;

/// How long making the spare connection may take: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the spare connection is looked after. Firewalls forget connections that are silent for
/// minutes.
const LOOKED_AFTER: Duration = Duration::from_secs(20);

/// A connection that stays open between uses and is made anew when it breaks.
pub(in crate::monitor) struct KeptLine {
    target: Target,
    purpose: Purpose,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    line: Option<Line>,
    retries: Retries,
}

impl KeptLine {
    /// The spare connection for signals.
    pub(in crate::monitor) fn spare(target: Target) -> Self {
        KeptLine::new(target, Purpose::Watching)
    }

    pub(super) fn new(target: Target, purpose: Purpose) -> Self {
        KeptLine {
            target,
            purpose,
            kept: Mutex::default(),
        }
    }

    /// What the server answers to `question`, which may be asked twice: a connection that broke while
    /// nobody used it shows so only now.
    pub(super) async fn ask(&self, question: Question<'_>) -> Result<Vec<PgRow>, Trouble> {
        let mut kept = self.kept.lock().await;
        if let Some(mut line) = kept.line.take() {
            match put(&mut line, question).await {
                Err(trouble) if trouble.ended && !trouble.hung => {}
                Err(trouble) if trouble.ended => return Err(trouble),
                answer => {
                    kept.line = Some(line);
                    return answer;
                }
            }
        }
        let patience = match self.purpose {
            Purpose::Watching => PATIENCE,
            Purpose::Probing => kept.retries.patience(),
        };
        let connected = self.target.connect(self.purpose, patience).await;
        let mut line = connected.inspect_err(|trouble| kept.retries.note(trouble.hung))?;
        kept.retries = Retries::default();
        let answer = put(&mut line, question).await;
        if !answer.as_ref().is_err_and(|trouble| trouble.ended) {
            kept.line = Some(line);
        }
        answer
    }
}

/// Something that a server is asked, as often as it takes.
#[derive(Clone, Copy)]
pub(super) enum Question<'q> {
    /// A statement, made anew for each time.
    Rows(&'q (dyn Fn() -> Statement<'q> + Sync)),
    /// A text of the plan; every field of the answer is text.
    Text(&'q str),
    /// Whether it is there.
    Ping,
}

async fn put(line: &mut Line, question: Question<'_>) -> Result<Vec<PgRow>, Trouble> {
    line.begin().await?;
    let answer = match question {
        Question::Rows(make) => line.rows(make()).await,
        Question::Text(sql) => line.text(sql).await,
        Question::Ping => line.ping().await.map(|()| Vec::new()),
    };
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
        if link_is_up.wait_for(|up| *up).await.is_err() {
            return;
        }
        let missing = spare
            .ask(Question::Ping)
            .await
            .err()
            .map(|trouble| trouble.words);
        let pause = if missing.is_some() {
            LOOKED_AFTER / 10
        } else {
            LOOKED_AFTER
        };
        board.database(place, |database| database.no_spare = missing);
        let _ = tokio::time::timeout(pause, link_is_up.changed()).await;
    }
}
