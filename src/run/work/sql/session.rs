//! A run's session on one database: connected when it is first needed, and again when it was lost.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::sync::mpsc::Receiver;

use super::SqlWork;
use super::link::Link;
use super::words::words;
use crate::run::input::{Finish, Notice};
use crate::run::work::backends::Backends;
use crate::run::work::judge::not_begun;
use crate::run::work::rows::Printer;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

pub struct Session {
    pub database: String,
    pub url: Result<String, String>,
    pub backends: Backends,
    pub link: Option<Link>,
    /// Whether there was a session before.
    pub had_one: bool,
}

impl Session {
    /// Does one piece of work after the other, until nobody gives it any more.
    pub async fn serve(mut self, mut work: Receiver<SqlWork>) {
        while let Some(mut work) = work.recv().await {
            let finish = self.finish(&mut work).await;
            let _ = work.notices.send(Notice::Finished(finish)).await;
        }
    }

    async fn finish(&mut self, work: &mut SqlWork) -> Finish {
        let mut link = match self.living_link().await {
            Some(link) => link,
            None => match self.connect(work).await {
                Ok(link) => link,
                Err(why) => return not_begun(&work.job, why),
            },
        };
        if link.is_second {
            let said =
                "(a new session: settings, temporary tables and locks of the old one are gone)";
            if let Ok(mut printer) = Printer::open(&work.judgement.output).await {
                let _ = printer.say(said).await;
            }
            link.is_second = false;
        }
        let (finish, lost) = link.run(work, &self.database, &self.backends).await;
        self.had_one = true;
        if !lost {
            self.link = Some(link);
        }
        finish
    }

    /// The session that the steps before have used, if the server has not ended it meanwhile.
    async fn living_link(&mut self) -> Option<Link> {
        let mut link = self.link.take()?;
        self.had_one = true;
        match tokio::time::timeout(CONNECT, link.connection.ping()).await {
            Ok(Ok(())) => Some(link),
            _ => None,
        }
    }

    async fn connect(&self, work: &mut SqlWork) -> Result<Link, String> {
        let url = self.url.as_ref().map_err(Clone::clone)?;
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| format!("the URL of `{}` can't be read", self.database))?;
        let options = options.application_name(&work.application);
        let connecting = tokio::time::timeout(CONNECT, PgConnection::connect_with(&options));
        let connection = tokio::select! {
            connection = connecting => match connection {
                Ok(connection) => connection.map_err(|error| format!("failed to connect to `{}`: {}", self.database, words(&error)))?,
                Err(_) => return Err(format!("failed to connect to `{}`: the server does not answer", self.database)),
            },
            Some(_) = work.stops.recv() => return Err("given up before there was a connection".to_owned()),
        };
        let link = Link::greet(connection, options).await;
        let mut link = link.map_err(|error| words(&error))?;
        link.is_second = self.had_one;
        Ok(link)
    }
}
