//! What roles with and without grants see, and what is said about the rest.

use gonogo::demo::server::Server;
use gonogo::monitor::State;

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
