//! What the tests of screens share: pictures of databases, made by hand.

#![expect(
    clippy::unnecessary_wraps,
    reason = "what is made here is what a picture may lack"
)]

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::clock::Moment;

/// A second past the hour, so that ages are easy to read.
pub(crate) fn now() -> Moment {
    Moment {
        wall: 1_700_000_000_000_000,
        mono: 3_600_000_000,
        boot: 1,
    }
}

pub(crate) fn ago(secs: u64) -> Moment {
    let mut moment = now();
    moment.mono -= secs * 1_000_000;
    moment.wall -= i64::try_from(secs).unwrap() * 1_000_000;
    moment
}

pub(crate) fn secs(secs: u64) -> Option<Duration> {
    Some(Duration::from_secs(secs))
}

/// Readings of which the last is the newest.
pub(crate) fn series(readings: impl IntoIterator<Item = Option<f64>>) -> Series {
    let mut series = Series::default();
    for reading in readings {
        series.push(reading);
    }
    series
}

/// A session of the application `name` that has been in its state for `age`.
pub(crate) fn session(pid: i32, name: &str, state: State, age: u64, statement: &str) -> Session {
    Session {
        started: Some(1),
        user: Some("app".to_owned()),
        application: name.to_owned(),
        client: Some(Client::At("10.0.0.5:40123".parse().unwrap())),
        kind: Some("client backend".to_owned()),
        session_age: secs(age + 60),
        transaction_age: secs(age),
        query_age: secs(age),
        state_age: secs(age),
        statement: Some(statement.to_owned()),
        ..Session::unknown(pid, state)
    }
}

pub(crate) fn ours(mut session: Session, by: Evidence) -> Session {
    session.ours = Some(Ours {
        by,
        step: Some("2.3".to_owned()),
    });
    session
}

pub(crate) fn wanted(mode: &str, object: &str, waited: u64) -> Option<Wanted> {
    Some(Wanted {
        mode: mode.to_owned(),
        locktype: "relation".to_owned(),
        relation: Some(object.to_owned()),
        partition_of: None,
        object: object.to_owned(),
        waited: secs(waited),
    })
}

/// A node without anything beneath it.
pub(crate) fn node(depth: u32, session: Session, wanted: Option<Wanted>) -> LockNode {
    LockNode {
        depth,
        beneath: 0,
        folded: 0,
        alike: 0,
        session,
        wanted,
        holds: Vec::new(),
        also_blocked_by: Vec::new(),
    }
}

/// What one sees of a quiet database.
pub(crate) fn picture() -> Picture {
    let limits = Limits {
        max_connections: 100,
        superuser_reserved: 3,
        ..Limits::default()
    };
    Picture {
        at: now(),
        took: Duration::from_millis(3),
        every: Duration::from_secs(1),
        slowed: false,
        server: ServerFacts {
            version: "15.18".to_owned(),
            database: "shop".to_owned(),
            role: "monitor".to_owned(),
            rights: Rights {
                superuser: false,
                may_see_all: true,
                may_signal: true,
            },
            limits,
            ..ServerFacts::default()
        },
        connections: Connections {
            used: 12,
            here: 10,
            usable: 97,
            free: 85,
            by_state: ByState {
                active: 2,
                idle: 10,
                ..ByState::default()
            },
            history: series((0..60).map(|n| Some(f64::from(n % 12)))),
            ..Connections::default()
        },
        locks: LockTree::default(),
        sessions: Arc::default(),
        running: Vec::new(),
        idle_in_transaction: Vec::new(),
        progress: Vec::new(),
        invalid_indexes: Known::NotYet,
        vitals: Known::NotYet,
        statements: Known::NotYet,
        migrations: Known::NotYet,
        rows: Vec::new(),
        seen: Seen::default(),
        blind: Blind::default(),
    }
}

/// Vitals of which everything is known.
pub(crate) fn vitals() -> Vitals {
    Vitals {
        at: now(),
        rates: Some(Rates {
            tps: 1_203.4,
            rollbacks: 96.0,
            cache_hits: Some(0.991),
            temporary: 12e6,
            wal: Some(3.2e6),
        }),
        deadlocks: 2,
        size: Some(12.3e9),
        grown: Some(410e6),
        checkpoints: Some(Checkpoints {
            timed: 1,
            requested: 3,
        }),
        xid_age: Some((190_000_000, 200_000_000)),
        disk: Some(Disk {
            free: 9_000_000_000,
            total: 200_000_000_000,
        }),
        ..Vitals::default()
    }
}

/// Statements of which none has become slower.
pub(crate) fn statements() -> Statements {
    Statements {
        at: now(),
        extension: "1.10".to_owned(),
        now_over: Duration::from_secs(60),
        normal_over: Some(Duration::from_secs(540)),
        frozen: true,
        note: None,
        hidden: None,
        list: Vec::new(),
        slower: 0,
    }
}

/// A database that is up, and of which `picture` was seen.
pub(crate) fn database(picture: Picture) -> DatabaseHealth {
    let mut database = DatabaseHealth::new("main");
    database.link = Link::Up { since: ago(600) };
    database.picture = Some(Arc::new(picture));
    database
}

pub(crate) fn health(databases: Vec<DatabaseHealth>) -> Health {
    Health {
        databases,
        ..Health::default()
    }
}

/// A probe that has been read a moment ago.
pub(crate) fn probe(name: &str, state: ProbeState, words: &str) -> ProbeHealth {
    ProbeHealth {
        at: Some(ago(1)),
        state,
        words: words.to_owned(),
        ..ProbeHealth::new(name, Duration::from_secs(2))
    }
}
