//! One look at everything the database panels show.

use std::time::Duration;

use sqlx::postgres::PgRow;

use super::facts::Facts;
use super::line::Line;
use super::locks::LockWatch;
use super::rows::{count, field, flag, seconds, text};
use super::trouble::Trouble;
use crate::clock::{Clock, Moment};
use crate::monitor::connections::{self, Alike};
use crate::monitor::health::Picture;
use crate::monitor::running::{idle_in_transaction, running};
use crate::monitor::series::Series;
use crate::monitor::session::{Session, State, is_ours};

/// How long facts hold before they are read again.
const FACTS_HOLD: Duration = Duration::from_secs(30);

/// The fields of a session, from a row of `pg_stat_get_activity`. The function is asked instead of the
/// view, whose joins cost more than the scan.
macro_rules! session_fields {
    () => {
        "pid, (extract(epoch FROM backend_start) * 1000000)::int8 AS started,
         CASE WHEN usesysid IS NOT NULL THEN pg_get_userbyid(usesysid)::text END AS username,
         application_name, backend_type, state,
         wait_event_type || ': ' || wait_event AS wait,
         extract(epoch FROM clock_timestamp() - xact_start)::float8 AS transaction_age,
         extract(epoch FROM clock_timestamp() - query_start)::float8 AS query_age,
         extract(epoch FROM clock_timestamp() - state_change)::float8 AS state_age,
         left(query, 300) AS statement"
    };
}

/// Everything about sessions in one scan: first all clients of the server, those that are alike added
/// up; then the busy sessions of this database, those that wait for locks apart from the others, so
/// that many of one kind do not push out the other. Who sees nothing of other roles gets neither the
/// kind nor the state of their sessions, but still counts them.
const SESSIONS: &str = concat!(
    "WITH a AS MATERIALIZED (
         SELECT *, coalesce(datid = (SELECT oid FROM pg_database
                                      WHERE datname = current_database()), false) AS here
           FROM pg_stat_get_activity(NULL))
     (SELECT true AS alike, here, count(*) AS sessions,
             count(*) FILTER (WHERE here AND wait_event_type = 'Lock') AS waiting,
             NULL::int4 AS pid, NULL::int8 AS started, pg_get_userbyid(usesysid)::text AS username,
             application_name, NULL AS backend_type, state, NULL AS wait,
             NULL::float8 AS transaction_age, NULL::float8 AS query_age, NULL::float8 AS state_age,
             NULL AS statement
        FROM a
       WHERE backend_type = 'client backend' OR backend_type IS NULL AND usesysid IS NOT NULL
       GROUP BY here, usesysid, application_name, state)
     UNION ALL
     (SELECT false, here, 1, 0, ",
    session_fields!(),
    "   FROM a
       WHERE here AND state <> 'idle' AND application_name <> $2 AND wait_event_type = 'Lock'
       ORDER BY application_name = $1 OR starts_with(application_name, $1 || ':') DESC, query_start
       LIMIT 200)
     UNION ALL
     (SELECT false, here, 1, 0, ",
    session_fields!(),
    "   FROM a
       WHERE here AND state <> 'idle' AND application_name <> $2
         AND wait_event_type IS DISTINCT FROM 'Lock'
       ORDER BY application_name = $1 OR starts_with(application_name, $1 || ':') DESC,
                xact_start NULLS LAST
       LIMIT 200)"
);

/// Sessions by their pids, idle ones and those of other databases included.
pub(super) const SESSIONS_OF: &str = concat!(
    "SELECT ",
    session_fields!(),
    " FROM unnest($1::int4[]) AS wanted (wanted), LATERAL pg_stat_get_activity(wanted)"
);

/// What has to be remembered from poll to poll.
pub(super) struct Poller {
    tag: String,
    facts: Facts,
    facts_at: Option<Moment>,
    locks: LockWatch,
    history: Series,
}

/// The sessions that a poll found.
#[derive(Default)]
struct Sessions {
    alike: Vec<Alike>,
    listed: Vec<Session>,
    /// How many wait for a lock in this database, as far as this role may see.
    waiting: u32,
}

impl Poller {
    /// A poller for which the sessions called `tag` are ours.
    pub(super) fn new(tag: &str) -> Self {
        Poller {
            tag: tag.to_owned(),
            facts: Facts::default(),
            facts_at: None,
            locks: LockWatch::default(),
            history: Series::default(),
        }
    }

    /// Forgets what belongs to the connection that was lost.
    pub(super) fn start_over(&mut self) {
        self.facts_at = None;
        self.locks = LockWatch::default();
        self.history.push(None);
    }

    /// Looks once.
    pub(super) async fn poll(
        &mut self,
        line: &mut Line,
        clock: &dyn Clock,
    ) -> Result<Picture, Trouble> {
        let start = clock.now();
        if self.facts_at.is_none_or(|at| start.since(at) >= FACTS_HOLD) {
            self.facts = Facts::read(line).await?;
            self.facts_at = Some(start);
        }
        line.begin().await?;
        let seen = self.look(line, start).await;
        let ended = line.end().await;
        let mut picture = seen?;
        ended?;
        picture.took = clock.now().since(start);
        Ok(picture)
    }

    async fn look(&mut self, line: &mut Line, now: Moment) -> Result<Picture, Trouble> {
        let sessions = self.sessions(line).await?;
        let waits = self
            .locks
            .look(
                line,
                &sessions.listed,
                sessions.waiting,
                &self.facts,
                &self.tag,
                now,
            )
            .await?;
        let server = self.facts.server.clone();
        let mut all = connections::count(&sessions.alike, &sessions.listed, &server.limits);
        self.history.push(Some(f64::from(all.used)));
        all.history = self.history.clone();
        Ok(Picture {
            at: now,
            took: Duration::ZERO,
            every: Duration::ZERO,
            slowed: false,
            server,
            connections: all,
            locks: waits.tree(),
            running: running(&sessions.listed),
            idle_in_transaction: idle_in_transaction(&sessions.listed),
        })
    }

    async fn sessions(&self, line: &mut Line) -> Result<Sessions, Trouble> {
        let statement = sqlx::query(SESSIONS)
            .bind(&self.tag)
            .bind(crate::monitor::MONITOR_NAME);
        let mut sessions = Sessions::default();
        for row in &line.rows(statement).await? {
            if flag(row, "alike") {
                sessions.waiting += count(row, "waiting");
                sessions.alike.push(alike(row, &self.tag));
            } else {
                sessions.listed.push(session(row, &self.tag));
            }
        }
        Ok(sessions)
    }
}

fn alike(row: &PgRow, tag: &str) -> Alike {
    let application = text(row, "application_name").unwrap_or_default();
    Alike {
        user: text(row, "username"),
        ours: is_ours(&application, tag),
        application,
        state: State::of(text(row, "state").as_deref()),
        here: flag(row, "here"),
        sessions: count(row, "sessions"),
    }
}

/// A session from a row with the fields of [`SESSIONS_OF`].
pub(super) fn session(row: &PgRow, tag: &str) -> Session {
    let application = text(row, "application_name").unwrap_or_default();
    let state = State::of(text(row, "state").as_deref());
    Session {
        pid: field(row, "pid").unwrap_or_default(),
        started: field(row, "started"),
        user: text(row, "username"),
        ours: is_ours(&application, tag),
        application,
        kind: text(row, "backend_type"),
        state,
        wait: text(row, "wait"),
        transaction_age: seconds(row, "transaction_age"),
        query_age: seconds(row, "query_age"),
        state_age: seconds(row, "state_age"),
        // In its place the server puts a remark about privileges.
        statement: text(row, "statement").filter(|_| state != State::Hidden),
    }
}
