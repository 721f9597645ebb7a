//! What the screen shows of databases and probes. These types travel to other terminals as JSON.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::alert_health::AlertHealth;
use super::connections::Connections;
use super::known::Known;
use super::limits::Limits;
use super::locks::LockTree;
use super::migrations::Migrations;
use super::probe::ProbeHealth;
use super::progress::{InvalidIndex, Progress};
use super::running::Running;
use super::session::Session;
use super::statements::Statements;
use super::vitals::Vitals;
use crate::clock::Moment;

/// The newest that is known of everything that is watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The databases, in the order of the plan.
    pub databases: Vec<DatabaseHealth>,
    /// The probes, in the order of the plan.
    pub probes: Vec<ProbeHealth>,
    /// The rules, in the order of the plan, and then what is watched whatever it says.
    #[serde(default)]
    pub alerts: Vec<AlertHealth>,
}

/// One database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatabaseHealth {
    /// Its name in the plan.
    pub name: String,
    /// Where it is, such as `db1.internal:5432` or `/run/postgresql:5432`; empty where the URL can't be read.
    #[serde(default)]
    pub place: String,
    /// The database's name as the URL has it; empty where the URL can't be read.
    #[serde(default)]
    pub wanted: String,
    /// Whether it can be reached.
    pub link: Link,
    /// What was last seen of it. It stays when the link goes down, and says how old it is.
    pub picture: Option<Arc<Picture>>,
    /// Why the last poll brought nothing although the link is up.
    pub trouble: Option<String>,
    /// Why there is no spare session for cancelling and terminating, if there is none.
    pub no_spare: Option<String>,
}

/// Whether a database can be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Link {
    /// The first connection is being made.
    Connecting,
    /// It answers.
    Up {
        /// Since when.
        since: Moment,
    },
    /// It can't be reached; the monitor tries again by itself.
    Down {
        /// Since when.
        since: Moment,
        /// The latest reason, in plain words that hold neither the URL nor a password.
        reason: String,
        /// Whether it could not be asked, which says nothing of whether it is down.
        #[serde(default)]
        unasked: bool,
    },
}

/// What one poll saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// When it was taken.
    pub at: Moment,
    /// How long the poll took.
    pub took: Duration,
    /// The time until the next poll.
    pub every: Duration,
    /// Whether polls are rarer than asked for, because they take too long.
    pub slowed: bool,
    /// The server and what this role may do there.
    pub server: ServerFacts,
    /// How many sessions there are.
    pub connections: Connections,
    /// Who waits for whom in this database.
    pub locks: LockTree,
    /// The sessions of this database, as many as are listed, where they were asked for.
    pub sessions: Arc<Vec<Session>>,
    /// The statements that run in this database, the oldest first, 50 at most.
    pub running: Vec<Running>,
    /// The sessions of this database that hold a transaction and do nothing, the oldest first, 50 at
    /// most.
    pub idle_in_transaction: Vec<Session>,
    /// What goes on for long.
    pub progress: Vec<Progress>,
    /// Indexes that are not used, because their build has not ended well or not ended.
    #[serde(deserialize_with = "invalid_indexes")]
    pub invalid_indexes: Known<Vec<InvalidIndex>>,
    /// How the database is altogether.
    pub vitals: Known<Vitals>,
    /// What has become slower.
    pub statements: Known<Statements>,
    /// What migration tools have done and have left to do; a table each.
    pub migrations: Known<Vec<Migrations>>,
    /// The exact numbers of rows that rules ask for.
    pub rows: Vec<RowCount>,
    /// When what is looked at rarely was last seen.
    #[serde(default)]
    pub seen: Seen,
    /// What could not be seen this time.
    #[serde(default)]
    pub blind: Blind,
}

/// Older recordings hold the indexes alone.
fn invalid_indexes<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Known<Vec<InvalidIndex>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Alone(Vec<InvalidIndex>),
        Known(Known<Vec<InvalidIndex>>),
    }
    Ok(match Either::deserialize(from)? {
        Either::Alone(seen) => Known::seen(seen),
        Either::Known(known) => known,
    })
}

/// When the parts of a picture were last seen that are looked at rarely; none before they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The indexes.
    pub indexes: Option<Moment>,
    /// The tables of migration tools.
    pub migrations: Option<Moment>,
    /// What changes slowly, such as sizes.
    pub slow: Option<Moment>,
}

/// Why parts of a picture are missing, although the rest of it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blind {
    /// Why not all is known of who waits for whom.
    pub locks: Option<String>,
    /// Why not all is known of what goes on for long.
    pub progress: Option<String>,
}

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    /// The table, as the rule names it.
    pub table: String,
    /// When it was counted.
    pub at: Moment,
    /// How many it has.
    pub count: Option<u64>,
    /// Why they could not be counted.
    pub why_not: Option<String>,
}

/// What changes rarely about a server; it is read again every half minute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFacts {
    /// Its version, such as `15.18`.
    pub version: String,
    /// The database's name in the server.
    pub database: String,
    /// The role that the monitor logged in as, quoted as SQL wants it.
    pub role: String,
    /// What that role may do.
    pub rights: Rights,
    /// The roles whose sessions only superusers end: those are superusers themselves.
    #[serde(default)]
    pub superusers: Vec<String>,
    /// Who the server is, as it identifies itself; none where it does not.
    #[serde(default)]
    pub identity: Option<String>,
    /// What has become of it since the monitor began to look, if anything.
    #[serde(default)]
    pub news: Option<String>,
    /// Whether the server is a standby or recovers from a crash.
    pub in_recovery: bool,
    /// How long the server had been running when it was looked at; none where that is not known.
    #[serde(default)]
    pub up: Option<Duration>,
    /// Whether a pooler stands between, so that settings and session numbers are not the monitor's own.
    pub pooled: bool,
    /// What bounds the number of sessions.
    pub limits: Limits,
}

/// What the monitor's role may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Whether it is a superuser.
    pub superuser: bool,
    /// Whether it may see what other sessions do. If not, states and statements of others are
    /// unknown, and counts are as near as the server tells.
    pub may_see_all: bool,
    /// Whether it may cancel and terminate sessions of other roles.
    pub may_signal: bool,
}

impl ServerFacts {
    /// Whether `user` is the role that the monitor logged in as.
    pub fn is_own(&self, user: &str) -> bool {
        let quoted = self.role.strip_prefix('"');
        match quoted.and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => inner.replace("\"\"", "\"") == user,
            None => self.role == user,
        }
    }

    /// The statement that lets the role see what others do.
    pub fn grant(&self) -> String {
        format!("grant pg_monitor to {}", self.role)
    }

    /// Why what a session does is hidden: from who may see everything it is where the server keeps no track of it.
    pub fn why_hidden(&self) -> String {
        if self.rights.may_see_all {
            return "track_activities is off".to_owned();
        }
        self.grant()
    }

    /// Why the role may not know whose session `pid` is, and the statement that would let it; none if
    /// it may see everything.
    pub fn hidden(&self, pid: i32) -> Option<String> {
        let words = format!("session {pid} is hidden: {}", self.grant());
        (!self.rights.may_see_all).then_some(words)
    }

    /// What the role may not do, and the statements that would let it.
    pub fn missing_grants(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.rights.may_see_all {
            words.push(self.statements_hidden());
        }
        if !self.rights.may_signal {
            words.push(self.signals_refused());
        }
        words
    }

    /// What a role may not end that may not end others, and the statement that would let it.
    pub(super) fn signals_refused(&self) -> String {
        let role = &self.role;
        format!("sessions of other roles can't be cancelled: grant pg_signal_backend to {role}")
    }

    /// What a role does not see that may not see all, and the statement that would let it.
    pub(super) fn statements_hidden(&self) -> String {
        let grant = self.grant();
        format!("states and statements of other roles are hidden: {grant}")
    }
}

impl Picture {
    /// Of how many sessions the role does not see what they do, and the statement that would let it or the setting
    /// that keeps it from everybody; none if it sees all of them.
    pub fn hidden_sessions(&self) -> Option<String> {
        let hidden = self.connections.by_state.hidden;
        let (s, do_) = if hidden == 1 {
            ("", "does")
        } else {
            ("s", "do")
        };
        let why = self.server.why_hidden();
        (hidden > 0).then(|| format!("what {hidden} session{s} {do_} is hidden: {why}"))
    }

    /// The indexes that are not used and that nobody works on any more.
    pub fn indexes_left_behind(&self) -> impl Iterator<Item = &InvalidIndex> {
        let all = self.invalid_indexes.get().into_iter().flatten();
        all.filter(|index| index.is_left_behind())
    }

    /// Why it is not known whether nobody works on an index that is not used; none if that is known of all.
    pub fn indexes_unknown(&self) -> Option<String> {
        let mut all = self.invalid_indexes.get().into_iter().flatten();
        let index = all.find(|index| index.hidden && !index.being_built)?;
        let InvalidIndex { name, table, .. } = index;
        let why = self.server.why_hidden();
        Some(format!(
            "whether {name} on {table} is being built or was left invalid is hidden: {why}"
        ))
    }

    /// The session that `known` was, as it is now; none if it is not listed.
    pub fn again(&self, known: &Session) -> Option<&Session> {
        let same = |one: &&Session| one.pid == known.pid && one.started == known.started;
        let locks = self.locks.nodes.iter().map(|node| &node.session);
        let running = self.running.iter().map(|running| &running.oldest);
        let all = self.sessions.iter().chain(locks).chain(running);
        all.chain(&self.idle_in_transaction).find(same)
    }
}

impl DatabaseHealth {
    /// Which database of which server it is, for whoever is about to do something there.
    pub fn called(&self) -> String {
        let seen = self.picture.as_ref();
        let seen = seen.map(|picture| &picture.server.database);
        let wanted = Some(&self.wanted).filter(|name| !name.is_empty());
        let name = seen.or(wanted).unwrap_or(&self.name);
        if self.place.is_empty() {
            return name.clone();
        }
        format!("{name} at {}", self.place)
    }

    /// A database of which nothing is known yet.
    pub(crate) fn new(name: &str) -> Self {
        DatabaseHealth {
            name: name.to_owned(),
            place: String::new(),
            wanted: String::new(),
            link: Link::Connecting,
            picture: None,
            trouble: None,
            no_spare: None,
        }
    }

    /// Everything that limits what can be seen or done, a sentence each, for the screen.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Link::Down { reason, .. } = &self.link {
            notes.push(reason.clone());
        }
        if let Some(trouble) = &self.trouble {
            notes.push(format!("the last poll failed: {trouble}"));
        }
        if let Some(picture) = &self.picture {
            notes.extend(picture.server.news.clone());
            if picture.slowed {
                notes.push(format!(
                    "a poll takes {} ms, so there is one every {} s",
                    picture.took.as_millis(),
                    picture.every.as_secs_f32()
                ));
            }
            let parts = [
                ("who waits for whom", &picture.blind.locks),
                ("what goes on for long", &picture.blind.progress),
            ];
            for (part, why) in parts {
                notes.extend(
                    why.iter()
                        .map(|why| format!("not all is known of {part}: {why}")),
                );
            }
            notes.extend(picture.server.missing_grants());
            if picture.server.pooled {
                let words = "the URL leads to a pooler, which may have no session left for us";
                notes.push(words.to_owned());
            }
        }
        if let Some(reason) = &self.no_spare {
            notes.push(format!("no spare session for cancelling: {reason}"));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_seen_is_said_with_the_grant_that_is_missing() {
        let mut facts = ServerFacts {
            role: "\"Deploy\"".to_owned(),
            ..ServerFacts::default()
        };
        facts.rights.may_signal = true;
        assert_eq!(
            facts.missing_grants(),
            ["states and statements of other roles are hidden: grant pg_monitor to \"Deploy\""]
        );
        facts.rights.may_see_all = true;
        assert!(facts.missing_grants().is_empty());
    }

    #[test]
    fn everything_that_is_hidden_names_the_same_grant_for_the_role_as_sql_wants_it() {
        let mut picture = crate::monitor::testing::picture();
        picture.server.role = "\"Deploy\"".to_owned();
        picture.server.rights = Rights::default();
        picture.connections.by_state.hidden = 1;
        let words = [
            picture.server.hidden(7).unwrap(),
            picture.hidden_sessions().unwrap(),
            picture.server.missing_grants().swap_remove(0),
        ];
        for words in words {
            assert!(
                words.ends_with(": grant pg_monitor to \"Deploy\""),
                "{words}"
            );
        }
        let signal = picture.server.missing_grants().swap_remove(1);
        assert!(signal.ends_with(": grant pg_signal_backend to \"Deploy\""));
    }

    #[test]
    fn a_database_is_called_as_its_url_does_until_it_was_seen() {
        let mut database = DatabaseHealth::new("main");
        assert_eq!(database.called(), "main");
        "app".clone_into(&mut database.wanted);
        "db1:5432".clone_into(&mut database.place);
        assert_eq!(database.called(), "app at db1:5432");
        let mut picture = crate::monitor::testing::picture();
        "shop".clone_into(&mut picture.server.database);
        database.picture = Some(Arc::new(picture));
        assert_eq!(database.called(), "shop at db1:5432");
    }

    #[test]
    fn health_survives_the_way_through_json() {
        let mut database = DatabaseHealth::new("main");
        database.link = Link::Down {
            since: Moment::default(),
            reason: "connection refused".to_owned(),
            unasked: false,
        };
        let health = Health {
            databases: vec![database],
            ..Health::default()
        };
        let json = serde_json::to_string(&health).unwrap();
        assert!(json.contains(r#""state":"down""#), "{json}");
        assert_eq!(serde_json::from_str::<Health>(&json).unwrap(), health);
    }

    #[test]
    fn indexes_are_read_as_older_programs_wrote_them() {
        let mut picture = crate::monitor::testing::picture();
        picture.invalid_indexes = Known::seen(Vec::new());
        let mut json = serde_json::to_value(&picture).unwrap();
        assert_eq!(Picture::deserialize(&json).unwrap(), picture);
        json["invalid_indexes"] = serde_json::json!([]);
        assert_eq!(Picture::deserialize(&json).unwrap(), picture);
        picture.invalid_indexes = Known::missing("permission denied");
        let json = serde_json::to_value(&picture).unwrap();
        assert_eq!(Picture::deserialize(&json).unwrap(), picture);
    }
}
