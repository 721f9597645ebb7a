use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};

use super::{Server, Shutdown, tree};

/// Set for a process that is to own a server and then end in the way it names.
const OWNER: &str = "GONOGO_TEST_OWNER_ENDS_BY";

async fn ask(server: &Server, sql: &'static str) -> String {
    let mut connection = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    let row = sqlx::query(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    row.get(0)
}

fn is_gone(pid: u32, dir: &Path) -> bool {
    // The guard alone may take its time: the limit is only there so that a failing test ends.
    for _ in 0..18_000 {
        if tree::living(&[pid]).is_empty() && !dir.exists() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

#[tokio::test]
async fn a_server_answers_with_the_settings_it_was_given() {
    let server = Server::start(&[("max_connections", "12")]).unwrap();
    assert_eq!(ask(&server, "show max_connections").await, "12");
    assert_eq!(ask(&server, "show server_encoding").await, "UTF8");
    assert_eq!(ask(&server, "show listen_addresses").await, "");
    assert_eq!(ask(&server, "show fsync").await, "off");
}

#[tokio::test]
async fn dropping_a_server_leaves_nothing_behind() {
    let server = Server::start(&[]).unwrap();
    let (pid, dir) = (server.pid().unwrap(), server.dir().to_owned());
    let children = tree::children(pid);
    assert!(!children.is_empty());
    drop(server);
    assert!(!dir.exists());
    assert!(tree::living(&[pid]).is_empty());
    assert!(tree::living(&children).is_empty());
}

#[tokio::test]
async fn data_survive_every_kind_of_restart() {
    let mut server = Server::start(&[]).unwrap();
    let mut connection = PgConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    for sql in [
        "create table kept (n text)",
        "insert into kept values ('yes')",
        "checkpoint",
    ] {
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    server.restart(Shutdown::Fast).unwrap();
    assert_eq!(ask(&server, "select n from kept").await, "yes");
    server.restart(Shutdown::Immediate).unwrap();
    assert_eq!(ask(&server, "select n from kept").await, "yes");
    server.kill9();
    assert_eq!(server.pid(), None);
    server.launch().unwrap();
    assert_eq!(ask(&server, "select n from kept").await, "yes");
}

#[tokio::test]
async fn a_frozen_server_answers_when_it_is_thawed() {
    let server = Server::start(&[]).unwrap();
    server.freeze();
    let url = server.url("postgres");
    let mut pending = tokio::spawn(async move { PgConnection::connect(&url).await.is_ok() });
    let early = tokio::time::timeout(Duration::from_millis(200), &mut pending).await;
    assert!(early.is_err(), "a frozen server answered");
    server.thaw();
    assert!(pending.await.unwrap());
}

#[tokio::test]
async fn a_frozen_server_goes_when_it_is_dropped() {
    let server = Server::start(&[]).unwrap();
    let (pid, dir) = (server.pid().unwrap(), server.dir().to_owned());
    server.freeze();
    drop(server);
    assert!(tree::living(&[pid]).is_empty() && !dir.exists());
}

#[test]
fn a_setting_that_the_server_refuses_is_told_in_its_words() {
    let error = Server::start(&[("max_connections", "many")]).err().unwrap();
    let words = error.to_string();
    assert!(words.starts_with("postgres failed: "), "{words}");
    assert!(words.contains("max_connections"), "{words}");
}

/// The process that the tests below start, watch and kill: it owns a server, and ends as it is told.
fn own(end: &str) -> ! {
    let server = Server::start(&[]).unwrap();
    println!(
        "\nserver {} {}",
        server.pid().unwrap(),
        server.dir().display()
    );
    match end {
        "panic" => panic!("as the test wants it"),
        "frozen" => server.freeze(),
        _ => {}
    }
    println!("\nwaiting");
    loop {
        std::thread::park();
    }
}

/// Starts a process that owns a server, and waits until it says `word`.
fn owner(end: &str, word: &str) -> (Child, u32, PathBuf) {
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "demo::server::tests::a_panic_of_the_owner_leaves_nothing_behind",
            "--nocapture",
        ])
        .env(OWNER, end)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut found = None;
    for line in BufReader::new(owner.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(rest) = line.strip_prefix("server ") {
            let (pid, dir) = rest.split_once(' ').unwrap();
            found = Some((pid.parse().unwrap(), PathBuf::from(dir)));
        }
        if line.starts_with(word) {
            break;
        }
    }
    let (pid, dir) = found.unwrap();
    (owner, pid, dir)
}

#[test]
fn a_panic_of_the_owner_leaves_nothing_behind() {
    if let Ok(end) = std::env::var(OWNER) {
        own(&end);
    }
    let (mut owner, pid, dir) = owner("panic", "server ");
    assert!(!owner.wait().unwrap().success());
    assert!(is_gone(pid, &dir));
}

#[test]
fn killing_the_owner_leaves_nothing_behind() {
    let (mut owner, pid, dir) = owner("kill", "waiting");
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(is_gone(pid, &dir));
}

#[test]
fn killing_the_owner_of_a_frozen_server_leaves_nothing_behind() {
    let (mut owner, pid, dir) = owner("frozen", "waiting");
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(is_gone(pid, &dir));
}
