//! Real queues, as the tree shows them.

use gonogo::demo::server::Server;
use gonogo::monitor::{LockNode, LockTree, MONITOR_NAME, Picture, State};
use rustix::process::Signal;

use super::{Client, Watched, until};
use crate::support::process::signal;

fn node(tree: &LockTree, pid: i32) -> &LockNode {
    tree.nodes
        .iter()
        .find(|node| node.session.pid == pid)
        .unwrap()
}

/// The tree as depth and pid.
fn shape(tree: &LockTree) -> Vec<(u32, i32)> {
    tree.nodes
        .iter()
        .map(|node| (node.depth, node.session.pid))
        .collect()
}

/// Whether `count` sessions are known to wait, each with what it waits for.
fn waiting(count: u32) -> impl Fn(&Picture) -> bool {
    move |picture| {
        let locks = &picture.locks;
        locks.waiters == count
            && locks
                .nodes
                .iter()
                .all(|node| node.depth == 0 || node.wanted.is_some())
    }
}

#[tokio::test]
async fn who_waits_in_another_database_is_counted_and_not_listed() {
    let server = Server::start(&[]).unwrap();
    let mut admin = Client::of(&server, "psql").await;
    admin.run("create database shop").await;
    let mut watched = Watched::start(&[server.url("shop")], Vec::new());
    admin
        .run("begin; create table t (id int); select pg_advisory_lock(7)")
        .await;
    let _waiter = Client::of(&server, "web")
        .await
        .wait_in("select pg_advisory_lock(7)");
    let picture = watched
        .picture(|picture| picture.connections.waiting_elsewhere == 1)
        .await;
    assert_eq!((picture.locks.waiters, picture.sessions.len()), (0, 0));
    assert!(picture.connections.elsewhere() >= 2);
    assert!(picture.server.up.is_some());
}

#[tokio::test]
async fn the_queue_behind_our_alter_hangs_from_who_holds_it_up() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "psql").await;
    holder.run("create table orders (id int primary key)").await;
    let mut watched = Watched::of(&server);
    holder.run("begin; select * from orders").await;
    let ours = Client::of(&server, "gonogo:r1:2.3").await;
    let our_pid = ours.pid();
    let alter = ours.wait_in("alter table orders add column note text");
    watched.picture(waiting(1)).await;
    let mut readers = Vec::new();
    for _ in 0..3 {
        let reader = Client::of(&server, "web").await;
        readers.push((reader.pid(), reader.wait_in("select * from orders")));
    }
    let picture = watched.picture(waiting(4)).await;
    let locks = &picture.locks;
    assert_eq!(
        (locks.blockers, locks.behind_ours.sessions, locks.unlisted),
        (1, 3, 0)
    );
    assert_eq!(shape(locks)[..2], [(0, holder.pid()), (1, our_pid)]);
    let queue = &locks.behind_ours;
    assert_eq!(queue.applications, [("web".to_owned(), 3)]);
    assert!(queue.oldest.is_some());
    for (pid, _) in &readers {
        let reader = node(locks, *pid);
        assert_eq!(reader.depth, 2);
        let wanted = reader.wanted.as_ref().unwrap();
        assert_eq!(
            (wanted.mode.as_str(), wanted.object.as_str()),
            ("AccessShare", "orders")
        );
    }
    let root = &locks.nodes[0];
    assert_eq!(
        (root.session.state, root.beneath),
        (State::IdleInTransaction, 4)
    );
    assert_eq!(root.holds, ["AccessShare orders"]);
    assert_eq!(root.session.application, "psql");
    assert!(root.session.backend() == Some(holder.backend) && !root.session.is_ours());
    let alter_node = node(locks, our_pid);
    assert!(alter_node.session.is_ours());
    assert_eq!(alter_node.wanted.as_ref().unwrap().mode, "AccessExclusive");
    let text = alter_node.session.statement.as_deref().unwrap();
    assert!(text.starts_with("alter table orders"));
    assert_eq!(picture.blocker().unwrap().session.pid, holder.pid());
    assert_eq!(picture.connections.ours, 1);
    holder.run("commit").await;
    alter.await.unwrap().unwrap();
    for (_, reader) in readers {
        reader.await.unwrap().unwrap();
    }
    // Waits may end between the two queries of a look.
    watched
        .picture(|picture| picture.locks == LockTree::default())
        .await;
}

#[tokio::test]
async fn a_monitor_that_waits_is_not_counted() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "psql").await;
    holder.run("create table orders (n int)").await;
    holder.run("begin; lock table orders").await;
    let mut waiters = Vec::new();
    for name in [MONITOR_NAME, "web"] {
        let waiter = Client::of(&server, name).await;
        waiters.push((waiter.pid(), waiter.wait_in("select * from orders")));
    }
    let mut admin = Client::of(&server, "psql").await;
    let sql = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    until(&mut admin, sql, 2).await;
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let expected = vec![(0, holder.pid()), (1, waiters[1].0)];
    assert_eq!(
        (shape(&picture.locks), picture.locks.unlisted),
        (expected, 0)
    );
    holder.run("commit").await;
    for (_, task) in waiters {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_chain_of_four_is_a_chain() {
    let server = Server::start(&[]).unwrap();
    let mut a = Client::of(&server, "a").await;
    a.run("create table t (n int); create table u (n int); create table v (n int)")
        .await;
    let mut b = Client::of(&server, "b").await;
    let mut c = Client::of(&server, "c").await;
    let d = Client::of(&server, "d").await;
    a.run("begin; lock table t").await;
    b.run("begin; lock table u").await;
    c.run("begin; lock table v").await;
    let pids = [a.pid(), b.pid(), c.pid(), d.pid()];
    let tasks = [
        b.wait_in("select * from t; commit"),
        c.wait_in("select * from u; commit"),
        d.wait_in("select * from v"),
    ];
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(3)).await;
    let expected: Vec<(u32, i32)> = (0..).zip(pids).collect();
    assert_eq!(shape(&picture.locks), expected);
    assert_eq!(
        picture.connections.oldest_transaction.as_ref().unwrap().pid,
        pids[0]
    );
    a.run("commit").await;
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_waits_for_a_row_is_said_to_wait_for_a_row_of_its_table() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run(
            "create schema audit; create table audit.log (n int); insert into audit.log values (1)",
        )
        .await;
    holder.run("begin; update audit.log set n = 2").await;
    let first = Client::of(&server, "first").await;
    let second = Client::of(&server, "second").await;
    let pids = (first.pid(), second.pid());
    let mut watched = Watched::of(&server);
    let first = first.wait_in("update audit.log set n = 3");
    watched.picture(waiting(1)).await;
    let second = second.wait_in("update audit.log set n = 4");
    let picture = watched.picture(waiting(2)).await;
    for pid in [pids.0, pids.1] {
        let wanted = node(&picture.locks, pid).wanted.as_ref().unwrap();
        assert_eq!(wanted.object, "a row of audit.log");
    }
    holder.run("rollback").await;
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_session_that_keeps_an_advisory_lock_is_found() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "forgotten").await;
    holder.run("select pg_advisory_lock(72707369)").await;
    let waiter = Client::of(&server, "web")
        .await
        .wait_in("select pg_advisory_lock(72707369)");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let root = &picture.locks.nodes[0];
    assert_eq!(
        (root.session.pid, root.session.state),
        (holder.pid(), State::Idle)
    );
    assert_eq!(root.session.application, "forgotten");
    assert_eq!(root.holds, ["Exclusive advisory lock 72707369"]);
    holder.run("select pg_advisory_unlock_all()").await;
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_prepared_transaction_shows_as_the_blocker_with_its_name() {
    let server = Server::start(&[("max_prepared_transactions", "3")]).unwrap();
    let mut client = Client::of(&server, "app").await;
    client.run("create table t (n int)").await;
    client
        .run("begin; lock table t; prepare transaction 'left behind'")
        .await;
    client
        .run("begin; create table u (n int); prepare transaction 'in nobodys way'")
        .await;
    let waiter = Client::of(&server, "web").await.wait_in("select * from t");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let root = &picture.locks.nodes[0].session;
    assert_eq!((root.pid, root.state), (0, State::Prepared));
    assert!(root.transaction_age.is_some() && root.user.as_deref() == Some("postgres"));
    assert_eq!(picture.locks.prepared.len(), 1);
    let prepared = &picture.locks.prepared[0];
    assert_eq!(
        (prepared.gid.as_str(), prepared.owner.as_deref()),
        ("left behind", Some("postgres"))
    );
    let is_prepared = |p: &Picture| {
        let oldest = p.connections.oldest_transaction.as_ref();
        oldest.is_some_and(|oldest| oldest.pid == 0)
    };
    let seen = watched.picture(is_prepared).await;
    let oldest = seen.connections.oldest_transaction.as_ref().unwrap();
    let snapshot = seen.connections.oldest_snapshot.as_ref().unwrap();
    for whose in [oldest.whose(), snapshot.whose()] {
        assert_eq!(whose, "prepared transaction left behind");
    }
    let inspector = watched.monitor.inspector("db0").unwrap();
    let near = inspector.inspect(root.subject()).await.unwrap();
    let gids: Vec<&str> = near.prepared.iter().map(|(one, _)| &one.gid[..]).collect();
    assert_eq!(gids, ["left behind", "in nobodys way"]);
    let (_, locks) = &near.prepared[0];
    assert!(
        locks
            .iter()
            .any(|lock| lock.granted && lock.mode == "AccessExclusive" && lock.object == "t"),
        "{locks:?}"
    );
    assert_eq!(near.blocks, [picture.locks.nodes[1].session.pid]);
    client.run("rollback prepared 'left behind'").await;
    client.run("rollback prepared 'in nobodys way'").await;
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_runs_is_grouped_and_idle_transactions_are_called_out() {
    let server = Server::start(&[]).unwrap();
    let mut idle = Client::of(&server, "cron").await;
    idle.run("begin; select 1").await;
    let mut aborted = Client::of(&server, "cron").await;
    aborted.run("begin").await;
    assert!(aborted.attempt("select 1/0").await.is_err());
    let mut sleepers = Vec::new();
    for _ in 0..3 {
        sleepers.push(
            Client::of(&server, "web")
                .await
                .wait_in("select pg_sleep(600)"),
        );
    }
    let mut watched = Watched::of(&server);
    let picture = watched
        .picture(|p| p.running.iter().any(|r| r.sessions == 3))
        .await;
    let statements: Vec<_> = picture
        .running
        .iter()
        .map(|r| r.oldest.statement.as_deref())
        .collect();
    assert_eq!(statements, [Some("select pg_sleep(600)")]);
    let states: Vec<_> = picture
        .idle_in_transaction
        .iter()
        .map(|s| (s.pid, s.state))
        .collect();
    assert_eq!(
        states,
        [
            (idle.pid(), State::IdleInTransaction),
            (aborted.pid(), State::Aborted)
        ]
    );
    let counts = picture.connections.by_state;
    assert_eq!(
        (counts.idle_in_transaction, counts.aborted, counts.hidden),
        (1, 1, 0)
    );
    for sleeper in sleepers {
        sleeper.abort();
    }
}

#[tokio::test]
async fn many_idle_transactions_do_not_hide_who_waits() {
    let server = Server::start(&[("max_connections", "230")]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder.run("create table t (n int)").await;
    let mut idle = Vec::new();
    for _ in 0..205 {
        let mut client = Client::of(&server, "idle").await;
        client.run("begin; select 1").await;
        idle.push(client);
    }
    holder.run("begin; lock table t").await;
    let waiter = Client::of(&server, "web").await;
    let pids = [holder.pid(), waiter.pid()];
    let waiter = waiter.wait_in("select * from t");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    assert_eq!(shape(&picture.locks), [(0, pids[0]), (1, pids[1])]);
    assert_eq!(picture.locks.nodes[0].session.application, "holder");
    assert_eq!(picture.connections.by_state.idle_in_transaction, 206);
    holder.run("commit").await;
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_whole_queue_behind_ours_is_counted_though_not_all_of_it_is_listed() {
    let server = Server::start(&[("max_connections", "120")]).unwrap();
    let mut holder = Client::of(&server, "psql").await;
    holder.run("create table orders (id int)").await;
    holder.run("begin; select * from orders").await;
    let mut watched = Watched::of(&server);
    let ours = Client::of(&server, "gonogo:r1:2.3").await;
    let alter = ours.wait_in("alter table orders add column note text");
    watched.picture(waiting(1)).await;
    let mut readers = Vec::new();
    for _ in 0..80 {
        let reader = Client::of(&server, "web").await;
        readers.push(reader.wait_in("select * from orders"));
    }
    let picture = watched
        .picture(|p| p.locks.behind_ours.sessions == 80 && p.locks.waiters == 81)
        .await;
    let locks = &picture.locks;
    assert_eq!((locks.waiters, locks.unlisted), (81, 0));
    let nodes = locks.nodes.iter().filter(|node| node.depth > 0);
    assert_eq!(nodes.map(|node| node.alike + 1).sum::<u32>(), 81);
    holder.run("commit").await;
    alter.await.unwrap().unwrap();
    for reader in readers {
        reader.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn every_lock_that_is_waited_for_shows_who_holds_it_however_many_wait() {
    let server = Server::start(&[("max_connections", "200")]).unwrap();
    let mut setup = Client::of(&server, "psql").await;
    setup.run("create table customers (id int)").await;
    let (mut holders, mut waiters) = (Vec::new(), Vec::new());
    for key in 0..55 {
        let sql = format!("select pg_advisory_lock({key})");
        let mut holder = Client::of(&server, "job").await;
        holder.run(&sql).await;
        holders.push(holder);
        waiters.push(Client::of(&server, "waits").await.wait_in(&sql));
    }
    setup.run("begin; lock table customers").await;
    for _ in 0..40 {
        let web = Client::of(&server, "web").await;
        waiters.push(web.wait_in("select count(*) from customers"));
    }
    let mut watched = Watched::of(&server);
    let picture = watched
        .picture(|p| p.locks.blockers == 56 && p.locks.unasked == 0)
        .await;
    let locks = &picture.locks;
    assert_eq!(locks.waiters, 95);
    assert_eq!(
        locks.nodes[0].session.pid,
        setup.pid(),
        "the most wait for it"
    );
    assert_eq!((locks.nodes[0].beneath, locks.nodes[1].alike), (40, 39));
    assert_eq!(locks.unlisted, 0, "every one of them is in the tree");
    let mut roots: Vec<i32> = locks.nodes[1..]
        .iter()
        .filter(|node| node.depth == 0)
        .map(|node| node.session.pid)
        .collect();
    roots.sort_unstable();
    let mut pids: Vec<i32> = holders.iter().map(Client::pid).collect();
    pids.sort_unstable();
    assert_eq!(roots, pids);
    for waiter in waiters {
        waiter.abort();
    }
}

#[tokio::test]
async fn who_waits_for_a_safe_snapshot_waits_for_those_that_may_still_write() {
    let server = Server::start(&[]).unwrap();
    let mut writer = Client::of(&server, "writer").await;
    writer.run("create table orders (n int)").await;
    writer
        .run("begin isolation level serializable; insert into orders values (1)")
        .await;
    let report = Client::of(&server, "report").await;
    let (pid, backend) = (report.pid(), report.backend);
    let report = report.wait_in(
        "begin isolation level serializable read only deferrable;
         select count(*) from orders; commit",
    );
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let locks = &picture.locks;
    assert_eq!(shape(locks), [(0, writer.pid()), (1, pid)]);
    assert_eq!(
        node(locks, pid).wanted.as_ref().unwrap().on(),
        "a safe snapshot"
    );
    assert_eq!(locks.nodes[0].holds, ["a serializable transaction"]);
    let inspector = watched.monitor.inspector("db0").unwrap();
    let near = inspector.inspect(backend).await.unwrap();
    assert_eq!(near.blocked_by, [writer.pid()]);
    let near = inspector.inspect(writer.backend).await.unwrap();
    assert_eq!(near.blocks, [pid]);
    writer.run("commit").await;
    report.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_autovacuum_that_is_in_the_way_is_called_so() {
    let settings = [
        ("autovacuum_naptime", "1"),
        ("autovacuum_vacuum_cost_delay", "100"),
        ("autovacuum_vacuum_cost_limit", "1"),
        ("deadlock_timeout", "100s"),
    ];
    let server = Server::start(&settings).unwrap();
    let mut client = Client::of(&server, "psql").await;
    client
        .run(
            "create table orders (n int) with (autovacuum_vacuum_threshold = 1);
             insert into orders select generate_series(1, 50000); delete from orders",
        )
        .await;
    let vacuums = "select count(*) from pg_stat_progress_vacuum
                    where relid = 'orders'::regclass";
    while client.ask(vacuums).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let alter = client.wait_in("alter table orders add column note text");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let root = &picture.locks.nodes[0];
    assert_eq!(root.session.name(), "autovacuum");
    assert!(root.session.before_signal().is_some());
    assert_eq!(root.holds, ["ShareUpdateExclusive orders"]);
    let signaller = watched.signaller();
    let cancelled = signaller.cancel(root.session.backend().unwrap()).await;
    assert_eq!(cancelled.effect, gonogo::monitor::Effect::Ended);
    alter.await.unwrap().unwrap();
}

#[tokio::test]
async fn those_who_wait_for_partitions_of_one_table_are_one_line() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run(
            "create table orders (n int) partition by list (n);
             create table orders_1 partition of orders for values in (1);
             create table orders_2 partition of orders for values in (2);
             create table orders_3 partition of orders for values in (3)",
        )
        .await;
    holder
        .run("begin; lock table only orders_1; lock table only orders_2; lock table only orders_3")
        .await;
    let mut readers = Vec::new();
    for n in 1..=3 {
        let reader = Client::of(&server, "web").await;
        readers.push(reader.wait_in(&format!("select * from orders_{n}")));
    }
    let mut watched = Watched::of(&server);
    let picture = watched
        .picture(|p| p.locks.nodes.len() == 2 && p.locks.nodes[1].folded == 2)
        .await;
    let [root, leaf] = &picture.locks.nodes[..] else {
        panic!("{:?}", picture.locks)
    };
    assert_eq!(root.holds, ["AccessExclusive 3 partitions of orders"]);
    let wanted = leaf.wanted.as_ref().unwrap();
    assert_eq!(wanted.partition_of.as_deref(), Some("orders"));
    assert_eq!(picture.locks.waiters, 3);
    holder.run("commit").await;
    for reader in readers {
        reader.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_waits_for_two_holders_names_both() {
    let server = Server::start(&[]).unwrap();
    let mut first = Client::of(&server, "first").await;
    let mut second = Client::of(&server, "second").await;
    first.run("create table t (n int)").await;
    first.run("begin; select * from t").await;
    second.run("begin; select * from t").await;
    let alter = Client::of(&server, "web")
        .await
        .wait_in("alter table t add column m int");
    let mut watched = Watched::of(&server);
    let picture = watched.picture(waiting(1)).await;
    let leaf = picture
        .locks
        .nodes
        .iter()
        .find(|node| node.depth == 1)
        .unwrap();
    assert_eq!(picture.locks.blockers, 2);
    assert_eq!(leaf.also_blocked_by.len(), 1);
    first.run("commit").await;
    second.run("commit").await;
    alter.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_waits_beside_ours_or_before_it_is_not_behind_it() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "psql").await;
    holder
        .run("create table orders (n int); create table items (n int)")
        .await;
    holder
        .run("begin; lock table orders; lock table items")
        .await;
    let mut watched = Watched::of(&server);
    let mut others = Vec::new();
    for _ in 0..3 {
        let before = Client::of(&server, "web").await;
        others.push(before.wait_in("select * from items"));
    }
    watched.picture(waiting(3)).await;
    // One of ours wants what they want, and another stands at the end of the queue.
    for sql in ["select * from orders", "alter table items add m int"] {
        let ours = Client::of(&server, "gonogo:r1:2.3").await;
        others.push(ours.wait_in(sql));
    }
    watched.picture(waiting(5)).await;
    for _ in 0..3 {
        let beside = Client::of(&server, "web").await;
        others.push(beside.wait_in("select * from orders"));
    }
    let picture = watched.picture(waiting(8)).await;
    assert_eq!(picture.locks.behind_ours, gonogo::monitor::Queue::default());
    holder.run("commit").await;
    for other in others {
        other.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_has_got_its_lock_waits_no_more_though_it_does_not_know_yet() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "psql").await;
    holder.run("create table orders (n int)").await;
    holder.run("begin; lock table orders").await;
    let waiter = Client::of(&server, "web").await;
    let pid = waiter.pid();
    let waiter = waiter.wait_in("select * from orders");
    let mut watched = Watched::of(&server);
    watched.picture(waiting(1)).await;
    signal(pid, Signal::STOP);
    holder.run("commit").await;
    let picture = watched.picture(|p| p.locks.nodes.is_empty()).await;
    assert_eq!((picture.locks.waiters, picture.locks.unlisted), (0, 0));
    signal(pid, Signal::CONT);
    waiter.await.unwrap().unwrap();
}
