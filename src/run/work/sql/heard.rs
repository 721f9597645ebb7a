//! What a server says beside its answers: notices and warnings. The client library tells nobody but the
//! log, in the task that it works in; a layer of the log passes them on to whoever listens there.
//!
//! ```text
//!  sqlx ── event ──► ServerWords (layer) ── the task's Voice ──► Said ──► the step's output
//! ```

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::run::secrets::Secrets;

tokio::task_local! {
    static VOICE: Voice;
}

/// The most sayings that wait to be written down.
const WAITING: usize = 1024;
/// The most of one that is kept, in bytes: 4 KiB.
const LONGEST: usize = 4 * 1024;

/// The layer of an engine's log that hears servers.
pub struct ServerWords;

impl ServerWords {
    /// What events about servers' words are called. They may hold whatever a plan's statements hold, and
    /// have no place in a log.
    pub const TARGET: &str = "sqlx::postgres::notice";
}

impl<S: Subscriber> Layer<S> for ServerWords {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Nobody listens to the other connections of this process.
        let _ = VOICE.try_with(|voice| {
            let mut words = Words::default();
            event.record(&mut words);
            voice.say(*event.metadata().level(), words.0);
        });
    }
}

/// The message of an event.
#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Something that a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run::work) struct Saying {
    level: Level,
    words: String,
}

impl Saying {
    pub(super) fn is_warning(&self) -> bool {
        self.level <= Level::WARN
    }
}

impl fmt::Display for Saying {
    /// As `psql` prints it: `WARNING:  there is no transaction in progress`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::ERROR => "ERROR",
            Level::WARN => "WARNING",
            Level::INFO => "NOTICE",
            Level::DEBUG => "DEBUG",
            Level::TRACE => "INFO",
        };
        write!(f, "{level}:  {}", self.words)
    }
}

/// The way to whoever listens.
pub(super) struct Voice {
    sayings: Sender<Saying>,
    /// How many there was no room for.
    lost: Arc<AtomicUsize>,
    secrets: Secrets,
}

impl Voice {
    /// Does `work`, and passes on what its server says meanwhile.
    pub(super) async fn over<T>(self, work: impl Future<Output = T>) -> T {
        VOICE.scope(self, work).await
    }

    fn say(&self, level: Level, mut words: String) {
        if words.len() > LONGEST {
            // A secret of which a part is cut off could not be told from anything else.
            words = self.secrets.mask(&words);
            words.truncate(words.floor_char_boundary(LONGEST));
        }
        let saying = Saying { level, words };
        if self.sayings.try_send(saying).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What was said and not yet written down.
pub(in crate::run::work) struct Said {
    sayings: Receiver<Saying>,
    lost: Arc<AtomicUsize>,
}

impl Said {
    /// Whatever was said, the oldest first: ready to be written down. Never ends.
    pub(in crate::run::work) async fn next(&mut self) -> String {
        match self.sayings.recv().await {
            Some(saying) => saying.to_string(),
            None => std::future::pending().await,
        }
    }

    /// What is there already, with a word on what is not.
    pub(in crate::run::work) fn rest(&mut self) -> Option<String> {
        if let Ok(saying) = self.sayings.try_recv() {
            return Some(saying.to_string());
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        (lost > 0).then(|| format!("({lost} more of the server's words came too fast to be kept)"))
    }

    /// All that is there already.
    pub(super) fn all(&mut self) -> Vec<Saying> {
        std::iter::from_fn(|| self.sayings.try_recv().ok()).collect()
    }
}

/// A voice that says nothing of `secrets` by halves, and an ear for it.
pub(super) fn listen(secrets: Secrets) -> (Voice, Said) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let lost = Arc::new(AtomicUsize::new(0));
    let voice = Voice {
        sayings: sender,
        lost: Arc::clone(&lost),
        secrets,
    };
    let said = Said {
        sayings: receiver,
        lost,
    };
    (voice, said)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[tokio::test]
    async fn only_what_is_said_to_this_task_is_heard_and_no_more_than_there_is_room_for() {
        let log = tracing_subscriber::registry().with(ServerWords);
        let _log = tracing::subscriber::set_default(log);
        let (voice, mut said) = listen(Secrets::default());
        tracing::warn!("nobody's");
        voice
            .over(async {
                tracing::warn!(message = "careful now");
                tracing::info!(other = 7, message = "by the way");
                for number in 0..WAITING {
                    tracing::trace!("{number} {}", "x".repeat(LONGEST));
                }
            })
            .await;
        assert_eq!(said.next().await, "WARNING:  careful now");
        assert_eq!(said.rest().unwrap(), "NOTICE:  by the way");
        let rest: Vec<String> = std::iter::from_fn(|| said.rest()).collect();
        assert_eq!(rest.len(), WAITING - 2 + 1);
        assert!(rest[0].starts_with("INFO:  0 xxx") && rest[0].len() < LONGEST + 10);
        assert!(
            rest[WAITING - 2].starts_with("(2 more"),
            "{}",
            rest[WAITING - 2]
        );
    }

    #[tokio::test]
    async fn a_secret_at_the_end_of_what_is_kept_leaves_nothing_of_itself() {
        let log = tracing_subscriber::registry().with(ServerWords);
        let _log = tracing::subscriber::set_default(log);
        let secrets = Secrets::default();
        secrets.keep("token".to_owned(), "SUPERSECRET".to_owned());
        let (voice, mut said) = listen(secrets);
        voice
            .over(async { tracing::warn!("{}SUPERSECRET", "x".repeat(LONGEST - 5)) })
            .await;
        let heard = said.next().await;
        assert!(heard.ends_with('x') || heard.ends_with('•'), "{heard}");
    }
}
