//! What is said about a database's errors, and which of them end a connection.

/// Whether the connection is of no use any more.
pub fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => {
            // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle sessions
            let code = database.code();
            matches!(
                code.as_deref(),
                Some("57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03")
            )
        }
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// What a server or a connection said, with its code and its advice; never a URL.
pub fn words(error: &sqlx::Error) -> String {
    let Some(database) = error.as_database_error() else {
        return error.to_string();
    };
    let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
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
