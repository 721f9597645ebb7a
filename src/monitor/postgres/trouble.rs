//! What goes wrong with a server, in plain words.

use std::time::Duration;

use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Why an attempt brought nothing.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// The reason for people. It never holds the URL or a password.
    pub(super) words: String,
    /// Whether the connection is of no more use.
    pub(super) ended: bool,
    /// Whether the server did not answer at all, so that it may still be busy with the attempt.
    pub(super) hung: bool,
}

impl Trouble {
    /// The server has not answered within `limit`.
    pub(super) fn silence(limit: Duration) -> Trouble {
        Trouble {
            words: format!("the server has not answered for {} s", limit.as_secs()),
            ended: true,
            hung: true,
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

fn ends_session(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

fn io_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
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
