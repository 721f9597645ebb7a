//! One session of a server, as it was seen at one moment.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::inspection::Subject;
use super::ours::Ours;
use super::progress::Statement;

/// The name under which the monitor's own sessions appear in the server.
pub const MONITOR_NAME: &str = "gonogo monitor";

/// What a server calls the process that replays the log of another.
pub(super) const RECOVERY: &str = "startup";

/// What a session is called that has no name yet, since it is only being let in.
pub(super) const NEW: &str = "new session";

/// What a session waits for, as the server calls it, that wants a snapshot which others could spoil.
pub(super) const SNAPSHOT: &str = "IPC: SafeSnapshot";

/// What it calls a process that does what a client wants.
const CLIENT: &str = "client backend";

/// What it calls a process that tidies a table up by itself.
const AUTOVACUUM: &str = "autovacuum worker";

/// What the statement of such a process says that would rather hold everybody up than be put off.
const WRAPAROUND: &str = "(to prevent wraparound)";

/// How many characters of a statement are listed.
const LISTED: usize = 300;

/// Which session is meant. A server uses a pid again after its session has ended; together with the
/// start it names one session for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Backend {
    /// The pid of the server's process.
    pub pid: i32,
    /// When the session began, in microseconds since the Unix epoch by the server's clock.
    pub started: i64,
}

/// What a session is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs a statement, or waits in one.
    Active,
    /// It waits for its client, and holds no transaction.
    Idle,
    /// It waits for its client within a transaction, and keeps its locks.
    IdleInTransaction,
    /// As before, after an error: it can only roll back.
    Aborted,
    /// It is being let in: the server knows neither its role nor its database yet.
    Starting,
    /// Something rare, such as a function called without SQL.
    Other,
    /// This role may not see it.
    Hidden,
    /// Not a session at all: a transaction that was prepared for a two-phase commit.
    Prepared,
    /// It was gone before it could be looked at.
    Gone,
}

impl State {
    /// The state that the server calls `word`. Where it says none, it hides the state, or, from who may
    /// see everything, the session has only just begun.
    pub(super) fn of(word: Option<&str>, may_see_all: bool) -> State {
        match word {
            Some("active") => State::Active,
            Some("idle") => State::Idle,
            Some("idle in transaction") => State::IdleInTransaction,
            Some("idle in transaction (aborted)") => State::Aborted,
            Some("starting") => State::Starting,
            // The server was told to keep no track of what its sessions do.
            Some("disabled") => State::Hidden,
            None if !may_see_all => State::Hidden,
            Some(_) | None => State::Other,
        }
    }

    /// The words for people, those of the server where it has some.
    pub fn words(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Idle => "idle",
            State::IdleInTransaction => "idle in transaction",
            State::Aborted => "idle in transaction (aborted)",
            State::Starting => "starting",
            State::Other => "busy otherwise",
            State::Hidden => "hidden",
            State::Prepared => "prepared transaction",
            State::Gone => "gone",
        }
    }

    /// Whether it waits for its client while it holds a transaction open.
    pub fn holds_transaction_idly(self) -> bool {
        matches!(self, State::IdleInTransaction | State::Aborted)
    }
}

/// Where a session's client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// On the server's own machine, over a unix socket.
    Local,
    /// At this address, as the server sees it.
    At(SocketAddr),
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Client::Local => f.write_str("local"),
            Client::At(address) => address.fmt(f),
        }
    }
}

/// A session. What this role may not see, and what the server does not tell, is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The pid of the server's process; 0 for a prepared transaction.
    pub pid: i32,
    /// When it began, in microseconds since the Unix epoch by the server's clock.
    pub started: Option<i64>,
    /// The role it logged in as.
    pub user: Option<String>,
    /// The name that its client gave itself; empty if it gave none.
    pub application: String,
    /// The name of its database in the server.
    pub database: Option<String>,
    /// Where its client is.
    pub client: Option<Client>,
    /// What kind of process it is, such as `client backend` or `autovacuum worker`.
    pub kind: Option<String>,
    /// What it is doing.
    pub state: State,
    /// What it waits for, as the server calls it, such as `Lock: relation`.
    pub wait: Option<String>,
    /// How long it has been there.
    pub session_age: Option<Duration>,
    /// The age of its transaction.
    pub transaction_age: Option<Duration>,
    /// When its present or last statement began, as [`Session::started`]: which statement it is.
    #[serde(default)]
    pub statement_started: Option<i64>,
    /// How long ago its present or last statement began.
    pub query_age: Option<Duration>,
    /// How long it has been in its state.
    pub state_age: Option<Duration>,
    /// How many transactions have begun since its snapshot was taken: the server keeps all that they
    /// deleted.
    pub snapshot_age: Option<u32>,
    /// The beginning of its present or last statement, 300 characters at most, as it was sent.
    pub statement: Option<String>,
    /// Whether it belongs to this run, and how that is known.
    pub ours: Option<Ours>,
}

impl Session {
    /// Which statement its present or last one is.
    pub(super) fn statement_id(&self) -> Statement {
        (self.pid, self.started, self.statement_started)
    }

    /// A session of which only the pid is known.
    pub(super) fn unknown(pid: i32, state: State) -> Session {
        Session {
            pid,
            started: None,
            user: None,
            application: String::new(),
            database: None,
            client: None,
            kind: None,
            state,
            wait: None,
            session_age: None,
            transaction_age: None,
            statement_started: None,
            query_age: None,
            state_age: None,
            snapshot_age: None,
            statement: None,
            ours: None,
        }
    }

    /// A session that is being let in: servers before version 18 list it nowhere but among the locks.
    pub(super) fn starting(pid: i32) -> Session {
        Session {
            application: NEW.to_owned(),
            ..Session::unknown(pid, State::Starting)
        }
    }

    /// How to name it when it is to be cancelled; none where its start may not be seen.
    pub fn backend(&self) -> Option<Backend> {
        self.started.map(|started| Backend {
            pid: self.pid,
            started,
        })
    }

    /// What is looked at when somebody wants to see it from near.
    pub fn subject(&self) -> Subject {
        match self.state {
            State::Prepared => Subject::Prepared,
            _ => Subject::Session {
                pid: self.pid,
                started: self.started,
            },
        }
    }

    /// What it calls itself, else the role behind it, else what it is for the server.
    pub fn name(&self) -> &str {
        let kind = match self.autovacuum() {
            Some(false) => Some("autovacuum"),
            Some(true) => Some("autovacuum to prevent wraparound"),
            None => self.kind.as_deref().filter(|kind| *kind != CLIENT),
        };
        let names = [Some(self.application.as_str()), self.user.as_deref(), kind];
        let mut names = names.into_iter().flatten();
        names.find(|name| !name.is_empty()).unwrap_or("?")
    }

    /// The role behind it and what it calls itself; of a process that no role is behind, what it is.
    pub fn whose(&self) -> String {
        match self.user.as_deref() {
            None if self.is_of_the_server() => self.name().to_owned(),
            user => format!("{} {}", user.unwrap_or("unknown user"), self.application),
        }
    }

    /// Whether it is a process of the server itself, which no client has begun.
    pub fn is_of_the_server(&self) -> bool {
        let kind = self.kind.as_deref();
        self.user.is_none() && kind.is_some_and(|kind| kind != CLIENT)
    }

    /// Whether it tidies up to prevent wraparound, if it is one of those that tidy up by themselves.
    fn autovacuum(&self) -> Option<bool> {
        let statement = self.statement.as_deref().unwrap_or_default();
        let tidies = self.kind.as_deref() == Some(AUTOVACUUM);
        tidies.then(|| statement.contains(WRAPAROUND))
    }

    /// Whether anything is known of what it does.
    pub fn is_seen(&self) -> bool {
        !matches!(self.state, State::Hidden | State::Gone)
    }

    /// Whether it waits for a lock that another session holds or was promised first.
    pub fn waits_for_lock(&self) -> bool {
        self.wait
            .as_deref()
            .is_some_and(|wait| wait.starts_with("Lock:"))
    }

    /// Whether it waits for transactions of others to end, which could spoil the snapshot that it wants.
    pub fn waits_for_snapshot(&self) -> bool {
        self.wait.as_deref() == Some(SNAPSHOT)
    }

    /// Whether other sessions have to do something before it can go on.
    pub fn waits_for_others(&self) -> bool {
        self.waits_for_lock() || self.waits_for_snapshot()
    }

    /// Whether its transaction is committed, and only waits until a standby has it, too.
    pub fn waits_for_standby(&self) -> bool {
        self.wait.as_deref() == Some("IPC: SyncRep")
    }

    /// What is to be known before it is cancelled or ended, if it is of a sort that is not like others.
    pub fn before_signal(&self) -> Option<&'static str> {
        if self.waits_for_standby() {
            return Some(
                "Its transaction is committed here already and waits for a synchronous standby: that \
                 wait is all that would end, what it has changed stays.",
            );
        }
        Some(if self.autovacuum()? {
            "An autovacuum to prevent wraparound gives way to nobody. Cancelled, it lets through who \
             waits for it now and soon begins again from the start: it has to end some time."
        } else {
            "Cancelling an autovacuum is safe: it comes back by itself. Nor is it mostly needed: for \
             whoever waits for it directly the server cancels it after deadlock_timeout."
        })
    }

    /// Where its client is, in words; empty where that may not be seen.
    pub fn client_words(&self) -> String {
        self.client
            .map(|client| client.to_string())
            .unwrap_or_default()
    }

    /// Why no signal goes to it, whoever asks; none if one can.
    pub fn no_signal(&self) -> Option<String> {
        if self.kind.as_deref() == Some(RECOVERY) {
            return Some(no_signal_for_recovery(self.pid));
        }
        if self.state == State::Starting {
            let pid = self.pid;
            return Some(format!("{pid} is only being let in: end whom it waits for"));
        }
        if self.is_monitor() {
            return Some(no_signal_for_monitor(self.pid));
        }
        self.own_step()
            .map(|step| no_signal_for_own(self.pid, self.state, step))
    }

    /// Whether its listed statement may be only the beginning of it.
    pub fn is_statement_cut(&self) -> bool {
        let shown = self.statement.as_deref().unwrap_or_default();
        shown.chars().count() >= LISTED
    }

    /// Whether it only helps another one: its transaction and its statement are that one's.
    pub(in crate::monitor) fn is_helper(&self) -> bool {
        self.kind.as_deref() == Some("parallel worker")
    }

    /// Whether it is one of a monitor's own.
    pub fn is_monitor(&self) -> bool {
        self.application == MONITOR_NAME
    }
}

/// Why no signal can go to the process `pid`, which replays the log of another server.
pub(super) fn no_signal_for_recovery(pid: i32) -> String {
    format!(
        "{pid} replays the log of the primary and takes no signals: what it holds, a transaction on \
         the primary holds, and what it waits for, sessions here do"
    )
}

/// Why none goes to a monitor's session.
pub(super) fn no_signal_for_monitor(pid: i32) -> String {
    format!("{pid} is a monitor's own session: it only looks, and is opened again when it is gone")
}

/// Why none goes to the session of the run's own SQL, which did that of `step` last.
pub(super) fn no_signal_for_own(pid: i32, state: State, step: &str) -> String {
    if state == State::Active {
        return format!(
            "{pid} is the run's own session and does step {step}: stop that step instead"
        );
    }
    let state = state.words();
    format!(
        "{pid} is the run's own session, {state} since step {step}: the SQL of the steps to come goes on \
         in it, with all that it keeps for them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::ours::Evidence;

    #[test]
    fn whose_own_a_session_is_and_why_it_takes_no_signal_is_said() {
        let of = |state: State, by: Evidence| {
            let step = Some("2.3".to_owned());
            let ours = Some(Ours { by, step });
            let session = Session {
                ours,
                ..Session::unknown(7, state)
            };
            session.no_signal()
        };
        let own = |state| of(state, Evidence::OwnSession).unwrap();
        assert_eq!(
            own(State::Active),
            "7 is the run's own session and does step 2.3: stop that step instead"
        );
        for state in [State::Idle, State::IdleInTransaction] {
            let words = own(state);
            let is = format!(
                "7 is the run's own session, {} since step 2.3",
                state.words()
            );
            assert!(words.starts_with(&is), "{words}");
            assert!(!words.contains("stop"), "nothing of it runs: {words}");
        }
        assert_eq!(of(State::Active, Evidence::Name), None);
        let monitor = Session {
            application: MONITOR_NAME.to_owned(),
            ..Session::unknown(7, State::Active)
        };
        let words = monitor.no_signal().unwrap();
        assert!(
            words.starts_with("7 is a monitor's own session: "),
            "{words}"
        );
    }

    #[test]
    fn a_process_of_the_server_is_called_what_it_is() {
        let of = |kind: &str, statement: &str| Session {
            kind: Some(kind.to_owned()),
            statement: Some(statement.to_owned()),
            ..Session::unknown(7, State::Active)
        };
        let statement = "autovacuum: VACUUM public.orders";
        let vacuum = of(AUTOVACUUM, statement);
        assert_eq!(vacuum.whose(), "autovacuum");
        assert!(vacuum.before_signal().unwrap().contains("is safe"));
        let forced = of(AUTOVACUUM, &format!("{statement} {WRAPAROUND}"));
        assert_eq!(forced.name(), "autovacuum to prevent wraparound");
        assert!(forced.before_signal().unwrap().contains("begins again"));
        assert_eq!(of("walsender", "").name(), "walsender");
        // What a client writes about it does not make it one.
        let client = of(CLIENT, &format!("select '{WRAPAROUND}'"));
        assert_eq!((client.before_signal(), client.autovacuum()), (None, None));
        assert_eq!(client.whose(), "unknown user ");
        assert_eq!(Session::unknown(7, State::Gone).name(), "?");
    }

    #[test]
    fn what_may_not_be_seen_is_hidden_and_not_idle() {
        assert_eq!(State::of(None, false), State::Hidden);
        assert_eq!(State::of(Some("disabled"), true), State::Hidden);
        assert_eq!(
            State::of(Some("idle in transaction (aborted)"), true),
            State::Aborted
        );
    }

    #[test]
    fn a_session_that_has_only_just_begun_is_not_hidden_from_who_may_see_everything() {
        assert_eq!(State::of(None, true), State::Other);
    }
}
