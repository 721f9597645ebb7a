//! The link to a server in every state, and how it comes back by itself.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use gonogo::demo::server::{Server, Shutdown};
use gonogo::monitor::{Link, MONITOR_NAME, Picture};
use tokio::net::TcpListener;

use super::{Client, LIMIT, Watched, is_up, monitors, reason, until_monitors};
use crate::support::proxy::Proxy;

#[tokio::test]
async fn a_server_that_starts_later_is_found() {
    let mut server = Server::start(&[]).unwrap();
    server.stop(Shutdown::Fast);
    let mut watched = Watched::of(&server);
    assert_eq!(watched.down().await, "no server listens at this socket");
    server.launch().unwrap();
    let picture = watched.picture(|_| true).await;
    assert_eq!(picture.server.database, "postgres");
    assert_eq!(picture.server.role, "postgres");
    assert!(!picture.server.in_recovery && !picture.server.pooled);
}

#[tokio::test]
async fn a_refused_connection_is_said_to_be_refused() {
    // Nobody listens at the first of all ports, and nobody is given it.
    let url = "postgres://app:hunter2@127.0.0.1:1/shop".to_owned();
    let mut watched = Watched::start(&[url], Vec::new());
    assert_eq!(watched.down().await, "connection refused");
}

#[tokio::test]
async fn a_url_that_makes_no_sense_is_said_without_its_password() {
    let urls = ["postgres://app:hunter2@db:0x/shop".to_owned()];
    let mut watched = Watched::start(&urls, Vec::new());
    let reason = watched.down().await;
    assert!(reason.contains("can't be read"), "{reason}");
    assert!(!reason.contains("hunter2"), "{reason}");
}

#[tokio::test]
async fn a_wrong_password_is_said_without_the_password() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    // Before version 14 that was not the usual way to store a password.
    client
        .run("set password_encryption = 'scram-sha-256'")
        .await;
    client.run("create role app login password 'right'").await;
    let rules = "local all app scram-sha-256\nlocal all all trust\n";
    std::fs::write(server.dir().join("data/pg_hba.conf"), rules).unwrap();
    client.run("select pg_reload_conf()").await;
    let url = server
        .url("postgres")
        .replace("user=postgres", "user=app&password=hunter2");
    let mut watched = Watched::start(&[url], Vec::new());
    let failed = "password authentication failed for user \"app\"";
    // The rules take effect a moment after the server was told of them.
    let database =
        watched.database(|d| matches!(&d.link, Link::Down { reason, .. } if reason == failed));
    database.await;
    client.run("alter role app password 'hunter2'").await;
    watched.picture(|_| true).await;
}

#[tokio::test]
async fn a_password_that_is_missing_is_not_called_wrong_and_its_file_is_named() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run("set password_encryption = 'scram-sha-256'")
        .await;
    client.run("create role app login password 'right'").await;
    let rules = "local all app scram-sha-256\nlocal all all trust\n";
    std::fs::write(server.dir().join("data/pg_hba.conf"), rules).unwrap();
    client.run("select pg_reload_conf()").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords");
    std::fs::write(&file, "# ours\n*:*:*:app:right\n").unwrap();
    let parameters = format!("user=app&passfile={}", file.display());
    let url = server.url("postgres").replace("user=postgres", &parameters);
    let mode = |mode| std::fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let mut watched = Watched::start(std::slice::from_ref(&url), Vec::new());
    let told = |reason: &str| {
        let named = reason.contains("passwords is ignored, since others may read it");
        reason.contains("the server wants a password, and none was given") && named
    };
    let down = watched.database(|d| matches!(&d.link, Link::Down { reason, .. } if told(reason)));
    down.await;
    mode(0o600);
    let mut watched = Watched::start(&[url], Vec::new());
    watched
        .picture(|picture| picture.server.role == "app")
        .await;
}

#[tokio::test]
async fn a_server_is_as_the_url_wants_it_or_not_watched() {
    let server = Server::start(&[]).unwrap();
    let wants = |what: &str| format!("{}&target_session_attrs={what}", server.url("postgres"));
    for (what, suits) in [
        ("read-write", true),
        ("primary", true),
        ("prefer-standby", true),
        ("standby", false),
        ("read-only", false),
    ] {
        let mut watched = Watched::start(&[wants(what)], Vec::new());
        if suits {
            watched.picture(|_| true).await;
            continue;
        }
        let reason = watched.down().await;
        let words = format!("target_session_attrs is {what}, and the server is a primary");
        assert!(reason.contains(&words), "{reason}");
    }
}

#[tokio::test]
async fn every_kind_of_restart_is_survived() {
    let mut server = Server::start(&[]).unwrap();
    let mut watched = Watched::of(&server);
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        let before = watched.picture(|_| true).await;
        server.stop(how);
        watched.down().await;
        let kept = watched.database(|_| true).await.picture.unwrap();
        assert!(kept.at.mono >= before.at.mono, "the last picture stays");
        server.launch().unwrap();
        watched
            .picture(|picture| picture.at.mono > kept.at.mono)
            .await;
    }
    server.kill9();
    watched.down().await;
    server.launch().unwrap();
    watched.database(is_up).await;
}

#[tokio::test]
async fn a_frozen_server_is_noticed_and_thawed_without_sessions_piling_up() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    let mut watched = Watched::of(&server);
    let before = watched
        .database(|d| d.picture.is_some() && d.no_spare.is_none())
        .await;
    until_monitors(&mut client, 2).await;
    server.freeze();
    let reason = watched.down().await;
    assert!(
        reason.starts_with("the server has not answered for"),
        "{reason}"
    );
    let frozen = watched.database(|_| true).await;
    assert!(frozen.picture.unwrap().at.mono >= before.picture.unwrap().at.mono);
    // Two tries of a new connection hang.
    let twice = |reason: &str| reason.ends_with("for 6 s");
    watched
        .database(|d| matches!(&d.link, Link::Down { reason, .. } if twice(reason)))
        .await;
    server.thaw();
    watched.database(is_up).await;
    until_monitors(&mut client, 2).await;
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_entered_when_one_is_free() {
    let settings = [
        ("max_connections", "4"),
        ("superuser_reserved_connections", "0"),
        ("max_wal_senders", "0"),
    ];
    let server = Server::start(&settings).unwrap();
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(Client::of(&server, "app").await);
    }
    let mut watched = Watched::of(&server);
    let reason = watched.down().await;
    assert!(reason.starts_with("too many connections: "), "{reason}");
    clients.pop();
    let picture = watched.picture(|_| true).await;
    assert_eq!((picture.connections.used, picture.connections.free), (4, 0));
    let database = watched.database(|d| d.no_spare.is_some()).await;
    assert!(
        database
            .no_spare
            .unwrap()
            .starts_with("too many connections")
    );
    clients.pop();
    watched.database(|d| d.no_spare.is_none()).await;
    assert_eq!(monitors(&mut clients[0]).await, 2);
}

#[tokio::test]
async fn when_connections_run_out_the_monitor_still_sees_and_cancels() {
    let settings = [
        ("max_connections", "6"),
        ("superuser_reserved_connections", "0"),
        ("max_wal_senders", "0"),
    ];
    let server = Server::start(&settings).unwrap();
    let mut first = Client::of(&server, "app").await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    until_monitors(&mut first, 2).await;
    let busy = Client::of(&server, "app").await;
    let backend = busy.backend;
    let sleeping = busy.wait_in("select pg_sleep(600)");
    let _third = Client::of(&server, "app").await;
    let _fourth = Client::of(&server, "app").await;
    let picture = watched
        .picture(|picture| picture.connections.used == 6)
        .await;
    assert_eq!(picture.connections.free, 0);
    watched
        .picture(|picture| picture.running.iter().any(|r| r.oldest.pid == backend.pid))
        .await;
    let outcome = watched.signaller().cancel(backend).await;
    assert_eq!(
        outcome.effect,
        gonogo::monitor::Effect::Ended,
        "{outcome:?}"
    );
    assert!(sleeping.await.unwrap().is_err());
}

#[tokio::test]
async fn a_database_that_is_dropped_and_made_again_is_found_again() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client.run("create database shop").await;
    let mut watched = Watched::start(&[server.url("shop")], Vec::new());
    watched
        .picture(|picture| picture.server.database == "shop")
        .await;
    client
        .run("alter database shop allow_connections false")
        .await;
    client
        .run("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'")
        .await;
    let dropped = async { while client.attempt("drop database shop").await.is_err() {} };
    tokio::time::timeout(LIMIT, dropped).await.unwrap();
    let missing = "database \"shop\" does not exist";
    watched
        .database(|d| matches!(&d.link, Link::Down { reason, .. } if reason == missing))
        .await;
    client.run("create database shop").await;
    watched.database(is_up).await;
}

#[tokio::test]
async fn a_terminated_session_is_replaced() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    let mut watched = Watched::of(&server);
    let up = watched.database(is_up).await;
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = 'gonogo monitor'";
    client.run(sql).await;
    watched
        .database(|d| is_up(d) && d.link != up.link && d.no_spare.is_none())
        .await;
    until_monitors(&mut client, 2).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_up_no_other() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = format!("postgres://app@127.0.0.1:{port}/shop?sslmode=disable");
    let server = Server::start(&[]).unwrap();
    let mut watched = Watched::start(&[silent, server.url("postgres")], Vec::new());
    let health = watched.until(|health| is_up(&health.databases[1])).await;
    // The other was up first, unless its own start has taken longer than anybody waits.
    let silent = &health.databases[0];
    assert!(
        silent.link == Link::Connecting
            || reason(silent).starts_with("the server has not answered"),
        "{silent:?}"
    );
    let health = watched
        .until(|health| matches!(health.databases[0].link, Link::Down { .. }))
        .await;
    assert!(reason(&health.databases[0]).starts_with("the server has not answered"));
    let seen = health.databases[1].picture.as_ref().unwrap().at;
    let newer = |at: gonogo::clock::Moment| at.mono > seen.mono;
    watched
        .until(|health| {
            health.databases[1]
                .picture
                .as_ref()
                .is_some_and(|p| newer(p.at))
        })
        .await;
}

#[tokio::test]
async fn stopping_the_monitor_ends_its_sessions() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    let mut watched = Watched::of(&server);
    let database = watched.database(is_up).await;
    assert_eq!(database.name, "db0");
    until_monitors(&mut client, 2).await;
    let stopped = tokio::time::timeout(LIMIT, watched.monitor.stop()).await;
    assert!(stopped.is_ok());
    until_monitors(&mut client, 0).await;
    assert_eq!(MONITOR_NAME, "gonogo monitor");
}

#[tokio::test]
async fn another_server_at_the_same_address_is_not_compared_with_the_one_before() {
    let servers = [0, 1].map(|_| Server::start(&[]).unwrap());
    let mut client = Client::of(&servers[1], "web").await;
    client
        .run("create table big as select g, repeat('x', 500) from generate_series(1, 20000) as g")
        .await;
    let way = Proxy::to(&servers[0]);
    let mut watched = Watched::start(&[way.url("postgres")], Vec::new());
    let measured = |picture: &Picture| picture.vitals.get().is_some_and(|v| v.size.is_some());
    let before = watched.picture(measured).await;
    assert_eq!(before.server.news, None);
    way.lead_to(&servers[1]);
    let is_other = |picture: &Picture| picture.server.news.is_some() && measured(picture);
    let other = watched.picture(is_other).await;
    assert_ne!(before.server.identity, other.server.identity);
    assert_eq!(other.vitals.get().unwrap().grown, Some(0.0));
    let noted = watched.health.borrow().databases[0].notes();
    assert!(noted[0].contains("another server answers"), "{noted:?}");
}

#[tokio::test]
async fn a_limit_that_the_role_has_for_its_transactions_is_none_for_the_monitor() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    let version = "select current_setting('server_version_num')::int8";
    if client.ask(version).await < 170_000 {
        return;
    }
    client
        .run("create role app login; grant pg_monitor to app; alter role app set transaction_timeout = '150ms'")
        .await;
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    watched.picture(|p| p.invalid_indexes.get().is_some()).await;
    // It waits for a lock on a catalog for longer than that.
    client.run("begin; lock pg_index").await;
    watched
        .picture(|p| {
            let why = p.invalid_indexes.why_not();
            why.is_some_and(|why| why.contains("lock"))
        })
        .await;
}
