//! A primary and a standby that follows it, both watched.

use gonogo::demo::server::Shutdown;
use gonogo::monitor::{
    AlertStanding, Backend, DatabaseHealth, Effect, Health, HeldUp, Link, LockNode, Picture,
    Signaller,
};

use super::{Client, Watched};
use crate::support::standby::{pair, pair_of};
use crate::support::{Bench, Pty};

fn database<'h>(health: &'h Health, name: &str) -> &'h DatabaseHealth {
    let mut databases = health.databases.iter();
    databases.find(|database| database.name == name).unwrap()
}

fn picture<'h>(health: &'h Health, name: &str) -> Option<&'h Picture> {
    let database = database(health, name);
    let up = matches!(database.link, Link::Up { .. });
    database.picture.as_deref().filter(|_| up)
}

fn signaller(watched: &Watched, name: &str) -> Signaller {
    watched.monitor.signaller(name).unwrap()
}

#[tokio::test]
async fn who_keeps_a_standby_from_going_on_is_found_and_ended_there() {
    let (primary, standby) = pair();
    let mut writer = Client::of(&primary, "writer").await;
    writer.run("create table orders (n int)").await;
    let mut reader = Client::of(&standby, "report").await;
    while reader.attempt("select from orders").await.is_err() {
        tokio::task::yield_now().await;
    }
    reader.run("begin; select from orders").await;
    let urls = [&primary, &standby].map(|server| server.url("postgres"));
    let mut watched = Watched::start(&urls, Vec::new());
    writer.run("drop table orders").await;
    let waits = |health: &Health| {
        picture(health, "db0").is_some()
            && picture(health, "db1").is_some_and(|standby| !standby.locks.nodes.is_empty())
    };
    let health = watched.until(waits).await;
    let log = std::fs::read_to_string(standby.dir().join("server.log")).unwrap();
    assert!(!log.contains("recovery is in progress"), "{log}");
    let seen = picture(&health, "db1").unwrap();
    assert!(seen.server.in_recovery && !picture(&health, "db0").unwrap().server.in_recovery);
    let [root, recovery] = &seen.locks.nodes[..] else {
        panic!("{:#?}", seen.locks)
    };
    assert_eq!((root.session.pid, root.depth), (reader.pid(), 0));
    let LockNode { session, .. } = recovery;
    assert_eq!(session.application, "recovery");
    assert_eq!(recovery.wanted.as_ref().unwrap().mode, "AccessExclusive");
    let inspector = watched.monitor.inspector("db1").unwrap();
    let of_reader = inspector.inspect(reader.backend).await.unwrap();
    assert_eq!(of_reader.blocks, [session.pid]);
    let of_recovery = inspector.inspect(session.subject()).await.unwrap();
    assert_eq!(of_recovery.blocked_by, [reader.pid()]);
    let held_up = |health: &Health| {
        let vitals = picture(health, "db1").and_then(|standby| standby.vitals.get());
        let standby = vitals.and_then(|vitals| vitals.standby);
        standby.is_some_and(|one| one.held_up == Some(HeldUp::BySession))
    };
    watched.until(held_up).await;
    // The process that replays the log takes no signals.
    let backend = session.backend().unwrap();
    let outcome = signaller(&watched, "db1").terminate(backend).await;
    assert_eq!(outcome.effect, Effect::Refused);
    assert!(outcome.words.contains("takes no signals"), "{outcome:?}");
    // A session of that number is only on the standby, and so is its end.
    let elsewhere = signaller(&watched, "db0").terminate(reader.backend).await;
    assert_eq!(elsewhere.effect, Effect::Gone, "{elsewhere:?}");
    let ended = signaller(&watched, "db1").terminate(reader.backend).await;
    assert_eq!(ended.effect, Effect::Ended, "{ended:?}");
    let goes_on = |health: &Health| {
        picture(health, "db1").is_some_and(|standby| standby.locks.nodes.is_empty())
    };
    watched.until(goes_on).await;
    writer.run("select 1").await;
}

#[tokio::test]
async fn who_keeps_a_standby_from_going_on_is_found_by_a_role_that_may_not_see_what_recovers() {
    let (primary, standby) = pair();
    let mut writer = Client::of(&primary, "writer").await;
    writer
        .run("create role app login; create table orders (n int)")
        .await;
    let mut reader = Client::of(&standby, "report").await;
    while reader.attempt("select from orders").await.is_err() {
        tokio::task::yield_now().await;
    }
    reader.run("begin; select from orders").await;
    let url = standby.url("postgres");
    let url = url.replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    writer.run("drop table orders").await;
    let waits = |picture: &Picture| picture.locks.nodes.len() == 2;
    let picture = watched.picture(waits).await;
    let [root, recovery] = &picture.locks.nodes[..] else {
        panic!("{:#?}", picture.locks)
    };
    assert_eq!((root.session.pid, root.depth), (reader.pid(), 0));
    assert_eq!((recovery.depth, picture.locks.waiters), (1, 1));
    assert_eq!(recovery.wanted.as_ref().unwrap().mode, "AccessExclusive");
    reader.run("commit").await;
    let goes_on = |picture: &Picture| picture.locks.nodes.is_empty();
    watched.picture(goes_on).await;
}

#[tokio::test]
async fn each_of_two_servers_has_alerts_and_figures_of_its_own() {
    let (primary, mut standby) = pair();
    let urls = [&primary, &standby].map(|server| server.url("postgres"));
    let mut watched = Watched::by_rules(&urls, Vec::new());
    let now = gonogo::clock::SystemClock::new();
    let lag = move |health: &Health, name: &str| {
        let now = gonogo::clock::Clock::now(&now);
        gonogo::monitor::value_of(health, &format!("{name}.replication_lag"), now)
    };
    watched
        .until(|health| ["db0", "db1"].iter().all(|name| lag(health, name).is_ok()))
        .await;
    standby.stop(Shutdown::Immediate);
    let standing = |health: &Health, name: &str| {
        let alert = health.alerts.iter().find(|alert| alert.name == name);
        alert.map(|alert| alert.standing)
    };
    let lost = |health: &Health| standing(health, "db1: lost") == Some(AlertStanding::Firing);
    let health = watched.until(lost).await;
    assert_ne!(standing(&health, "db0: lost"), Some(AlertStanding::Firing));
    let why = lag(&health, "db0");
    assert_ne!(why, Ok(0.0), "nobody follows any more");
    standby.launch().unwrap();
    let found = |health: &Health| {
        ["db0: lost", "db1: lost"]
            .iter()
            .all(|name| standing(health, name) == Some(AlertStanding::Quiet))
    };
    watched.until(found).await;
}

#[tokio::test]
async fn a_standby_that_was_told_to_wait_says_so_and_how_old_it_is() {
    let (primary, standby) = pair();
    let mut writer = Client::of(&primary, "writer").await;
    writer.run("create table orders (n int)").await;
    let mut dba = Client::of(&standby, "dba").await;
    while dba.attempt("select from orders").await.is_err() {
        tokio::task::yield_now().await;
    }
    dba.run("select pg_wal_replay_pause()").await;
    let mut watched = Watched::start(&[standby.url("postgres")], Vec::new());
    writer.run("insert into orders values (1)").await;
    let one = |picture: &Picture| picture.vitals.get().and_then(|vitals| vitals.standby);
    let waits = |p: &Picture| one(p).is_some_and(|one| one.paused && one.behind > Some(0.0));
    let picture = watched.picture(waits).await;
    assert!(one(&picture).unwrap().applied.is_some());
    dba.run("select pg_wal_replay_resume()").await;
    let goes_on = |p: &Picture| one(p).is_some_and(|one| !one.paused && one.behind == Some(0.0));
    watched.picture(goes_on).await;
}

#[tokio::test]
async fn of_a_standby_that_reads_an_archive_nobody_knows_how_far_it_is_behind() {
    let archive = "mkdir -p ../archive && cp %p ../archive/%f";
    let primary = [("archive_mode", "on"), ("archive_command", archive)];
    let (primary, standby) = pair_of(&primary, |dir| {
        ("restore_command", format!("cp {dir}/archive/%f %p"))
    });
    let mut writer = Client::of(&primary, "writer").await;
    writer.run("create table orders (n int)").await;
    let mut watched = Watched::start(&[standby.url("postgres")], Vec::new());
    let of = |picture: &Picture| picture.vitals.get().and_then(|vitals| vitals.standby);
    let follows = |picture: &Picture| of(picture).is_some_and(|one| one.applied.is_none());
    let picture = watched.picture(follows).await;
    assert!(picture.server.in_recovery);
    writer.run("select pg_switch_wal()").await;
    let applied = |picture: &Picture| of(picture).is_some_and(|one| one.applied.is_some());
    let picture = watched.picture(applied).await;
    assert_eq!(of(&picture).unwrap().behind, None);
    let health = watched.until(|_| true).await;
    let now = gonogo::clock::Clock::now(&gonogo::clock::SystemClock::new());
    let why = gonogo::monitor::value_of(&health, "db0.replication_lag", now);
    assert!(why.is_err_and(|why| why.contains("reads from an archive")));
}

#[tokio::test]
async fn a_standby_that_is_promoted_is_one_no_more_at_the_next_look() {
    let (primary, standby) = pair();
    let mut watched = Watched::start(&[standby.url("postgres")], Vec::new());
    watched.picture(|picture| picture.server.in_recovery).await;
    let mut client = Client::of(&standby, "dba").await;
    client.run("select pg_promote(true, 120)").await;
    let clock = gonogo::clock::SystemClock::new();
    let promoted = gonogo::clock::Clock::now(&clock);
    let next = watched.picture(move |picture| picture.at.mono > promoted.mono);
    assert!(!next.await.server.in_recovery);
    drop(primary);
}

#[test]
fn the_database_is_picked_by_a_key_and_its_sessions_are_ended_there() {
    let (primary, standby) = pair();
    let urls = [&primary, &standby].map(|server| server.url("postgres"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let of = |server, name| runtime.block_on(Client::of(server, name));
    let (mut here, mut there) = (of(&primary, "shop"), of(&standby, "report"));
    let bench = Bench::new();
    let args = ["monitor", &urls[0], &urls[1], "--poll", "0.2"];
    let mut screen = Pty::start(&bench, &args, 120, 36);
    screen.see("shop");
    screen.press("D", "standby");
    screen.see("report");
    screen.gone("shop");
    let Backend { pid, .. } = there.backend;
    screen.press("/report\r", "only what holds");
    screen.press("k", &format!("End session {pid}?"));
    screen.press("\r", &format!("session {pid} was terminated"));
    let run = |client: &mut Client| runtime.block_on(client.attempt("select 1")).is_ok();
    assert!(run(&mut here) && !run(&mut there));
    screen.see("no session is like that");
    // Whatever came at once after it would be a part of the same key.
    screen.press("\x1b", "nobody else is connected");
    screen.press("D", "shop");
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}
