//! What a screen hears of a run, whatever becomes of the engine: what has happened from the journal,
//! then live from the engine while there is one, and live again when there is one again.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::client::{Client, connect};
use super::frames::{FromEngine, Hello, Role, ToEngine};
use crate::journal::{Event, Reader, Via};
use crate::run::{ClientId, Command, RunDir};

/// How long to wait before looking for an engine again.
const AGAIN: Duration = Duration::from_millis(500);

/// How many entries of the journal are read at a time.
const BATCH: u64 = 1000;

/// How long an engine may be silent: it has a beat of 1 s.
const SILENCE: Duration = Duration::from_secs(8);

/// Something heard.
#[derive(Debug)]
pub enum News {
    /// What an engine says.
    Frame(FromEngine),
    /// There is no engine, or it went away.
    Lost(String),
}

/// Both ends of a screen's conversation with a run.
pub struct Feed {
    /// What is heard.
    pub news: mpsc::Receiver<News>,
    /// What is wished, each with a number to know its answer by.
    pub wishes: mpsc::Sender<(u64, Command)>,
}

/// How the engine is started that a feed listens to.
pub enum Start<F> {
    /// Until it is there is nothing to be heard.
    First(F),
    /// It is started meanwhile: until it is there the journal can be read.
    Meanwhile(F),
}

/// Begins to listen to the run in `dir`. What starts its engine says why it could not. Must be called
/// inside of a tokio runtime; ends when the feed is dropped.
pub fn listen(
    dir: RunDir,
    hello: Hello,
    start: Start<impl Future<Output = Result<(), String>> + Send + 'static>,
) -> Feed {
    let (tell, news) = mpsc::channel(1024);
    let (wishes, incoming) = mpsc::channel(64);
    tokio::spawn(async move {
        let (fail, failed) = watch::channel(None);
        match start {
            Start::First(started) => {
                if let Err(why) = started.await {
                    let _ = tell.send(News::Lost(why)).await;
                    return;
                }
            }
            Start::Meanwhile(started) => {
                tokio::spawn(async move { fail.send_replace(started.await.err()) });
            }
        }
        let mut line = Line {
            dir,
            hello,
            tell,
            wishes: incoming,
            failed,
            drove: None,
            seat: None,
            over: false,
        };
        // Nobody listens any more: that is how it ends.
        let _ = line.keep().await;
    });
    Feed { news, wishes }
}

/// Nobody listens any more.
struct Gone;

struct Line {
    dir: RunDir,
    hello: Hello,
    tell: mpsc::Sender<News>,
    wishes: mpsc::Receiver<(u64, Command)>,
    /// Why no engine could be started.
    failed: watch::Receiver<Option<String>>,
    /// Whether this screen drove the last time that it was heard who does.
    drove: Option<bool>,
    /// Its last connection that drove.
    seat: Option<ClientId>,
    /// Whether the run is over: then there is nothing more to hear.
    over: bool,
}

impl Line {
    async fn say(&mut self, news: News) -> Result<(), Gone> {
        if let News::Frame(FromEngine::Entry(entry)) = &news {
            self.hello.after = entry.seq;
            self.over |= matches!(entry.event, Event::RunFinished(_));
            if let Event::DriverAttached(driver) = &entry.event {
                let ours = entry.actor.name == self.hello.name
                    && entry.actor.via == Via::Screen
                    && driver.terminal == self.hello.terminal;
                self.drove = self.drove.map(|drove| drove && ours);
            }
        }
        self.tell.send(news).await.map_err(|_| Gone)
    }

    /// A screen that only looked when its engine went away does not get the wheel for being the first
    /// to come back: taking over is something that somebody does.
    fn greeting(&self) -> Hello {
        let mut hello = self.hello.clone();
        if self.drove == Some(false) {
            hello.role = Role::Watch;
        }
        hello
    }

    /// Who drives. While an engine that hung is on its way to hear that an earlier connection of this
    /// screen is gone, that drives, or nobody does: neither means that somebody else has taken over.
    fn seen_driving(&mut self, driver: Option<ClientId>, me: ClientId) {
        if driver == Some(me) {
            self.seat = driver;
            self.drove = Some(true);
        } else if driver.is_some() && driver != self.seat {
            self.drove = Some(false);
        }
    }

    async fn keep(&mut self) -> Result<(), Gone> {
        // Once there was an engine, why there was none before means nothing.
        let mut started = false;
        loop {
            // The journal lies here as it does before the engine: read from it, a long night is there
            // in half the time that it takes to be told of it.
            self.read_journal().await?;
            if started {
                self.refuse_wishes().await?;
            }
            let why = match connect(&self.dir.socket(), self.greeting()).await {
                Ok(client) => {
                    started = true;
                    self.converse(client).await?
                }
                Err(error) => {
                    let failed = self.failed.borrow().clone().filter(|_| !started);
                    failed.unwrap_or_else(|| error.to_string())
                }
            };
            self.say(News::Lost(why)).await?;
            if self.over {
                // What can still be wished is told that nobody is there to grant it.
                self.tell.closed().await;
                return Err(Gone);
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                Ok(()) = self.failed.changed() => {}
                () = self.tell.closed() => return Err(Gone),
            }
        }
    }

    /// What was wished of an engine that is gone is not kept for the next one, whoever starts that.
    async fn refuse_wishes(&mut self) -> Result<(), Gone> {
        while let Ok((id, _)) = self.wishes.try_recv() {
            let refusal = Some("the engine was gone by then: nothing was sent".to_owned());
            self.say(News::Frame(FromEngine::Reply { id, refusal }))
                .await?;
        }
        Ok(())
    }

    /// Talks to an engine until it goes away, and tells why it did.
    async fn converse(&mut self, mut client: Client) -> Result<String, Gone> {
        let welcome = FromEngine::Welcome { client: client.id };
        self.say(News::Frame(welcome)).await?;
        loop {
            tokio::select! {
                frame = tokio::time::timeout(SILENCE, client.receiver.next()) => match frame {
                    Err(_) => return Ok("the engine does not answer".to_owned()),
                    Ok(frame) => match frame {
                    Ok(Some(frame)) => {
                        if let FromEngine::Presence { driver, .. } = &frame {
                            self.seen_driving(*driver, client.id);
                        }
                        self.say(News::Frame(frame)).await?;
                    }
                    Ok(None) => return Ok("the engine is gone".to_owned()),
                    Err(error) => return Ok(error.to_string()),
                    }
                },
                wish = self.wishes.recv() => match wish {
                    Some((id, wish)) => {
                        if let Err(error) = client.sender.say(&ToEngine::Command { id, wish }).await {
                            return Ok(error.to_string());
                        }
                    }
                    None => return Err(Gone),
                }
            }
        }
    }

    /// Tells what the journal has that was not told yet.
    async fn read_journal(&mut self) -> Result<(), Gone> {
        let journal = self.dir.journal();
        let mut reader = match Reader::open_after(&journal, self.hello.after).await {
            Ok(reader) => reader,
            Err(error) => return self.say(News::Lost(error.to_string())).await,
        };
        loop {
            match reader.next(BATCH).await {
                Ok(entries) if entries.is_empty() => return Ok(()),
                Ok(entries) => {
                    for entry in entries {
                        let frame = FromEngine::Entry(Box::new(entry));
                        self.say(News::Frame(frame)).await?;
                    }
                }
                Err(error) => return self.say(News::Lost(error.to_string())).await,
            }
        }
    }
}
