//! The engine's end.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::Interest;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec};
use tokio_util::task::TaskTracker;

use super::frames::{FromEngine, Hello, PROTOCOL, Role, ToEngine};
use super::socket;
use crate::journal::{Actor, JournalError, Reader, Via};
use crate::monitor::Health;
use crate::run::{
    ClientId, Command, Concerns, Presence, Published, Refusal, Request, Secrets, Session,
    SessionName,
};

/// The longest line that a terminal may send: 1 MiB.
const LINE_LIMIT: usize = 1024 * 1024;
/// How many entries are read at a time.
const BATCH: u64 = 256;
/// How often a terminal hears that the engine is there, at least.
const BEAT: Duration = Duration::from_secs(1);
/// How long a new connection has to say who it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Finds the session that a command names, or says why that can't be done.
pub type FindSession = Arc<dyn Fn(&SessionName) -> Result<Option<Session>, Refusal> + Send + Sync>;

/// What connections are served with.
#[derive(Clone)]
pub struct Server {
    /// The journal.
    pub journal: PathBuf,
    /// What the engine shows.
    pub published: Published,
    /// What is seen of databases and probes.
    pub health: watch::Receiver<Arc<Health>>,
    /// What is found around the run.
    pub concerns: watch::Receiver<Concerns>,
    /// Finds the session that a command names; none if it is not seen.
    pub find_session: FindSession,
    /// The values to mask.
    pub secrets: Secrets,
    /// Where requests go.
    pub requests: mpsc::Sender<Request>,
    /// The connections: whoever ends the engine lets them say what is left to be said.
    pub connections: TaskTracker,
}

/// The socket's place; it is removed when the engine ends.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = socket::remove(&self.0) {
            tracing::warn!(%error, "the socket could not be removed");
        }
    }
}

/// Listens at `path` and serves whoever comes, until the task is dropped.
pub fn serve(path: &Path, server: Server) -> io::Result<impl Future<Output = ()> + use<>> {
    let address = socket::to_bind(path)?;
    let listener = UnixListener::bind(&address)?;
    let place = Place(path.to_owned());
    // Its directory lets nobody else in; this is for whoever opens that.
    fs::set_permissions(&address, Permissions::from_mode(0o600))?;
    Ok(async move {
        let _place = place;
        let clients = AtomicU64::new(1);
        loop {
            match listener.accept().await {
                Ok((stream, _)) if is_owner(&stream) => {
                    let client = clients.fetch_add(1, Ordering::Relaxed);
                    let connection = server.clone().connection(client, stream);
                    server.connections.spawn(connection);
                }
                Ok(_) => tracing::warn!("another user knocked at the socket"),
                Err(error) => {
                    tracing::warn!(%error, "failed to take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    })
}

/// The directory keeps others out; this is the second lock on the same door.
fn is_owner(stream: &UnixStream) -> bool {
    let ours = rustix::process::geteuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == ours || peer.uid() == 0)
}

type Lines = FramedRead<OwnedReadHalf, LinesCodec>;
type Out = FramedWrite<OwnedWriteHalf, LinesCodec>;

impl Server {
    async fn connection(self, client: ClientId, stream: UnixStream) {
        let (read, write) = stream.into_split();
        let mut lines = FramedRead::new(read, LinesCodec::new_with_max_length(LINE_LIMIT));
        let mut out = FramedWrite::new(write, LinesCodec::new());
        let hello = match tokio::time::timeout(PATIENCE, hello(&mut lines)).await {
            Ok(Ok(hello)) => hello,
            Ok(Err(why)) => return drop(say(&mut out, &FromEngine::Unwelcome { why }).await),
            Err(_) => return,
        };
        if say(&mut out, &FromEngine::Welcome { client })
            .await
            .is_err()
        {
            return;
        }
        let stays = hello.role != Role::Command;
        let who = Who {
            client,
            actor: Actor::person(
                hello.name.clone(),
                if stays { Via::Screen } else { Via::Ctl },
            ),
            terminal: hello.terminal.clone(),
        };
        if stays {
            // While this engine hung it may have knocked again and again.
            if has_hung_up(lines.get_ref().as_ref()) {
                return;
            }
            let arrive = Request::Arrive {
                client,
                actor: who.actor.clone(),
                terminal: who.terminal.clone(),
                screen: hello.screen.clone(),
                drive: hello.role == Role::Drive,
            };
            let _ = self.requests.send(arrive).await;
        }
        // Ends when the terminal goes, or when it can't be talked to any more.
        let ended = if stays {
            let (replies, answered) = mpsc::channel(64);
            let listening = self.listen(&who, lines, replies);
            let telling = self.tell(hello.after, &mut out, answered);
            tokio::select! {
                ended = listening => ended,
                ended = telling => ended,
            }
        } else {
            self.commands(&who, lines, &mut out).await
        };
        if let Err(error) = ended {
            tracing::debug!(client, %error, "a connection ended");
        }
        if stays {
            let _ = self.requests.send(Request::Leave { client }).await;
        }
    }

    /// Takes a terminal's wishes, one after the other.
    async fn listen(
        &self,
        who: &Who,
        mut lines: Lines,
        replies: mpsc::Sender<FromEngine>,
    ) -> Result<(), ServeError> {
        while let Some(line) = lines.next().await {
            if let ToEngine::Command { id, wish } = serde_json::from_str(&line?)? {
                let Some(refusal) = self.ask_for(who, wish, &lines).await else {
                    break;
                };
                if replies
                    .send(FromEngine::Reply { id, refusal })
                    .await
                    .is_err()
                {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes a script's wishes and answers each.
    async fn commands(&self, who: &Who, mut lines: Lines, out: &mut Out) -> Result<(), ServeError> {
        while let Some(line) = lines.next().await {
            match serde_json::from_str(&line?)? {
                ToEngine::Command { id, wish } => {
                    let Some(refusal) = self.ask_for(who, wish, &lines).await else {
                        break;
                    };
                    say(out, &FromEngine::Reply { id, refusal }).await?;
                }
                ToEngine::Who => {
                    let now = self.published.presence.borrow().clone();
                    say(out, &self.presence(&now)).await?;
                }
                ToEngine::Hello(_) => {}
            }
        }
        Ok(())
    }

    /// Why `command` is not granted, if it is not. None: whoever is at the other end of `lines` has gone,
    /// and nothing is done for them any more that was not begun.
    async fn ask_for(&self, who: &Who, command: Command, lines: &Lines) -> Option<Option<String>> {
        tokio::select! {
            biased;
            () = hangs_up(lines.get_ref()) => None,
            result = self.ask(who, command) => Some(result.err().map(|refusal| refusal.0)),
        }
    }

    async fn ask(&self, who: &Who, command: Command) -> Result<(), Refusal> {
        let session = match &command {
            Command::Cancel(named) | Command::Terminate(named) => (self.find_session)(named)?,
            _ => None,
        };
        let (answer, answered) = oneshot::channel();
        let request = Request::Command {
            client: who.client,
            actor: who.actor.clone(),
            terminal: who.terminal.clone(),
            command,
            session,
            answer,
        };
        let gone = || Refusal::new("the engine is on its way out");
        self.requests.send(request).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    fn presence(&self, now: &Presence) -> FromEngine {
        let health = self.health.borrow();
        let awaited = health.alerts.iter();
        let awaited = awaited.filter_map(|alert| Some((alert.name.clone(), alert.awaited?)));
        FromEngine::Presence {
            driver: now.driver,
            watchers: now.watchers,
            trouble: now.trouble.clone(),
            awaited: awaited.collect(),
        }
    }

    /// Tells a terminal everything that is new, as fast as it takes it.
    async fn tell(
        &self,
        after: u64,
        out: &mut Out,
        mut replies: mpsc::Receiver<FromEngine>,
    ) -> Result<(), ServeError> {
        let mut reader = Reader::open_after(&self.journal, after).await?;
        let mut news = self.published.clone();
        let mut health = self.health.clone();
        let mut concerns = self.concerns.clone();
        concerns.mark_changed();
        let mut masked = Vec::new();
        let now = news.presence.borrow_and_update().clone();
        say(out, &self.presence(&now)).await?;
        say_health(out, &mut health).await?;
        loop {
            let values = self.secrets.values();
            if values != masked {
                masked.clone_from(&values);
                say(out, &FromEngine::Secrets { values }).await?;
            }
            news.seq.mark_unchanged();
            let entries = reader.next(BATCH).await?;
            let caught_up = entries.is_empty();
            for entry in entries {
                feed(out, &FromEngine::Entry(Box::new(entry))).await?;
            }
            if !caught_up {
                flush(out).await?;
                continue;
            }
            tokio::select! {
                changed = news.seq.changed() => if changed.is_err() { return Ok(()) },
                Ok(()) = news.presence.changed() => {
                    let now = news.presence.borrow_and_update().clone();
                    say(out, &self.presence(&now)).await?;
                }
                Ok(()) = health.changed() => say_health(out, &mut health).await?,
                Ok(()) = concerns.changed() => {
                    let now = concerns.borrow_and_update().clone();
                    say(out, &FromEngine::Concerns(now)).await?;
                }
                Some(reply) = replies.recv() => say(out, &reply).await?,
                () = tokio::time::sleep(BEAT) => say(out, &FromEngine::Beat).await?,
            }
        }
    }
}

/// Who is at the other end.
struct Who {
    client: ClientId,
    actor: Actor,
    terminal: String,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("{0}")]
    Line(#[from] tokio_util::codec::LinesCodecError),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Journal(#[from] JournalError),
}

/// Ends when the other end is closed. As long as there is something to be read that can't be seen.
async fn hangs_up(stream: &OwnedReadHalf) {
    if has_hung_up(stream.as_ref()) {
        return;
    }
    match stream.ready(Interest::READABLE).await {
        Ok(ready) if !ready.is_read_closed() => std::future::pending().await,
        _ => {}
    }
}

/// Whether the other end is closed by now. What the runtime knows can be older than what was read: its
/// writer may have gone right behind it.
fn has_hung_up(stream: &UnixStream) -> bool {
    let mut polled = [PollFd::new(stream, PollFlags::empty())];
    let at_once = Timespec::default();
    poll(&mut polled, Some(&at_once)).is_ok() && polled[0].revents().contains(PollFlags::HUP)
}

async fn hello(lines: &mut Lines) -> Result<Hello, String> {
    let line = match lines.next().await {
        Some(Ok(line)) => line,
        Some(Err(error)) => return Err(error.to_string()),
        None => return Err("nothing was said".to_owned()),
    };
    match serde_json::from_str(&line) {
        Ok(ToEngine::Hello(hello)) if hello.protocol == PROTOCOL => Ok(hello),
        Ok(ToEngine::Hello(hello)) => Err(format!(
            "the engine of this run speaks version {PROTOCOL} and this program {}: use the one that started the run",
            hello.protocol
        )),
        _ => Err("that is no hello".to_owned()),
    }
}

async fn say_health(
    out: &mut Out,
    health: &mut watch::Receiver<Arc<Health>>,
) -> Result<(), ServeError> {
    let newest = Arc::clone(&health.borrow_and_update());
    say(out, &FromEngine::Health(newest)).await
}

async fn feed(out: &mut Out, frame: &FromEngine) -> Result<(), ServeError> {
    let line = serde_json::to_string(frame)?;
    Ok(out.feed(line).await?)
}

async fn say(out: &mut Out, frame: &FromEngine) -> Result<(), ServeError> {
    feed(out, frame).await?;
    flush(out).await
}

async fn flush(out: &mut Out) -> Result<(), ServeError> {
    Ok(SinkExt::<String>::flush(out).await?)
}
