//! What is said about a database's errors, and which of them end a connection.

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use crate::monitor::certificate_words;

/// `protocol_violation`, as which poolers say that they have lost their server. The other codes of its
/// class also come from servers that a server itself could not reach.
const POOLER: &str = "08P01";

/// Whether the connection is of no use any more: the server, or a pooler before it, ends the session by
/// what it says, or nothing comes through.
pub fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            let ends = database
                .try_downcast_ref::<PgDatabaseError>()
                .is_some_and(|said| {
                    matches!(said.severity(), PgSeverity::Fatal | PgSeverity::Panic)
                });
            ends || database.code().as_deref() == Some(POOLER)
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// What a server or a connection said, with its code and its advice; never a URL.
pub fn words(error: &sqlx::Error) -> String {
    let Some(database) = error.as_database_error() else {
        return certificate_words(error).unwrap_or_else(|| error.to_string());
    };
    let postgres = database.try_downcast_ref::<PgDatabaseError>();
    let mut words = database.message().to_owned();
    if let Some(code) = database.code() {
        words = format!("{words} ({code})");
    }
    for more in [
        postgres.and_then(|e| e.detail()),
        postgres.and_then(|e| e.hint()),
    ]
    .into_iter()
    .flatten()
    {
        words.push_str("; ");
        words.push_str(more);
    }
    words
}
