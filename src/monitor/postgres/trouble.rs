//! What goes wrong with a server, in plain words.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::monitor::reach::tells_of_the_other_side;

/// Why an attempt brought nothing.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// The reason for people. It never holds the URL or a password.
    pub(super) words: String,
    /// Whether the connection is of no more use.
    pub(super) ended: bool,
    /// Whether the server did not answer at all, so that it may still be busy with the attempt.
    pub(super) hung: bool,
    /// Whether that tells of the server, rather than that it could not be asked.
    pub(super) down: bool,
}

impl Trouble {
    /// The server has not answered within `limit`.
    pub(super) fn silence(limit: Duration) -> Trouble {
        Trouble {
            words: format!("the server has not answered for {} s", limit.as_secs()),
            ended: true,
            hung: true,
            down: true,
        }
    }
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Trouble {
        let (words, ended) = match &error {
            sqlx::Error::Database(database) => {
                match database.try_downcast_ref::<PgDatabaseError>() {
                    Some(error) => (server_words(error), ends_session(error)),
                    None => (database.message().to_owned(), true),
                }
            }
            sqlx::Error::Io(error) => (io_words(error), true),
            sqlx::Error::Tls(error) => (format!("TLS failed: {error}"), true),
            sqlx::Error::Protocol(_) => {
                ("it does not speak PostgreSQL's protocol".to_owned(), true)
            }
            // An answer of an unexpected shape leaves the connection as it was.
            other => (format!("an unexpected answer: {other}"), false),
        };
        Trouble {
            words,
            ended,
            hung: false,
            down: is_down(&error),
        }
    }
}

/// The server's own message, with what it means in front where that is not plain from it.
fn server_words(error: &PgDatabaseError) -> String {
    let message = error.message().lines().next().unwrap_or_default();
    match error.code() {
        "53300" => format!("too many connections: {message}"),
        "57P01" | "57P02" => format!("the server ended the session: {message}"),
        "57014" if message.contains("statement timeout") => {
            "the server took too long, so it was cancelled".to_owned()
        }
        "55P03" => "it waited too long for a lock".to_owned(),
        "42501" => match error.detail() {
            Some(detail) => format!("{message}: {detail}"),
            None => message.to_owned(),
        },
        _ => message.to_owned(),
    }
}

/// A server that shuts down, has crashed, or has no room for anybody is down; one that does not know who
/// asks, or what for, is not.
fn is_down(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => database
            .code()
            .is_some_and(|code| ["57P01", "57P02", "57P03", "53300"].contains(&&code[..])),
        // A socket that is not there is one of a server that is not there.
        sqlx::Error::Io(error) => {
            error.kind() == ErrorKind::NotFound || tells_of_the_other_side(error.kind())
        }
        _ => false,
    }
}

fn ends_session(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

fn io_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::NotFound => "no server listens at this socket".to_owned(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    }
}
