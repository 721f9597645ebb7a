//! How a database is altogether, on real servers.

use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::{Picture, Vitals};
use gonogo::plan::{Expect, Probe, ProbeTarget, Span};

use super::{Client, Watched};

fn seen(wanted: impl Fn(&Vitals) -> bool) -> impl Fn(&Picture) -> bool {
    move |picture| picture.vitals.get().is_some_and(&wanted)
}

#[tokio::test]
async fn rates_sizes_slots_and_changes_are_seen() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client
        .run(
            "create table orders (n int); select pg_create_physical_replication_slot('kept', true)",
        )
        .await;
    let mut watched = Watched::of(&server);
    let picture = watched
        .picture(seen(|vitals| {
            vitals.size.is_some() && vitals.xid_age.is_some()
        }))
        .await;
    let vitals = picture.vitals.get().unwrap();
    assert!(
        vitals
            .disk
            .is_some_and(|disk| disk.free > 0 && disk.free <= disk.total)
    );
    let slot = &vitals.slots[0];
    assert_eq!((slot.name.as_str(), slot.active), ("kept", false));
    assert!(slot.kept.is_some() && vitals.replicas.is_empty());
    assert_eq!((vitals.standby, vitals.grown), (None, Some(0.0)));
    // A session tells of its work now and then, so there has to be some all the time.
    let mut writer = Client::of(&server, "web").await;
    let writing = tokio::spawn(async move {
        loop {
            let rows = "insert into orders select g from generate_series(1, 2000) as g";
            writer.run(rows).await;
            writer.run("begin; select 1; rollback").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let changed = |vitals: &Vitals| {
        let written =
            |table: &gonogo::monitor::TableChanges| table.name == "orders" && table.inserted > 0.0;
        vitals.tables.iter().any(written) && vitals.grown.is_some_and(|grown| grown > 0.0)
    };
    watched.picture(seen(changed)).await;
    let picture = watched.picture(seen(|vitals| vitals.rates.is_some())).await;
    let rates = picture.vitals.get().unwrap().rates.unwrap();
    assert!(rates.tps >= 0.0 && rates.wal.is_some());
    writing.abort();
    client.run("checkpoint").await;
    let requested = |vitals: &Vitals| vitals.checkpoints.is_some_and(|c| c.requested > 0);
    watched.picture(seen(requested)).await;
    client.run("select pg_drop_replication_slot('kept')").await;
}

#[tokio::test]
async fn an_ordinary_role_sees_the_vitals_but_not_the_disk() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client.run("create role app login").await;
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    let picture = watched.picture(seen(|vitals| vitals.size.is_some())).await;
    let vitals = picture.vitals.get().unwrap();
    assert_eq!(vitals.disk, None);
    assert!(vitals.checkpoints.is_some());
}

#[tokio::test]
async fn what_the_monitor_asks_is_no_load_and_what_others_ask_is_said_to_be_in_it() {
    let server = Server::start(&[]).unwrap();
    let url = server.url("postgres");
    let mut client = Client::of(&server, "web").await;
    client.run("create table orders (n int)").await;
    let mut watched = Watched::start(std::slice::from_ref(&url), Vec::new());
    let alone = watched.picture(|p| p.connections.monitors > 0).await;
    assert_eq!(alone.connections.of_other_monitors(), 0);
    // What somebody wants to see of a session goes over the spare connection, and is the monitor's as well.
    let inspector = watched.monitor.inspector("db0").unwrap();
    let backend = client.backend;
    let looking = tokio::spawn(async move {
        loop {
            let _ = inspector.inspect(backend).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut rates = Vec::new();
    while rates.len() < 40 {
        let seen = rates.len();
        let picture = watched
            .picture(|p| {
                p.vitals
                    .get()
                    .is_some_and(|v| v.tps.readings().flatten().count() > seen)
            })
            .await;
        let tps = &picture.vitals.get().unwrap().tps;
        rates = tps.readings().flatten().collect();
    }
    looking.abort();
    // A server adds up what a session did only now and then.
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    assert!(mean < 20.0, "{rates:?}");
    let other = Watched::start(&[url], Vec::new());
    let both = watched
        .picture(|p| p.connections.of_other_monitors() == 2)
        .await;
    assert_eq!(both.connections.monitors, 4);
    drop(other);
}

#[tokio::test]
async fn what_the_monitor_fails_to_ask_is_no_rollback_of_the_database() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "migration").await;
    client.run("create table orders (n int)").await;
    client.run("begin; lock table orders").await;
    let counts = Probe {
        name: "orders".to_owned(),
        target: ProbeTarget::Sql {
            text: "select count(*) from orders".to_owned(),
            database: "db0".to_owned(),
        },
        expect: Expect::default(),
        every: Duration::from_millis(50),
        span: Span::from(0..0),
    };
    let mut watched = Watched::start(&[server.url("postgres")], vec![counts]);
    let (mut rates, mut last) = (Vec::new(), None);
    while rates.len() < 30 {
        let is_new = |vitals: &Vitals| vitals.rates.is_some() && Some(vitals.at) != last;
        let picture = watched.picture(seen(is_new)).await;
        let vitals = picture.vitals.get().unwrap();
        rates.push(vitals.rates.unwrap().rollbacks);
        last = Some(vitals.at);
    }
    let probes = &watched.health.borrow().probes;
    assert!(probes[0].words.contains("too long for a lock"));
    // The server may tell of one a moment before it is known to have failed.
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    assert!(mean < 1.0, "{rates:?}");
}
