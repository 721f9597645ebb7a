//! Every panel in every condition, in the room that it has on screens of the three sizes.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::*;
use crate::monitor::testing::*;
use crate::monitor::*;
use crate::ui::theme::Theme;
use crate::ui::widgets::testing::painted;

/// The room of a panel at 80×24, 120×36 and 200×50.
const ROOMS: [(u16, u16); 3] = [(48, 10), (42, 12), (70, 16)];

pub(super) fn sight(health: &Health, focus: Option<Panel>) -> Sight<'_> {
    Sight {
        health,
        run: None,
        database: 0,
        focus,
        session: Cursor::default(),
        filter: "",
        now: now(),
        theme: Theme::new(false),
    }
}

/// The panel as `sight` shows it in this room.
fn panel_of(sight: &Sight<'_>, panel: Panel, room: (u16, u16)) -> String {
    painted(room, |area, buf| draw(sight, panel, area, buf))
}

/// The panel in each of the rooms.
fn drawn(panel: Panel, health: &Health) -> String {
    let one = |room| panel_of(&sight(health, None), panel, room);
    let all: Vec<String> = ROOMS.into_iter().map(one).collect();
    all.join("\n")
}

#[track_caller]
fn shown(name: &str, panel: Panel, picture: Picture) {
    let health = health(vec![database(picture)]);
    insta::assert_snapshot!(name, drawn(panel, &health));
}

pub(super) const ALL: [Panel; 9] = [
    Panel::Locks,
    Panel::Connections,
    Panel::Running,
    Panel::Slower,
    Panel::Progress,
    Panel::Vitals,
    Panel::Migrations,
    Panel::Probes,
    Panel::Alerts,
];

#[test]
fn a_database_of_which_nothing_is_known_says_why_in_every_panel() {
    let mut database = database(picture());
    database.picture = None;
    database.link = Link::Down {
        since: ago(75),
        reason: "connection refused".to_owned(),
        unasked: false,
    };
    let health = health(vec![database]);
    let all: Vec<String> = ALL
        .into_iter()
        .map(|panel| panel_of(&sight(&health, None), panel, (50, 3)))
        .collect();
    insta::assert_snapshot!("nothing_known", all.join(""));
}

#[test]
fn every_panel_draws_in_no_room() {
    let health = health(vec![database(crowded())]);
    for room in [(0, 0), (0, 3), (3, 0), (1, 1), (2, 2), (5, 3)] {
        painted(room, |area, buf| {
            for panel in ALL {
                draw(&sight(&health, Some(panel)), panel, area, buf);
            }
            strip(&sight(&health, None), area, buf);
            line(&sight(&health, None), Span::raw("hold: none"), area, buf);
        });
    }
}

/// The queue that stands behind our migration, and everything else that can stand in a tree.
pub(super) fn crowded() -> Picture {
    let idle = State::IdleInTransaction;
    let mut root = node(
        0,
        session(4711, "psql", idle, 190, "select * from orders"),
        None,
    );
    root.holds = vec!["AccessShare orders".to_owned()];
    root.beneath = 4;
    let alter = session(
        5120,
        "",
        State::Active,
        14,
        "alter table orders add note text",
    );
    let alter = ours(alter, Evidence::Name);
    let mut alter = node(1, alter, wanted("AccessExclusive", "orders", 14));
    alter.beneath = 3;
    alter.also_blocked_by = vec![4800];
    let reader = |pid, age| {
        let session = session(pid, "web", State::Active, age, "select id from orders");
        node(2, session, wanted("AccessShare", "orders", age))
    };
    let mut partition = reader(5135, 3);
    partition.wanted = wanted("AccessShare", "orders_2024", 3);
    partition.folded = 11;
    let guess = ours(
        session(
            5140,
            "some tool",
            State::Active,
            2,
            "update items set n = 1",
        ),
        Evidence::Guess,
    );
    let other = session(
        4800,
        "report",
        State::Active,
        400,
        "select sum(total) from orders",
    );
    let mut other = node(0, other, None);
    other.beneath = 1;
    let mut locks = LockTree {
        nodes: vec![
            root,
            alter,
            reader(5133, 12),
            reader(5134, 9),
            partition,
            other,
            node(1, guess, wanted("RowExclusive", "a row of items", 2)),
        ],
        blockers: 2,
        waiters: 16,
        ..LockTree::default()
    };
    locks.behind_ours = Queue {
        sessions: 14,
        oldest: secs(12),
        applications: vec![("web".to_owned(), 12), ("cron".to_owned(), 2)],
        ..Queue::default()
    };
    let mut picture = picture();
    picture.running = vec![
        Running {
            oldest: session(
                4800,
                "report",
                State::Active,
                400,
                "select sum(total) from orders",
            ),
            sessions: 1,
            others: Vec::new(),
        },
        Running {
            oldest: locks.nodes[2].session.clone(),
            sessions: 14,
            others: Vec::new(),
        },
    ];
    picture.running[1].oldest.wait = Some("Lock: relation".to_owned());
    picture.idle_in_transaction = vec![locks.nodes[0].session.clone()];
    picture.locks = locks;
    picture
}

#[test]
fn locks_show_the_tree_with_the_queue_behind_ours() {
    shown("locks_none", Panel::Locks, picture());
    shown("locks_queue_behind_ours", Panel::Locks, crowded());
}

#[test]
fn locks_show_prepared_transactions_and_circles() {
    let mut picture = picture();
    let mut one = node(
        0,
        session(7, "web", State::Active, 1, "update a"),
        wanted("Share", "a row of a", 1),
    );
    one.also_blocked_by = vec![8];
    let other = session(8, "web", State::Active, 1, "update b");
    let prepared = Session::clone(&session(0, "", State::Prepared, 5_000, ""));
    picture.locks.nodes = vec![
        node(0, prepared, None),
        node(
            1,
            session(9, "cron", State::Active, 50, "select 1"),
            wanted("AccessShare", "t", 50),
        ),
        one,
        node(1, other, wanted("Share", "a row of b", 1)),
    ];
    picture.locks.prepared = vec![Prepared {
        gid: "left behind".to_owned(),
        owner: Some("app".to_owned()),
        age: secs(5_000),
        transactions: None,
    }];
    (picture.locks.blockers, picture.locks.waiters) = (2, 3);
    shown("locks_prepared_and_circle", Panel::Locks, picture);
}

#[test]
fn who_blocks_is_not_known_to_be_nobody_where_it_may_not_be_asked() {
    let mut picture = picture();
    picture.locks.waiters = 14;
    picture.blind.locks = Some("permission denied for function pg_blocking_pids".to_owned());
    let drawn = drawn(Panel::Locks, &health(vec![database(picture)]));
    assert!(
        drawn.contains("Locks  blockers not known, 14 waiting"),
        "{drawn}"
    );
}

#[test]
fn an_old_picture_says_how_old_it_is_and_why() {
    let mut picture = crowded();
    picture.at = ago(42);
    let mut database = database(picture);
    database.link = Link::Down {
        since: ago(40),
        reason: "the server has not answered for 3 s".to_owned(),
        unasked: false,
    };
    let mut other = database.clone();
    other.name = "audit".to_owned();
    let health = health(vec![database, other]);
    insta::assert_snapshot!("locks_old", drawn(Panel::Locks, &health));
    insta::assert_snapshot!("connections_old", drawn(Panel::Connections, &health));
}

#[test]
fn the_session_under_the_cursor_is_marked_and_found_by_the_mouse() {
    let health = health(vec![database(crowded())]);
    let mut sight = sight(&health, Some(Panel::Locks));
    sight.session = Cursor::on(Some(5134));
    let seen = panel_of(&sight, Panel::Locks, (60, 10));
    insta::assert_snapshot!("locks_cursor", seen);
    let area = Rect::new(0, 0, 60, 10);
    // Two rows are taken by what stands before the tree.
    assert_eq!(session_at(&sight, Panel::Locks, area, 0), None);
    assert_eq!(session_at(&sight, Panel::Locks, area, 2), Some(4711));
    assert_eq!(session_at(&sight, Panel::Running, area, 1), Some(4800));
    assert_eq!(session_at(&sight, Panel::Vitals, area, 1), None);
}

#[test]
fn a_filter_keeps_whole_trees_and_single_statements() {
    let health = health(vec![database(crowded())]);
    let picture = health.databases[0].picture.as_ref().unwrap();
    let pids = |panel: Panel, filter: &str| -> Vec<i32> {
        let sessions = panel.sessions(picture, filter);
        sessions.map(|session| session.pid).collect()
    };
    let everybody = pids(Panel::Locks, "");
    assert_eq!(everybody.len(), picture.locks.nodes.len());
    // Who waits for `psql` is shown with it, and the other way around; the other root is not.
    let tree = pids(Panel::Locks, "PSQL");
    assert!(tree.contains(&4711) && tree.contains(&5120), "{tree:?}");
    assert!(!tree.contains(&4800) && tree.len() < everybody.len());
    assert_eq!(pids(Panel::Locks, "5120"), tree);
    assert_eq!(pids(Panel::Running, "report"), [4800]);
    assert!(pids(Panel::Running, "nothing like it").is_empty());
    let mut sight = sight(&health, Some(Panel::Locks));
    sight.filter = "nothing like it";
    let seen = panel_of(&sight, Panel::Locks, (60, 6));
    assert!(seen.contains("nobody in the tree is like that"), "{seen}");
}

#[test]
fn what_other_databases_do_is_told_apart() {
    let mut picture = picture();
    picture.connections.waiting_elsewhere = 5;
    let health = health(vec![database(picture)]);
    let seen = drawn(Panel::Locks, &health);
    assert!(seen.contains("nobody waits for a lock here"), "{seen}");
    assert!(
        seen.contains("other databases of this server: 5 sessions"),
        "{seen}"
    );
}

#[test]
fn who_is_not_listed_is_said_to_wait() {
    let mut picture = picture();
    let root = node(
        0,
        session(11, "migration", State::Active, 9, "lock t"),
        None,
    );
    let waiter = session(12, "web", State::Active, 8, "select * from t");
    let mut waiter = node(1, waiter, wanted("AccessShare", "t", 8));
    waiter.alike = 39;
    picture.locks.nodes = vec![root, waiter];
    (picture.locks.blockers, picture.locks.waiters) = (1, 45);
    (picture.locks.unlisted, picture.locks.unasked) = (5, 5);
    let health = health(vec![database(picture)]);
    let seen = drawn(Panel::Locks, &health);
    for words in [
        "at least 1 blocker, 45 waiting",
        "too many wait: 5 of 45",
        "+39 like it",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    let mut sight = sight(&health, Some(Panel::Locks));
    sight.filter = "nothing like it";
    let seen = panel_of(&sight, Panel::Locks, (90, 6));
    assert!(seen.contains("not all who wait are listed"), "{seen}");
}

#[test]
fn a_gap_in_the_tree_is_not_a_part_of_it() {
    let waiter = |pid, depth| {
        let waiter = session(pid, "web", State::Active, 8, "select 1");
        node(depth, waiter, wanted("AccessShare", "t", 8))
    };
    let root = |pid| {
        node(
            0,
            session(pid, "dba", State::Active, 9, "lock table t"),
            None,
        )
    };
    let all = [
        root(1),
        waiter(2, 1),
        waiter(3, 2),
        waiter(4, 2),
        waiter(5, 1),
        root(6),
        waiter(7, 1),
    ];
    let mut sketches = Vec::new();
    for gone in [3, 2, 6] {
        let mut picture = picture();
        let nodes = all.iter().filter(|node| node.session.pid != gone);
        picture.locks.nodes = nodes.cloned().collect();
        let health = health(vec![database(picture)]);
        let mut sight = sight(&health, Some(Panel::Locks));
        sight.session = Cursor::on(Some(gone));
        sight
            .session
            .settle(all.iter().map(|node| node.session.pid));
        sketches.push(panel_of(&sight, Panel::Locks, (48, 10)));
    }
    insta::assert_snapshot!("locks_gap", sketches.join("\n"));
}

#[test]
fn groups_have_more_rows_where_there_is_room() {
    let mut picture = picture();
    let group = |name: String| Group {
        name,
        sessions: 1,
        ..Group::default()
    };
    let names = |what: &str, count| {
        (1..=count)
            .map(|n| group(format!("{what}-{n:02}")))
            .collect()
    };
    picture.connections.applications = names("worker", 20);
    picture.connections.users = names("user", 3);
    let health = health(vec![database(picture)]);
    let seen = |height| panel_of(&sight(&health, None), Panel::Connections, (60, height));
    let roomy = seen(20);
    for n in 1..=20 {
        assert!(roomy.contains(&format!("worker-{n:02} 1")), "{roomy}");
    }
    assert!(roomy.contains("user-03 1"), "{roomy}");
    let tight = seen(8);
    assert!(
        tight.contains("worker-03") && tight.contains("user-03"),
        "{tight}"
    );
    assert!(
        tight.contains('…') && !tight.contains("worker-09"),
        "{tight}"
    );
}

#[test]
fn connections_say_who_has_them() {
    shown("connections_quiet", Panel::Connections, picture());
    let mut picture = crowded();
    let group = |name: &str, sessions, active, idle_in_transaction| Group {
        name: name.to_owned(),
        sessions,
        active,
        idle_in_transaction,
    };
    picture.connections = Connections {
        used: 91,
        usable: 97,
        free: 6,
        ours: 1,
        perhaps_ours: 1,
        by_state: ByState {
            active: 18,
            idle: 70,
            idle_in_transaction: 2,
            aborted: 1,
            ..ByState::default()
        },
        oldest_transaction: Some(OldTransaction {
            pid: 4711,
            gid: None,
            age: Duration::from_secs(190),
            state: State::IdleInTransaction,
        }),
        oldest_snapshot: Some(OldSnapshot {
            pid: 4711,
            gid: None,
            transactions: 48_000,
            state: State::IdleInTransaction,
        }),
        applications: vec![
            group("web", 80, 15, 0),
            group("", 8, 2, 0),
            group("psql", 3, 1, 2),
        ],
        users: vec![group("app", 90, 17, 2), group("dba", 1, 1, 0)],
        clients: vec![group("10.0.0.5", 60, 10, 0), group("local", 31, 8, 2)],
        databases: vec![group("shop", 88, 17, 2), group("audit", 3, 1, 0)],
        ..picture.connections
    };
    shown("connections_crowded", Panel::Connections, picture);
}

#[test]
fn what_may_not_be_seen_is_said_with_the_grant() {
    let mut picture = picture();
    picture.server.rights = Rights::default();
    picture.server.pooled = true;
    picture.slowed = true;
    picture.took = Duration::from_millis(130);
    picture.every = Duration::from_secs(2);
    picture.connections.by_state = ByState {
        active: 1,
        hidden: 11,
        ..ByState::default()
    };
    shown("connections_hidden", Panel::Connections, picture);
}

#[test]
fn running_shows_idle_transactions_first_and_equal_statements_once() {
    shown("running_none", Panel::Running, picture());
    shown("running_crowded", Panel::Running, crowded());
}

pub(super) fn trend(text: &str, before: Option<f64>, now: f64, slower: bool) -> Trend {
    let rate = |mean_ms| Rate {
        calls: 840,
        calls_per_s: 14.0,
        mean_ms,
        rows: 3.0,
        blocks: 1_250.0,
    };
    Trend {
        id: 1,
        user: Some("app".to_owned()),
        text: Some(text.to_owned()),
        now: rate(now),
        normal: before.map(rate),
        slower,
    }
}

#[test]
fn slower_says_what_is_compared_with_what() {
    let mut picture = picture();
    shown("slower_not_yet", Panel::Slower, picture.clone());
    picture.statements = Known::missing(
        "nothing counts statements here: pg_stat_statements is not installed in this database \
         (create extension pg_stat_statements)",
    );
    shown("slower_missing", Panel::Slower, picture.clone());
    let mut hidden = trend("", None, 0.4, false);
    hidden.text = None;
    let statements = Statements {
        at: now(),
        extension: "1.10".to_owned(),
        now_over: Duration::from_secs(60),
        normal_over: Some(Duration::from_secs(540)),
        frozen: true,
        note: None,
        hidden: None,
        list: vec![
            trend(
                "select id, total from orders where customer = $1",
                Some(12.4),
                100.2,
                true,
            ),
            trend(
                "update items set stock = stock - $1",
                Some(0.8),
                2_400.0,
                true,
            ),
            trend("select 1", Some(0.05), 0.05, false),
            hidden,
        ],
        slower: 2,
    };
    picture.statements = Known::seen(statements.clone());
    shown("slower_some", Panel::Slower, picture.clone());
    picture.statements = Known::seen(Statements {
        normal_over: None,
        frozen: false,
        note: Some("the counters were reset 10 s ago".to_owned()),
        list: Vec::new(),
        slower: 0,
        ..statements
    });
    shown("slower_reset", Panel::Slower, picture);
}

pub(super) fn work(pid: i32, what: &str, phase: &str, done: Option<f64>) -> Progress {
    Progress {
        pid,
        ours: None,
        what: what.to_owned(),
        phase: phase.to_owned(),
        done,
        estimated: false,
        left: done.map(|_| Duration::from_secs(190)),
        left_at_most: None,
        age: secs(75),
        waits_for: None,
    }
}

#[test]
fn progress_is_one_bar_or_honest_words() {
    shown("progress_none", Panel::Progress, picture());
    let mut picture = picture();
    let mut waiting = work(
        5120,
        "create index concurrently on orders",
        "waiting for old snapshots",
        Some(1.0),
    );
    waiting.left = None;
    waiting.waits_for = Some(WaitsFor {
        pid: 4711,
        done: 1,
        total: 3,
        who: "report, idle in transaction".to_owned(),
    });
    waiting.ours = ours(session(5120, "", State::Active, 1, ""), Evidence::Name).ours;
    let mut rewrite = work(
        5121,
        "alters the table: items of 2.4 GB",
        "writes the table anew; estimated by the growth of the database",
        Some(0.42),
    );
    rewrite.estimated = true;
    picture.progress = vec![
        waiting,
        work(5122, "create index on items", "scanning table", Some(0.31)),
        rewrite,
        work(
            5123,
            "checks every row: orders of 12.0 GB",
            "the server has no counter for this",
            None,
        ),
    ];
    let index = |name: &str, being_built| InvalidIndex {
        name: name.to_owned(),
        table: "orders".to_owned(),
        being_built,
        hidden: false,
    };
    let seen = vec![index("orders_new", true), index("orders_old", false)];
    picture.invalid_indexes = Known::seen(seen);
    shown("progress_some", Panel::Progress, picture);
}

#[test]
fn vitals_never_show_zero_for_what_is_not_known() {
    let mut picture = picture();
    shown("vitals_not_yet", Panel::Vitals, picture.clone());
    let mut vitals = Vitals {
        at: now(),
        ..Vitals::default()
    };
    picture.vitals = Known::seen(vitals.clone());
    shown("vitals_first_look", Panel::Vitals, picture.clone());
    vitals.rates = Some(Rates {
        tps: 1_203.4,
        rollbacks: 96.0,
        cache_hits: Some(0.991),
        temporary: 12e6,
        wal: Some(3.2e6),
    });
    vitals.deadlocks = 2;
    vitals.tps = series((0..60).map(|n| (n != 30).then_some(f64::from(n % 7))));
    vitals.wal = series((0..60).map(|n| Some(f64::from(n))));
    vitals.replicas = vec![Replica {
        name: "standby1".to_owned(),
        state: "streaming".to_owned(),
        synchronous: true,
        behind: Some(230e6),
        lag: Some(Duration::from_millis(1_800)),
    }];
    vitals.slots = vec![Slot {
        name: "old_consumer".to_owned(),
        active: false,
        kept: Some(34e9),
        status: Some("extended".to_owned()),
    }];
    vitals.size = Some(12.3e9);
    vitals.grown = Some(410e6);
    vitals.disk = Some(Disk {
        free: 9_000_000_000,
        total: 200_000_000_000,
    });
    vitals.checkpoints = Some(Checkpoints {
        timed: 1,
        requested: 3,
    });
    vitals.xid_age = Some((190_000_000, 200_000_000));
    vitals.broken_pages = Some(1);
    vitals.tables = vec![TableChanges {
        name: "orders".to_owned(),
        inserted: 1_250.0,
        updated: 4.0,
        deleted: 0.0,
    }];
    picture.vitals = Known::seen(vitals.clone());
    shown("vitals_all", Panel::Vitals, picture.clone());
    // What is looked at rarely says how old it is.
    picture.seen.slow = Some(ago(14));
    shown("vitals_rare", Panel::Vitals, picture.clone());
    picture.seen.slow = Some(ago(2));
    let mut young = vitals.clone();
    young.xid_age = Some((9_000_000, 200_000_000));
    picture.vitals = Known::seen(young);
    shown("vitals_young", Panel::Vitals, picture.clone());
    let standby = Standby {
        behind: Some(1.2e6),
        paused: false,
        applied: Some(Duration::from_secs(29)),
        held_up: None,
    };
    for (name, paused) in [("vitals_standby", false), ("vitals_standby_paused", true)] {
        picture.vitals = Known::seen(Vitals {
            standby: Some(Standby { paused, ..standby }),
            ..Vitals::default()
        });
        shown(name, Panel::Vitals, picture.clone());
    }
    picture.vitals = Known::seen(Vitals {
        standby: Some(Standby {
            behind: None,
            ..standby
        }),
        ..Vitals::default()
    });
    shown("vitals_standby_archive", Panel::Vitals, picture);
}

pub(super) fn migration(name: &str, state: MigrationState, note: Option<&str>) -> Migration {
    Migration {
        name: name.to_owned(),
        state,
        at: (state != MigrationState::Pending).then(|| "2026-11-20 09:12:44.2+00".to_owned()),
        note: note.map(str::to_owned),
    }
}

#[test]
fn migrations_show_what_wants_attention_first() {
    use MigrationState as S;
    let mut picture = picture();
    picture.migrations = Known::seen(Vec::new());
    shown("migrations_none", Panel::Migrations, picture.clone());
    let prisma = Migrations {
        tool: "Prisma".to_owned(),
        table: "_prisma_migrations".to_owned(),
        folder: Some("/srv/shop/prisma/migrations".to_owned()),
        guessed: false,
        unread: false,
        running: None,
        note: None,
        list: vec![
            migration("2023_other_branch", S::Foreign, None),
            migration("2024_init", S::Applied, None),
            migration("2024_orders", S::Edited, None),
            migration(
                "2025_index",
                S::Failed,
                Some("column \"note\" does not exist"),
            ),
            migration("2025_killed", S::Interrupted, None),
            migration("2026_now", S::Running, None),
            migration("2026_next", S::Pending, None),
        ],
    };
    picture.migrations = Known::seen(vec![prisma.clone()]);
    shown("migrations_all_states", Panel::Migrations, picture.clone());
    let unread = Migrations {
        tool: "Flyway".to_owned(),
        table: "audit.flyway_schema_history".to_owned(),
        note: Some("audit.flyway_schema_history may not be read".to_owned()),
        unread: true,
        list: Vec::new(),
        ..prisma.clone()
    };
    let guessed = Migrations {
        guessed: true,
        ..prisma.clone()
    };
    picture.migrations = Known::seen(vec![guessed]);
    shown(
        "migrations_of_a_folder_that_was_found",
        Panel::Migrations,
        picture.clone(),
    );
    picture.migrations = Known::seen(vec![prisma, unread]);
    shown("migrations_two_tools", Panel::Migrations, picture.clone());
    let mut tables = picture.migrations.get().unwrap().clone();
    tables.remove(0);
    tables.push(Migrations {
        tool: "13 more tables".to_owned(),
        table: "t11.django_migrations, t12.django_migrations, t13.django_migrations, …".to_owned(),
        note: Some("only the first 10 tables of migration tools are read".to_owned()),
        ..tables[0].clone()
    });
    picture.migrations = Known::seen(tables);
    shown("migrations_too_many", Panel::Migrations, picture.clone());
    picture.migrations = Known::missing("it waited too long for a lock");
    shown("migrations_locked", Panel::Migrations, picture);
}

/// Probes in every state.
pub(super) fn probes() -> Vec<ProbeHealth> {
    let mut good = probe("api", ProbeState::Ok, "status 200");
    (good.latency_ms, good.p95_ms, good.status) = (Some(43.2), Some(88.0), Some(200));
    good.history = series((0..50).map(|n| (n % 9 != 0).then_some(f64::from(n % 5))));
    let mut late = good.clone();
    late.name = "slow".to_owned();
    late.at = Some(ago(30));
    let mut value = probe("orders", ProbeState::Ok, "1250");
    value.value = Some(1_250.0);
    vec![
        good,
        probe("shop", ProbeState::Bad, "status 503"),
        probe("auth", ProbeState::Down, "connection refused"),
        probe(
            "age",
            ProbeState::Error,
            "exit code 127: backup-age: not found",
        ),
        value,
        probe("queue", ProbeState::NoData, "the query found nothing"),
        late,
    ]
}

#[test]
fn probes_have_a_line_each_and_a_word_in_the_line() {
    let mut health = health(vec![database(crowded())]);
    insta::assert_snapshot!("probes_none", drawn(Panel::Probes, &health));
    health.probes = probes();
    insta::assert_snapshot!("probes_all_states", drawn(Panel::Probes, &health));
    let lines: Vec<String> = [80, 120, 200]
        .into_iter()
        .map(|width| {
            painted((width, 1), |area, buf| {
                line(&sight(&health, None), Span::raw("hold: none "), area, buf);
            })
        })
        .collect();
    insta::assert_snapshot!("line", lines.join(""));
}

#[test]
fn a_long_hold_leaves_room_for_what_is_bad() {
    let mut picture = crowded();
    picture.locks.behind_ours.sessions = 7;
    let mut health = health(vec![database(picture)]);
    health.probes = probes();
    let lines = [40, 80, 120, 200].map(|width| {
        let hold = "hold: `error rate` fires: 7.2 % over the last minute, limit 5 % (gonogo) ";
        painted((width, 1), |area, buf| {
            line(&sight(&health, None), Span::raw(hold), area, buf);
        })
    });
    insta::assert_snapshot!("line_beside_a_hold", lines.join(""));
}

#[test]
fn the_strip_says_the_most_important_in_four_lines() {
    let strips = |picture: Picture| {
        let health = health(vec![database(picture)]);
        let one = |width| {
            painted((width, 6), |area, buf| {
                strip(&sight(&health, None), area, buf);
            })
        };
        [48, 64].map(one).join("\n")
    };
    let mut picture = crowded();
    insta::assert_snapshot!("strip_crowded", strips(picture.clone()));
    picture.progress = vec![work(
        5122,
        "create index on items",
        "scanning table",
        Some(0.31),
    )];
    insta::assert_snapshot!("strip_progress", strips(picture));
}

pub(crate) fn alert(
    name: &str,
    standing: AlertStanding,
    kind: ReadingKind,
    words: &str,
) -> AlertHealth {
    AlertHealth {
        name: name.to_owned(),
        metric: Some("api.latency_p95".to_owned()),
        then: crate::plan::AlertAction::Hold,
        standing,
        kind,
        value: None,
        line: "above 96 (2x the usual 48)".to_owned(),
        words: words.to_owned(),
        breach: None,
        awaited: None,
    }
}

#[test]
fn alerts_show_what_fires_first_and_what_nobody_can_see_next() {
    use AlertStanding as S;
    use ReadingKind as K;
    let mut health = health(vec![database(picture())]);
    insta::assert_snapshot!("alerts_none", drawn(Panel::Alerts, &health));
    let mut alarm = alert(
        "main: invalid index",
        S::Firing,
        K::Breach,
        "orders_n on orders",
    );
    (alarm.metric, alarm.line) = (None, String::new());
    let mut quiet = alert("main: lost", S::Quiet, K::Good, "");
    quiet.metric = None;
    health.alerts = vec![
        alert("fine", S::Quiet, K::Good, "43"),
        AlertHealth {
            awaited: Some(Awaited {
                readings: 2,
                of: 5,
                left: secs(40),
                usual: false,
            }),
            ..alert("new", S::NotYet, K::NoData, "not seen yet")
        },
        alert("API twice as slow", S::Firing, K::Breach, "212"),
        alert("errors", S::Blind, K::Error, "connection refused"),
        quiet,
        alarm,
    ];
    insta::assert_snapshot!("alerts_all", drawn(Panel::Alerts, &health));
}

#[test]
fn the_oldest_transaction_is_the_oldest_of_those_that_are_tracked() {
    let mut picture = picture();
    assert!(picture.server.rights.may_see_all);
    picture.connections.by_state.hidden = 2;
    picture.connections.oldest_transaction = Some(OldTransaction {
        pid: 3401,
        gid: None,
        age: Duration::from_secs(12),
        state: State::Active,
    });
    let drawn = drawn(Panel::Connections, &health(vec![database(picture)]));
    assert!(
        drawn.contains("oldest transaction that is not hidden 12s"),
        "{drawn}"
    );
}

#[test]
fn what_keeps_an_alert_from_being_read_is_not_why_it_fires() {
    let mut health = health(vec![database(picture())]);
    let why = "the last line is no number: load 3";
    let mut blind = alert("load", AlertStanding::Firing, ReadingKind::Error, why);
    blind.breach = Some("1000".to_owned());
    health.alerts = vec![blind];
    let drawn = drawn(Panel::Alerts, &health);
    let words = "! load still fires, no data since it was 1000: the last line is no";
    assert!(drawn.contains(words) && !drawn.contains("line:"), "{drawn}");
}

#[test]
fn an_accepted_alert_that_is_not_over_is_still_seen() {
    use crate::journal::event::{AlertAccepted, AlertRaised, Consequence};
    use crate::journal::{Actor, Entry, Event};
    use crate::run::RunState;
    use AlertStanding as S;
    use ReadingKind as K;
    let text = r#"
title = "T"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "a"
  title = "A"
  shell = "a"
"#;
    let plan = crate::plan::open("plan.toml", text.as_bytes())
        .plan
        .unwrap();
    let mut run = RunState::new(&plan);
    let raised = |name: &str| AlertRaised {
        alert: name.to_owned(),
        words: "212, above 96".to_owned(),
        then: Consequence::Hold,
    };
    let accepted = |name: &str| AlertAccepted {
        alert: name.to_owned(),
        reason: "a sale".to_owned(),
    };
    let events = [
        Event::AlertFired(raised("orders")),
        Event::AlertFired(raised("slow")),
        Event::AlertBlind(raised("errors")),
        Event::AlertFired(raised("open")),
        Event::AlertAccepted(accepted("orders")),
        Event::AlertAccepted(accepted("slow")),
        Event::AlertAccepted(accepted("errors")),
    ];
    for (seq, event) in (1..).zip(events) {
        let entry = Entry {
            seq,
            at: now(),
            actor: Actor::engine(),
            event,
        };
        run.apply(&plan, &entry).unwrap();
    }
    let mut health = health(vec![database(picture())]);
    health.alerts = vec![
        alert("orders", S::Firing, K::NoData, "the query found nothing"),
        alert("slow", S::Firing, K::Breach, "212"),
        alert("errors", S::Blind, K::Error, "connection refused"),
        alert("open", S::Firing, K::NoData, "the query found nothing"),
    ];
    let seen = |width, height, draws: &dyn Fn(&Sight<'_>, Rect, &mut Buffer)| {
        let sight = Sight {
            run: Some(&run),
            ..sight(&health, None)
        };
        painted((width, height), |area, buf| draws(&sight, area, buf))
    };
    let below = seen(120, 1, &|sight, area, buf| {
        line(sight, Span::raw(""), area, buf);
    });
    let all = "! open, no data   ! orders, no data, accepted   ! slow, accepted   ? errors blind, accepted";
    assert!(below.contains(all), "{below}");
    // Where there is room for one, it is the one that nobody has accepted.
    let narrow = seen(20, 1, &|sight, area, buf| {
        line(sight, Span::raw(""), area, buf);
    });
    assert!(narrow.starts_with(" ! open, no data "), "{narrow}");
    let panel = seen(160, 8, &|sight, area, buf| {
        draw(sight, Panel::Alerts, area, buf);
    });
    insta::assert_snapshot!("alerts_accepted", panel);
}

#[test]
fn figures_are_of_all_though_not_all_are_listed() {
    let mut picture = crowded();
    picture.connections.here_by_state = ByState {
        active: 200,
        idle: 199,
        idle_in_transaction: 100,
        aborted: 1,
        ..ByState::default()
    };
    let health = health(vec![database(picture)]);
    let text = drawn(Panel::Running, &health);
    assert!(text.contains("Running  200, 101 idle in tx"), "{text}");
    let text = panel_of(&sight(&health, None), Panel::Running, (70, 8));
    assert!(text.contains("idle in tx, not all are listed"), "{text}");
}

#[test]
fn a_limit_that_is_nearer_than_that_of_the_server_is_shown() {
    let bound = |whose: &str, used, limit| Bound {
        whose: whose.to_owned(),
        used,
        limit,
    };
    let mut picture = picture();
    picture.connections.bounds = vec![bound("role app", 5, 5), bound("this database", 10, 90)];
    shown("connections_bound", Panel::Connections, picture.clone());
    let below = |picture: &Picture| {
        let health = health(vec![database(picture.clone())]);
        painted((80, 7), |area, buf| {
            line(&sight(&health, None), Span::raw(""), area, buf);
            strip(&sight(&health, None), Rect::new(0, 1, 80, 6), buf);
        })
    };
    let text = below(&picture);
    assert!(text.contains("conns 100 % of role app"), "{text}");
    assert!(text.contains("conns 5/5 of role app"), "{text}");
    // Neither a limit that is far away nor one behind the server's is a concern.
    picture.connections.bounds[0].limit = 9;
    let text = below(&picture);
    assert!(text.contains("conns 12 %   "), "{text}");
    picture.connections.bounds.remove(0);
    picture.connections.used = 90;
    let text = below(&picture);
    assert!(text.contains("conns 93 %   "), "{text}");
    assert!(text.contains("conns 90/97  "), "{text}");
}

#[test]
fn what_is_cut_ends_with_a_sign_though_it_is_wide() {
    for (text, width, cut) in [
        ("日本語", 6, false),
        ("日本語", 5, true),
        ("日本語", 4, true),
        ("a日本", 4, true),
        ("a日本", 3, true),
        ("abcd", 3, true),
        ("abc", 3, false),
    ] {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        crate::ui::scene::put(area, 0, text.into(), &mut buf);
        let [before, last] = [width - 2, width - 1].map(|x| buf[(x, 0)].symbol().to_owned());
        let is_seen = last == "…" && crate::ui::widgets::clip::width(&before) < 2;
        assert_eq!(is_seen, cut, "{text} in {width}: {before:?} {last:?}");
    }
}
