//! Connections of a run that are made for one question.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnection;

use super::words;
use crate::monitor::Target;

/// How long connecting may take, and finding out whether a connection still lives.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Connects to the plan's database called `name`; the session shows as `application`. The error says of which
/// database it is and why there is no connection.
pub(in crate::run::work) async fn connect(
    name: &str,
    url: &str,
    application: &str,
) -> Result<PgConnection, String> {
    let target = Target::parse(url).map_err(|why| format!("`{name}`: {why}"))?;
    let options = target.named(application);
    let failed = |why: &str| format!("failed to connect to `{name}`: {why}");
    match tokio::time::timeout(PATIENCE, target.link(&options)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) if is_full(&error) => {
            let why = format!("its connections are used up: {}", words(&error));
            Err(failed(&why))
        }
        Ok(Err(error)) => Err(failed(&words(&error))),
        Err(_) => Err(failed("the server does not answer")),
    }
}

/// Whether there is no room for another session, on the server or for this role.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "53300")
}
