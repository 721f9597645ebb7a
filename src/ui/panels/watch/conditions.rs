//! Each panel in each condition that a database can be in.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::tests::{ALL, alert, crowded, migration, probes, sight, trend, work};
use super::*;
use crate::monitor::testing::*;
use crate::monitor::*;
use crate::ui::widgets::testing::sketch;

/// The conditions, by their names.
pub(crate) fn all() -> Vec<(&'static str, Health)> {
    let unseen = |link: Link| {
        let mut database = database(picture());
        (database.picture, database.link) = (None, link);
        health(vec![database])
    };
    let mut failing = unseen(Link::Up { since: ago(1) });
    failing.databases[0].trouble = Some("canceling statement due to statement timeout".to_owned());
    vec![
        ("nothing_watched", Health::default()),
        ("connecting", unseen(Link::Connecting)),
        ("never_seen", failing),
        ("without_grants", without_grants()),
        ("blind", blind()),
        ("quiet", quiet()),
        ("busy", busy()),
        ("standby", standby()),
        ("lost", lost()),
    ]
}

/// A database in which nothing goes on, and all of that was seen.
fn quiet() -> Health {
    let mut picture = picture();
    picture.vitals = Known::seen(vitals());
    picture.statements = Known::seen(statements());
    picture.migrations = Known::seen(Vec::new());
    picture.invalid_indexes = Known::seen(Vec::new());
    health(vec![database(picture)])
}

/// Everything that can go on goes on at once.
fn busy() -> Health {
    let mut picture = crowded();
    let sessions = picture.locks.nodes.iter().map(|n| n.session.clone());
    picture.sessions = Arc::new(sessions.collect());
    picture.vitals = Known::seen(vitals());
    picture.statements = Known::seen(Statements {
        list: vec![trend("select id from orders", Some(12.4), 100.2, true)],
        ..statements()
    });
    picture.migrations = Known::seen(vec![Migrations {
        tool: "sqlx".to_owned(),
        table: "_sqlx_migrations".to_owned(),
        folder: Some("/srv/shop/migrations".to_owned()),
        guessed: false,
        unread: false,
        running: None,
        note: None,
        list: vec![
            migration("20250101_init", MigrationState::Applied, None),
            migration("20260101_note", MigrationState::Running, None),
        ],
    }]);
    let what = "create index on items";
    picture.progress = vec![work(5122, what, "scanning table", Some(0.31))];
    picture.invalid_indexes = Known::seen(vec![InvalidIndex {
        name: "orders_old".to_owned(),
        table: "orders".to_owned(),
        being_built: false,
        hidden: false,
    }]);
    let mut health = health(vec![database(picture)]);
    health.probes = probes();
    health.alerts = vec![alert(
        "API twice as slow",
        AlertStanding::Firing,
        ReadingKind::Breach,
        "212",
    )];
    health
}

/// What was seen of the only database.
fn picture_of(health: &Health) -> Picture {
    let seen = health.databases[0].picture.as_deref();
    seen.cloned().unwrap_or_else(picture)
}

/// The same, as a role sees it that may see only its own.
fn without_grants() -> Health {
    let mut health = busy();
    let mut picture = picture_of(&health);
    picture.server.rights = Rights::default();
    picture.connections.by_state = ByState {
        active: 1,
        hidden: 11,
        ..ByState::default()
    };
    for node in &mut picture.locks.nodes {
        let pid = node.session.pid;
        node.session = session(pid, "", State::Hidden, 0, "");
        node.session.statement = None;
        let hidden = &mut node.session;
        (hidden.started, hidden.user, hidden.client) = (None, None, None);
        (hidden.query_age, hidden.state_age) = (None, None);
        (hidden.transaction_age, hidden.session_age) = (None, None);
    }
    (picture.running, picture.sessions) = (Vec::new(), Arc::default());
    picture.idle_in_transaction.clear();
    let grant = picture.server.grant();
    let mut hidden = work(5122, &format!("an index build (hidden: {grant})"), "", None);
    (hidden.left, hidden.age) = (None, None);
    picture.progress = vec![hidden];
    picture.statements = Known::missing(
        "what counts statements may not be used: grant usage on schema stats to monitor",
    );
    picture.migrations = Known::missing("_sqlx_migrations may not be read");
    health.databases = vec![database(picture)];
    health
}

/// A server that answers some questions and not others.
fn blind() -> Health {
    let mut picture = picture();
    let why = "canceling statement due to statement timeout";
    picture.blind = Blind {
        locks: Some(why.to_owned()),
        progress: Some(why.to_owned()),
    };
    picture.vitals = Known::missing(why);
    picture.statements = Known::missing(why);
    picture.migrations = Known::missing("it waited too long for a lock");
    picture.invalid_indexes = Known::missing(why);
    (picture.slowed, picture.every) = (true, Duration::from_secs(4));
    picture.took = Duration::from_millis(410);
    health(vec![database(picture)])
}

/// A server that replays the log of another, and waits for somebody to read to an end.
fn standby() -> Health {
    let mut picture = picture();
    picture.server.in_recovery = true;
    let report = session(
        4800,
        "report",
        State::Active,
        400,
        "select sum(total) from orders",
    );
    let mut recovery = session(31, "recovery", State::Other, 12, "");
    recovery.kind = Some("startup".to_owned());
    recovery.user = None;
    recovery.client = None;
    let mut root = node(0, report.clone(), None);
    root.beneath = 1;
    picture.locks = LockTree {
        nodes: vec![
            root,
            node(1, recovery, wanted("AccessExclusive", "orders", 12)),
        ],
        blockers: 1,
        waiters: 1,
        ..LockTree::default()
    };
    picture.running = vec![Running {
        oldest: report,
        sessions: 1,
        others: Vec::new(),
    }];
    picture.vitals = Known::seen(Vitals {
        standby: Some(Standby {
            behind: Some(1.2e6),
            ..Standby::default()
        }),
        ..vitals()
    });
    health(vec![database(picture)])
}

/// A server that was lost while everything went on.
fn lost() -> Health {
    let mut health = busy();
    let mut picture = picture_of(&health);
    picture.at = ago(42);
    health.databases = vec![database(picture)];
    health.databases[0].link = Link::Down {
        since: ago(40),
        reason: "the server has not answered for 3 s".to_owned(),
        unasked: false,
    };
    health
}

#[test]
fn every_panel_in_every_condition() {
    for (condition, health) in all() {
        let one = |panel: Panel| {
            let area = Rect::new(0, 0, 72, 9);
            let mut buf = Buffer::empty(area);
            draw(&sight(&health, None), panel, area, &mut buf);
            sketch(&buf)
        };
        let panels: Vec<String> = ALL.into_iter().map(one).collect();
        insta::assert_snapshot!(format!("condition_{condition}"), panels.join(""));
    }
}
