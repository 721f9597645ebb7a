//! A monitor must never be what hurts: it looks less often when looking takes long, and has two
//! sessions whatever it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gonogo::demo::server::Server;
use gonogo::monitor::Shown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::ours::over_tcp;
use super::{Client, Watched, monitors};

/// A way to a server that can be made slow; its port.
async fn slow_way(server: u16, slow: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass(from_client, to_server, Arc::clone(&slow)));
            tokio::spawn(pass(from_server, to_client, Arc::default()));
        }
    });
    port
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, slow: Arc<AtomicBool>) {
    let mut part = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part).await {
        if slow.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        if to.write_all(&part[..read]).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn slow_answers_make_looks_rarer_and_quick_ones_frequent_again() {
    let (_server, _, tcp) = over_tcp();
    let port = tcp.rsplit([':', '/']).nth(1).unwrap();
    let slow = Arc::new(AtomicBool::new(false));
    let way = slow_way(port.parse().unwrap(), Arc::clone(&slow)).await;
    let url = tcp.replace(port, &way.to_string());
    // A tenth of it is more than a look takes on a busy machine, and less than a slow answer.
    let mut watched = Watched::every(&[url], Duration::from_secs(3));
    let picture = watched.picture(|picture| !picture.slowed).await;
    assert_eq!(picture.every, Duration::from_secs(3));
    slow.store(true, Ordering::SeqCst);
    let database = watched
        .database(|database| {
            let picture = database.picture.as_deref();
            picture.is_some_and(|picture| picture.slowed)
        })
        .await;
    let picture = database.picture.as_deref().unwrap();
    assert_eq!(picture.every, Duration::from_secs(6));
    let notes = database.notes();
    let said = notes
        .iter()
        .any(|note| note.ends_with("so there is one every 6 s"));
    assert!(said, "{notes:?}");
    slow.store(false, Ordering::SeqCst);
    watched.picture(|picture| !picture.slowed).await;
}

#[tokio::test]
async fn whatever_is_asked_of_it_a_monitor_has_two_sessions() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "somebody").await;
    let idle = Client::of(&server, "somebody").await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    let signaller = watched.signaller();
    let asked = (0..8).map(|_| {
        let (inspector, signaller) = (inspector.clone(), signaller.clone());
        let (one, other) = (client.backend, idle.backend);
        tokio::spawn(async move {
            let shown = Shown {
                text: "select 1".to_owned(),
                cut: false,
            };
            inspector.inspect(one).await.unwrap();
            inspector.explain(one, &shown, false).await.unwrap();
            signaller.cancel(other).await;
        })
    });
    let asked: Vec<_> = asked.collect();
    let mut most = 0;
    for one in asked {
        while !one.is_finished() {
            most = most.max(monitors(&mut client).await);
        }
        one.await.unwrap();
    }
    assert!((1..=2).contains(&most), "{most}");
}
