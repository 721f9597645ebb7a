//! A run's session on one database: connected when it is first needed, and again when it was lost.

use sqlx::Connection;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::connect::PATIENCE;
use super::ears::Ears;
use super::link::Link;
use super::queue::Queue;
use super::words::words;
use super::{SqlTask, SqlWork};
use crate::journal::event::Stage;
use crate::monitor::Target;
use crate::run::input::{Finish, Notice};
use crate::run::work::backends::Backends;
use crate::run::work::judge::not_begun;

/// A database of the plan, and the run's session on it where there is one.
pub struct Session {
    pub database: String,
    pub url: Result<String, String>,
    pub backends: Backends,
    pub link: Option<Link>,
}

impl Session {
    /// Does one piece of work after the other, until nobody gives it any more.
    pub async fn serve(mut self, mut queue: Queue) {
        while let Some(work) = queue.next().await {
            let SqlWork {
                task,
                mut stops,
                proceed,
            } = work;
            let work = Box::pin(self.finish(&task, &mut stops, proceed));
            let finish = queue.beside(work).await;
            let _ = task.notices.send(Notice::Finished(finish)).await;
        }
    }

    async fn finish(
        &mut self,
        task: &SqlTask,
        stops: &mut Receiver<Stage>,
        proceed: oneshot::Receiver<()>,
    ) -> Finish {
        // It may have been stopped while it waited for its turn.
        if stops.try_recv().is_ok() {
            return not_begun(&task.job, "given up before its turn");
        }
        let mut link = match self.living_link().await {
            Some(link) => link,
            None => match self.connect(task, stops).await {
                Ok(link) => link,
                Err(why) => return not_begun(&task.job, why),
            },
        };
        let mut ears = Ears {
            stops,
            backends: &self.backends,
            database: &self.database,
            backend: (!link.pooled).then_some((link.pid, link.started)),
            application: &task.application,
            signals: JoinSet::new(),
        };
        let (mut finish, lost) = link.run(task, &mut ears, proceed).await;
        let is_hit = ears.let_go();
        if lost || is_hit {
            return finish;
        }
        // In a session that is still new nothing was begun.
        if !link.is_new {
            match tokio::time::timeout(PATIENCE, link.left(task)).await {
                Ok(Ok(left)) => finish.session = Some(Box::new(left)),
                // What it holds is not known: the next step gets another.
                _ => return finish,
            }
        }
        self.link = Some(link);
        finish
    }

    /// The session that the steps before have used, if the server has not ended it meanwhile.
    async fn living_link(&mut self) -> Option<Link> {
        let mut link = self.link.take()?;
        match tokio::time::timeout(PATIENCE, link.connection.ping()).await {
            Ok(Ok(())) => Some(link),
            _ => None,
        }
    }

    async fn connect(&self, task: &SqlTask, stops: &mut Receiver<Stage>) -> Result<Link, String> {
        let url = self.url.as_ref().map_err(Clone::clone)?;
        let target = Target::parse(url).map_err(|why| format!("`{}`: {why}", self.database))?;
        let connecting = async {
            let (connection, pooled) = target.open(&task.application).await?;
            Link::greet(connection, pooled, target.named(&task.application)).await
        };
        let failed = |why: &str| format!("failed to connect to `{}`: {why}", self.database);
        tokio::select! {
            link = tokio::time::timeout(PATIENCE, connecting) => match link {
                Ok(link) => link.map_err(|error| failed(&words(&error))),
                Err(_) => Err(failed("the server does not answer")),
            },
            Some(_) = stops.recv() => Err("given up before there was a connection".to_owned()),
        }
    }
}
