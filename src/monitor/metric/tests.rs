use super::*;
use crate::monitor::testing::{ago, database, health, now, picture, probe};
use crate::monitor::{
    InvalidIndex, Known, Migration, MigrationState, Migrations, Replica, Standby, Vitals,
};
use crate::plan::metric::{OF_DATABASES, OF_PROBES};

fn value(health: &Health, metric: &str) -> Measure {
    measure(health, metric, now()).measure
}

#[test]
fn what_sums_up_measurements_says_over_what_time() {
    let mut api = probe("api", crate::monitor::ProbeState::Ok, "status 200");
    api.every = Duration::from_secs(2);
    api.rated = 45;
    api.history = crate::monitor::testing::series([Some(40.0), None, Some(44.0)]);
    let mut health = health(vec![database(picture())]);
    health.probes = vec![api];
    let over = |metric: &str| measure(&health, metric, now()).over;
    let secs = |secs| Some(Duration::from_secs(secs));
    assert_eq!(over("api.latency_p95"), secs(6));
    assert_eq!(over("api.error_rate"), secs(90));
    for metric in ["api.latency", "api.up", "main.waiting"] {
        assert_eq!(over(metric), None, "{metric}");
    }
}

#[test]
fn a_table_that_was_not_read_may_hold_what_failed() {
    let read = Migrations {
        folder: None,
        ..migrations()
    };
    let unread = Migrations {
        note: Some("changes is not read".to_owned()),
        unread: true,
        ..read.clone()
    };
    let failed = |tables: &[&Migrations]| {
        let mut picture = picture();
        picture.migrations = Known::seen(tables.iter().map(|&one| one.clone()).collect());
        value(&health(vec![database(picture)]), "main.migrations_failed")
    };
    assert_eq!(failed(&[&read]), Measure::Value(0.0));
    let why = Measure::NoData("changes is not read".to_owned());
    assert_eq!(failed(&[&read, &unread]), why);
    let one = Migration {
        name: "1".to_owned(),
        state: MigrationState::Failed,
        at: None,
        note: None,
    };
    let bad = Migrations {
        list: vec![one],
        ..read
    };
    assert_eq!(failed(&[&bad, &unread]), Measure::Value(1.0));
}

#[test]
fn what_is_pending_is_not_known_without_the_files() {
    let known = migrations();
    let unknown = Migrations {
        folder: None,
        note: Some("the folder of its files was not found".to_owned()),
        ..known.clone()
    };
    let pending = |tables: &[&Migrations]| {
        let mut picture = picture();
        picture.migrations = Known::seen(tables.iter().map(|&one| one.clone()).collect());
        value(&health(vec![database(picture)]), "main.migrations_pending")
    };
    assert_eq!(pending(&[&known]), Measure::Value(0.0));
    let why = Measure::NoData("the folder of its files was not found".to_owned());
    assert_eq!(pending(&[&known, &unknown]), why);
    let why = "no migration tool that is known has a table here";
    assert_eq!(pending(&[]), Measure::NoData(why.to_owned()));
    let left = Migrations {
        list: vec![Migration {
            name: "2".to_owned(),
            state: MigrationState::Pending,
            at: None,
            note: None,
        }],
        ..known
    };
    assert_eq!(pending(&[&unknown, &left]), Measure::Value(1.0));
}

fn migrations() -> Migrations {
    Migrations {
        tool: "sqlx".to_owned(),
        table: "_sqlx_migrations".to_owned(),
        folder: Some("/srv/shop/migrations".to_owned()),
        guessed: false,
        running: None,
        note: None,
        unread: false,
        list: Vec::new(),
    }
}

#[test]
fn every_metric_that_a_plan_can_name_is_one() {
    let mut full = picture();
    let mut vitals = crate::monitor::testing::vitals();
    vitals.replicas = vec![replica(Some(0.0))];
    full.vitals = crate::monitor::Known::seen(vitals);
    full.statements = crate::monitor::Known::seen(crate::monitor::testing::statements());
    full.migrations = crate::monitor::Known::seen(vec![migrations()]);
    full.invalid_indexes = Known::seen(Vec::new());
    let mut health = health(vec![database(full)]);
    for (name, _) in OF_DATABASES {
        let found = value(&health, &format!("main.{name}"));
        assert!(matches!(found, Measure::Value(_)), "{name}: {found:?}");
    }
    let mut api = probe("api", ProbeState::Ok, "status 200");
    api.latency_ms = Some(43.0);
    (api.median_ms, api.p95_ms) = (Some(40.0), Some(80.0));
    (api.status, api.value, api.error_percent) = (Some(200), Some(1.0), Some(0.0));
    api.downtime = Some(crate::monitor::Downtime::default());
    health.probes = vec![api];
    for (name, _) in OF_PROBES {
        let found = value(&health, &format!("api.{name}"));
        assert!(matches!(found, Measure::Value(_)), "{name}: {found:?}");
    }
}

#[test]
fn what_is_not_known_is_never_a_number() {
    let mut health = health(vec![database(picture())]);
    assert!(matches!(value(&health, "main.tps"), Measure::NoData(_)));
    assert!(matches!(value(&health, "nobody.tps"), Measure::NoData(_)));
    assert!(matches!(
        value(&health, "main.rows.orders"),
        Measure::NoData(_)
    ));
    assert_eq!(
        value(&health, "main.invalid_indexes"),
        Measure::NoData("not looked at yet".to_owned())
    );
    health.databases[0].link = Link::Down {
        since: ago(3),
        reason: "connection refused".to_owned(),
        unasked: false,
    };
    let refused = Measure::Error("connection refused".to_owned());
    assert_eq!(value(&health, "main.connections"), refused);
    assert_eq!(value(&health, "main.up"), Measure::Value(0.0));
    // A name that is not found says nothing of who goes by it.
    let unknown = "failed to lookup address information";
    health.databases[0].link = Link::Down {
        since: ago(3),
        reason: unknown.to_owned(),
        unasked: true,
    };
    assert_eq!(
        value(&health, "main.up"),
        Measure::Error(unknown.to_owned())
    );
    let mut failed = probe("api", ProbeState::Down, "connection refused");
    failed.error_percent = Some(12.0);
    health.probes = vec![failed];
    assert_eq!(value(&health, "api.latency"), refused);
    assert_eq!(value(&health, "api.up"), Measure::Value(0.0));
    assert_eq!(value(&health, "api.error_rate"), Measure::Value(12.0));
    health.probes = vec![probe("api", ProbeState::NoData, "the query found nothing")];
    let nothing = Measure::NoData("the query found nothing".to_owned());
    assert_eq!(value(&health, "api.up"), nothing);
    assert_eq!(value(&health, "api.value"), nothing);
    health.probes[0].at = Some(ago(60));
    let old = Measure::NoData("last seen 60 s ago".to_owned());
    assert_eq!(value(&health, "api.up"), old);
}

#[test]
fn what_could_not_be_measured_is_not_down() {
    let why = "exit code 127: chekc: not found";
    let mut failed = probe("api", ProbeState::Error, why);
    (failed.error_percent, failed.latency_ms) = (Some(12.0), Some(5.0));
    failed.downtime = Some(crate::monitor::Downtime::default());
    let mut health = health(Vec::new());
    health.probes = vec![failed];
    for (metric, _) in OF_PROBES {
        let unknown = Measure::Error(why.to_owned());
        assert_eq!(
            value(&health, &format!("api.{metric}")),
            unknown,
            "{metric}"
        );
    }
}

#[test]
fn a_rate_of_few_measurements_says_how_few() {
    let mut few = probe("api", ProbeState::Ok, "status 200");
    few.rated = 12;
    let mut health = health(Vec::new());
    health.probes = vec![few];
    let why = Measure::NoData("12 of 20 measurements".to_owned());
    assert_eq!(value(&health, "api.error_rate"), why);
}

#[test]
fn an_answer_that_can_not_be_read_is_no_reading_of_anything() {
    let mut unread = probe("q", ProbeState::Unread, "the last line is no number: N/A");
    (unread.error_percent, unread.latency_ms) = (Some(0.0), Some(5.0));
    let mut health = health(Vec::new());
    health.probes = vec![unread];
    let why = Measure::Error("the last line is no number: N/A".to_owned());
    for metric in ["q.value", "q.up", "q.error_rate"] {
        assert_eq!(value(&health, metric), why, "{metric}");
    }
    assert_eq!(value(&health, "q.latency"), Measure::Value(5.0));
    // Nobody has asked for a number, and there is none.
    health.probes = vec![probe("q", ProbeState::Ok, "exit code 0")];
    let none = Measure::NoData("exit code 0, and no number".to_owned());
    assert_eq!(value(&health, "q.value"), none);
    assert_eq!(value(&health, "q.up"), Measure::Value(1.0));
}

#[test]
fn what_is_looked_at_rarely_is_one_reading_in_every_picture() {
    let mut picture = picture();
    picture.vitals = crate::monitor::Known::seen(crate::monitor::testing::vitals());
    picture.migrations = crate::monitor::Known::seen(Vec::new());
    picture.seen = crate::monitor::health::Seen {
        indexes: Some(ago(2)),
        migrations: Some(ago(4)),
        slow: Some(ago(30)),
    };
    let health = health(vec![database(picture)]);
    for (metric, secs) in [
        ("invalid_indexes", 2),
        ("migrations_failed", 4),
        ("migrations_pending", 4),
        ("size", 30),
        ("disk_free", 30),
        ("xid_age", 30),
        ("tps", 0),
        ("connections", 0),
    ] {
        let at = measure(&health, &format!("main.{metric}"), now()).at;
        assert_eq!(at, Some(ago(secs)), "{metric}");
    }
}

fn replica(behind: Option<f64>) -> Replica {
    Replica {
        name: "standby".to_owned(),
        state: "streaming".to_owned(),
        synchronous: false,
        behind,
        lag: None,
    }
}

#[test]
fn a_lag_that_nobody_knows_is_not_none() {
    let lag = |replicas: Vec<Replica>, standby: bool, behind: Option<f64>| {
        let mut picture = picture();
        picture.server.in_recovery = standby;
        let mut vitals = crate::monitor::testing::vitals();
        vitals.replicas = replicas;
        vitals.standby = behind.map(|behind| Standby {
            behind: Some(behind),
            ..Standby::default()
        });
        picture.vitals = crate::monitor::Known::seen(vitals);
        value_of(
            &health(vec![database(picture)]),
            "main.replication_lag",
            now(),
        )
    };
    let known = replica(Some(7.0));
    let mut backup = replica(None);
    "backup".clone_into(&mut backup.state);
    assert_eq!(
        lag(vec![known.clone(), replica(Some(9.0)), backup], false, None),
        Ok(9.0)
    );
    let hidden = lag(vec![known, replica(None)], false, None).unwrap_err();
    assert_eq!(hidden, "a server that follows does not tell how far it is");
    let gone = lag(Vec::new(), false, None).unwrap_err();
    assert_eq!(gone, "no server is connected that follows this one");
    assert_eq!(lag(Vec::new(), true, Some(3.0)), Ok(3.0));
    let cut = lag(Vec::new(), true, None).unwrap_err();
    assert_eq!(cut, "this server receives nothing from another");
}

#[test]
fn locks_that_could_not_be_seen_are_not_none() {
    let mut picture = picture();
    picture.blind.locks = Some("canceling statement due to statement timeout".to_owned());
    let health = health(vec![database(picture)]);
    for metric in ["main.queue", "main.lock_wait"] {
        let why = Measure::NoData("canceling statement due to statement timeout".to_owned());
        assert_eq!(value(&health, metric), why, "{metric}");
    }
    assert_eq!(value(&health, "main.waiting"), Measure::Value(0.0));
}

#[test]
fn what_a_role_may_not_see_is_not_none() {
    let mut hidden = picture();
    hidden.server.rights.may_see_all = false;
    let health = health(vec![database(hidden)]);
    assert_eq!(
        value(&health, "main.idle_in_transaction"),
        Measure::NoData("it is hidden: grant pg_monitor to monitor".to_owned())
    );
    assert_eq!(value(&health, "main.connections"), Measure::Value(12.0));
}

#[test]
fn an_index_that_may_be_being_built_is_not_none() {
    let index = |hidden| InvalidIndex {
        name: "orders_n".to_owned(),
        table: "orders".to_owned(),
        being_built: false,
        hidden,
    };
    let of = |indexes| {
        let mut picture = picture();
        picture.server.rights.may_see_all = false;
        picture.invalid_indexes = Known::seen(indexes);
        value(&health(vec![database(picture)]), "main.invalid_indexes")
    };
    let why = "whether orders_n on orders is being built or was left invalid is hidden: \
               grant pg_monitor to monitor";
    assert_eq!(of(vec![index(true)]), Measure::NoData(why.to_owned()));
    let both = vec![index(true), index(false)];
    assert_eq!(of(both), Measure::Value(1.0));
}

#[test]
fn what_waits_behind_a_guess_is_counted_neither_as_none_nor_as_some() {
    let mut picture = picture();
    (
        picture.locks.behind_ours.sessions,
        picture.locks.behind_ours.guessed,
    ) = (8, 8);
    let health = health(vec![database(picture)]);
    let Measure::Between(least, most, why) = value(&health, "main.queue") else {
        panic!("{:?}", value(&health, "main.queue"))
    };
    assert_eq!((least, most), (0.0, 8.0));
    assert!(why.ends_with("perhaps 8 sessions"), "{why}");
    assert_eq!(value_of(&health, "main.queue", now()), Err(why));
}

#[test]
fn a_slot_that_is_lost_is_not_one_that_keeps_nothing() {
    use crate::monitor::Slot;
    let slot = |status: &str, kept| Slot {
        name: "replica".to_owned(),
        active: false,
        kept,
        status: Some(status.to_owned()),
    };
    let lag = |slots: &[Slot], in_recovery| {
        let mut picture = picture();
        picture.server.in_recovery = in_recovery;
        picture.vitals = Known::seen(Vitals {
            slots: slots.to_vec(),
            ..Vitals::default()
        });
        value(&health(vec![database(picture)]), "main.slot_lag")
    };
    let near = slot("reserved", Some(7.0));
    assert_eq!(lag(&[], false), Measure::Value(0.0));
    assert_eq!(lag(&[], true), Measure::Value(0.0));
    assert_eq!(lag(std::slice::from_ref(&near), false), Measure::Value(7.0));
    let lost = lag(&[near, slot("lost", None)], false);
    assert!(matches!(lost, Measure::NoData(why) if why.contains("replica is lost")));
    let hidden = lag(&[slot("reserved", None)], true);
    assert!(matches!(hidden, Measure::NoData(why) if why.contains("standby")));
}

#[test]
fn statements_that_may_not_be_seen_are_not_known_to_be_as_fast_as_before() {
    let slower = |slower, hidden: bool| {
        let mut picture = picture();
        let hidden = hidden.then(|| "grant pg_monitor to app".to_owned());
        picture.statements = Known::seen(crate::monitor::Statements {
            hidden,
            slower,
            ..crate::monitor::testing::statements()
        });
        value(&health(vec![database(picture)]), "main.slower_statements")
    };
    assert_eq!(slower(0, false), Measure::Value(0.0));
    assert_eq!(slower(2, true), Measure::Value(2.0));
    assert_eq!(
        slower(0, true),
        Measure::NoData("grant pg_monitor to app".to_owned())
    );
}

#[test]
fn what_will_never_be_known_of_a_disk_is_not_said_to_come() {
    let free = |size, may_see_all| {
        let mut picture = picture();
        picture.server.rights.may_see_all = may_see_all;
        picture.vitals = Known::seen(Vitals {
            size,
            ..Vitals::default()
        });
        match value(&health(vec![database(picture)]), "main.disk_free") {
            Measure::NoData(why) => why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(free(None, false), "not known yet");
    assert!(free(Some(7.0), false).contains("grant pg_monitor"));
    assert!(free(Some(7.0), true).contains("this machine"));
}
