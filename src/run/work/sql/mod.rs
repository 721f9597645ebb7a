//! SQL work: one session for each of the plan's databases, held for the whole run, so that settings,
//! temporary tables and advisory locks carry over from step to step.
//!
//! Wrapped in a transaction unless its statements refuse one. The transaction's number is reported
//! before the first statement, and nothing runs until that is recorded and, on the server's side, on
//! the disk: whatever dies afterwards, the server can be asked whether it committed.

mod ask;
mod carried;
mod connect;
mod ears;
mod greet;
mod heard;
mod link;
mod number;
mod queue;
mod recognise;
mod session;
mod simple;
mod words;

use std::collections::HashMap;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;

pub use ask::SqlAsk;
pub(super) use connect::connect;
pub(super) use heard::Said;
use heard::Saying;
pub use heard::ServerWords;
use queue::Queue;
pub use recognise::SqlRecognise;
use session::Session;
pub(super) use simple::row;
pub(super) use words::{is_lost, words};

use super::backends::Backends;
use super::judge::{Judgement, not_begun};
use super::rows::Printer;
use crate::journal::event::{Job, SessionLeft, Stage};
use crate::monitor::Target;
use crate::plan::{Sql, Taken, Work};
use crate::run::input::Notice;

/// One piece of SQL work, and the way to it while it is done.
pub struct SqlWork {
    pub task: SqlTask,
    pub stops: Receiver<Stage>,
    /// The permission to go on once the transaction's number is recorded.
    pub proceed: oneshot::Receiver<()>,
}

/// What is to be done.
pub struct SqlTask {
    pub job: Job,
    pub sql: Sql,
    /// The name under which the session shows while it does this.
    pub application: String,
    pub before: Before,
    pub judgement: Judgement,
    pub notices: Sender<Notice>,
}

/// What is known of the session in which the steps before have worked.
#[derive(Default)]
pub struct Before {
    /// Its server, as it identified itself.
    pub server: Option<String>,
    /// What they have left in it.
    pub left: SessionLeft,
    /// Whether a person wants the task done also in a session that is not the same.
    pub anywhere: bool,
}

impl SqlTask {
    /// Writes down what a server said while it committed. The warnings are a part of how it ended.
    async fn note_warnings(&self, said: Vec<Saying>) -> Option<String> {
        if said.is_empty() {
            return None;
        }
        if let Ok(mut printer) = Printer::open(&self.judgement.output).await {
            for saying in &said {
                let _ = printer.say(&saying.to_string()).await;
            }
        }
        let warnings = said.iter().filter(|saying| saying.is_warning());
        let warnings: Vec<String> = warnings.map(Saying::to_string).collect();
        (!warnings.is_empty())
            .then(|| format!("said while it was committed: {}", warnings.join("; ")))
    }

    /// Tells that the connection broke, before anybody hears how it ended.
    async fn lost(&self, why: &str) {
        let notice = Notice::ConnectionLost {
            job: self.job.clone(),
            database: self.sql.database.clone(),
            why: why.to_owned(),
        };
        let _ = self.notices.send(notice).await;
    }
}

/// The run's sessions.
pub struct Sessions {
    urls: HashMap<String, Result<String, String>>,
    open: HashMap<String, Sender<SqlWork>>,
    backends: Backends,
}

impl Sessions {
    /// Sessions on the databases at `urls`, each by its name in the plan or with the reason why
    /// there is no URL.
    pub fn new(urls: HashMap<String, Result<String, String>>, backends: Backends) -> Self {
        Sessions {
            urls,
            open: HashMap::new(),
            backends,
        }
    }

    /// Ends the sessions on databases that are `taken` by `work`, which begins now, but for the one in which that is done.
    pub fn make_way(&mut self, work: &Work, taken: &Taken) {
        if *taken == Taken::default() {
            return;
        }
        let own = |name: &str| matches!(work, Work::Sql(sql) if sql.database == name);
        let urls = &self.urls;
        let is_taken = |name: &String| {
            let target = urls
                .get(name)
                .and_then(|url| Target::parse(url.as_ref().ok()?).ok());
            target.is_some_and(|target| taken.holds(target.wanted()))
        };
        self.open.retain(|name, _| own(name) || !is_taken(name));
    }

    /// Hands `work` to the session of its database, which does one thing after the other.
    pub fn give(&mut self, work: SqlWork) {
        let name = work.task.sql.database.clone();
        let sender = self.open.entry(name.clone()).or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(64);
            let url = self.urls.get(&name).cloned();
            let session = Session {
                database: name,
                url: url.unwrap_or_else(|| Err("the plan does not name this database".to_owned())),
                backends: self.backends.clone(),
                link: None,
            };
            tokio::spawn(session.serve(Queue::new(receiver)));
            sender
        });
        if let Err(
            mpsc::error::TrySendError::Full(work) | mpsc::error::TrySendError::Closed(work),
        ) = sender.try_send(work)
        {
            let finish = not_begun(&work.task.job, "the session has too much to do");
            tokio::spawn(async move { work.task.notices.send(Notice::Finished(finish)).await });
        }
    }
}
