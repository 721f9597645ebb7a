//! Sessions of a step whose driver does not say that they are.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gonogo::clock::{Clock, Moment, SystemClock};
use gonogo::demo::server::Server;
use gonogo::monitor::{AtWork, Evidence, Picture, Session, Worker};

use super::{Client, Watched};

/// A client that keeps its own name, in a process of its own. Its session ends with it.
struct Psql {
    child: Child,
    since: Moment,
}

impl Psql {
    fn start(server: &Server, url: &str) -> Psql {
        Psql::running(server, url, "select pg_sleep(600)")
    }

    fn running(server: &Server, url: &str, sql: &str) -> Psql {
        // As the run does: a step has begun before its process.
        let since = SystemClock::new().now();
        let child = Command::new(server.programs().psql.as_ref().unwrap())
            .args(["-X", "-d", url, "-c", sql])
            .env("PGAPPNAME", "some tool")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Psql { child, since }
    }

    /// What the monitor is told of it.
    fn at_work(&self) -> AtWork {
        AtWork {
            step: "2.3".to_owned(),
            since: self.since,
            worker: Worker::Process(self.child.id()),
        }
    }
}

impl Drop for Psql {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tools(picture: &Picture) -> Vec<&Session> {
    let sessions = picture.running.iter().map(|running| &running.oldest);
    sessions
        .filter(|session| session.application == "some tool")
        .collect()
}

/// A server that listens on TCP too, its usual URL, and the one over TCP.
pub(super) fn over_tcp() -> (Server, String, String) {
    // Somebody else may take a port that was free a moment ago.
    let mut tries = 0;
    let (server, port) = loop {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let settings = [("listen_addresses", "127.0.0.1"), ("port", port.as_str())];
        match Server::start(&settings) {
            Ok(server) => break (server, port),
            Err(error) if tries < 9 && error.to_string().contains("Address already in use") => {
                tries += 1;
            }
            Err(error) => panic!("{error}"),
        }
    };
    let local = server
        .url("postgres")
        .replace("port=5432", &format!("port={port}"));
    let tcp = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    (server, local, tcp)
}

#[tokio::test]
async fn a_session_is_ours_if_a_process_of_the_step_holds_its_other_end() {
    let (server, local, tcp) = over_tcp();
    for monitor_url in [local, tcp.clone()] {
        let mut watched = Watched::start(&[monitor_url], Vec::new());
        let step = Psql::start(&server, &tcp);
        watched.ours.set(vec![step.at_work()]);
        let other = Psql::start(&server, &tcp);
        let picture = watched
            .picture(|p| p.running.iter().any(|r| r.oldest.is_ours()) && tools(p).len() == 2)
            .await;
        let ours: Vec<_> = tools(&picture)
            .into_iter()
            .filter_map(|session| session.ours.clone())
            .collect();
        assert_eq!(ours.len(), 1, "{picture:?}");
        assert_eq!(
            (ours[0].by, ours[0].words().as_str()),
            (Evidence::Socket, "ours 2.3")
        );
        assert_eq!(
            (picture.connections.ours, picture.connections.perhaps_ours),
            (1, 0)
        );
        drop((step, other));
    }
}

#[tokio::test]
async fn over_a_unix_socket_a_session_of_the_step_is_a_guess() {
    let server = Server::start(&[]).unwrap();
    let mut watched = Watched::of(&server);
    let before = Client::of(&server, "some tool")
        .await
        .wait_in("select pg_sleep(600)");
    // It began so long before the step that no difference of clocks makes it the step's.
    let is_older = |session: &Session| session.session_age > Some(Duration::from_secs(2));
    let picture = watched.picture(|p| tools(p).len() == 1 && is_older(tools(p)[0]));
    let stranger = tools(picture.await.as_ref())[0].pid;
    let step = Psql::start(&server, &server.url("postgres"));
    watched.ours.set(vec![step.at_work()]);
    let guessed = |picture: &Picture| {
        let by = |session: &&Session| session.ours.as_ref().map(|ours| ours.by);
        let found: Vec<_> = tools(picture).iter().map(by).collect();
        found.contains(&Some(Evidence::Guess))
    };
    let picture = watched.picture(guessed).await;
    assert_eq!(picture.connections.perhaps_ours, 1);
    let is_guess = |session: &&Session| session.ours.is_some();
    let guess = tools(&picture).into_iter().find(is_guess).unwrap().pid;
    assert_ne!(guess, stranger);
    assert!(picture.wait_of_ours().is_none());
    watched.ours.set(Vec::new());
    watched.picture(|p| p.connections.perhaps_ours == 0).await;
    before.abort();
}

#[tokio::test]
async fn who_blocks_what_may_be_ours_is_told_and_what_began_before_is_not_guessed() {
    let server = Server::start(&[]).unwrap();
    let mut watched = Watched::of(&server);
    let mut holder = Client::of(&server, "report").await;
    holder.run("create table orders (n int)").await;
    holder.run("begin; select from orders").await;
    let web = Client::of(&server, "web").await;
    let (web_pid, web) = (web.pid(), web.wait_in("select pg_sleep(600)"));
    let url = server.url("postgres");
    let step = Psql::running(&server, &url, "alter table orders add note text");
    watched.ours.set(vec![step.at_work()]);
    let waits = |picture: &Picture| {
        let wait = picture.wait_of_ours();
        wait.is_some_and(|wait| wait.ours.wanted.is_some())
    };
    let picture = watched.picture(waits).await;
    let wait = picture.wait_of_ours().unwrap();
    let (ours, blocker) = (wait.ours, wait.blockers[0]);
    assert_eq!(ours.session.application, "some tool");
    assert_eq!(ours.session.ours.as_ref().unwrap().words(), "ours? 2.3");
    assert_eq!(blocker.session.pid, holder.pid());
    assert!(blocker.session.ours.is_none());
    let reader = Client::of(&server, "web").await;
    let reader = reader.wait_in("select from orders");
    let behind = |picture: &Picture| picture.locks.behind_ours.sessions == 1;
    let queued = watched.picture(behind).await;
    let queue = &queued.locks.behind_ours;
    assert_eq!(queue.certain(), 0);
    assert!(queue.words().starts_with("perhaps 1 session"), "{queue:?}");
    reader.abort();
    let running = picture.running.iter().map(|running| &running.oldest);
    let older = running.filter(|session| session.pid == web_pid);
    assert!(older.clone().count() == 1 && older.clone().all(|web| web.ours.is_none()));
    web.abort();
}

#[tokio::test]
async fn the_session_of_the_runs_own_sql_is_known_by_its_number() {
    let server = Server::start(&[]).unwrap();
    let mut watched = Watched::of(&server);
    let client = Client::of(&server, "renamed").await;
    let worker = Worker::Backend {
        database: "db0".to_owned(),
        pid: client.pid(),
    };
    watched.ours.set(vec![AtWork {
        step: "1.1".to_owned(),
        since: SystemClock::new().now(),
        worker,
    }]);
    let task = client.wait_in("select pg_sleep(600)");
    let picture = watched
        .picture(|p| p.running.iter().any(|r| r.oldest.own_step() == Some("1.1")))
        .await;
    assert_eq!(
        picture.running[0].oldest.ours.as_ref().unwrap().words(),
        "ours 1.1"
    );
    task.abort();
}
