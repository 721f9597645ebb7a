//! How a database is altogether, on real servers.

use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::{Picture, Vitals};

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
