//! What goes wrong with a server, in plain words.

use std::error::Error;
use std::io::{self, ErrorKind};
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
    /// What it tells of the server.
    pub(super) tells: Tells,
}

/// What trouble tells of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tells {
    /// Nothing: it could not be asked.
    Nothing,
    /// It is down.
    Down,
    /// It has no such database.
    NoDatabase,
    /// It has understood the statement, which lacks values.
    LacksValues,
}

impl Trouble {
    /// Nobody is connected while a step needs the database for itself.
    pub(super) fn let_go() -> Trouble {
        Trouble {
            words: "let go while a step drops, renames or copies a database".to_owned(),
            ended: true,
            hung: false,
            tells: Tells::Nothing,
        }
    }

    /// The server has not answered within `limit`.
    pub(super) fn silence(limit: Duration) -> Trouble {
        Trouble {
            words: format!("the server has not answered for {} s", limit.as_secs()),
            ended: true,
            hung: true,
            tells: Tells::Down,
        }
    }

    /// The server takes connections, and has let nobody in within `limit`.
    pub(super) fn kept_out(limit: Duration) -> Trouble {
        let secs = limit.as_secs();
        Trouble {
            words: format!(
                "the server takes connections and has let nobody in for {secs} s: perhaps a session holds a \
                 lock on one of its own tables, such as pg_authid"
            ),
            ..Trouble::silence(limit)
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
            sqlx::Error::Io(outer) => {
                let words = certificate_words(&error);
                let words = words.unwrap_or_else(|| io_words(kinds(&error).last(), outer));
                (words, true)
            }
            sqlx::Error::Tls(failed) => {
                let words = certificate_words(&error);
                (
                    words.unwrap_or_else(|| format!("TLS failed: {failed}")),
                    true,
                )
            }
            sqlx::Error::Configuration(why) => (unusable(why.as_ref()), true),
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
            tells: if is_down(&error) {
                Tells::Down
            } else if has_code(&error, &["3D000"]) {
                Tells::NoDatabase
            } else if !ended && has_code(&error, &["08P01", "42P02"]) {
                Tells::LacksValues
            } else {
                Tells::Nothing
            },
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

/// What is wrong with certificates and their keys, in plain words where the library has none.
pub fn certificate_words(error: &sqlx::Error) -> Option<String> {
    let said = match error {
        sqlx::Error::Configuration(why) => return Some(unusable(why.as_ref())),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => error.to_string(),
        _ => return None,
    };
    let plain = [
        (
            "UnknownIssuer",
            "nobody who is known here has signed the server's certificate: sslrootcert names the file of whom to trust",
        ),
        (
            "UnsupportedCertVersion",
            "the server's certificate is of version 1, which names no host: it has to be made anew, with one",
        ),
        (
            "KeyMismatch",
            "sslkey is not the key of the certificate in sslcert",
        ),
    ];
    let known = plain.iter().find(|(code, _)| said.contains(code));
    known.map(|(_, words)| (*words).to_owned())
}

/// What the URL names can't be used.
fn unusable(why: &(dyn Error + Send + Sync)) -> String {
    match why.to_string() {
        why if why.starts_with("no keys found") => {
            "no key can be read from the URL's sslkey; one with a passphrase can't be used"
                .to_owned()
        }
        why => format!("the URL's parameters can't be used: {why}"),
    }
}

/// A server that shuts down, has crashed, or has no room for anybody is down; one that does not know who
/// asks, or what for, is not.
fn is_down(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => has_code(error, &["57P01", "57P02", "57P03", "53300"]),
        // A socket that is not there is one of a server that is not there.
        sqlx::Error::Io(outer) if outer.kind() == ErrorKind::NotFound => true,
        other => kinds(other).any(tells_of_the_other_side),
    }
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&&code[..]))
}

/// What kinds of failures of the way to the server are in `error`, from the outermost: TLS, and whatever else
/// stands between, wrap them in their own.
fn kinds<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = ErrorKind> + 'e {
    let all = std::iter::successors(Some(error), |error| beneath(*error));
    all.filter_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()))
}

fn beneath<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    // Such a failure names as its source what lies beneath the one that it wraps.
    let wraps = error.downcast_ref::<io::Error>();
    match wraps.and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn ends_session(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

fn io_words(innermost: Option<ErrorKind>, error: &io::Error) -> String {
    match innermost.unwrap_or(error.kind()) {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::NotFound => "no server listens at this socket".to_owned(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_that_breaks_off_is_heard_of_through_whatever_wraps_it() {
        let reset = || io::Error::from(ErrorKind::ConnectionReset);
        let wrapped = || io::Error::other(io::Error::other(reset()));
        for (error, down) in [
            (sqlx::Error::Io(reset()), true),
            (sqlx::Error::Io(wrapped()), true),
            (sqlx::Error::Tls(wrapped().into()), true),
            (sqlx::Error::Io(ErrorKind::NotFound.into()), true),
            (sqlx::Error::Io(io::Error::other("no such name")), false),
            (sqlx::Error::Tls("no certificate".into()), false),
            (sqlx::Error::RowNotFound, false),
        ] {
            let words = error.to_string();
            let told = Trouble::from(error).tells;
            assert_eq!(told == Tells::Down, down, "{words}");
        }
        let trouble = Trouble::from(sqlx::Error::Io(wrapped()));
        assert_eq!(trouble.words, "the server closed the connection");
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_plain_words() {
        let invalid = |why| io::Error::other(format!("invalid peer certificate: {why}"));
        for (error, words) in [
            (
                sqlx::Error::Io(invalid("UnknownIssuer")),
                "sslrootcert names",
            ),
            (
                sqlx::Error::Tls(invalid("UnknownIssuer").into()),
                "sslrootcert names",
            ),
            (
                sqlx::Error::Io(invalid("Other(OtherError(UnsupportedCertVersion))")),
                "of version 1",
            ),
            (
                sqlx::Error::Tls("keys may not be consistent: KeyMismatch".into()),
                "not the key of",
            ),
            (
                sqlx::Error::Configuration("no keys found pem file".into()),
                "one with a passphrase",
            ),
            (
                sqlx::Error::Io(invalid("certificate expired")),
                "certificate expired",
            ),
        ] {
            let told = Trouble::from(error);
            assert!(told.words.contains(words) && told.ended, "{}", told.words);
        }
    }
}
