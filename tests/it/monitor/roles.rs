//! What roles with and without grants see, and what is said about the rest.

use gonogo::demo::server::Server;
use gonogo::monitor::{State, Subject};

use super::{Client, Watched, is_up};

/// A session that waits for another, seen by the role `app` after `grants` where idle sessions are
/// listed as well as where they are not.
async fn seen_by_app(grants: &str) -> (std::sync::Arc<gonogo::monitor::Picture>, (i32, i32)) {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run("create role app login; create table t (n int)")
        .await;
    holder.run(grants).await;
    holder.run("begin; lock table t").await;
    let waiter = Client::of(&server, "waiter").await;
    let pids = (holder.pid(), waiter.pid());
    let waiter = waiter.wait_in("select * from t");
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let waits = |p: &gonogo::monitor::Picture| {
        p.locks.nodes.len() == 2 && p.locks.nodes[1].wanted.is_some()
    };
    let urls = [url];
    let listed = Watched::with_idle(&urls).picture(waits).await;
    let pid = |picture: &gonogo::monitor::Picture, at: usize| picture.locks.nodes[at].session.pid;
    assert_eq!((pid(&listed, 0), pid(&listed, 1)), pids);
    let picture = Watched::start(&urls, Vec::new()).picture(waits).await;
    holder.run("commit").await;
    waiter.await.unwrap().unwrap();
    (picture, pids)
}

#[tokio::test]
async fn an_ordinary_role_sees_who_waits_for_whom_but_not_what_they_do() {
    let (picture, (holder, waiter)) = seen_by_app("select 1").await;
    let facts = &picture.server;
    assert_eq!(facts.role, "app");
    assert!(!facts.rights.may_see_all && !facts.rights.may_signal && !facts.rights.superuser);
    assert_eq!(facts.missing_grants().len(), 2);
    let [root, leaf] = &picture.locks.nodes[..] else {
        panic!("{:?}", picture.locks)
    };
    assert_eq!((root.session.pid, leaf.session.pid), (holder, waiter));
    assert_eq!(root.session.state, State::Hidden);
    assert_eq!(root.session.application, "holder");
    assert_eq!(
        (&leaf.session.statement, leaf.session.backend()),
        (&None, None)
    );
    assert_eq!(leaf.wanted.as_ref().unwrap().object, "t");
    let connections = &picture.connections;
    assert!(connections.by_state.hidden >= 2, "{connections:?}");
    assert_eq!(
        connections.by_state.idle_in_transaction, 0,
        "{connections:?}"
    );
    // Both sessions of the test and those of the monitor itself.
    assert!(connections.used >= 3, "{connections:?}");
    assert!(picture.running.is_empty());
}

#[tokio::test]
async fn from_near_a_hidden_session_shows_its_locks_and_no_remark_for_a_statement() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run("create role app login; select pg_advisory_lock(42)")
        .await;
    let waiter = Client::of(&server, "waiter").await;
    let (held_by, pid) = (holder.pid(), waiter.pid());
    let waiter = waiter.wait_in("select pg_advisory_lock(42)");
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::with_idle(&[url]);
    let waits = |p: &gonogo::monitor::Picture| p.locks.waiters == 1;
    let picture = watched.picture(waits).await;
    let listed = picture.sessions.iter().find(|one| one.pid == pid).unwrap();
    assert_eq!((listed.state, listed.is_seen()), (State::Hidden, false));
    let inspector = watched.monitor.inspector("db0").unwrap();
    let near = inspector.inspect(listed.subject()).await.unwrap();
    assert_eq!(
        (&near.statement[..], &near.blocked_by[..]),
        ("", &[held_by][..])
    );
    let lock = &near.locks[0];
    assert!(!lock.granted && lock.object.contains("42"), "{lock:?}");
    let holder_is = Subject::Session {
        pid: held_by,
        started: None,
    };
    let near = inspector.inspect(holder_is).await.unwrap();
    assert_eq!((&near.statement[..], &near.blocks[..]), ("", &[pid][..]));
    holder.run("select pg_advisory_unlock(42)").await;
    waiter.await.unwrap().unwrap();
    let nobody = Subject::Session {
        pid: i32::MAX,
        started: None,
    };
    let gone = inspector.inspect(nobody).await.unwrap_err();
    assert_eq!(gone, format!("session {} has ended", i32::MAX));
}

#[tokio::test]
async fn every_session_is_counted_once_whatever_the_role_may_see_and_whatever_is_listed() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run(
            "create role app login; create role mon login; grant pg_monitor to mon;
             create table t (n int)",
        )
        .await;
    holder.run("begin; lock table t").await;
    let waiter = Client::of(&server, "waiter").await;
    let waiter = waiter.wait_in("select * from t");
    let _idle = Client::of(&server, "idle").await;
    let elsewhere = server.url("template1").parse().unwrap();
    let _elsewhere = Client::with(elsewhere).await.unwrap();
    // Those four, and the two of each monitor.
    for role in ["app", "mon", "postgres"] {
        let url = server
            .url("postgres")
            .replace("user=postgres", &format!("user={role}"));
        for listed in [true, false] {
            let urls = [url.clone()];
            let mut watched = if listed {
                Watched::with_idle(&urls)
            } else {
                Watched::start(&urls, Vec::new())
            };
            let picture = watched.picture(|p| p.connections.used == 6).await;
            let all = &picture.connections;
            let by = &all.by_state;
            let (seen, hidden) = if role == "app" { (0, 4) } else { (4, 0) };
            assert_eq!(by.hidden, hidden, "{role}: {all:?}");
            // The states of a monitor's own are left out.
            let states = by.active + by.idle + by.idle_in_transaction + by.aborted + by.other;
            assert_eq!(states, seen, "{role}: {all:?}");
            assert_eq!(all.free, all.usable - 6, "{role}: {all:?}");
            watched.monitor.stop().await;
        }
    }
    holder.run("commit").await;
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_role_with_pg_monitor_sees_everything_but_may_not_signal() {
    let (picture, (holder, waiter)) = seen_by_app("grant pg_monitor to app").await;
    assert!(picture.server.rights.may_see_all && !picture.server.rights.may_signal);
    let grants = picture.server.missing_grants();
    assert_eq!(grants.len(), 1);
    assert!(
        grants[0].ends_with("grant pg_signal_backend to app"),
        "{grants:?}"
    );
    let [root, leaf] = &picture.locks.nodes[..] else {
        panic!("{:?}", picture.locks)
    };
    assert_eq!((root.session.pid, leaf.session.pid), (holder, waiter));
    assert_eq!(root.session.state, State::IdleInTransaction);
    assert_eq!(leaf.session.statement.as_deref(), Some("select * from t"));
    assert_eq!(picture.connections.by_state.hidden, 0);
}

#[tokio::test]
async fn a_poll_that_fails_from_the_start_says_why() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create role app login;
             revoke execute on function pg_is_in_recovery() from public",
        )
        .await;
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    let database = watched
        .database(|database| database.trouble.is_some())
        .await;
    let why = database.trouble.as_deref().unwrap();
    assert!(why.contains("permission denied for function"), "{why}");
    assert!(is_up(&database) && database.picture.is_none());
}

#[tokio::test]
async fn where_nothing_is_tracked_the_setting_is_named_and_no_grant() {
    let server = Server::start(&[("track_activities", "off")]).unwrap();
    let _other = Client::of(&server, "web").await;
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| p.hidden_sessions().is_some()).await;
    let why = picture.hidden_sessions().unwrap();
    assert!(why.ends_with("hidden: track_activities is off"), "{why}");
}
