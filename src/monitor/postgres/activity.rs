//! The questions about sessions, and where the fields of the answers are.

/// The fields of a session, from a row of `pg_stat_get_activity`. The function is asked instead of the
/// view, whose joins cost more than the scan, and what can be computed here is not computed by the server.
/// A database of another encoding than ours may hold bytes that its server can't translate, so it sends a
/// statement as the bytes that it has.
macro_rules! session_fields {
    () => {
        "pid, datid, usesysid, application_name, client_addr, client_port, state, backend_type,
         wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
         age(backend_xmin), CASE WHEN $1 THEN left(query, 300) END,
         CASE WHEN NOT $1 THEN convert_to(left(query, 300), getdatabaseencoding()) END"
    };
}

/// Where the fields are in a row; those of a number of sessions that are alike end with their number, and how
/// many of them wait for others. A row of its own, the last, has the server's clock, and instead of a
/// number whether it is a standby.
pub(super) mod at {
    pub(in super::super) const PID: usize = 0;
    pub(in super::super) const DATABASE: usize = 1;
    pub(in super::super) const USER: usize = 2;
    pub(in super::super) const APPLICATION: usize = 3;
    pub(in super::super) const ADDRESS: usize = 4;
    pub(in super::super) const PORT: usize = 5;
    pub(in super::super) const STATE: usize = 6;
    pub(in super::super) const KIND: usize = 7;
    pub(in super::super) const WAIT: [usize; 2] = [8, 9];
    pub(in super::super) const STARTED: usize = 10;
    pub(in super::super) const TRANSACTION: usize = 11;
    pub(in super::super) const QUERY: usize = 12;
    pub(in super::super) const CHANGED: usize = 13;
    pub(in super::super) const SNAPSHOT: usize = 14;
    pub(in super::super) const STATEMENT: [usize; 2] = [15, 16];
    pub(in super::super) const SESSIONS: usize = 17;
    pub(in super::super) const WAITING: usize = 18;
    pub(in super::super) const CLOCK: usize = 19;
    /// How many there are.
    pub(in super::super) const ALL: usize = 20;
}

/// Whether a session waits for others.
macro_rules! waits {
    () => {
        "(wait_event_type = 'Lock' OR wait_event = 'SafeSnapshot')"
    };
}

/// All sessions of the server, in one scan, and which of them are listed: those of this database, idle ones
/// where they are wanted.
macro_rules! activity {
    () => {
        "WITH a AS MATERIALIZED (
             SELECT pid, datid, usesysid, application_name, client_addr, client_port, state, backend_type,
                    wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
                    backend_xmin, query,
                    coalesce(datid = $2 AND application_name <> $3 AND (state <> 'idle' OR $4 > 0),
                             false) AS listed
               FROM pg_stat_get_activity(NULL))"
    };
}

/// All clients, those that are alike added up, and the server's clock. A monitor that waits holds up nobody's work,
/// gives up soon, and is not listed: it is not counted among those that wait. Who sees nothing of other roles gets
/// neither the kind nor the state of their sessions, but still counts them.
macro_rules! alike {
    ($of:literal) => {
        concat!(
            "SELECT NULL::int4, datid, usesysid, application_name, client_addr, NULL::int4, state, NULL,
                    NULL, NULL, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
                    NULL::timestamptz, NULL::int4, NULL, NULL::bytea, count(*),
                    count(*) FILTER (WHERE ",
            waits!(),
            " AND application_name IS DISTINCT FROM $3), NULL::timestamptz
               FROM a
              WHERE (backend_type = 'client backend'
                     OR backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)",
            $of,
            " GROUP BY datid, usesysid, application_name, client_addr, state
             UNION ALL
             SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL, pg_is_in_recovery()::int::int8, NULL, clock_timestamp()"
        )
    };
}

/// Every session that is listed, and the others added up.
pub(super) const SESSIONS: &str = concat!(
    activity!(),
    " SELECT ",
    session_fields!(),
    ", NULL::int8, NULL::int8, NULL::timestamptz FROM a WHERE listed UNION ALL ",
    alike!(" AND NOT listed")
);

/// Some of those that are listed. Ours come before all others, whether their name says so or their number
/// is known; then those that come first in this order.
macro_rules! some {
    ($which:expr, $first:literal, $limit:literal) => {
        concat!(
            "(SELECT ",
            session_fields!(),
            ", NULL::int8, NULL::int8, NULL::timestamptz FROM a WHERE listed AND ",
            $which,
            " ORDER BY (application_name = $5 OR starts_with(application_name, $5 || ':')
                        OR pid = ANY($6)) DESC, ",
            $first,
            " LIMIT ",
            $limit,
            ") UNION ALL "
        )
    };
}

/// Where there are too many to list them all: those that wait for others apart from the rest, so that many
/// of one kind do not push out the other, and then the idle ones; and all of them added up.
pub(super) const SOME_SESSIONS: &str = concat!(
    activity!(),
    some!(
        concat!("state <> 'idle' AND ", waits!()),
        "query_start",
        "greatest(200, $4)"
    ),
    some!(
        concat!("state <> 'idle' AND ", waits!(), " IS NOT TRUE"),
        "xact_start NULLS LAST",
        "greatest(200, $4)"
    ),
    some!("state = 'idle'", "state_change", "$4"),
    alike!("")
);

/// Sessions by their pids, idle ones and those of other databases included.
pub(super) const SESSIONS_OF: &str = concat!(
    "SELECT ",
    session_fields!(),
    ", NULL::int8, NULL::int8, clock_timestamp()
       FROM unnest($2::int4[]) AS wanted (wanted), LATERAL pg_stat_get_activity(wanted)"
);
