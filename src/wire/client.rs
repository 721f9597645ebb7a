//! A terminal's end.

use std::io;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec};

use super::frames::{FromEngine, Hello, ToEngine};
use super::socket;
use crate::run::{ClientId, Command, Refusal};

/// How long an engine may take to say hello.
const HELLO: Duration = Duration::from_secs(5);
/// How long it may take to answer a wish: it may have to wait for its disk.
const ANSWER: Duration = Duration::from_secs(60);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody listens there.
    #[error("no engine is driving this run{}", unusual(.0))]
    NoEngine(io::Error),
    /// It listens, and says nothing: it is frozen, or its machine is.
    #[error("the engine of this run does not answer")]
    Silent,
    /// The engine does not want to talk.
    #[error("{0}")]
    Unwelcome(String),
    /// The connection broke.
    #[error("the engine went away: {0}")]
    Lost(String),
}

/// Why there is none, where it is not just that nobody listens.
fn unusual(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => String::new(),
        _ => format!(": {error}"),
    }
}

/// A connection to an engine.
pub struct Client {
    /// Its number.
    pub id: ClientId,
    /// What comes from the engine.
    pub receiver: Receiver,
    /// What goes to it.
    pub sender: Sender,
}

/// What comes from the engine.
pub struct Receiver(FramedRead<OwnedReadHalf, LinesCodec>);

/// What goes to the engine.
pub struct Sender(FramedWrite<OwnedWriteHalf, LinesCodec>);

/// Connects to the engine that listens at `path`.
pub async fn connect(path: &Path, hello: Hello) -> Result<Client, ConnectError> {
    let address = socket::address(path).ok_or_else(|| {
        let why = "its socket is a copy of another run's";
        ConnectError::NoEngine(io::Error::other(why))
    })?;
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let why = "the engine of this run is another user's: only they, and root, can ask it";
            ConnectError::Unwelcome(why.to_owned())
        }
        _ => ConnectError::NoEngine(error),
    };
    let stream = UnixStream::connect(address).await.map_err(refused)?;
    let (read, write) = stream.into_split();
    let mut receiver = Receiver(FramedRead::new(read, LinesCodec::new()));
    let mut sender = Sender(FramedWrite::new(write, LinesCodec::new()));
    sender.say(&ToEngine::Hello(hello)).await?;
    let welcome = tokio::time::timeout(HELLO, receiver.next());
    match welcome.await.map_err(|_| ConnectError::Silent)?? {
        Some(FromEngine::Welcome { client }) => Ok(Client {
            id: client,
            receiver,
            sender,
        }),
        Some(FromEngine::Unwelcome { why }) => Err(ConnectError::Unwelcome(why)),
        _ => Err(ConnectError::Lost("it did not say hello".to_owned())),
    }
}

impl Receiver {
    /// The next thing the engine says; `None` when it has gone.
    pub async fn next(&mut self) -> Result<Option<FromEngine>, ConnectError> {
        match self.0.next().await {
            None => Ok(None),
            Some(Err(error)) => Err(ConnectError::Lost(error.to_string())),
            Some(Ok(line)) => serde_json::from_str(&line)
                .map(Some)
                .map_err(|error| ConnectError::Lost(error.to_string())),
        }
    }
}

impl Sender {
    /// Says something to the engine.
    pub async fn say(&mut self, frame: &ToEngine) -> Result<(), ConnectError> {
        let lost = |error: String| ConnectError::Lost(error);
        let line = serde_json::to_string(frame).map_err(|error| lost(error.to_string()))?;
        self.0
            .send(line)
            .await
            .map_err(|error| lost(error.to_string()))
    }
}

impl Client {
    /// Asks for something and waits for the answer; whatever else the engine says meanwhile is
    /// passed over. For scripts.
    pub async fn ask(&mut self, wish: Command) -> Result<Result<(), Refusal>, ConnectError> {
        self.sender.say(&ToEngine::Command { id: 1, wish }).await?;
        let answer = tokio::time::timeout(ANSWER, self.answer());
        answer.await.map_err(|_| ConnectError::Silent)?
    }

    /// Asks who is there.
    pub async fn who(&mut self) -> Result<FromEngine, ConnectError> {
        self.sender.say(&ToEngine::Who).await?;
        let answer = tokio::time::timeout(HELLO, self.receiver.next());
        match answer.await.map_err(|_| ConnectError::Silent)?? {
            Some(frame) => Ok(frame),
            None => Err(ConnectError::Lost("it gave no answer".to_owned())),
        }
    }

    async fn answer(&mut self) -> Result<Result<(), Refusal>, ConnectError> {
        loop {
            match self.receiver.next().await? {
                Some(FromEngine::Reply { refusal, .. }) => {
                    return Ok(refusal.map_or(Ok(()), |why| Err(Refusal::new(why))));
                }
                Some(_) => {}
                None => return Err(ConnectError::Lost("it gave no answer".to_owned())),
            }
        }
    }
}
