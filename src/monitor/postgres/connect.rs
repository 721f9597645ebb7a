//! Making a connection that does no harm.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection, Row};

use super::greet::greets;
use super::line::Line;
use super::target::Target;
use super::trouble::Trouble;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Looking at the server: only the system's own names are used.
    Watching,
    /// Whatever is asked now and then: signals, and queries of the plan, which mean the names that the
    /// role usually sees.
    Asking,
}

/// Settings that keep a monitor from becoming the problem. As startup options they can't be lost.
const SETTINGS: [(&str, &str); 5] = [
    ("statement_timeout", "2000"),
    ("lock_timeout", "200"),
    ("idle_in_transaction_session_timeout", "5000"),
    ("default_transaction_read_only", "on"),
    ("jit", "off"),
];

/// Looking at a server uses the system's names only, so that no object of an application stands in
/// for one of them.
const SYSTEM_NAMES: (&str, &str) = ("search_path", "pg_catalog");

/// Whether the session has the settings that it was begun with: nothing else has these two by chance.
macro_rules! kept {
    () => {
        "SELECT pg_catalog.current_setting('statement_timeout') = '2s'
                AND pg_catalog.current_setting('lock_timeout') = '200ms' AS kept"
    };
}

const KEPT: &str = kept!();

/// From this version on a transaction has a limit of its own. It is lifted by a statement that takes no time itself: the
/// role's may be a short one.
const LIMITS_TRANSACTIONS: u32 = 170_000;
const UNLIMITED: &str = concat!(
    "SELECT pg_catalog.set_config('transaction_timeout', '0', false) FROM (",
    kept!(),
    ") AS k WHERE k.kept"
);

/// [`KEPT`], and if it has, settings that only some servers know: that the server notices when we are
/// gone while it works, and that it lets us be idle. A database without an encoding holds names of any bytes, which
/// its server refuses to send as UTF-8.
const KEPT_AND_ADDED: &str = concat!(
    "SELECT k.kept,
            (SELECT count(pg_catalog.set_config(s.name, w.value, false))
               FROM pg_catalog.pg_settings AS s
               JOIN (VALUES ('client_connection_check_interval', '2s'), ('idle_session_timeout', '0'),
                            ('client_encoding', CASE pg_catalog.getdatabaseencoding()
                                                WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END))
                    AS w (name, value) ON w.name = s.name
              WHERE k.kept)
       FROM (",
    kept!(),
    ") AS k"
);

impl Purpose {
    pub(super) fn settings(self) -> Vec<(&'static str, &'static str)> {
        let mut settings = SETTINGS.to_vec();
        if self == Purpose::Watching {
            settings.push(SYSTEM_NAMES);
        }
        settings
    }
}

impl Target {
    /// Connects within `patience`.
    ///
    /// A pooler refuses startup options, or takes them and passes none of them on. Setting them afterwards instead would be worse than having
    /// none: in transaction mode they would stay on a session that belongs to the application next.
    /// Such a line sets them for each transaction of its own.
    pub(super) async fn connect(
        &self,
        purpose: Purpose,
        patience: Duration,
    ) -> Result<Line, Trouble> {
        let connecting = async {
            match self.link(&self.with(&purpose.settings())).await {
                Ok(mut connection) => {
                    let pooled = !has_settings(&mut connection).await?;
                    Ok(Line::new(connection, purpose, pooled, self.tally()))
                }
                Err(error) if refuses_options(&error) => {
                    let connection = self.link(self.plain()).await?;
                    Ok(Line::new(connection, purpose, true, self.tally()))
                }
                Err(error) => Err(error),
            }
        };
        match tokio::time::timeout(patience, connecting).await {
            Ok(result) => result.map_err(Trouble::from),
            Err(_) if greets(self.plain()).await => Err(Trouble::kept_out(patience)),
            Err(_) => Err(Trouble::silence(patience)),
        }
    }
}

/// Whether the server replays the log of another, and whether its sessions begin read-only for another reason
/// than that this one has asked for it.
const STATE: &str = "SELECT pg_catalog.pg_is_in_recovery(),
            s.setting = 'on' AND s.source <> 'client'
       FROM pg_catalog.pg_settings AS s WHERE s.name = 'default_transaction_read_only'";

impl Target {
    /// Connects as `options` of it say. That no password was given, or that the server is not as the URL wants
    /// it, is an error of the URL.
    pub async fn link(&self, options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
        let login = self.login();
        let mut connection = match options.connect().await {
            Err(error) if has_code(&error, "28P01") => {
                let words = login.lacks_password.clone();
                return Err(words.map_or(error, |words| sqlx::Error::Configuration(words.into())));
            }
            connection => connection?,
        };
        let wants = login.wants.as_deref().unwrap_or("any");
        if matches!(wants, "any" | "prefer-standby") {
            return Ok(connection);
        }
        let row = sqlx::raw_sql(STATE).fetch_one(&mut connection).await?;
        let is = |place: usize| {
            Ok::<_, sqlx::Error>(row.try_get_raw(place)?.as_str().is_ok_and(|is| is == "t"))
        };
        let (standby, read_only) = (is(0)?, is(1)?);
        let suits = match wants {
            "primary" => !standby,
            "standby" => standby,
            "read-only" => standby || read_only,
            _ => !standby && !read_only,
        };
        if suits {
            return Ok(connection);
        }
        let state = match (standby, read_only) {
            (true, _) => "a standby",
            (false, true) => "a primary that is read-only",
            (false, false) => "a primary",
        };
        let words = format!("target_session_attrs is {wants}, and the server is {state}");
        Err(sqlx::Error::Configuration(words.into()))
    }
}

/// Whether what was said of a session when it was begun has not come to it.
const NOT_DIRECT: &str =
    "SELECT pg_catalog.current_setting('gonogo.direct', true) IS DISTINCT FROM 'on'";

impl Target {
    /// Connects as `application`, for work that is not the monitor's. The second part tells whether a pooler
    /// stands between, which refuses startup options or passes none of them on.
    pub async fn open(&self, application: &str) -> Result<(PgConnection, bool), sqlx::Error> {
        let plain = self.named(application);
        let direct = plain.clone().options([("gonogo.direct", "on")]);
        match self.link(&direct).await {
            Ok(mut connection) => {
                let row = sqlx::raw_sql(NOT_DIRECT).fetch_one(&mut connection).await?;
                let pooled = row.try_get(0)?;
                Ok((connection, pooled))
            }
            Err(error) if refuses_options(&error) => Ok((self.link(&plain).await?, true)),
            Err(error) => Err(error),
        }
    }
}

/// Whether the session has the settings that it was begun with; then it has some more afterwards. A system
/// that can't notice a client's end refuses that setting, which is worth no failure.
async fn has_settings(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    if connection.server_version_num() >= Some(LIMITS_TRANSACTIONS) {
        sqlx::raw_sql(UNLIMITED).execute(&mut *connection).await?;
    }
    let row = match sqlx::raw_sql(KEPT_AND_ADDED)
        .fetch_one(&mut *connection)
        .await
    {
        Err(error) if error.as_database_error().is_some() => {
            sqlx::raw_sql(KEPT).fetch_one(connection).await?
        }
        row => row?,
    };
    Ok(row.try_get_raw(0)?.as_str().is_ok_and(|kept| kept == "t"))
}

/// Whether the other side may accept the connection without options: it speaks of the protocol, of
/// a setting it does not know, of a value it does not like, or of one that this role may not set.
fn refuses_options(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| {
        matches!(
            code.as_ref(),
            "08P01" | "0A000" | "22023" | "42501" | "42704"
        )
    })
}

fn has_code(error: &sqlx::Error, wanted: &str) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == wanted)
}
