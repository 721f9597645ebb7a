//! What has become slower, from the counters of real servers.

use gonogo::clock::{Clock, SystemClock};
use gonogo::demo::server::Server;
use gonogo::monitor::{Picture, Trend};

use super::{Client, Watched};

/// The statement that sleeps.
fn sleeper(picture: &Picture) -> Option<&Trend> {
    let list = &picture.statements.get()?.list;
    list.iter().find(|trend| {
        let text = trend.text.as_deref();
        text.is_some_and(|text| text.starts_with("select pg_sleep("))
    })
}

async fn sleep(client: &mut Client, times: u32, secs: &str) {
    for _ in 0..times {
        client.run(&format!("select pg_sleep({secs})")).await;
    }
}

#[tokio::test]
async fn without_the_extension_it_is_said_how_to_have_it() {
    let server = Server::start(&[]).unwrap();
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| p.statements.why_not().is_some()).await;
    let why = picture.statements.why_not().unwrap();
    assert!(why.contains("create extension pg_stat_statements"), "{why}");
    let mut client = Client::of(&server, "dba").await;
    client.run("create extension pg_stat_statements").await;
    watched.picture(|p| p.statements.get().is_some()).await;
}

#[tokio::test]
async fn an_extension_that_was_never_loaded_is_said_to_be_so() {
    let server = Server::start(&[("shared_preload_libraries", "")]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client.run("create extension pg_stat_statements").await;
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| p.statements.why_not().is_some()).await;
    let why = picture.statements.why_not().unwrap();
    assert!(why.contains("shared_preload_libraries"), "{why}");
    assert!(picture.vitals.get().is_some(), "the rest goes on");
}

#[tokio::test]
async fn an_extension_that_records_nothing_is_said_to_do_so_and_by_which_setting() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client.run("create extension pg_stat_statements").await;
    let off = "alter system set pg_stat_statements.track = 'none'";
    client.run(off).await;
    client.run("select pg_reload_conf()").await;
    let mut watched = Watched::of(&server);
    let says = |words: &'static str| {
        move |p: &Picture| {
            p.statements
                .why_not()
                .is_some_and(|why| why.ends_with(words))
        }
    };
    watched
        .picture(says("pg_stat_statements.track is none"))
        .await;
    client
        .run("alter system reset pg_stat_statements.track")
        .await;
    let version = "select current_setting('server_version_num')::int8";
    if client.ask(version).await >= 140_000 {
        client
            .run("alter system set compute_query_id = 'off'")
            .await;
        client.run("select pg_reload_conf()").await;
        watched.picture(says("compute_query_id is off")).await;
        client.run("alter system reset compute_query_id").await;
    }
    client.run("select pg_reload_conf()").await;
    watched.picture(|p| p.statements.get().is_some()).await;
}

#[tokio::test]
async fn what_is_slower_than_before_t_zero_is_found_wherever_the_extension_is() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client
        .run("create schema \"Ext\"; create extension pg_stat_statements schema \"Ext\"")
        .await;
    let mut watched = Watched::of(&server);
    watched.picture(|p| p.statements.get().is_some()).await;
    sleep(&mut client, 10, "0.001").await;
    let picture = watched.picture(|p| sleeper(p).is_some()).await;
    let before = sleeper(&picture).unwrap();
    assert!(before.now.calls >= 1 && !before.slower);
    assert_eq!(before.user.as_deref(), Some("postgres"));
    watched
        .picture(|p| sleeper(p).is_some_and(|trend| trend.now.calls == 10))
        .await;
    watched
        .ours
        .set_t_zero(Some(SystemClock::new().now()), None);
    watched
        .picture(|p| {
            p.statements
                .get()
                .is_some_and(|statements| statements.frozen)
        })
        .await;
    // Far above what a busy machine adds to the usual ones.
    sleep(&mut client, 6, "0.5").await;
    let picture = watched
        .picture(|p| sleeper(p).is_some_and(|trend| trend.slower))
        .await;
    let trend = sleeper(&picture).unwrap();
    assert!(trend.factor().unwrap() > 2.0, "{trend:?}");
    assert!(trend.normal.unwrap().mean_ms < trend.now.mean_ms);
    let statements = picture.statements.get().unwrap();
    assert!(statements.list[0].slower && statements.note.is_none());
    client
        .run("select \"Ext\".pg_stat_statements_reset()")
        .await;
    // What comes right after it, before anybody has looked, is not lost where the server says when it was.
    sleep(&mut client, 2, "0.05").await;
    let version = "select current_setting('server_version_num')::int8";
    let mut early = 0;
    if client.ask(version).await >= 140_000 {
        // Before, the server did not say when that was.
        let picture = watched
            .picture(|p| p.statements.get().is_some_and(|s| s.note.is_some()))
            .await;
        let note = picture.statements.get().unwrap().note.clone().unwrap();
        assert!(note.contains("were reset"), "{note}");
        early = 2;
    }
    sleep(&mut client, 3, "0.05").await;
    let picture = watched
        .picture(|p| sleeper(p).is_some_and(|trend| trend.now.calls >= 3 + early))
        .await;
    let list = &picture.statements.get().unwrap().list;
    let texts: Vec<&str> = list.iter().filter_map(|t| t.text.as_deref()).collect();
    assert!(
        !texts
            .iter()
            .any(|text| text.contains("pg_stat_get_activity")),
        "the monitor's own are left out: {texts:#?}"
    );
}
