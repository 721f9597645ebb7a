//! Who really keeps whom from going on: circles, prepared transactions, and what a role may not see.

use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::{Picture, State};

use sqlx::postgres::PgConnectOptions;

use super::{Client, Watched, is_up, until, until_monitors};

#[tokio::test]
async fn who_waits_behind_a_deadlock_hangs_below_the_one_it_waits_for() {
    let server = Server::start(&[("deadlock_timeout", "1h")]).unwrap();
    let mut admin = Client::of(&server, "psql").await;
    admin
        .run("create table orders (id int); insert into orders select generate_series(1, 4)")
        .await;
    let update = |id: i32| format!("update orders set id = id where id = {id}");
    let (mut one, mut two) = (
        Client::of(&server, "one").await,
        Client::of(&server, "two").await,
    );
    one.run(&format!("begin; {}", update(1))).await;
    two.run(&format!("begin; {}; {}", update(2), update(3)))
        .await;
    let (one_pid, two_pid) = (one.pid(), two.pid());
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    // It has waited longest, and is no part of the circle that closes behind its back.
    let behind = Client::of(&server, "gonogo:r1:2.1").await;
    let behind_pid = behind.pid();
    let behind = behind.wait_in(&update(3));
    until(&mut admin, waits, 1).await;
    let one = one.wait_in(&update(2));
    until(&mut admin, waits, 2).await;
    let two = two.wait_in(&update(1));
    let mut watched = Watched::of(&server);
    let picture = watched.picture(|p| p.locks.nodes.len() == 3).await;
    let locks = &picture.locks;
    let at = |pid: i32| {
        locks
            .nodes
            .iter()
            .find(|node| node.session.pid == pid)
            .unwrap()
    };
    assert_eq!((locks.blockers, locks.nodes[0].session.pid), (1, one_pid));
    assert_eq!(locks.nodes[0].also_blocked_by, [two_pid]);
    assert_eq!((at(two_pid).depth, at(behind_pid).depth), (1, 2));
    assert!(at(behind_pid).also_blocked_by.is_empty());
    let wait = picture.wait_of_ours().unwrap();
    assert_eq!(
        (wait.ours.session.pid, wait.blockers.len()),
        (behind_pid, 1)
    );
    for waiter in [one, two, behind] {
        waiter.abort();
    }
}

#[tokio::test]
async fn a_queue_whose_ages_are_hidden_is_as_old_as_it_was_seen() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "report").await;
    holder
        .run("create role app login; create table orders (id int)")
        .await;
    holder
        .run("grant select on orders to app; begin; lock table orders")
        .await;
    let step = Client::of(&server, "gonogo:r1:2.1").await;
    let mut waiters = vec![step.wait_in("alter table orders add note text")];
    let mut admin = Client::of(&server, "psql").await;
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    until(&mut admin, waits, 1).await;
    for _ in 0..5 {
        let web = Client::of(&server, "web").await;
        waiters.push(web.wait_in("select from orders"));
    }
    let url = server.url("postgres").replace("user=postgres", "user=app");
    let mut watched = Watched::start(&[url], Vec::new());
    let old = |picture: &Picture| {
        let queue = &picture.locks.behind_ours;
        queue.sessions == 5 && queue.oldest >= Some(Duration::from_secs(2))
    };
    let picture = watched.picture(old).await;
    // Whom the role may not even see, no key is promised to end.
    let wait = picture.wait_of_ours().unwrap();
    let blocker = &wait.blockers[0].session;
    assert_eq!(blocker.pid, holder.pid());
    assert!(
        picture
            .server
            .no_signal(blocker)
            .unwrap()
            .contains("grant pg_monitor to app")
    );
    for waiter in waiters {
        waiter.abort();
    }
}

#[tokio::test]
async fn of_several_that_are_in_the_way_the_keys_go_to_one_that_can_be_ended() {
    let server = Server::start(&[("max_prepared_transactions", "3")]).unwrap();
    let mut client = Client::of(&server, "app").await;
    client.run("create table orders (id int)").await;
    client
        .run("begin; select from orders; prepare transaction 'pay'")
        .await;
    let mut idle = Client::of(&server, "report").await;
    idle.run("begin; select from orders").await;
    let step = Client::of(&server, "gonogo:r1:2.1").await;
    let step = step.wait_in("alter table orders add note text");
    let mut watched = Watched::of(&server);
    let both = |p: &Picture| {
        p.wait_of_ours()
            .is_some_and(|wait| wait.blockers.len() == 2)
    };
    let picture = watched.picture(both).await;
    let wait = picture.wait_of_ours().unwrap();
    assert_eq!(picture.blocker().unwrap().session.pid, idle.pid());
    let others = wait.and_others(&picture.locks);
    assert!(
        others.starts_with(" and the prepared transaction pay (ended by COMMIT or"),
        "{others}"
    );
    assert_eq!(picture.server.no_signal(&wait.blockers[0].session), None);
    step.abort();
}

#[tokio::test]
async fn who_locks_a_table_of_the_server_is_seen_to_keep_new_sessions_out() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "dba").await;
    let mut watched = Watched::of(&server);
    until_monitors(&mut holder, 2).await;
    for table in ["pg_authid", "pg_database", "pg_class"] {
        let lock = format!("begin; lock table {table}");
        holder.run(&lock).await;
        let options: PgConnectOptions = server.url("postgres").parse().unwrap();
        let newcomer = tokio::spawn(async move { Client::with(options).await.map(drop) });
        let picture = watched.picture(|p| p.locks.nodes.len() == 2).await;
        let [root, waiter] = &picture.locks.nodes[..] else {
            unreachable!()
        };
        assert_eq!(root.session.backend(), Some(holder.backend), "{table}");
        assert_eq!(waiter.session.state, State::Starting, "{table}");
        assert_eq!(waiter.session.name(), "new session");
        assert!(waiter.session.no_signal().is_some());
        assert_eq!(
            (picture.locks.waiters, picture.connections.waiting_elsewhere),
            (1, 0)
        );
        // Names are looked up in the table that is locked.
        if table != "pg_class" {
            let wanted = |p: &Picture| {
                let node = p.locks.nodes.last();
                node.and_then(|node| node.wanted.as_ref())
                    .is_some_and(|w| w.object == table)
            };
            watched.picture(wanted).await;
        }
        holder.run("commit").await;
        newcomer.await.unwrap().unwrap();
        watched.picture(|p| p.locks.nodes.is_empty()).await;
    }
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_is_told_from_one_that_does_not_answer() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "dba").await;
    holder.run("begin; lock table pg_authid").await;
    let mut watched = Watched::of(&server);
    let reason = watched.down().await;
    let expected = "the server takes connections and has let nobody in for 3 s: perhaps a session holds a lock";
    assert!(reason.starts_with(expected), "{reason}");
    holder.run("commit").await;
    watched.database(is_up).await;
}
