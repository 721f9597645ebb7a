//! Many sessions, and sessions with many locks.

use gonogo::demo::server::Server;
use gonogo::monitor::Picture;

use super::{Client, Watched};
use crate::support::{Bench, Pty};

#[tokio::test]
async fn a_blocker_is_looked_into_though_it_holds_tens_of_thousands_of_locks() {
    let server = Server::start(&[("max_locks_per_transaction", "400")]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder.run("create table orders (n int)").await;
    holder
        .run(
            "begin; lock table orders;
             select count(pg_advisory_lock(n)) from generate_series(1, 20000) as n",
        )
        .await;
    let reader = Client::of(&server, "web").await;
    let reader_pid = reader.pid();
    let reader = reader.wait_in("select * from orders");
    let mut watched = Watched::of(&server);
    let wants = |picture: &Picture, pid: i32, object: &str| {
        let mut nodes = picture.locks.nodes.iter();
        let node = nodes.find(|node| node.session.pid == pid);
        let wanted = node.and_then(|node| node.wanted.as_ref());
        wanted.is_some_and(|wanted| wanted.object == object)
    };
    let holds = |picture: &Picture| picture.locks.nodes[0].holds.clone();
    let picture = watched.picture(|p| wants(p, reader_pid, "orders")).await;
    assert_eq!(holds(&picture), ["AccessExclusive orders"]);
    let worker = Client::of(&server, "worker").await;
    let worker_pid = worker.pid();
    let worker = worker.wait_in("select pg_advisory_lock(42)");
    let picture = watched
        .picture(|p| wants(p, worker_pid, "advisory lock 42"))
        .await;
    let both = ["Exclusive advisory lock 42", "AccessExclusive orders"];
    assert_eq!(holds(&picture), both);
    holder.run("commit; select pg_advisory_unlock_all()").await;
    reader.await.unwrap().unwrap();
    worker.await.unwrap().unwrap();
}

#[tokio::test]
async fn all_are_counted_where_not_all_are_listed_and_who_waits_is_always_listed() {
    const CROWD: usize = 420;
    let server = Server::start(&[("max_connections", "440")]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder.run("create table orders (n int)").await;
    let mut crowd = Vec::new();
    for _ in 0..CROWD {
        let mut one = Client::of(&server, "crowd").await;
        one.run("begin; select 1").await;
        crowd.push(one);
    }
    holder.run("begin; lock table orders").await;
    let waiting = Client::of(&server, "web").await;
    let pid = waiting.pid();
    let waiting = waiting.wait_in("select * from orders");
    let mut watched = Watched::of(&server);
    let counted = |picture: &Picture| {
        let states = picture.connections.by_state;
        let applications = &picture.connections.applications;
        states.idle_in_transaction as usize == CROWD + 1
            && applications[0].name == "crowd"
            && applications[0].sessions as usize == CROWD
            && picture.locks.waiters == 1
    };
    // The first look lists them all, and sees that there are too many.
    let first = watched.picture(counted).await;
    for _ in 0..2 {
        let at = first.at;
        let picture = watched.picture(|p| p.at != at && counted(p)).await;
        assert_eq!(picture.idle_in_transaction.len(), 50);
        assert_eq!(picture.idle_in_transaction[0].application, "crowd");
        assert_eq!(picture.locks.nodes[1].session.pid, pid);
        let all = &picture.connections;
        let counted: u32 = all.applications.iter().map(|group| group.sessions).sum();
        assert_eq!(all.used, counted);
    }
    holder.run("commit").await;
    waiting.await.unwrap().unwrap();
    drop(crowd);
}

#[test]
fn limits_of_the_database_and_of_a_role_are_reached_where_the_panel_says_so() {
    let server = Server::start(&[]).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut admin = runtime.block_on(Client::of(&server, "psql"));
    let setup = [
        "create database shop connection limit 6",
        "create role web login",
        "create role ord login connection limit 3",
    ];
    for sql in setup {
        runtime.block_on(admin.run(sql));
    }
    let url = server.url("shop");
    let login = |role: &str| {
        let url = url.replace("user=postgres", &format!("user={role}"));
        runtime.block_on(Client::with(url.parse().unwrap()))
    };
    let refused = |role: &str| login(role).err().unwrap().to_string();
    let mut kept = Vec::new();
    let bench = Bench::new();
    // The monitor has two sessions of its own.
    let mut screen = Pty::start(&bench, &["monitor", &url, "--poll", "0.2"], 120, 36);
    screen.see("usable");
    screen.press("3", "this database: 2 of 6 that it may have");
    kept.extend([0; 3].map(|_| login("ord").unwrap()));
    screen.see("role ord: 3 of 3 that it may have");
    screen.see("this database: 5 of 6 that it may have");
    assert!(refused("ord").contains("too many connections for role \"ord\""));
    kept.push(login("web").unwrap());
    screen.see("this database: 6 of 6 that it may have");
    assert!(refused("web").contains("too many connections for database \"shop\""));
    screen.keys("q");
    assert_eq!(screen.ended(), 0);
}
